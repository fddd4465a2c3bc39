"""Bills: entered, reminded of, paid, the service suspended and restored. Each command is one transaction with one ledger entry; core.bills decides.

`list_reminders` is a step of the sweep: it puts bills on the list of reminders to send. The desk itself sends nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select

from core import bills
from core.calendar import WorkCalendar
from core.imports.cells import Bad
from core.imports.places import door_of
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.bills import Bill, BillStep
from db.models.grids import Building
from db.queries.bills import door_index, to_list
from db.queries.calendar import current_calendar
from db.types import uuid7


@dataclass(frozen=True)
class Done:
    """What a command did: the bill, and how it stands then (`stage`, core.bills.Stage)."""

    bill_id: UUID
    stage: str


def enter(session: ScopedSession, *, now: datetime, community_id: UUID, kind: str, building_id: UUID, door: str, period: str, amount: int, due_on: date) -> Done | Refused:
    """Enter a bill of the household behind `door`: `amount` in fen, `period` like 2026-10. Raises ValueError for an unknown kind."""
    if not may(session.scope.role, "bill_record"):
        return Refused("common.not_allowed", bills.STAGES)
    if session.scalar(select(Building.id).where(Building.community_id == community_id, Building.id == building_id)) is None:
        return Refused("common.not_found")
    where = door_of(door)
    if where is None or isinstance(where, Bad) or where.building:
        return Refused("bills.bad_door", bills.STAGES)
    if refused := bills.may_enter(kind, period, amount, due_on, now):
        return refused
    own = (Bill.community_id == community_id, Bill.building_id == building_id, Bill.door_index == door_index(where.name))
    if session.scalar(select(Bill.id).where(*own, Bill.kind == kind, Bill.period == period, Bill.cancelled_at.is_(None))):
        return Refused("bills.known_already", bills.STAGES)
    known = bills.limits(due_on, current_calendar(session))
    bill = Bill(
        community_id=community_id, id=uuid7(), kind=kind, building_id=building_id, door=where.name, door_index=door_index(where.name), period=period, amount=amount,
        due_on=due_on, overdue_at=known.overdue_at, dun_by=known.dun_by, recorded_at=now,
    )  # fmt: skip
    session.add(bill)
    return _file(session, "enter", now, bill, current_calendar(session), bill_kind=kind, period=period, amount=amount, due_on=due_on.isoformat())


def remind(
    session: ScopedSession, *, now: datetime, community_id: UUID, bill_id: UUID, act: str, happened_at: datetime | None = None, last_pay_on: date | None = None, note: str = ""
) -> Done | Refused:
    """Record a reminder that a person gave: `act` of core.bills.REMINDERS; a notice names the last payment day. Raises ValueError for an unknown act."""
    found = _found(session, community_id, bill_id)
    if isinstance(found, Refused):
        return found
    at = happened_at or now
    if refused := bills.may_remind(found, act, at, last_pay_on, now):
        return refused
    told = last_pay_on if act == "notice" else None
    _put(session, found, act, now, at=at, last_pay_on=told, note=note)
    return _file(session, act, now, found, current_calendar(session), happened_at=at.isoformat(), last_pay_on=told and told.isoformat())


def pay(session: ScopedSession, *, now: datetime, community_id: UUID, bill_id: UUID, way: str, paid_at: datetime | None = None) -> Done | Refused:
    """Record that the bill was paid. It is closed with that, unless the service has to be restored first. Raises ValueError for a way not in core.bills.WAYS."""
    if way not in bills.WAYS:
        raise ValueError(f"{way!r} is no way to pay: one of {', '.join(bills.WAYS)}")
    found = _found(session, community_id, bill_id)
    if isinstance(found, Refused):
        return found
    at = paid_at or now
    if found.paid_at is not None or found.closed_at is not None:
        return Refused("bills.not_owed", bills.STAGES)
    if at > now:
        return Refused("bills.in_future", bills.STAGES)
    found.paid_at, found.paid_way = at, way
    found.closed_at = at if found.suspended_at is None else None
    _put(session, found, "pay", now, at=at, way=way)
    return _file(session, "pay", now, found, current_calendar(session), paid_at=at.isoformat(), way=way)


def suspend(session: ScopedSession, *, now: datetime, community_id: UUID, bill_id: UUID) -> Done | Refused:
    """Suspend the service: permitted from the thirtieth day overdue on, after a text message, a phone call and a notice of the last payment day. HB 一(一)"""
    found = _found(session, community_id, bill_id, "bill_suspend")
    if isinstance(found, Refused):
        return found
    calendar = current_calendar(session)
    done = session.scalars(select(BillStep).where(BillStep.community_id == community_id, BillStep.bill_id == bill_id)).all()
    if refused := bills.may_suspend(found, done, now, calendar):
        return refused
    found.suspended_at, permitted = now, bills.earliest(found, done, calendar)
    _put(session, found, "suspend", now, permitted_at=permitted)
    return _file(session, "suspend", now, found, calendar, permitted_at=permitted.isoformat())


def restore(session: ScopedSession, *, now: datetime, community_id: UUID, bill_id: UUID, note: str = "") -> Done | Refused:
    """The service runs again. Before the bill is paid a reason is needed."""
    found = _found(session, community_id, bill_id, "bill_suspend")
    if isinstance(found, Refused):
        return found
    if found.suspended_at is None:
        return Refused("bills.not_suspended", bills.STAGES)
    if found.paid_at is None and not note.strip():
        return Refused("bills.say_why_restored", bills.STAGES)
    found.suspended_at, found.closed_at = None, now if found.paid_at else None
    _put(session, found, "restore", now, note=note)
    return _file(session, "restore", now, found, current_calendar(session), paid=found.paid_at is not None)


def cancel(session: ScopedSession, *, now: datetime, community_id: UUID, bill_id: UUID, note: str) -> Done | Refused:
    """A bill that should not be there: it stays on record with the reason."""
    found = _found(session, community_id, bill_id)
    if isinstance(found, Refused):
        return found
    if found.closed_at is not None or found.paid_at is not None:
        return Refused("bills.not_owed", bills.STAGES)
    if found.suspended_at is not None:
        return Refused("bills.restore_first", bills.STAGES)
    if not note.strip():
        return Refused("bills.say_why_cancelled", bills.STAGES)
    found.cancelled_at = found.closed_at = now
    _put(session, found, "cancel", now, note=note)
    return _file(session, "cancel", now, found, current_calendar(session))


def list_reminders(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """Step of the sweep: what comes due in the days of bill.stages is put on the list of reminders to send, once. Returns how many."""
    due = to_list(session, now, community_id)
    rows = [{"community_id": community_id, "id": uuid7(), "bill_id": one, "act": bills.LISTED, "happened_at": now, "recorded_at": now} for one in due]
    if rows:
        session.execute(insert(BillStep), rows)
    return len(rows)


def _found(session: ScopedSession, community_id: UUID, bill_id: UUID, act: str = "bill_record") -> Bill | Refused:
    if not may(session.scope.role, act):
        return Refused("common.not_allowed", bills.STAGES)
    bill = session.scalar(select(Bill).where(Bill.community_id == community_id, Bill.id == bill_id))
    return bill or Refused("common.not_found")


def _put(session: ScopedSession, bill: Bill, act: str, now: datetime, *, at: datetime | None = None, note: str = "", **more) -> None:
    step = {"act": act, "happened_at": at or now, "recorded_at": now, "actor_id": session.scope.actor_id, "note": note.strip() or None}
    session.add(BillStep(community_id=bill.community_id, bill_id=bill.id, **step, **more))


def _file(session: ScopedSession, act: str, now: datetime, bill: Bill, calendar: WorkCalendar, **facts) -> Done:
    file(session, f"bill.{act}", now=now, community_id=bill.community_id, subject_kind="bill", subject_id=bill.id, **facts)
    return Done(bill.id, bills.stage(bill, now, calendar))
