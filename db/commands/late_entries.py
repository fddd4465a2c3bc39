"""What was entered after a limit, or a period, as done before its end: kept as it was said, and decided by another person.

`keep` and `keep_contact` are steps of the commands that file the act; `decide` and `decide_contact` are commands of their own. Until then the clock stands as
if the act had happened when it was entered, or the contact had not been; with the confirmation it stands as if it had been entered when it happened.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.clocks import State, state
from core.late_entries import may_decide
from core.periods import Period
from core.refusals import Refused
from core.roles import may
from core.rulebook import load_rulebook
from core.work_orders import SUPPLEMENT
from db.commands import cadence
from db.commands.cadence import Subject
from db.commands.clocks import restamp
from db.commands.filing import file
from db.commands.grants import decided, file_of
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.clocks import Clock, ClockPause
from db.models.late_entries import LateContact, LateEntry
from db.models.residents import Contact, Resident
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.grants import decider
from db.queries.late_entries import contacts_wait


@dataclass(frozen=True)
class Decided:
    """How the clock stands now that somebody has decided."""

    number: str
    clause_id: str
    state: State


@dataclass(frozen=True)
class DecidedContact:
    """How the period stands now; None: it is no period of theirs any more."""

    clause_id: str
    state: State | None


def keep(session: ScopedSession, clock: Clock, act: str, happened_at: datetime, now: datetime) -> None:
    """`act` of an order was entered at `now` as done at `happened_at`, when `clock` was overdue."""
    session.add(
        LateEntry(
            community_id=clock.community_id, work_order_id=clock.work_order_id, clock_id=clock.id, act=act, happened_at=happened_at, recorded_at=now,
            entered_by=session.scope.actor_id, entered_staff_id=session.scope.staff_id,
        )  # fmt: skip
    )


def decide(session: ScopedSession, *, now: datetime, community_id: UUID, entry_id: UUID, confirmed: bool) -> Decided | Refused:
    """Confirm that it happened when the entry says, or refuse to: then it is as late as it was entered. Never by who entered it."""
    if not may(session.scope.role, "order_confirm_late"):
        return Refused("common.not_allowed")
    own = (LateEntry.community_id == community_id, LateEntry.id == entry_id)
    entry = session.scalar(select(LateEntry).where(*own).with_for_update())
    order = entry and session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == entry.work_order_id))
    if order is None:
        return Refused("common.not_found")
    if entry.decided_at is not None:
        return Refused("late_entries.decided_before")
    if refused := may_decide(entry.enterer, decider(session)):
        return refused
    clock = session.scalar(select(Clock).where(Clock.community_id == community_id, Clock.id == entry.clock_id))
    entry.confirmed = confirmed
    decided(session, entry, now)
    if confirmed:
        (_stood_still if entry.act == "ask_materials" else _was_met)(session, clock, entry)
    act = "confirm_late" if confirmed else "refuse_late"
    put(session, order, act, now)
    moments = {"happened_at": entry.happened_at.isoformat(), "recorded_at": entry.recorded_at.isoformat()}
    file_of(session, act, now, order, clause=clock.clause_id, act=entry.act, **moments)
    return Decided(order.number, clock.clause_id, state(clock, now))


def keep_contact(session: ScopedSession, contact: Contact, clause_id: str, period: Period, reason: str) -> None:
    """`contact` was entered when `period` of the clause was over and not met."""
    session.add(
        LateContact(
            community_id=contact.community_id, resident_id=contact.resident_id, contact_id=contact.id, clause_id=clause_id, due_at=period.end,
            recorded_at=contact.recorded_at, reason=reason.strip(), entered_by=session.scope.actor_id, entered_staff_id=session.scope.staff_id,
        )
    )  # fmt: skip


def decide_contact(session: ScopedSession, *, now: datetime, entry_id: UUID, confirmed: bool) -> DecidedContact | Refused:
    """Confirm that the contact was when the entry says: it fills its period; or refuse to: it stays on file and counts for nothing. Never by who entered it."""
    if not may(session.scope.role, "care_confirm_late"):
        return Refused("common.not_allowed")
    entry = session.scalar(select(LateContact).where(LateContact.id == entry_id))
    resident = entry and session.scalar(select(Resident).where(Resident.community_id == entry.community_id, Resident.id == entry.resident_id).with_for_update())
    if resident is None:
        return Refused("common.not_found")
    if entry.decided_at is not None:
        return Refused("late_entries.decided_before")
    if refused := may_decide(entry.enterer, decider(session)):
        return refused
    contact, clock = _decide_contact(session, entry, resident, confirmed, now)
    happened = local_day(contact.happened_at) if contact.day_only else contact.happened_at
    file(
        session, "care.confirm_late" if confirmed else "care.refuse_late", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id,
        act=contact.act, clause=entry.clause_id, happened_at=happened.isoformat(), recorded_at=entry.recorded_at.isoformat(),
    )  # fmt: skip
    return DecidedContact(entry.clause_id, clock and state(clock, now))


def decide_together(session: ScopedSession, *, now: datetime, community_id: UUID, recorded_at: datetime, entered_by: UUID | None, expected: int, confirmed: bool) -> int | Refused:
    """The same for all that one person entered at one moment, as a ledger brings them, and nobody has decided. `expected`: as many as somebody had before them."""
    if not may(session.scope.role, "care_confirm_late"):
        return Refused("common.not_allowed")
    own = (*contacts_wait(community_id), LateContact.recorded_at == recorded_at, LateContact.entered_by.is_not_distinct_from(entered_by))
    entries = session.scalars(select(LateContact).where(*own).order_by(LateContact.resident_id, LateContact.due_at)).all()
    if not entries or len(entries) != expected:
        return Refused("common.changed_meanwhile")
    for entry in entries:
        if refused := may_decide(entry.enterer, decider(session)):
            return refused
        who = (Resident.community_id == community_id, Resident.id == entry.resident_id)
        _decide_contact(session, entry, session.scalar(select(Resident).where(*who).with_for_update()), confirmed, now)
    about = {"community_id": community_id, "subject_kind": "community", "subject_id": community_id}
    file(session, "care.confirm_late" if confirmed else "care.refuse_late", now=now, **about, entries=len(entries), recorded_at=recorded_at.isoformat())
    return len(entries)


def _decide_contact(session: ScopedSession, entry: LateContact, resident: Resident, confirmed: bool, now: datetime) -> tuple[Contact, Clock | None]:
    """The contact, and the clock it counts for now."""
    entry.confirmed = confirmed
    decided(session, entry, now)
    session.flush()
    # rollup: somebody may have moved since.
    own = select(Contact).where(Contact.community_id == entry.community_id, Contact.id == entry.contact_id)
    contact, clock = session.scalar(own.execution_options(rollup=True)), None
    if confirmed:
        subject, clause = Subject(resident.community_id, "resident", resident.id, resident.grid_id), load_rulebook()[entry.clause_id]
        clock = cadence.count(session, subject, clause, contact.happened_at, lambda since: cadence.contacts_of(session, subject, contact.act, since), now)
    return contact, clock


def _was_met(session: ScopedSession, clock: Clock, entry: LateEntry) -> None:
    clock.met_at = clock.closed_at = entry.happened_at


def _stood_still(session: ScopedSession, clock: Clock, entry: LateEntry) -> None:
    """The pause began when the entry says; where it is over, the limit is counted anew, and what became of the clock since with it."""
    own = (ClockPause.community_id == clock.community_id, ClockPause.clock_id == clock.id, ClockPause.reason == SUPPLEMENT, ClockPause.started_at == entry.recorded_at)
    pause = session.scalar(select(ClockPause).where(*own))
    pause.started_at = entry.happened_at
    if pause.ended_at is None:
        clock.paused_at = min(clock.paused_at, entry.happened_at)
        return
    pause.ended_at = _came(session, entry) or pause.ended_at
    restamp(session, clock, pause.ended_at)
    if clock.closed_at is not None and clock.met_at is None and clock.closed_at <= clock.due_at:
        clock.voided_at = clock.closed_at


def _came(session: ScopedSession, entry: LateEntry) -> datetime | None:
    """When the materials came, by their own entry: they are asked for once."""
    own = (WorkOrderEvent.community_id == entry.community_id, WorkOrderEvent.work_order_id == entry.work_order_id)
    return session.scalar(select(WorkOrderEvent.happened_at).where(*own, WorkOrderEvent.act == "receive_materials"))
