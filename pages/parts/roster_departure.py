"""In hospital and back, gone and undone, in a group and out of it: the forms of a person's file, and what is on file of it."""

from datetime import timedelta
from uuid import UUID

import streamlit as st

from core.calendar import local_day, local_minute
from core.care import GROUPS, of_age
from core.departures import EXITS, HOLDS
from core.refusals import Refused
from db.commands import changes
from db.commands import departures as commands
from db.commands.care import enrol
from db.queries.care import PersonFile
from db.queries.departures import DepartureRow
from pages.parts.care_text import away_text
from pages.parts.desk import Desk, current
from pages.parts.plain import plain
from pages.parts.roster_record import form_key, say, settle
from pages.parts.roster_review import draw_review


def draw_standing(desk: Desk, file: PersonFile) -> None:
    """Where somebody is who is not at home, how many periods their stays have taken out of what is owed, and whether they can't be reached."""
    lines = [f":orange[**{away_text(desk, file.row.away)}**]"] if file.row.away else []
    lines += [f":orange[**{desk.label('roster.lives_apart')}**]"] if file.lives_apart else []
    lines += [desk.t("roster.held", n=file.held)] if file.held else []
    lines += [f":red[**{desk.t('care.attempts_failed', n=file.row.failed)}**]"] if file.row.failed > 1 else []
    lines += [f":orange[{desk.t('care.being_looked_for', number=file.row.check)}]"] if file.row.check else []
    if lines:
        st.markdown(" · ".join(lines))
    none = desk.t("roster.no_grid")
    if moves := [desk.t("roster.moved", day=one.moved_on, before=one.before or none, after=one.after or none) for one in file.moves]:
        st.caption("\n\n".join(map(plain, moves)))


def draw_departures(desk: Desk, file: PersonFile, place: str) -> None:
    """The forms for what may be entered now, and under them what was entered."""
    on_roster, gone = bool(file.row.groups), file.left_on is not None
    standing = next((row for row in file.departures if row.lasts and row.kind in HOLDS), None)
    if desk.may("care_hold") and standing and not gone:
        _back(desk, file, standing, place)
    elif desk.may("care_hold") and on_roster and not gone:
        _away(desk, file, HOLDS, "roster.away_form", "roster.away_note", place)
    if desk.may("care_exit") and not gone:
        _away(desk, file, EXITS, "roster.exit_form", "roster.exit_note", place)
    if desk.may("care_file_update") and not gone:
        _groups(desk, file, place)
        if on_roster:
            draw_review(desk, file, place)
    if file.departures:
        with st.expander(desk.t("roster.departures")):
            for row in file.departures:
                _line(desk, file, row, place)


def _away(desk: Desk, file: PersonFile, kinds: tuple[str, ...], title: str, note: str, place: str) -> None:
    today, ends = local_day(desk.now), kinds == HOLDS
    with st.expander(desk.t(title)), st.form(form_key(f"{kinds[0]}-{place}-{file.row.resident_id}"), border=False):
        st.caption(desk.t(note))
        # Nothing closes by a finger that slips: which way somebody has left is said, never preset.
        kind = st.selectbox(desk.t("roster.away_kind"), kinds, index=0 if ends else None, format_func=lambda one: desk.label(f"departures.{one}"))
        with st.container(horizontal=True, gap="small"):
            begin = st.date_input(desk.t("roster.away_from"), today, max_value=today, width=160)
            back = st.date_input(desk.t("roster.away_back"), None, min_value=today - timedelta(366), width=200) if ends else None
        reason = st.text_input(desk.t("roster.away_reason"), max_chars=200)
        saved = st.form_submit_button(desk.t("common.save"), type="primary", width="stretch")
        if saved and kind is None:
            st.error(desk.t("departures.which"))
        elif saved:
            more = {"until_date": back} if ends else {}
            command = commands.hold if ends else commands.leave_roster
            _told(desk, file, desk.carry_out(command, resident_id=file.row.resident_id, kind=kind, from_date=begin, reason=reason, **more), kind)


def _back(desk: Desk, file: PersonFile, standing: DepartureRow, place: str) -> None:
    with st.expander(desk.t("roster.back_form")), st.form(form_key(f"back-{place}-{standing.id}"), border=False):
        st.caption(desk.t("roster.back_note"))
        first = standing.from_date + timedelta(1)
        day = st.date_input(desk.t("roster.back_day"), max(first, local_day(desk.now)), min_value=first, width=160)
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            _told(desk, file, desk.carry_out(commands.come_back, departure_id=standing.id, version=standing.version, until_date=day), "back")


def _groups(desk: Desk, file: PersonFile, place: str) -> None:
    own = [group for group, _ in file.row.groups]
    options = [("in", one) for one in GROUPS if one not in own and of_age(one, file.row.age_band)] + [("out", one) for one in own]
    with st.expander(desk.t("roster.groups_form")), st.form(form_key(f"groups-{place}-{file.row.resident_id}"), border=False):
        st.caption(desk.t("roster.groups_note"))
        way, group = st.selectbox(desk.t("roster.groups_what"), options, format_func=lambda one: desk.t(f"roster.groups_{one[0]}", group=desk.t(f"care.group.{one[1]}")))
        day = st.date_input(desk.t("roster.groups_day"), local_day(desk.now), max_value=local_day(desk.now), width=160)
        basis = st.text_input(desk.t("roster.groups_basis"), max_chars=200)
        review = st.date_input(desk.t("roster.review_day"), None, min_value=local_day(desk.now) + timedelta(1), width=200)
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            about = {"resident_id": file.row.resident_id}
            if way == "in":
                done = desk.carry_out(enrol, group=group, from_date=day, basis=basis.strip() or None, next_review=review, **about)
            else:
                done = desk.carry_out(changes.ask, field="group_end", value=f"{group}:{day.isoformat()}", reason=basis, **about)
            _told(desk, file, done, way)


def _line(desk: Desk, file: PersonFile, row: DepartureRow, place: str) -> None:
    parts = [away_text(desk, (row.kind, row.from_date, row.until_date)), plain(row.reason), desk.t("roster.away_entered", at=local_minute(row.recorded_at)), plain(row.by)]
    undone = row.undone_at and desk.t("roster.undone", at=local_minute(row.undone_at))
    st.markdown(f"- {' · '.join(part for part in (*parts, undone) if part)}")
    if row.undone_at is None and desk.may("care_hold" if row.kind in HOLDS else "care_exit"):
        st.button(desk.t("roster.undo"), key=f"undo-{place}-{row.id}", on_click=_undo, args=(file.row.resident_id, row.id, row.version), help=desk.t("roster.undo_note"))


def _undo(resident_id: UUID, departure_id: UUID, version: int) -> None:
    desk = current().require("roster")
    done = desk.carry_out(commands.undo, departure_id=departure_id, version=version)
    say(desk, resident_id, done if isinstance(done, Refused) else _text(desk, done, "undone"))


def _told(desk: Desk, file: PersonFile, done, what: str) -> None:
    settle(desk, file.row.resident_id, done, _text(desk, done, what, name=plain(file.row.name)))


def _text(desk: Desk, done, what: str, **words) -> str:
    """What was done, until when a stay holds whose end nobody knows, and who is to be looked for at home after all."""
    said, until, check = desk.t(f"roster.told_{what}", **words), getattr(done, "until", None), getattr(done, "check", None)
    said += f" {desk.t('roster.told_until', day=until)}" if until else ""
    return said + (f" {desk.t('roster.told_check', number=check)}" if check else "")
