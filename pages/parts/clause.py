"""The chip that stands beside every figure: clause id and source; a tap opens the clause's text."""

import streamlit as st

from core.rulebook import Clause, load_rulebook
from core.words import t
from pages.parts.desk import Desk


def clause_chip(desk: Desk, clause_id: str, *, key: str) -> None:
    """A small button "repair.done · HB 一(一)" that opens the clause. `key` must be unique on the page."""
    if st.button(clause_label(clause_id), key=f"clause-{key}", type="tertiary", help=_title(desk, clause_id)):
        clause_dialog(desk, clause_id)


def clause_label(clause_id: str) -> str:
    """The chip's text, for places that can't hold a button: "repair.done · HB 一(一)"."""
    return f"{clause_id} · {load_rulebook()[clause_id].source}"


def clause_mark(desk: Desk, clause_id: str) -> str:
    """The chip as inline Markdown, for captions and cards: title and source, no button."""
    return f":gray-badge[{_title(desk, clause_id)} · {load_rulebook()[clause_id].source}]"


def clause_dialog(desk: Desk, clause_id: str) -> None:
    """The clause in full, over the page. One a run (a rule of st.dialog)."""
    st.dialog(_title(desk, clause_id), width="large")(_clause_text)(desk, load_rulebook()[clause_id])


def _clause_text(desk: Desk, clause: Clause) -> None:
    lang = desk.lang
    st.markdown(f"### {clause.figure[lang]}")
    lines = [(t("shell.clause_source", lang), f"{t(f'shell.source_{clause.source.document}', lang)} {clause.source.section}".strip())]
    for word, text in (("starts", clause.starts), ("stops", clause.stops), ("pauses", clause.pauses)):
        if text:
            lines.append((t(f"shell.clause_{word}", lang), text[lang] if hasattr(text, "keys") else str(text)))
    value = clause.on(desk.now.date())
    if value:
        lines.append((t("shell.clause_since", lang), value.from_.isoformat()))
    st.markdown("\n".join(f"- **{name}** {text}" for name, text in lines))
    if value and value.is_default:
        st.caption(t("shell.clause_default", lang))
    st.html(f'<a href="/rulebook?clause={clause.id}" target="_self">{t("shell.clause_open", lang)}</a>')


def _title(desk: Desk, clause_id: str) -> str:
    return load_rulebook()[clause_id].title[desk.lang]
