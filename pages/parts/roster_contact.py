"""An earlier contact of somebody's, entered in the file: act, outcome, when, why so late, photos."""

from datetime import datetime

import streamlit as st

from core.calendar import SHANGHAI, local_day
from core.care import OUTCOMES, acts_owed
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands.care import record_contact
from db.queries.care import PersonFile
from pages.parts.appointments import pick_agreed
from pages.parts.care_text import recorded_text
from pages.parts.consent_note import consent_note
from pages.parts.desk import Desk
from pages.parts.files import PHOTOS, pick_files
from pages.parts.plain import plain
from pages.parts.roster_record import form_key, settle


def draw_contact_form(desk: Desk, file: PersonFile, place: str) -> None:
    """The form for the acts that are owed; nothing where none is."""
    owed = acts_owed((group for group, _ in file.row.groups), load_rulebook(), local_day(desk.now))
    acts = [act for act in owed if act != "file_update"]
    if not acts:
        return
    with st.expander(desk.t("roster.record")), st.form(form_key(f"record-{place}-{file.row.resident_id}"), border=False):
        act = st.selectbox(desk.t("roster.record_act"), acts, format_func=lambda one: desk.label(f"care.act.{one}"))
        outcome = st.selectbox(desk.t("roster.record_outcome"), OUTCOMES, format_func=lambda one: desk.label(f"care.outcome.{one}"))
        here = desk.now.astimezone(SHANGHAI)
        with st.container(horizontal=True, gap="small"):
            day = st.date_input(desk.t("common.date"), here.date(), max_value=here.date(), width=160)
            time = st.time_input(desk.t("common.time"), here.time().replace(second=0, microsecond=0), width=120)
        st.caption(desk.t("appointments.form_note"))
        agreed = pick_agreed(desk, form_key(f"record-agreed-{place}-{file.row.resident_id}"))
        note = st.text_area(desk.t("roster.record_note"), max_chars=500)
        why = st.text_input(desk.t("late_entries.reason"), max_chars=200)
        st.markdown(desk.t("files.pick_photo"))
        uploads = [] if consent_note(desk, file.row.resident_id, "photo") else pick_files(desk, form_key(f"photos-{place}-{file.row.resident_id}"), PHOTOS)
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            at = datetime.combine(day, time, SHANGHAI)
            said = {"act": act, "outcome": outcome, "happened_at": at, "note": note, "uploads": uploads, "late_reason": why, "agreed": agreed}
            done = desk.carry_out(record_contact, resident_id=file.row.resident_id, **said)
            settle(desk, file.row.resident_id, done, "" if isinstance(done, Refused) else recorded_text(desk, plain(file.row.name), act, outcome, done))
