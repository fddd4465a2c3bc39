"""Changes of protected fields that wait for another person's word: who may decide does so here, everybody else sees that they wait."""

from functools import partial

import streamlit as st

from core.calendar import local_minute
from core.changes import exit_of, group_end
from db.commands.changes import decide
from db.queries.changes import ChangeLine
from pages.parts.desk import Desk
from pages.parts.grants import draw_answers, tell
from pages.parts.plain import plain


def draw_protected(desk: Desk, found: list[ChangeLine]) -> None:
    """Each request with its two answers, for the overview."""
    if found:
        st.markdown(f"**{desk.t('changes.waiting')}**")
        st.caption(desk.t("changes.why"))
    for one in found:
        with st.container(border=True, key=f"change-{one.id}"):
            st.markdown(f"**{plain(one.name)}** · {said(desk, one)}")
            answers(desk, one)


def said(desk: Desk, one: ChangeLine) -> str:
    """One request in Markdown: what shall change how, who asked when and why."""
    parts = [what(desk, one), desk.t("changes.asked", by=plain(one.by) or desk.t("grants.nobody"), at=local_minute(one.asked_at))]
    parts += [desk.t("changes.compared")] if one.compared else []
    return "  \n".join([" · ".join(parts), *([desk.t("changes.reason", reason=plain(one.reason))] if one.reason else [])])


def what(desk: Desk, one: ChangeLine) -> str:
    """"ID number 370**1X → 370**2X"; "leaves the elders on 2026-11-18"; "moved away, 2026-11-18"."""
    if one.field == "group_end":
        group, day = group_end(one.wanted)
        return desk.t("changes.leaves", group=desk.t(f"care.group.{group}"), day=day)
    if one.field == "exit":
        kind, day = exit_of(one.wanted)
        return desk.t("changes.gone", kind=desk.t(f"departures.{kind}"), day=day)
    return desk.t("changes.becomes", field=desk.t(f"care.field.{one.field}"), before=plain(one.before) or desk.t("roster.not_on_file"), wanted=plain(one.wanted))


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
