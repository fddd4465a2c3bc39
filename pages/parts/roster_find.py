"""Any resident's file, also of those on no roster: where somebody is enrolled."""

import streamlit as st

from db.queries.roster import RosterRow, found_people
from pages.parts.care_text import place_text
from pages.parts.desk import Desk, current
from pages.parts.plain import plain
from pages.parts.roster_person import person_view
from pages.parts.roster_record import tell


def find_button(desk: Desk) -> None:
    """Opens the search, for those who may enrol."""
    if desk.may("care_file_update") and st.button(desk.t("roster.enrol"), key="roster-find"):
        st.dialog(desk.t("roster.enrol"), width="large")(_find)()


def _find() -> None:
    desk = current().require("roster")
    tell(here=True)
    text = st.text_input(desk.t("roster.enrol_find"), key="roster_find", help=desk.t("roster.enrol_note"))
    with desk.session() as session:
        rows = found_people(session, desk.now, text) if text.strip() else ()
    if text.strip() and not rows:
        st.info(desk.t("roster.enrol_none"))
    names = {row.resident_id: f"{plain(row.name)} {row.age_band or ''} · {plain(place_text(desk, row))}" + _went(desk, row) for row in rows}
    if names:
        chosen = st.selectbox(desk.t("roster.enrol_pick"), tuple(names), format_func=names.get, index=0 if len(names) == 1 else None, key="roster_found")
        if chosen:
            person_view(desk, chosen, place="found")


def _went(desk: Desk, row: RosterRow) -> str:
    return f" · {desk.t('merges.mark')}" if row.merged else ""
