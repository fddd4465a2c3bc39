"""Whose matter it is, if they are on file: found by name, linked with a tap. Disabled residents then go first in the queue (service.priority)."""

import streamlit as st

from core.queue import FIRST, GROUP
from db.queries.roster import RosterRow, found_people
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.plain import plain

FEW = 6


def pick_applicant(desk: Desk) -> RosterRow | None:
    """The resident tapped, of those whose name has the typed part; outside the form: who it is fills it in."""
    text = st.text_input(desk.t("queue.on_file"), key="queue_on_file", placeholder=desk.t("queue.on_file_hint"), max_chars=50).strip()
    if not text:
        return None
    with desk.session() as session:
        rows = {row.resident_id: row for row in found_people(session, desk.now, text, limit=FEW)}
    if not rows:
        st.caption(desk.t("queue.on_file_none"))
        return None
    names = {key: " · ".join(filter(None, (plain(row.name), row.age_band, plain(row.building or row.grid)))) for key, row in rows.items()}
    chosen = rows.get(st.pills(desk.t("queue.on_file_pick"), list(names), format_func=names.get, key="queue_on_file_pick", width="stretch"))
    if chosen and any(group == GROUP for group, _ in chosen.groups):
        st.markdown(f"{desk.t('queue.goes_first')} {clause_mark(desk, FIRST)}")
    return chosen
