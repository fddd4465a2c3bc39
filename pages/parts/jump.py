"""From one desk to another with something to look at: the other page takes it from st.session_state."""

import streamlit as st

GRID, CLAUSE, HOLDER = "grid_filter", "clause_filter", "holder_filter"
BY_CLAUSE = ("checklist", "rulebook")
"""The desks that open any clause named in their address."""
BY_CLOCK = ("queue", "roster", "duties")
"""The desks that are narrowed to one whose clocks they list; of another they would show nothing."""

BY_PACKAGE = ("roster",)
"""The desk that is narrowed to who lacks something of a service package."""


def open_desk(name: str, **filters) -> None:
    """Open the desk `name`, leaving `filters` (of GRID, CLAUSE, HOLDER, or widgets of its own) for it and no older ones."""
    for key in (GRID, CLAUSE, HOLDER):
        st.session_state.pop(key, None)
    for key, value in filters.items():
        st.session_state[key] = value
    st.switch_page(st.Page(lambda: None, title=name, url_path=name))


def take_clause() -> None:
    """The clause that a link names in the page's address becomes CLAUSE, once: afterwards the page's own controls hold."""
    if clause_id := st.query_params.get("clause"):
        del st.query_params["clause"]
        st.session_state[CLAUSE] = clause_id
