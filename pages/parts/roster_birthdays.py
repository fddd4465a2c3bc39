"""Who has come onto the roster at 60, or left it at 18, by itself: told above the list, each with the way to their file."""

import streamlit as st

from core.care import TOLD_FOR
from db.queries.birthdays import by_age
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.plain import plain
from pages.parts.roster_person import person_view
from pages.parts.roster_record import tell


def draw_birthdays(desk: Desk) -> None:
    """Nothing where there is nobody."""
    found = kept(desk, by_age)
    if not found:
        return
    with st.expander(desk.t("roster.by_age", n=len(found), days=TOLD_FOR.days)):
        st.caption(desk.t("roster.by_age_note"))
        for one in found:
            words = desk.t("roster.joined_by_age" if one.joined else "roster.left_by_age", name=plain(one.name), grid=one.grid or desk.t("roster.no_grid"))
            if st.button(words, key=f"by-age-{one.id}", width="stretch"):
                st.dialog(desk.t("roster.file_of", name=plain(one.name)), width="large", on_dismiss="rerun")(_file)(one.resident_id)


def _file(resident_id) -> None:
    desk = current().require("roster")
    tell(here=True)
    person_view(desk, resident_id, place="dialog")
