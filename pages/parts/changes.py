"""Changes of protected fields that wait for another person's word: who may decide does so here, everybody else sees that they wait."""

from functools import partial
from uuid import UUID

import streamlit as st

from core.calendar import local_minute
from db.commands.changes import decide
from db.queries.changes import ChangeGroup, ChangeLine
from pages.parts.changes_text import what
from pages.parts.changes_together import draw_together
from pages.parts.desk import Desk
from pages.parts.grants import draw_answers, tell
from pages.parts.plain import plain


def draw_protected(desk: Desk, community_id: UUID, common: list[ChangeGroup], found: list[ChangeLine]) -> None:
    """Each request with its two answers, for the overview; first what one ledger says of several."""
    if common or found:
        st.markdown(f"**{desk.t('changes.waiting')}**")
        st.caption(desk.t("changes.why"))
    draw_together(desk, community_id, common)
    for one in found:
        with st.container(border=True, key=f"change-{one.id}"):
            st.markdown(f"**{plain(one.name)}** · {said(desk, one)}")
            answers(desk, one)


def said(desk: Desk, one: ChangeLine) -> str:
    """One request in Markdown: what shall change how, who asked when and why."""
    parts = [what(desk, one), desk.t("changes.asked", by=plain(one.by) or desk.t("grants.nobody"), at=local_minute(one.asked_at))]
    parts += [desk.t("changes.compared")] if one.compared else []
    return "  \n".join([" · ".join(parts), *([desk.t("changes.reason", reason=plain(one.reason))] if one.reason else [])])


def answers(desk: Desk, one: ChangeLine) -> None:
    """Approve or refuse; of one's own request: take it back."""
    answer = partial(desk.carry_out, decide, request_id=one.id)
    if not one.own:
        words = ("changes.approve", "changes.refuse")
        draw_answers(desk, "care_change_decide", ("change", one.id), words, lambda yes: answer(approved=yes), partial(_said, desk), why_not=one.why_not)
        return
    st.caption(one.why_not.text(desk.lang))
    if desk.may("care_file_update") and st.button(desk.t("changes.take_back"), key=f"change-back-{one.id}", width="stretch"):
        tell(desk, answer(approved=False), lambda _: desk.t("changes.now_taken_back"))


def _said(desk: Desk, _field: str, approved: bool) -> str:
    return desk.t("changes.now_approved" if approved else "changes.now_refused")
