"""Which community and which quarter a page is about."""

from uuid import UUID

import streamlit as st

from db.queries.identity import communities
from pages.parts.desk import Desk
from pages.parts.one_run import once


def places(desk: Desk) -> dict[UUID, str]:
    """The communities in the desk's scope, id → name, by name; read once a run."""
    return once(("places", desk.scope), lambda: _places(desk))


def _places(desk: Desk) -> dict[UUID, str]:
    with desk.session() as session:
        return communities(session)


def pick_community(desk: Desk) -> UUID | None:
    """The community to look at: chosen where the scope has several; None where it has none. The choice holds across pages."""
    if len(desk.scope.communities) < 2:
        return next(iter(desk.scope.communities), None)
    names = places(desk)
    before = st.session_state.get("community_picked")
    index = list(names).index(before) if before in names else 0
    chosen = st.selectbox(desk.t("checklist.community"), list(names), index=index, format_func=names.get, key=f"community-pick-{desk.lang}")
    st.session_state["community_picked"] = chosen
    return chosen


def quarter_name(desk: Desk, key: str) -> str:
    """2026-Q4 in words."""
    return desk.t("checklist.quarter_name", year=key[:4], number=key[-1])


def pick_quarter(desk: Desk, keys: list[str]) -> str:
    """One of the quarters, the running one first."""
    return st.selectbox(desk.t("checklist.quarter"), keys, format_func=lambda key: quarter_name(desk, key), key=f"quarter-pick-{desk.lang}")
