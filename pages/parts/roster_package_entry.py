"""Filling a gap of somebody's service package in a few taps: which part, who or since when."""

from functools import partial

import streamlit as st

from core.calendar import local_day
from core.packages import OR_NONE, ROLES, STAFF_KINDS
from core.refusals import Refused
from db.commands import packages as commands
from db.queries.care import PersonFile
from db.queries.packages import Package, helpers
from pages.parts.consent_note import consent_note
from pages.parts.desk import Desk
from pages.parts.package_text import answer_text, part_text
from pages.parts.roster_record import say

OTHER = "other"
"""Somebody who is not of the community's staff."""


def draw_entry(desk: Desk, file: PersonFile, own: Package, place: str) -> None:
    """Which part, and then its few fields; what is missing comes first."""
    gaps = list(dict.fromkeys(part.id for part in own.gaps))
    options = gaps + [one for one in dict.fromkeys(part.id for part in own.wanted) if one not in gaps]
    with st.expander(desk.t("packages.enter")):
        chosen = st.pills(
            desk.t("packages.which"), options, format_func=partial(_option, desk, gaps), default=options[0], required=True,
            key=f"package-{place}-{file.row.resident_id}-{len(gaps)}", label_visibility="collapsed",
        )  # fmt: skip
        with st.form(f"package-form-{place}-{file.row.resident_id}-{chosen}", border=False, clear_on_submit=True):
            (_member if chosen in ROLES else _service)(desk, file, chosen)


def _option(desk: Desk, gaps: list[str], part: str) -> str:
    return desk.t("packages.missing", parts=part_text(desk, part)) if part in gaps else part_text(desk, part)


def _member(desk: Desk, file: PersonFile, role: str) -> None:
    """One of the staff, or a name and a number; or that there is nobody."""
    kinds = STAFF_KINDS.get(role, ())
    consent_note(desk, file.row.resident_id, "share")
    with desk.session() as session:
        known = helpers(session, desk.now, file.row.resident_id, kinds) if kinds else {}
    mine = desk.actor.staff_id if desk.actor.staff_id in known else next((one for one, name in known.items() if name == file.row.holder), OTHER)
    whom = OTHER
    if known:
        options = [*known, OTHER]
        whom = st.selectbox(desk.t("packages.whom"), options, options.index(mine), format_func=lambda one: known.get(one, desk.t("packages.somebody_else")))
    name = st.text_input(desk.t("packages.name_else" if known else "packages.name"), max_chars=60)
    phone = st.text_input(desk.t("packages.phone"), max_chars=40)
    day = st.date_input(desk.t("packages.since"), local_day(desk.now), max_value=local_day(desk.now), width=160)
    saved = st.form_submit_button(desk.t("packages.save_member", part=part_text(desk, role)), type="primary", width="stretch")
    nobody = role in OR_NONE and st.form_submit_button(answer_text(desk, role, False), width="stretch")
    about = {"resident_id": file.row.resident_id, "from_date": day}
    if saved:
        who = {"staff_id": whom} if whom != OTHER and not name.strip() else {"name": name, "phone": phone.strip() or None}
        _told(desk, file, desk.carry_out(commands.add_member, role=role, **who, **about), role)
    elif nobody:
        _told(desk, file, desk.carry_out(commands.record_service, part=role, is_there=False, **about), role)


def _service(desk: Desk, file: PersonFile, part: str) -> None:
    """A button for each answer."""
    day = st.date_input(desk.t("packages.since"), local_day(desk.now), max_value=local_day(desk.now), width=160)
    note = st.text_input(desk.t("packages.note"), max_chars=200)
    answers = (True, False) if part in OR_NONE else (True,)
    tapped = [is_there for is_there in answers if st.form_submit_button(answer_text(desk, part, is_there), type="primary" if is_there else "secondary", width="stretch")]
    if tapped:
        done = desk.carry_out(commands.record_service, resident_id=file.row.resident_id, part=part, is_there=tapped[0], from_date=day, note=note)
        _told(desk, file, done, part)


def _told(desk: Desk, file: PersonFile, done, part: str) -> None:
    say(desk, file.row.resident_id, done if isinstance(done, Refused) else desk.t("packages.told", part=part_text(desk, part)))
    # Only the file is drawn anew: the dialog stays open for the next gap.
    st.rerun(scope="fragment")
