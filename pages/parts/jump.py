"""From one desk to another with something to look at: the other page takes it from st.session_state."""

import streamlit as st


def open_desk(name: str, **filters) -> None:
    """Open the desk `name`, leaving grid_filter or clause_filter for it."""
    for key, value in filters.items():
        st.session_state[key] = value
    st.switch_page(st.Page(lambda: None, title=name, url_path=name))
