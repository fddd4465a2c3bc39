"""The rulebook: every clause, filtered and searched, with what it says, where it comes from and where it stands now; and the catalogue of services."""

import streamlit as st

from core.rulebook import Clause, Rulebook, load_rulebook, not_yet_enforced
from core.rulebook.shapes import DOCUMENTS, SHAPES
from db.queries.rulebook import Standing, overdue, standings
from pages.parts import desk as at
from pages.parts.catalogue_list import draw_catalogue
from pages.parts.clause_list import clause_list
from pages.parts.desk import Desk
from pages.parts.page import page_header

ENFORCED = ("enforced", "not_yet", "only_default")
VIEWS = ("clauses", "guide")


def page() -> None:
    desk = at.current().require("rulebook")
    page_header(desk, desk.t("rulebook.title"))
    first = "guide" if st.query_params.get("item") else "clauses"
    view = st.segmented_control(
        desk.t("rulebook.view"), VIEWS, default=first, required=True, format_func=lambda one: desk.t(f"rulebook.view_{one}"), key="rulebook_view", label_visibility="collapsed"
    )
    if view == "guide":
        draw_catalogue(desk)
    else:
        _clauses(desk)


def _clauses(desk: Desk) -> None:
    book = load_rulebook()
    rest = len(not_yet_enforced(book))
    st.caption(desk.t("rulebook.subtitle", n=len(book), enforced=len(book) - rest, rest=rest))
    asked = st.query_params.get("clause")
    if asked in book and st.button(desk.t("rulebook.show_all"), key="rulebook_all"):
        st.query_params.clear()
        asked = None
    found = [book[asked]] if asked in book else _filtered(desk, book)
    if not found:
        st.info(desk.t("rulebook.found_none"))
        return
    with desk.session() as session:
        late, stands = overdue(session, desk.now), standings(session, desk.now, asked).get(asked, Standing()) if asked in book else None
    st.caption(desk.t("rulebook.found", n=len(found)))
    clause_list(desk, found, late, opened=stands)


def _filtered(desk: Desk, book: Rulebook) -> list[Clause]:
    words = st.text_input(desk.t("rulebook.search"), placeholder=desk.t("rulebook.search_hint"), key="rulebook_search", label_visibility="collapsed")
    section = _one(desk, "section", range(1, 8))
    with st.expander(desk.t("rulebook.more_filters")):
        chosen = [_one(desk, "document", DOCUMENTS[:-1]), _one(desk, "shape", SHAPES), _one(desk, "enforced", ENFORCED)]
    return [clause for clause in book.values() if _fits(clause, section, *chosen) and _says(clause, words)]


def _one(desk: Desk, what: str, options) -> object:
    """One filter as a row of buttons; None: not chosen."""
    shown = "collapsed" if what == "section" else "visible"
    return st.pills(desk.t(f"rulebook.filter_{what}"), options, format_func=lambda one: _option(desk, what, one), key=f"rulebook_{what}", label_visibility=shown)


def _option(desk: Desk, what: str, one) -> str:
    if what == "document":
        return desk.t(f"shell.source_{one}")
    return desk.t(f"rulebook.{one}" if what == "enforced" else f"rulebook.{what}_{one}")


def _fits(clause: Clause, section: int | None, document: str | None, shape: str | None, enforced: str | None) -> bool:
    marks = {"enforced": clause.desk is not None, "not_yet": clause.desk is None, "only_default": any(dated.is_default for dated in clause.values)}
    return (
        section in (None, clause.section)
        and (document is None or document in {source.document for source in clause.sources})
        and shape in (None, clause.shape)
        and (enforced is None or marks[enforced])
    )


def _says(clause: Clause, words: str) -> bool:
    """Whether every word of the search stands in the clause, in either language."""
    text = " ".join((clause.id, *map(str, clause.sources), *clause.title.values(), *clause.figure.values())).lower()
    return all(word in text for word in words.lower().split())
