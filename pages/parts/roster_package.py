"""Somebody's service package in their file: who and what is there, what is missing, and all that is on record of it."""

from uuid import UUID

import streamlit as st

from core.care import PURPOSES
from core.packages import Part
from core.refusals import Refused
from db.commands import packages as commands
from db.queries.care import PersonFile
from db.queries.packages import MemberRow, Package, ServiceRow, package
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.package_text import answer_text, part_text
from pages.parts.plain import plain
from pages.parts.reveal import draw_revealed, reveal
from pages.parts.roster_package_entry import draw_entry
from pages.parts.roster_record import say


def draw_package(desk: Desk, file: PersonFile, place: str) -> None:
    """The package clause by clause, the form for one part of it, everybody and everything on record."""
    with desk.session() as session:
        own = package(session, desk.now, file.row.resident_id)
    if not own.wanted and not own.members and not own.services:
        return
    st.markdown("\n".join([f"**{desk.t('packages.title')}**", "", *_clauses(desk, own)]))
    if own.wanted and desk.may("care_file_update") and file.left_on is None:
        draw_entry(desk, file, own, place)
    if own.members or own.services:
        with st.expander(desk.t("packages.on_record", n=len(own.members) + len(own.services))):
            _on_record(desk, file, own, place)


def _clauses(desk: Desk, own: Package) -> list[str]:
    lines = []
    for clause_id in dict.fromkeys(part.clause_id for part in own.wanted):
        parts = [_standing(desk, own, part) for part in own.wanted if part.clause_id == clause_id]
        lines.append(f"- {clause_mark(desk, clause_id)}  \n  {' '.join(parts)}")
    return lines


def _standing(desk: Desk, own: Package, part: Part) -> str:
    """A chip: who or what is there, or that it is missing."""
    if part in own.gaps:
        return f":red-badge[{desk.t('packages.missing', parts=part_text(desk, part))}]"
    names = desk.t("packages.comma").join(plain(one.name) for one in own.members if one.role == part.id and one.serves)
    if names:
        return f":green-badge[{part_text(desk, part)} {names}]"
    record = next(one for one in own.services if one.part == part.id and one.holds)
    return f":{'green' if record.is_there else 'gray'}-badge[{part_text(desk, part)} {answer_text(desk, record.part, record.is_there)}]"


def _on_record(desk: Desk, file: PersonFile, own: Package, place: str) -> None:
    numbers = [one for one in own.members if one.phone and one.to_date is None]
    purpose_at = f"package-purpose-{place}-{file.row.resident_id}"
    purpose = None
    if numbers and desk.may("reveal"):
        purpose = st.selectbox(desk.t("roster.purpose"), PURPOSES, index=None, format_func=lambda one: desk.label(f"care.purpose.{one}"), key=purpose_at)
    for one in (*own.members, *own.services):
        st.markdown(f"- {_line(desk, one)}")
        with st.container(horizontal=True, gap="small"):
            if one in numbers and desk.may("reveal"):
                label = desk.t("roster.show_field", field=desk.t("care.field.phone"))
                st.button(label, key=f"package-show-{place}-{one.id}", disabled=purpose is None, on_click=_reveal, args=(one.id, purpose_at))
            if one.to_date is None and desk.may("care_file_update"):
                st.button(desk.t("packages.end"), key=f"package-end-{place}-{one.id}", on_click=_end, args=(file.row.resident_id, one), help=desk.t("packages.end_note"))
        draw_revealed("roster", ("member", one.id), _shown)


def _line(desk: Desk, one: MemberRow | ServiceRow) -> str:
    if isinstance(one, MemberRow):
        parts = [f"{part_text(desk, one.role)} **{plain(one.name)}**", one.phone, one.gone_on and f":red[{desk.t('packages.gone', day=one.gone_on)}]"]
    else:
        parts = [f"{part_text(desk, one.part)} **{answer_text(desk, one.part, one.is_there)}**", plain(one.note)]
    parts += [desk.t("roster.since", day=one.from_date), one.to_date and desk.t("roster.until", day=one.to_date)]
    return " · ".join(part for part in parts if part)


def _shown(desk: Desk, value: str | None) -> None:
    st.text(value or desk.t("roster.not_on_file"))


def _reveal(member_id: UUID, purpose_at: str) -> None:
    reveal("roster", ("member", member_id), commands.reveal_member, st.session_state.get(purpose_at), member_id=member_id)


def _end(resident_id: UUID, one: MemberRow | ServiceRow) -> None:
    """Before the page runs, so it asks again who is here."""
    desk = current().require("roster")
    command, name = (commands.end_member, "member_id") if isinstance(one, MemberRow) else (commands.end_service, "record_id")
    done = desk.carry_out(command, version=one.version, **{name: one.id})
    say(desk, resident_id, done if isinstance(done, Refused) else desk.t("packages.told_ended"))
