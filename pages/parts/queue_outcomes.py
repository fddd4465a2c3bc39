"""How a contact went, in its dialog: the answers, and behind two of them the question when."""

from datetime import datetime

import streamlit as st

from core.appointments import Agreed
from core.care import LATER, later_at
from pages.parts.appointments import pick_agreed
from pages.parts.care_text import outcome_text
from pages.parts.desk import Desk, capital

OUTCOMES = {
    "call": ("reached", "no_answer", "call_later", "agreed", "wrong_number", "refused"),
    "visit": ("reached", "no_answer", "agreed", "refused"),
    "session": ("reached",),
    "assessment": ("reached",),
    "file_update": ("reached",),
}
"""The answers offered, the one that counts first."""
ASKING = ("call_later", "agreed")
"""The answers that ask when; ASKED holds the one that was tapped."""
ASKED = "queue_asked"
Ending = tuple[str, datetime | None, Agreed | None]
"""An outcome, when to call again, what was agreed on."""
DONE = {"session": "queue.session_held", "assessment": "queue.assessed", "file_update": "queue.file_checked"}


def pick_ending(desk: Desk, act: str) -> Ending | None:
    """What was tapped; None while nothing was, or the question when is still open."""
    asked = st.session_state.get(ASKED)
    return _when(desk, asked) if asked else _ended(desk, act)


def forget_ending() -> None:
    """For a dialog that is opened anew."""
    st.session_state.pop(ASKED, None)


def _ended(desk: Desk, act: str) -> Ending | None:
    """How it went, of the answers offered; two of them ask when before they say anything."""
    ended = None
    for few in (OUTCOMES[act][:2], OUTCOMES[act][2:]):
        with st.container(horizontal=True, gap="small"):
            for outcome in few:
                asks = {"on_click": _ask, "args": (outcome,)} if outcome in ASKING else {}
                kind = "primary" if outcome == "reached" else "secondary"
                if st.button(_outcome(desk, act, outcome), key=f"outcome-{outcome}", type=kind, width="stretch", **asks) and not asks:
                    ended = outcome, None, None
    return ended


def _when(desk: Desk, outcome: str) -> Ending | None:
    """When to call again, or for when the appointment is."""
    ended = None
    agreed = pick_agreed(desk, "queue-agreed") if outcome == "agreed" else None
    with st.container(horizontal=True, gap="small"):
        for choice in LATER if outcome == "call_later" else ():
            if st.button(desk.label(f"care.later.{choice}"), key=f"outcome-{choice}", width="stretch"):
                ended = outcome, later_at(choice, desk.now), None
        if outcome == "agreed" and st.button(desk.t("appointments.save"), key="outcome-agreed", type="primary", width="stretch"):
            ended = outcome, None, agreed
        st.button(desk.t("roster.back"), key="outcome-back", on_click=_ask, args=(None,), type="tertiary")
    return ended


def _ask(outcome: str | None) -> None:
    st.session_state[ASKED] = outcome


def _outcome(desk: Desk, act: str, outcome: str) -> str:
    return desk.t(DONE[act]) if act in DONE else capital(outcome_text(desk, act, outcome))
