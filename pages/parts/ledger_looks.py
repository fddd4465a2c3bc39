"""Who looked at whom, on the ledger's desk: by who looked, at whom and when."""

from datetime import date, datetime, timedelta
from uuid import UUID

import streamlit as st

from core.periods import local_midnight
from db.queries.looks import looked_at, lookers, looks
from pages.parts.desk import Desk
from pages.parts.ledger_entries import looked_table
from pages.parts.plain import plain

PAGE = 50
FEW = 10
"""Up to so many looks there is nothing to narrow."""


def draw_looks(desk: Desk, community_id: UUID) -> None:
    """The looks at personal data in full, and once there are some, what narrows them."""
    st.caption(desk.t("ledger.looked_why"))
    with desk.session() as session:
        of, found = looks(session, community_id, limit=PAGE)
    if not of:
        st.caption(desk.t("ledger.looked_none"))
        return
    if of > FEW:
        narrowed = _narrowed(desk, community_id)
        with desk.session() as session:
            of, _ = looks(session, community_id, **narrowed, limit=0)
            number = page_number(desk, of, "looked-page")
            _, found = looks(session, community_id, **narrowed, limit=PAGE, offset=(number - 1) * PAGE)
        st.caption(desk.t("ledger.found", n=of))
    if found:
        looked_table(desk, found)


def _narrowed(desk: Desk, community_id: UUID) -> dict:
    with desk.session() as session:
        who, whom = lookers(session, community_id), looked_at(session, community_id)
    with st.container(horizontal=True):
        actor = choose(desk, "ledger.looker", who, "looked-who")
        resident = choose(desk, "ledger.looked_at", whom, "looked-whom")
        since, until = span(desk, "looked")
    return {"actor_id": actor, "resident_id": resident, "since": since, "until": until}


def choose(desk: Desk, label: str, of: dict, key: str):
    """One of `of` (value → its words), or None for all."""
    return st.selectbox(desk.t(label), [None, *of], format_func=lambda one: plain(of[one]) if one else desk.t("common.all"), key=f"{key}-{desk.lang}")


def span(desk: Desk, key: str) -> tuple[datetime | None, datetime | None]:
    """Two local days asked for, as [since, until) in UTC."""
    first: date | None = st.date_input(desk.t("ledger.since"), None, format="YYYY-MM-DD", key=f"{key}-since")
    last: date | None = st.date_input(desk.t("ledger.until"), None, format="YYYY-MM-DD", key=f"{key}-until")
    return local_midnight(first) if first else None, local_midnight(last + timedelta(1)) if last else None


def page_number(desk: Desk, of: int, key: str) -> int:
    """Which page of `of` rows is wanted; not asked where there is one."""
    pages = max(1, -(-of // PAGE))
    return st.number_input(desk.t("ledger.page", pages=pages), 1, pages, 1, key=key) if pages > 1 else 1
