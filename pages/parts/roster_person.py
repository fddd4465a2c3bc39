"""One person's file (一人一档): what is owed, personal data shown one by one, groups, contacts, and the forms that change it."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import streamlit as st

from core.calendar import local_day, local_minute
from core.care import PURPOSES
from db.commands import residents
from db.commands.residents import SHOWN_FOR
from db.queries.care import ContactRow, Membership, PersonFile, contacts, person
from pages.parts.appointments import ended_text
from pages.parts.care_text import due_text, groups_text, last_day, member_text, outcome_text, place_text
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.late_contacts import stand
from pages.parts.merges import draw_merged, draw_merges
from pages.parts.plain import plain
from pages.parts.reveal import draw_revealed, reveal
from pages.parts.roster_changes import draw_changes
from pages.parts.roster_consents import draw_consents
from pages.parts.roster_contact import draw_contact_form
from pages.parts.roster_departure import draw_departures, draw_standing
from pages.parts.roster_package import draw_package
from pages.parts.roster_photos import draw_photos
from pages.parts.roster_record import act_buttons
from pages.parts.roster_risks import draw_risk
from pages.parts.roster_update import draw_update

FIELDS = ("phone", "address", "registered_address", "id_number", "birth_date", "health")
HISTORY = 8


def person_view(desk: Desk, resident_id: UUID, *, place: str) -> None:
    """The whole file. `place`: where it is drawn ('dialog', 'table'), for its widgets' names."""
    with desk.session() as session:
        file = person(session, desk.now, resident_id)
    if file is None:
        st.info(desk.t("roster.gone"))
        return
    if file.row.merged:
        if stayed := draw_merged(desk, file):
            person_view(desk, stayed, place=place)
        return
    who, where = plain(groups_text(desk, file.row)), plain(place_text(desk, file.row))
    st.markdown(f"**{plain(file.row.name)}** {file.row.age_band or ''} · {who}  \n:gray[{where}]")
    with st.container(horizontal=True, gap="small", key=f"person-{place}"):
        act_buttons(desk, file.row, place=place)
    draw_standing(desk, file)
    _owed(desk, file)
    draw_risk(desk, file, place)
    draw_package(desk, file, place)
    draw_consents(desk, file, place)
    _fields(desk, file, place)
    if desk.may("care_file_update") and file.row.clocks:
        draw_update(desk, file, place)
    if desk.may("care_contact") and file.row.groups:
        draw_contact_form(desk, file, place)
    draw_departures(desk, file, place)
    draw_changes(desk, file, place)
    draw_merges(desk, file, place)
    _history(desk, file, place)


def _owed(desk: Desk, file: PersonFile) -> None:
    lines = []
    for clock in file.row.clocks:
        lines.append(f"- **{due_text(desk, clock, file.row.away)}** · {desk.t('roster.by_day', day=last_day(desk, clock.due_at))} {clause_mark(desk, clock.clause_id)}")
    lines += [f"- {_membership(desk, one)}" for one in file.memberships]
    st.markdown("\n".join(lines))


def _membership(desk: Desk, one: Membership) -> str:
    parts = [plain(member_text(desk, one.group, one.detail)), desk.t("roster.since", day=one.from_date), one.to_date and desk.t("roster.until", day=one.to_date)]
    parts += [one.basis and desk.t("roster.basis", basis=plain(one.basis)), _review(desk, one)]
    return " · ".join(part for part in parts if part)


def _review(desk: Desk, one: Membership) -> str | None:
    if one.next_review is None or one.to_date is not None:
        return None
    past = one.next_review < local_day(desk.now)
    return f":red[**{desk.t('roster.review_past', day=one.next_review)}**]" if past else desk.t("roster.review", day=one.next_review)


def _fields(desk: Desk, file: PersonFile, place: str) -> None:
    """Masked fields; each shown in full for a purpose and a while."""
    with st.expander(desk.t("roster.fields"), expanded=place == "dialog"):
        known = {field: file.fields[field] for field in FIELDS}
        st.markdown("\n".join(f"- :gray[{desk.label(f'care.field.{field}')}] {plain(value) or desk.t('roster.not_on_file')}" for field, value in known.items()))
        if not desk.may("reveal"):
            return
        st.caption(desk.t("care.shown_note", n=SHOWN_FOR))
        name = f"purpose-{place}-{file.row.resident_id}"
        purpose = st.selectbox(desk.t("roster.purpose"), PURPOSES, index=None, format_func=lambda one: desk.label(f"care.purpose.{one}"), key=name)
        with st.container(horizontal=True, gap="small"):
            for field in (one for one in FIELDS if known[one]):
                label = desk.t("roster.show_field", field=desk.t(f"care.field.{field}"))
                st.button(label, key=f"show-{place}-{field}", disabled=purpose is None, on_click=_reveal, args=(file.row.resident_id, field, name))
        for field in FIELDS:
            draw_revealed("roster", (file.row.resident_id, field), partial(_shown, field))


def _shown(field: str, desk: Desk, value: str | None) -> None:
    st.text(f"{desk.label(f'care.field.{field}')}  {value or desk.t('roster.not_on_file')}")


def _reveal(resident_id: UUID, field: str, purpose_at: str) -> None:
    reveal("roster", (resident_id, field), residents.reveal, st.session_state.get(purpose_at), resident_id=resident_id, field=field)


def _history(desk: Desk, file: PersonFile, place: str) -> None:
    name = f"history-{place}-{file.row.resident_id}"
    offset = st.session_state.get(name, 0)
    with desk.session() as session:
        rows, more = contacts(session, file.row.resident_id, limit=HISTORY, offset=offset)
    st.markdown(f"**{desk.t('roster.history')}**")
    st.markdown("\n".join(f"- {_contact(desk, row)}" for row in rows) or desk.t("roster.no_last"))
    draw_photos(desk, file, rows, place)
    with st.container(horizontal=True, gap="small"):
        if offset:
            st.button(desk.t("roster.newer"), key=f"{name}-newer", on_click=_turn, args=(name, offset - HISTORY))
        if more:
            st.button(desk.t("roster.older"), key=f"{name}-older", on_click=_turn, args=(name, offset + HISTORY))


def _contact(desk: Desk, row: ContactRow) -> str:
    parts = [local_minute(row.happened_at, row.day_only), desk.t(f"care.act.{row.act}"), outcome_text(desk, row.act, row.outcome), plain(row.by)]
    parts.insert(3, row.agreed and ended_text(desk, *row.agreed))
    if local_day(row.recorded_at) > local_day(row.happened_at) if row.day_only else (row.recorded_at - row.happened_at) > timedelta(hours=12):
        parts.append(f":orange[{desk.t('roster.history_late', day=local_day(row.recorded_at))}]")
    parts.append(row.late and stand(desk, row.late))
    return " · ".join(part for part in parts if part) + (f"  \n  {plain(row.note)}" if row.note else "")


def _turn(name: str, offset: int) -> None:
    st.session_state[name] = offset
