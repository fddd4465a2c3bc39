"""Personal data in full: for a purpose, for a while, then it leaves the page by itself. The same on every desk."""

from collections.abc import Callable, Hashable
from functools import wraps
from time import monotonic

import streamlit as st

from core.care import PURPOSES
from core.refusals import Refused
from db.commands.residents import SHOWN_FOR
from pages.parts.desk import Desk, current

_SHOWN = "revealed"
_LAST_SECONDS = 3
"""So near its end it is over when the page is drawn anew: a timer any shorter would knock again and again."""


def ask_purpose(desk: Desk, desk_name: str, label: str, of: Hashable, command: Callable, **arguments) -> None:
    """A button for each purpose; the tap on one runs `command` with it and `arguments`, on the page `desk_name`. `of`: what is revealed."""
    key = f"purpose-{desk_name}-{of}"
    st.pills(
        f"{label} :gray[{desk.t('care.shown_note', n=SHOWN_FOR)}]", PURPOSES, format_func=lambda one: desk.label(f"care.purpose.{one}"), key=key,
        on_change=_tapped, args=(key, desk_name, of, command, arguments), width="stretch",
    )  # fmt: skip


def reveal(desk_name: str, of: Hashable, command: Callable, purpose: str | None, **arguments) -> None:
    """What a tap does, before the page runs: so it asks again who is here."""
    value = current().require(desk_name).carry_out(command, purpose=purpose or "", **arguments)
    st.session_state[_SHOWN] = (of, value, monotonic() + SHOWN_FOR)


def draw_revealed(desk_name: str, of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    """Draws by `draw` what was revealed of `of`, until its time is over."""
    if _held(of) is not None:
        _WHILE_IT_LASTS[desk_name](of, draw)


def is_revealed(of: Hashable) -> bool:
    """Whether it is shown at this moment."""
    return _held(of) is not None


def _fragment_while_it_lasts(draws: Callable) -> Callable:
    """A fragment that comes again when its time is over. Not by an even beat: the browser lets a timer of equal length run on, and a second look would last into its next round."""

    @wraps(draws)
    def drawn(of: Hashable, draw: Callable[[Desk, object], None]) -> None:
        st.fragment(draws, run_every=st.session_state[_SHOWN][2] - monotonic())(of, draw)

    return drawn


@_fragment_while_it_lasts
def _on_queue(of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    _draw(current().require("queue"), of, draw)


@_fragment_while_it_lasts
def _on_roster(of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    _draw(current().require("roster"), of, draw)


@_fragment_while_it_lasts
def _on_overview(of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    _draw(current().require("overview"), of, draw)


@_fragment_while_it_lasts
def _on_checklist(of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    _draw(current().require("checklist"), of, draw)


@_fragment_while_it_lasts
def _on_reconciliation(of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    _draw(current().require("reconciliation"), of, draw)


@_fragment_while_it_lasts
def _on_surveys(of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    _draw(current().require("surveys"), of, draw)


_WHILE_IT_LASTS = {"queue": _on_queue, "roster": _on_roster, "overview": _on_overview, "checklist": _on_checklist, "reconciliation": _on_reconciliation, "surveys": _on_surveys}
"""A fragment a desk: each names the desk it asks for, so that tests/pages/test_gate_pages.py can see that it does."""


def _draw(desk: Desk, of: Hashable, draw: Callable[[Desk, object], None]) -> None:
    held = _held(of)
    if held is None:
        return
    if isinstance(held[1], Refused):
        st.error(held[1].text(desk.lang))
    else:
        draw(desk, held[1])


def _held(of: Hashable) -> tuple | None:
    """What is held of it. By seconds that have passed, not by the clock on the wall, which a demonstration may have stopped."""
    held = st.session_state.get(_SHOWN)
    if held and monotonic() >= held[2] - _LAST_SECONDS:
        del st.session_state[_SHOWN]
        return None
    return held if held and held[0] == of else None


def _tapped(key: str, desk_name: str, of: Hashable, command: Callable, arguments: dict) -> None:
    purpose, st.session_state[key] = st.session_state[key], None
    if purpose is not None:
        reveal(desk_name, of, command, purpose, **arguments)
