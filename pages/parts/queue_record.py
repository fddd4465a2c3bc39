"""Recording what was done for a resident, a grid or the community: one tap opens it, the second files it."""

from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.calendar import SHANGHAI
from core.clocks import deadline_text
from core.duties import ELSEWHERE
from core.files import Upload
from core.late_entries import period_over
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands import residents
from db.commands.care import record_contact
from db.commands.duties import Kept, record_duty
from db.queries.queue import QueueItem
from pages.parts.care_text import recorded_text
from pages.parts.clause import clause_mark, source_text
from pages.parts.consent_note import consent_note
from pages.parts.desk import Desk, current
from pages.parts.files import PHOTOS, pick_files
from pages.parts.jump import open_desk
from pages.parts.plain import plain
from pages.parts.queue_cards import what_of
from pages.parts.queue_outcomes import forget_ending, pick_ending
from pages.parts.reveal import ask_purpose, draw_revealed


def open_record(desk: Desk, item: QueueItem) -> None:
    """The dialog in which `item`, a contact or a duty, is recorded; or the desk whose own work fulfils it."""
    if where := ELSEWHERE.get(item.clause_id):
        open_desk(where)
    forget_ending()
    form = _contact if item.subject_kind == "resident" else _duty
    st.dialog(plain(what_of(desk, item)))(form)(item)


def happened_at(desk: Desk, key: str = "queue", label: str = "queue.earlier") -> datetime:
    """Now, or the earlier moment that was typed in. `key`: where there are two of them in one dialog; `label`: what it is the moment of."""
    if not st.toggle(desk.t(label), key=f"{key}_earlier"):
        return desk.now
    local = desk.now.astimezone(SHANGHAI)
    with st.container(horizontal=True, gap="small"):
        day = st.date_input(desk.t("common.date"), local.date(), max_value=local.date(), key=f"{key}_day", width=160)
        time = st.time_input(desk.t("common.time"), local.time().replace(second=0, microsecond=0), step=300, key=f"{key}_time", width=120)
    return datetime.combine(day, time, SHANGHAI)


def say_refused(desk: Desk, refused: Refused) -> None:
    """Why not, and by which clause; without the chip's button, which would open a dialog over this one."""
    st.error(" ".join(filter(None, (f"**{refused.text(desk.lang)}**", refused.clause_id and clause_mark(desk, refused.clause_id)))))


def _contact(item: QueueItem) -> None:
    desk = current().require("queue")
    if item.kind in ("call", "visit"):
        _phone(desk, item)
    told = st.container()
    ended = pick_ending(desk, item.kind)
    note = st.text_input(desk.t("queue.note"), key="queue_note", max_chars=500)
    uploads = _photos(desk, item) if item.kind == "visit" else []
    at = happened_at(desk)
    why = st.text_input(desk.t("late_entries.reason"), key="queue_late_reason", max_chars=200) if period_over(load_rulebook()[item.clause_id], at, desk.now) else None
    if ended:
        outcome, again_at, agreed = ended
        said = {"act": item.kind, "outcome": outcome, "happened_at": at, "note": note, "again_at": again_at, "uploads": uploads, "late_reason": why, "agreed": agreed}
        done = desk.carry_out(record_contact, resident_id=item.subject_id, **said)
        _answer(desk, told, done if isinstance(done, Refused) else recorded_text(desk, plain(item.title), item.kind, outcome, done))


def _photos(desk: Desk, item: QueueItem) -> list[Upload]:
    with st.expander(desk.t("files.pick_photo")):
        return [] if consent_note(desk, item.subject_id, "photo") else pick_files(desk, "queue_photos", PHOTOS)


def _phone(desk: Desk, item: QueueItem) -> None:
    if desk.may("reveal"):
        ask_purpose(desk, "queue", desk.t("queue.show_phone"), item.subject_id, residents.reveal, resident_id=item.subject_id, field="phone")
        draw_revealed("queue", item.subject_id, _number)


def _number(desk: Desk, shown: str | None) -> None:
    dial = f"tel:{''.join(sign for sign in shown or '' if sign in '+0123456789')}"
    st.markdown(f"### [{plain(shown)}]({dial})" if shown else desk.t("queue.no_phone"))


def _duty(item: QueueItem) -> None:
    desk = current().require("queue")
    clause = load_rulebook()[item.clause_id]
    st.caption(f"{clause.figure[desk.lang]} · {source_text(desk, clause)}")
    community = item.subject_kind == "community"
    place = {"community_id": item.community_id} if community else {"grid_id": item.grid_id}
    told = st.container()
    chosen = st.button(desk.t("queue.done" if community else "queue.patrolled"), type="primary", width="stretch", key="queue_duty_done")
    attendees = st.number_input(desk.t("queue.attendees"), min_value=1, value=None, step=1, key="queue_attendees") if community else None
    note = st.text_input(desk.t("queue.note_duty"), key="queue_note", max_chars=500)
    at = happened_at(desk)
    if chosen:
        done = desk.carry_out(record_duty, clause_id=item.clause_id, happened_at=at, attendees=attendees, note=note, **place)
        _answer(desk, told, done if isinstance(done, Refused) else _said(desk, done))


def _answer(desk: Desk, told: DeltaGenerator, result: str | Refused) -> None:
    """A refusal stays in the dialog, in `told`; else it closes, and `result` says what the record did."""
    if isinstance(result, Refused):
        with told:
            say_refused(desk, result)
        return
    st.session_state["queue_said"] = result
    st.rerun()


def _said(desk: Desk, done: Kept) -> str:
    """What the record of a duty did."""
    return desk.t("queue.recorded_met", at=deadline_text(done.next_due)) if done.met and done.next_due else desk.t("queue.recorded")
