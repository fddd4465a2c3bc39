"""One difference decided by a person: what each answer does is said before it is given."""

from datetime import date
from functools import partial
from uuid import UUID

import streamlit as st

from core.calendar import SHANGHAI
from core.departures import EXITS
from core.reconciliation import APPLIED, ASKED, CANDIDATE, DIFFERENT, MISSING_HERE, MISSING_THERE, NOBODY, OURS, THEIRS, THEY_CORRECT, VISIT, outcome
from db.commands.reconciliation import Decided, decide, decide_several
from db.commands.reconciliation_shown import Said, reveal_difference
from db.queries.reconciliation import OPEN, Line
from pages.parts.desk import Desk, current
from pages.parts.page import answer
from pages.parts.reconciliation_text import choice_text, line_text, said
from pages.parts.reveal import ask_purpose, draw_revealed

_LABEL = {OURS: "reconciliation.ours_right", THEIRS: "reconciliation.theirs_right", VISIT: "reconciliation.visit", NOBODY: "reconciliation.nobody"}


def decide_button(desk: Desk, community_id: UUID, one: Line) -> None:
    """Opens the dialog in which `one` is decided."""
    if st.button(desk.t("reconciliation.decide"), key=f"decide-{one.id}", width="stretch"):
        st.dialog(desk.t("reconciliation.decide"), width="large")(_dialog)(community_id, one)


def several_form(desk: Desk, community_id: UUID, key: str, source: str, kind: str, n: int) -> None:
    """All of one list and kind at once, for the desk, with the grounds: what a list that covers only some of the people brings by the hundred."""
    with st.expander(desk.t("reconciliation.several", n=n)), st.form(f"several-{source}-{kind}", border=False):
        st.caption(desk.t("reconciliation.then_ours", department=desk.t(f"reconciliation.department_{source}")))
        note = st.text_input(desk.t("reconciliation.note"), max_chars=200)
        if not st.form_submit_button(desk.t("reconciliation.several_save", n=n), width="stretch"):
            return
        done = desk.carry_out(decide_several, community_id=community_id, quarter_key=key, source=source, kind=kind, expected=n, note=note)
        if answer(desk, done, _done(desk, OURS, done)):
            st.rerun()


def _dialog(community_id: UUID, one: Line) -> None:
    desk = current().require("reconciliation")
    st.markdown(line_text(desk, one))
    if desk.may("reveal"):
        ask_purpose(desk, "reconciliation", desk.t("reconciliation.show_full"), one.id, reveal_difference, community_id=community_id, difference_id=one.id)
        draw_revealed("reconciliation", one.id, partial(_in_full, one))
    verdicts = [OURS, THEIRS, *([VISIT] if one.state == OPEN else []), *([NOBODY] if one.kind == CANDIDATE else [])]
    verdict = st.radio(
        desk.t("reconciliation.verdict"), verdicts, index=None, format_func=lambda name: desk.t(_LABEL[name]), captions=[_then(desk, one, name) for name in verdicts],
        key=f"verdict-{one.id}", label_visibility="collapsed",
    )  # fmt: skip
    more = _more(desk, one, verdict)
    note = st.text_input(desk.t("reconciliation.note"), max_chars=200, key=f"note-{one.id}") if verdict in (OURS, THEIRS) else ""
    if not st.button(desk.t("common.save"), type="primary", width="stretch", key=f"save-{one.id}", disabled=verdict is None):
        return
    done = desk.carry_out(decide, community_id=community_id, difference_id=one.id, version=one.version, verdict=verdict, note=note, **more)
    if answer(desk, done, _done(desk, verdict, done)):
        st.rerun()


def _more(desk: Desk, one: Line, verdict: str | None) -> dict:
    """What a verdict has to say besides: which candidate, or how and since when somebody has left."""
    more: dict = {}
    if one.kind == CANDIDATE and verdict in (OURS, THEIRS):
        names = {choice.id: choice_text(desk, choice) for choice in one.choices}
        more["chosen"] = st.radio(desk.t("reconciliation.who_is_it"), list(names), index=0 if len(names) == 1 else None, format_func=names.get, key=f"chosen-{one.id}")
    if (one.source, one.kind, verdict) == ("police", MISSING_THERE, THEIRS):
        st.caption(desk.t("reconciliation.left_date_note"))
        with st.container(horizontal=True, gap="small"):
            how = st.selectbox(desk.t("reconciliation.left_how"), EXITS, format_func=lambda name: desk.t(f"departures.{name}"), key=f"how-{one.id}", width=160)
            today: date = desk.now.astimezone(SHANGHAI).date()
            more["left"] = (how, st.date_input(desk.t("reconciliation.left_when"), today, max_value=today, key=f"since-{one.id}", width=160))
    return more


def _then(desk: Desk, one: Line, verdict: str) -> str:
    """What comes of a verdict, said before it is given."""
    if verdict in (VISIT, NOBODY):
        return ""
    kind, fields = DIFFERENT if one.kind == CANDIDATE else one.kind, [side.name for side in one.sides if side.differs] or ["address"]
    became = outcome(one.source, kind, verdict, fields)
    if became == THEY_CORRECT:
        return desk.t("reconciliation.then_ours", department=desk.t(f"reconciliation.department_{one.source}"))
    if became != APPLIED:
        return desk.t("reconciliation.then_we")
    special = {("police", MISSING_HERE): "reconciliation.then_new", ("housing", MISSING_HERE): "reconciliation.then_new_flat", ("police", MISSING_THERE): "reconciliation.then_left"}
    return desk.t(special.get((one.source, kind), "reconciliation.then_applied"))


def _done(desk: Desk, verdict: str, done) -> str:
    if not isinstance(done, Decided):
        return ""
    if done.met:
        return desk.t("reconciliation.quarter_met")
    if verdict == VISIT:
        return desk.t("reconciliation.sent", number=done.order)
    if done.outcome == ASKED:
        return desk.t("reconciliation.now_waits")
    return desk.t("reconciliation.now_missing" if verdict == NOBODY else "reconciliation.done")


def _in_full(one: Line, desk: Desk, both: tuple[Said, Said]) -> None:
    """What the two sides said, unmasked; no codes stand in it."""
    for side, told in zip(("theirs", "ours"), both, strict=True):
        if told:
            text = " · ".join(f"{desk.t(f'reconciliation.field_{name}')} {said(desk, name, value)}" for name, value in told.items())
            st.markdown(f"**{desk.t(f'reconciliation.side_{side}')}** {text}")
