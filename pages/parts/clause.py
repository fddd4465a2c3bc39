"""The chip that stands beside every figure: the clause's title and source; a tap opens the clause's text."""

import streamlit as st

from core.calendar import local_day
from core.rulebook import Clause, load_rulebook
from core.rulebook.shapes import UNDATED
from core.words import t
from pages.parts.desk import Desk


def clause_chip(desk: Desk, clause_id: str, *, key: str) -> None:
    """A small button "一般维修24小时内完成 · HB 一(一)" that opens the clause. `key` must be unique on the page."""
    if st.button(f"{_title(desk, clause_id)} · {source_text(desk, load_rulebook()[clause_id])}", key=f"clause-{key}", type="tertiary", help=clause_id):
        clause_dialog(desk, clause_id)


def source_text(desk: Desk, clause: Clause) -> str:
    """Where a clause stands: "WS 二.1", or that it is the product's own."""
    return t("shell.source_default", desk.lang) if clause.source.document == "default" else str(clause.source)


def clause_mark(desk: Desk, clause_id: str) -> str:
    """The chip as inline Markdown, for captions and cards: title and source, no button."""
    return f":gray-badge[{_title(desk, clause_id)} · {source_text(desk, load_rulebook()[clause_id])}]"


def clause_dialog(desk: Desk, clause_id: str) -> None:
    """The clause in full, over the page. One a run (a rule of st.dialog)."""
    st.dialog(_title(desk, clause_id))(_clause_text)(desk, load_rulebook()[clause_id])


def _clause_text(desk: Desk, clause: Clause) -> None:
    value = clause.on(local_day(desk.now))
    st.markdown(f"#### {(value.text if value else clause.figure)[desk.lang]}")
    st.markdown("\n".join(f"- **{name}** {text}" for name, text in _lines(desk, clause)))
    if value and value.is_default:
        st.caption(t("shell.clause_default", desk.lang))
    if desk.sees("rulebook"):
        st.html(f'<a class="desk-link" href="/rulebook?clause={clause.id}" target="_self">{t("shell.clause_open", desk.lang)}</a>')


def _lines(desk: Desk, clause: Clause) -> list[tuple[str, str]]:
    lang = desk.lang
    sources = "; ".join(f"{t(f'shell.source_{one.document}', lang)} {one.section}".strip() for one in clause.sources)
    events = ((word, getattr(clause, word)) for word in ("starts", "stops", "pauses"))
    lines = [(t("shell.clause_id", lang), f"`{clause.id}`"), (t("shell.clause_source", lang), sources)]
    lines += [(t(f"shell.clause_{word}", lang), t(f"rulebook.event.{event}", lang)) for word, event in events if event]
    dates = [one.from_.isoformat() for one in clause.values if one.from_ != UNDATED]
    return [*lines, (t("shell.clause_since", lang), ", ".join(dates))] if dates else lines


def _title(desk: Desk, clause_id: str) -> str:
    return load_rulebook()[clause_id].title[desk.lang]
