"""Recording a contact in two taps: which act, then how it went."""

from uuid import UUID

import streamlit as st

from core.care import LATER, later_at
from core.refusals import Refused
from db.commands.care import record_contact
from db.queries.roster import RosterRow
from pages.parts.appointments import pick_agreed, picked
from pages.parts.care_text import outcome_text, recorded_text
from pages.parts.desk import Desk, capital, current
from pages.parts.plain import plain

TAPPED = "roster_tapped"
SAID = "roster_said"
FILED = "roster_filed"
"""How many forms have been filed: part of their names (form_key)."""
AGREED = "agreed."
"""Tapped before the day is chosen; the act stands behind it."""
FURTHER = {"call": ("wrong_number", "refused", "agreed", "call_later"), "visit": ("refused", "agreed"), "session": ("refused", "agreed"), "assessment": ("refused", "agreed")}


def act_buttons(desk: Desk, row: RosterRow, *, place: str) -> bool:
    """A button for each act owed, for a horizontal container; tapped, the outcomes stand in their place (False: nothing else goes beside
    them). `place` tells the same person's buttons apart."""
    tapped = st.session_state.get(TAPPED)
    if tapped and tapped[0] == (place, row.resident_id):
        step = _later if tapped[1] == "call_later" else _agreed if tapped[1].startswith(AGREED) else _outcomes
        step(desk, row, tapped[1], place)
        return False
    for clock in row.clocks:
        if clock.act != "file_update" and desk.may("care_assess" if clock.act == "assessment" else "care_contact"):
            st.button(desk.t(f"roster.do_{clock.act}"), key=f"do-{place}-{clock.act}-{row.resident_id}", on_click=_tap, args=((place, row.resident_id), clock.act), width="stretch")
    return True


def _outcomes(desk: Desk, row: RosterRow, act: str, place: str) -> None:
    words = ("roster.call_done", "roster.call_not") if act == "call" else ("roster.met_person", "roster.not_met")
    with st.container(horizontal=True, gap="small"):
        for outcome, word in zip(("reached", "no_answer"), words, strict=True):
            kind = "primary" if outcome == "reached" else "secondary"
            st.button(desk.t(word), key=f"say-{place}-{outcome}", type=kind, on_click=record, args=(row, act, outcome), width="stretch")
    with st.container(horizontal=True, gap="small"):
        for outcome in FURTHER[act]:
            asks = {"call_later": outcome, "agreed": AGREED + act}.get(outcome)
            answer = {"on_click": _tap, "args": ((place, row.resident_id), asks)} if asks else {"on_click": record, "args": (row, act, outcome)}
            st.button(capital(outcome_text(desk, act, outcome)), key=f"say-{place}-{outcome}", width="stretch", **answer)
        st.button(desk.t("roster.back"), key=f"say-{place}-back", on_click=_tap, args=(None, None), type="tertiary")


def _later(desk: Desk, row: RosterRow, outcome: str, place: str) -> None:
    """When to call again."""
    with st.container(horizontal=True, gap="small"):
        for choice in LATER:
            st.button(desk.label(f"care.later.{choice}"), key=f"say-{place}-{choice}", on_click=record, args=(row, "call", outcome, choice), width="stretch")
        st.button(desk.t("roster.back"), key=f"say-{place}-back", on_click=_tap, args=(None, None), type="tertiary")


def _agreed(desk: Desk, row: RosterRow, tapped: str, place: str) -> None:
    """Which day, at what time."""
    act, key = tapped.removeprefix(AGREED), f"agreed-{place}-{row.resident_id}"
    pick_agreed(desk, key)
    with st.container(horizontal=True, gap="small"):
        st.button(desk.t("appointments.save"), key=f"say-{place}-agreed", type="primary", on_click=record, args=(row, act, "agreed", None, key), width="stretch")
        st.button(desk.t("roster.back"), key=f"say-{place}-back", on_click=_tap, args=(None, None), type="tertiary")


def record(row: RosterRow, act: str, outcome: str, later: str | None = None, agreed_in: str | None = None) -> None:
    """The last tap: files the contact as of now. Runs before the page, so it asks again who is here. A finger that hits twice files once. `agreed_in`: the
    fields of the appointment; refused, they stay open."""
    desk = current().require("roster")
    before = st.session_state.pop(TAPPED, None)
    whom, tapped = before or ((None, None), None)
    if (whom[1], tapped) != (row.resident_id, outcome if later else AGREED + act if agreed_in else act):
        return
    again_at = later_at(later, desk.now) if later else None
    done = desk.carry_out(record_contact, resident_id=row.resident_id, act=act, outcome=outcome, happened_at=desk.now, again_at=again_at, agreed=agreed_in and picked(agreed_in))
    if agreed_in and isinstance(done, Refused):
        st.session_state[TAPPED] = before
    say(desk, row.resident_id, done if isinstance(done, Refused) else recorded_text(desk, plain(row.name), act, outcome, done))


def say(desk: Desk, resident_id: UUID, said: str | Refused) -> None:
    """Remember what to tell about a person, once, at the next drawing."""
    text = said.text(desk.lang) if isinstance(said, Refused) else said
    st.session_state[SAID] = (resident_id, text, isinstance(said, Refused))


def form_key(name: str) -> str:
    """The name of a form whose fields keep what was typed until something of it was filed."""
    return f"{name}-{st.session_state.get(FILED, 0)}"


def settle(desk: Desk, resident_id: UUID, done, text: str) -> None:
    """What a form did. A refusal stands under it, beside what was typed; anything else is told by `text`, and all is drawn anew."""
    if isinstance(done, Refused):
        st.error(done.text(desk.lang))
        return
    st.session_state[FILED] = st.session_state.get(FILED, 0) + 1
    say(desk, resident_id, text)
    st.rerun()


def tell(*, here: bool = False) -> None:
    """Tell it once: `here`, in an open file, else in the corner of the screen, wherever it is scrolled to. A refusal of the list stands in its place, too, until the next tap."""
    said = st.session_state.pop(SAID, None)
    if said:
        _, text, refused = said
        if not here:
            st.toast(text, duration="long")
        if here or refused:
            (st.error if refused else st.success)(text)


def _tap(whom: tuple[str, UUID] | None, act: str | None) -> None:
    if whom is None:
        st.session_state.pop(TAPPED, None)
    else:
        st.session_state[TAPPED] = (whom, act)
