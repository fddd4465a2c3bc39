"""What somebody's personal data is used for, and what they agreed to, in their file."""

import streamlit as st

from core.calendar import local_day
from core.consents import LONGEST_NOTE, PURPOSES, WAYS
from db.commands.consents import record_consent
from db.queries.care import PersonFile
from db.queries.consents import ConsentRow, consents
from pages.parts.desk import Desk
from pages.parts.plain import plain
from pages.parts.roster_record import form_key, settle


def draw_consents(desk: Desk, file: PersonFile, place: str) -> None:
    """Each purpose with the word that holds, the form, and all that was said before."""
    with desk.session() as session:
        found = consents(session, file.row.resident_id)
    holds = {one.purpose: one for one in reversed(found)}
    st.markdown("\n".join([f"**{desk.t('consents.title')}**", "", " ".join(_badge(desk, one, holds.get(one)) for one in PURPOSES)]))
    if file.left_on is None and desk.may("care_file_update"):
        with st.expander(desk.t("consents.form")):
            _form(desk, file, place)
            st.markdown("\n".join(f"- {_line(desk, one)}" for one in found))


def _badge(desk: Desk, purpose: str, one: ConsentRow | None) -> str:
    colour, word = ("orange", "missing") if one is None else ("green", "agreed") if one.agreed else ("red", "refused")
    return f":{colour}-badge[{desk.t(f'consents.{word}', purpose=desk.t(f'consents.purpose.{purpose}'), day=one and one.said_on)}]"


def _form(desk: Desk, file: PersonFile, place: str) -> None:
    today = local_day(desk.now)
    with st.form(form_key(f"consent-{place}-{file.row.resident_id}"), border=False):
        st.caption(desk.t("consents.form_note"))
        purpose = st.selectbox(desk.t("consents.what"), PURPOSES, format_func=lambda one: desk.label(f"consents.purpose.{one}"))
        agreed = st.radio(desk.t("consents.answer"), (True, False), format_func=lambda one: desk.label("consents.yes" if one else "consents.no"), horizontal=True)
        way = st.selectbox(desk.t("consents.way"), WAYS, format_func=lambda one: desk.label(f"consents.way.{one}"))
        day = st.date_input(desk.t("consents.day"), today, max_value=today, width=160)
        note = st.text_input(desk.t("consents.note"), max_chars=LONGEST_NOTE)
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            done = desk.carry_out(record_consent, resident_id=file.row.resident_id, purpose=purpose, agreed=agreed, way=way, said_on=day, note=note)
            settle(desk, file.row.resident_id, done, desk.t("consents.told"))


def _line(desk: Desk, one: ConsentRow) -> str:
    answer = desk.t("consents.agreed" if one.agreed else "consents.refused", purpose=desk.label(f"consents.purpose.{one.purpose}"), day=one.said_on)
    said = desk.t("consents.line", answer=answer, way=desk.t(f"consents.way.{one.way}"), by=one.by or desk.t("risks.somebody"))
    return plain(f"{said} · {one.note}" if one.note else said)
