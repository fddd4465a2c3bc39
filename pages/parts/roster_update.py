"""Going through a person's file once a quarter: what is left empty was checked, what is typed replaces what stood there."""

from datetime import datetime

import streamlit as st

from core.care import DETAILS
from core.refusals import Refused
from db.commands.care import update_file
from db.queries.care import PersonFile
from pages.parts.care_text import last_day
from pages.parts.desk import Desk
from pages.parts.plain import plain
from pages.parts.roster_record import form_key, settle


def draw_update(desk: Desk, file: PersonFile, place: str) -> None:
    """The form; what stays empty was found right."""
    with st.expander(desk.t("roster.update")), st.form(form_key(f"update-{place}-{file.row.resident_id}"), border=False):
        st.caption(desk.t("roster.update_note"))
        typed = {field: st.text_input(desk.label(f"care.field.{field}"), max_chars=120) for field in ("phone", "health", "registered_address")}
        detail = None
        if any(group == "elder" for group, _ in file.row.groups):
            words = {None: "roster.update_unchanged", "": "roster.update_none"} | {one: f"care.detail.{one}" for one in DETAILS}
            detail = st.selectbox(desk.t("roster.update_living"), (None, "", *DETAILS), format_func=lambda one: desk.label(words[one]))
        if st.form_submit_button(desk.t("roster.update_confirm"), type="primary", width="stretch"):
            done = desk.carry_out(update_file, resident_id=file.row.resident_id, expected_version=file.row.version, detail=detail, **typed)
            settle(desk, file.row.resident_id, done, "" if isinstance(done, Refused) else _updated(desk, file, done.next_due))


def _updated(desk: Desk, file: PersonFile, next_due: datetime | None) -> str:
    name = plain(file.row.name)
    return desk.t("roster.updated", name=name, due=last_day(desk, next_due)) if next_due else name
