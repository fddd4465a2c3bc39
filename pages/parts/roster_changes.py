"""Protected fields in somebody's file: asking for another value, and what was asked for, with the values in full for a purpose."""

from functools import partial

import streamlit as st

from core.changes import TYPED
from db.commands.changes import ask, reveal_change
from db.queries.care import PersonFile
from db.queries.changes import ChangeLine, of_resident
from pages.parts.changes import answers, said
from pages.parts.desk import Desk
from pages.parts.reveal import ask_purpose, draw_revealed
from pages.parts.roster_record import form_key, settle


def draw_changes(desk: Desk, file: PersonFile, place: str) -> None:
    """What waits first, open; then the form; what was decided under it."""
    with desk.session() as session:
        found = of_resident(session, file.row.resident_id)
    for one in (one for one in found if one.approved is None):
        with st.container(border=True, key=f"change-{place}-{one.id}"):
            st.markdown(f":orange[**{desk.t('changes.waits')}**] {said(desk, one)}")
            _in_full(desk, one)
            answers(desk, one)
    if desk.may("care_file_update"):
        _form(desk, file, place)
    decided = [one for one in found if one.approved is not None]
    if decided:
        with st.expander(desk.t("changes.decided", n=len(decided))):
            st.markdown("\n".join(f"- {said(desk, one)} · **{desk.t('changes.is_approved' if one.approved else 'changes.is_refused')}**" for one in decided))


def _form(desk: Desk, file: PersonFile, place: str) -> None:
    with st.expander(desk.t("changes.form")), st.form(form_key(f"change-form-{place}-{file.row.resident_id}"), border=False):
        st.caption(desk.t("changes.form_note"))
        field = st.selectbox(desk.t("changes.field"), TYPED, format_func=lambda one: desk.label(f"care.field.{one}"))
        value = st.text_input(desk.t("changes.value"), max_chars=120, help=desk.t("changes.value_note"))
        reason = st.text_input(desk.t("changes.basis"), max_chars=200)
        if st.form_submit_button(desk.t("changes.ask"), type="primary", width="stretch"):
            done = desk.carry_out(ask, resident_id=file.row.resident_id, field=field, value=value, reason=reason)
            settle(desk, file.row.resident_id, done, desk.t("changes.told_asked"))


def _in_full(desk: Desk, one: ChangeLine) -> None:
    """Masked values of two numbers may look the same: who decides can see them."""
    if one.field in TYPED and desk.may("reveal"):
        of = ("change", one.id)
        ask_purpose(desk, "roster", desk.t("changes.show"), of, reveal_change, request_id=one.id)
        draw_revealed("roster", of, partial(_shown, one.field))


def _shown(field: str, desk: Desk, values: tuple[str | None, str]) -> None:
    before, wanted = values
    st.text(desk.t("changes.becomes", field=desk.t(f"care.field.{field}"), before=before or desk.t("roster.not_on_file"), wanted=wanted))
