"""Photos of somebody's home visits: those on file, and adding one to a visit recorded before."""

import streamlit as st

from core.calendar import local_minute
from core.refusals import Refused
from db.commands.files import attach_to_contact
from db.queries.care import ContactRow, PersonFile
from pages.parts.desk import Desk
from pages.parts.files import PHOTOS, draw_files_of, pick_files
from pages.parts.plain import plain
from pages.parts.roster_record import say


def draw_photos(desk: Desk, file: PersonFile, rows: list[ContactRow], place: str) -> None:
    """Of the contacts shown; `place` tells the same person's widgets apart."""
    key = f"photos-of-{place}-{file.row.resident_id}"
    draw_files_of(desk, "roster", file.community_id, contact_ids=[row.id for row in rows], key=key)
    visits = {row.id: row for row in rows if row.act == "visit"}
    if not visits or not desk.may("care_contact"):
        return
    with st.expander(desk.t("files.later")), st.form(key, border=False, clear_on_submit=True):
        which = st.selectbox(desk.t("files.which_visit"), list(visits), format_func=lambda one: local_minute(visits[one].happened_at, visits[one].day_only))
        uploads = pick_files(desk, f"{key}-field", PHOTOS)
        if st.form_submit_button(desk.t("files.save"), type="primary", width="stretch"):
            done = desk.carry_out(attach_to_contact, community_id=file.community_id, contact_id=which, uploads=uploads)
            say(desk, file.row.resident_id, done if isinstance(done, Refused) else f"{plain(file.row.name)}: {desk.t('files.attached', n=len(done.ids))}")
            st.rerun()
