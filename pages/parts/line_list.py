"""Lines under each other, each as wide as the page; a tap opens one. The whole list is one element: a button a line would cost the server ten times as much."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

import streamlit as st

K = TypeVar("K", bound=Hashable)

STYLE = """<style>
[class*=st-key-lines-],[class*=st-key-lines-] .stButtonGroup{max-width:100%}
[class*=st-key-lines-] [role=radiogroup]{display:flex;flex-direction:column;flex-wrap:nowrap;gap:4px;width:100%}
[class*=st-key-lines-] [role=radiogroup] button{width:100%;max-width:none;min-height:48px;height:auto;padding:.25rem .75rem;border-radius:8px}
[class*=st-key-lines-] [role=radiogroup] button{justify-content:flex-start;text-align:left;white-space:normal}
[class*=st-key-lines-] [role=radiogroup] button p{line-height:1.45;white-space:normal;overflow:visible;text-overflow:clip}
[class*=st-key-lines-] [role=radiogroup] button div{justify-content:flex-start;text-align:left;max-width:100%}
[class*=st-key-lines-titled-] label p{font-size:1rem;font-weight:600;color:#1c2b33}
</style>"""
_TAPPED = "line_tapped"


def line_list(name: str, label: str, lines: Mapping[K, str], *, titled: bool = False, before: Callable[[K], None] | None = None) -> K | None:
    """Draws `lines` (key → Markdown) under STYLE; the key of the one that was just tapped, once. `titled`: `label` stands above as their
    title. `before`: called with the tapped key before the page runs, in place of returning it."""
    shown = _told_apart(lines)
    key = f"lines-titled-{name}" if titled else f"lines-{name}"
    seen = "visible" if titled else "collapsed"
    st.pills(label, list(shown), format_func=shown.get, key=key, label_visibility=seen, width="stretch", on_change=_tap, args=(key, before))
    whose, tapped = st.session_state.get(_TAPPED) or ("", None)
    if whose != key:
        return None
    del st.session_state[_TAPPED]
    return tapped if tapped in lines else None


def _told_apart(lines: Mapping[K, str]) -> dict[K, str]:
    """A browser names a line by its text: equal ones get a sign of no width."""
    shown: dict[K, str] = {}
    for key, text in lines.items():
        while text in shown.values():
            text += "\u200b"
        shown[key] = text
    return shown


def _tap(key: str, before: Callable | None) -> None:
    """A line stays no chosen one: the next tap on it opens it again."""
    tapped, st.session_state[key] = st.session_state[key], None
    if before and tapped is not None:
        before(tapped)
    else:
        st.session_state[_TAPPED] = (key, tapped)
