"""What waits for another person's word, in one place: entered after its limit as done before it, here; asked for, in the parts this one calls.
Who may decide does so here, everybody else sees that it waits."""

from functools import partial
from uuid import UUID

import streamlit as st

from core.clocks import deadline_text
from db.commands.late_entries import Decided, decide
from db.queries import archive, changes, extensions, suspensions
from db.queries.awaited import how_many
from db.queries.late_entries import LateLine, waiting, waiting_contacts
from pages.parts.archive_requests import draw_readings
from pages.parts.changes import draw_protected
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.extensions import draw_requests
from pages.parts.figures import kept
from pages.parts.grants import draw_answers, draw_list
from pages.parts.late_contacts import draw_late_contacts
from pages.parts.plain import plain
from pages.parts.suspensions import draw_suspension_requests


def draw_waiting(desk: Desk, community_id: UUID) -> None:
    """One line with how many wait for another person's word; nothing where none does."""
    n = kept(desk, how_many, community_id, community_id=community_id)
    if n and st.button(desk.t("late_entries.waiting", n=n), key="late-entries", width="stretch"):
        open_waiting(desk, community_id)


def open_waiting(desk: Desk, community_id: UUID) -> None:
    """All of it, where it is decided."""
    st.dialog(desk.t("late_entries.title"), width="large")(_list)(community_id)


def said(desk: Desk, one: LateLine) -> str:
    """One entry in Markdown: what was done, when it is said to have happened, when and by whom it was entered."""
    values = {name: deadline_text(moment) for name, moment in (("happened", one.happened_at), ("recorded", one.recorded_at), ("due", one.due_at))}
    return desk.t("late_entries.said", act=desk.t(f"work_orders.act_{one.act}"), by=plain(one.by) or desk.t("grants.nobody"), **values)


def stand(desk: Desk, one: LateLine) -> str:
    """What became of an entry, in words."""
    return desk.t("late_entries.state_waiting" if one.confirmed is None else "late_entries.state_confirmed" if one.confirmed else "late_entries.state_refused")


def _list(community_id: UUID) -> None:
    desk = current().require("overview")
    if community_id not in desk.scope.communities:
        return
    with desk.session() as session:
        found, contacts, longer, still, common, protected, readings = (
            one(session, desk.now, community_id)
            for one in (waiting, waiting_contacts, extensions.waiting, suspensions.waiting, changes.waiting_together, changes.waiting, archive.waiting)
        )
    if not (found or contacts or longer or still or common or protected or readings):
        st.success(desk.t("late_entries.none"))
    draw_requests(desk, longer)
    draw_suspension_requests(desk, still)
    draw_protected(desk, community_id, common, protected)
    draw_readings(desk, readings)
    draw_late_contacts(desk, contacts)
    draw_list(desk, "late-entry", found, ("late_entries.head", "late_entries.why"), _card, _decision)


def _card(desk: Desk, one: LateLine) -> str:
    return f"**{one.number} {plain(one.matter)}**  \n{said(desk, one)}  \n{clause_mark(desk, one.clause_id)}"


def _decision(desk: Desk, one: LateLine) -> None:
    answer = partial(desk.carry_out, decide, community_id=one.community_id, entry_id=one.id)
    words = ("late_entries.confirm", "late_entries.refuse")
    draw_answers(desk, "order_confirm_late", ("late", one.id), words, lambda yes: answer(confirmed=yes), partial(_decided, desk), why_not=one.why_not)


def _decided(desk: Desk, result: Decided, _confirmed: bool) -> str:
    return desk.t("late_entries.decided", number=result.number, state=desk.t(f"clocks.{result.state}"))
