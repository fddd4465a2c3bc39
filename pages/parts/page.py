"""What every page begins with, and how it answers a command: header, banners, refusals."""

import streamlit as st

from core.refusals import Refused
from core.rulebook import load_rulebook
from core.words import t
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk


def page_header(desk: Desk, title: str, subtitle: str = "") -> None:
    """The page's title, and one line about it. Both already in the actor's language."""
    st.title(title, anchor=False)
    if subtitle:
        st.caption(subtitle)


def show_refusal(desk: Desk, refused: Refused, next_step: str = "") -> None:
    """Why it can't be done, the clause it can't be done by, and the next step (already in the actor's language)."""
    lines = [f"**{refused.text(desk.lang)}**"]
    if refused.clause_id:
        clause = load_rulebook()[refused.clause_id]
        lines.append(t("shell.refused_clause", desk.lang, clause=clause.title[desk.lang], source=clause.source))
    if next_step:
        lines.append(next_step)
    st.error("\n\n".join(lines))
    if refused.clause_id:
        clause_chip(desk, refused.clause_id, key=f"refused-{refused.reason}")


def answer(desk: Desk, result, done: str, next_step: str = "") -> bool:
    """Shows a command's result: a Refused with its clause, anything else as `done` (a short word for a toast). True when done."""
    if isinstance(result, Refused):
        show_refusal(desk, result, next_step)
        return False
    st.toast(done)
    return True
