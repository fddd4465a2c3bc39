"""What one ledger says of several residents alike, a building renumbered or a home that moved: one answer for all of them, but whom one leaves out."""

from functools import partial
from uuid import UUID

import streamlit as st

from core.calendar import local_minute
from db.commands.changes_bulk import Together, decide_together
from db.queries.changes import ChangeGroup
from pages.parts.changes_text import what
from pages.parts.desk import Desk
from pages.parts.grants import draw_answers, tell
from pages.parts.plain import plain
from pages.parts.rows import draw_rows

_TOLD = "changes_together_told"


def draw_together(desk: Desk, community_id: UUID, common: list[ChangeGroup]) -> None:
    """Each with its people, whom to leave out, and the two answers. What an answer could not touch is told above them until the list is opened anew."""
    if told := st.session_state.pop(_TOLD, None):
        st.warning(told)
    if common:
        st.caption(desk.t("changes.together_why"))
    for one in common:
        with st.container(border=True, key=f"changes-{one.together.hex()[:12]}"):
            st.markdown(_said(desk, one))
            _answers(desk, community_id, one, _people(desk, one))


def _said(desk: Desk, one: ChangeGroup) -> str:
    first, n = one.lines[0], len(one.lines)
    if one.before:
        said = desk.t("changes.together_building", before=plain(one.before), wanted=plain(one.wanted), n=n)
    else:
        said = desk.t("changes.together_home", what=what(desk, first), n=n)
    source = {"by": plain(first.by) or desk.t("grants.nobody"), "at": local_minute(first.asked_at), "file": plain(one.file_name)}
    return f"**{said}**  \n{desk.t('changes.together_from', **source)}"


def _people(desk: Desk, one: ChangeGroup) -> list[UUID]:
    """Everybody it is about; returns the requests of those left out."""
    with st.expander(desk.t("changes.together_all", n=len(one.lines))):
        who, why = (desk.t(f"changes.together_{name}") for name in ("who", "why_asked"))
        told = desk.may("care_file_update")  # to others a reason is a row of stars
        draw_rows([{who: line.name} | ({why: line.reason or ""} if told else {}) for line in one.lines])
        if one.lines[0].why_not or not desk.may("care_change_decide"):
            return []
        names = {line.id: f"{line.name} · {n}" for n, line in enumerate(one.lines, 1)}
        return st.multiselect(desk.t("changes.together_but"), list(names), format_func=names.get, key=f"changes-but-{one.together.hex()[:12]}")


def _answers(desk: Desk, community_id: UUID, one: ChangeGroup, but: list[UUID]) -> None:
    answer = partial(desk.carry_out, decide_together, community_id=community_id, together=one.together, expected=len(one.lines), but=tuple(but))
    n, key = len(one.lines) - len(but), one.together.hex()[:12]
    if not one.lines[0].own:
        words = ("changes.together_approve", "changes.together_refuse")
        if n:
            draw_answers(desk, "care_change_decide", ("changes", key), words, lambda yes: answer(approved=yes), partial(_done, desk, one), why_not=one.lines[0].why_not, n=n)
        return
    st.caption(one.lines[0].why_not.text(desk.lang))
    if desk.may("care_change_decide") and st.button(desk.t("changes.together_back", n=n), key=f"changes-back-{key}", width="stretch"):
        tell(desk, answer(approved=False), lambda _: desk.t("changes.now_taken_back"))


def _done(desk: Desk, one: ChangeGroup, done: Together, approved: bool) -> str:
    if done.outdated:
        names = desk.t("exports.comma").join(plain(line.name) for line in one.lines if line.id in done.outdated)
        st.session_state[_TOLD] = desk.t("changes.together_outdated", n=len(done.outdated), names=names)
    word = "renumbered" if done.renumbered else "approved" if approved else "refused"
    return desk.t(f"changes.together_{word}", n=done.decided)
