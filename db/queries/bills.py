"""Bills by stage, one bill with all that was done about it, and suspensions with their proof. Doors are masked for whoever doesn't work bills."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from core import bills, masks
from core.bills import Stage
from core.calendar import WorkCalendar
from core.imports.cells import Bad
from core.imports.places import door_of
from core.periods import Period
from core.roles import may
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account
from db.models.bills import Bill, BillStep
from db.models.grids import Building, Staff
from db.queries.calendar import current_calendar


@dataclass(frozen=True)
class StepLine:
    """One step: `act` names its word (bills.act_<act>); `by` None: the desk itself, or nobody known."""

    act: str
    happened_at: datetime
    recorded_at: datetime
    by: str | None
    way: str | None
    last_pay_on: date | None
    permitted_at: datetime | None
    note: str | None


@dataclass(frozen=True)
class BillLine:
    """A bill as a list shows it: `amount` in fen, `stage` of core.bills.Stage, `limits` of core.bills, `done`: which of core.bills.NEEDED were made
    once it was overdue, each with its moment; `reminded`: somebody sent a reminder before. `restore_by`: paid, and to run again by then."""

    id: UUID
    community_id: UUID
    building: str
    door: str
    kind: str
    period: str
    amount: int
    due_on: date
    stage: Stage
    limits: bills.Limits
    earliest: datetime
    done: dict[str, datetime]
    told_day: date | None
    listed_at: datetime | None
    reminded_at: datetime | None
    paid_at: datetime | None
    paid_way: str | None
    suspended_at: datetime | None
    restore_by: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True)
class Suspended:
    """A suspension with what proves it. `kept`: permitted, after all three. HB 一(一)"""

    bill_id: UUID
    building: str
    door: str
    kind: str
    period: str
    at: datetime
    permitted_at: datetime | None
    kept: bool


def door_index(door: str) -> bytes:
    """By what a door is found: the same for a bill and for the household behind it."""
    return keyring().blind_index(door, "household.door")


def at_stage(stage: Stage, now: datetime, calendar: WorkCalendar) -> ColumnElement[bool]:
    """The SQL twin of core.bills.stage."""
    owed, overdue = and_(Bill.closed_at.is_(None), Bill.suspended_at.is_(None)), Bill.overdue_at < now
    over = and_(Bill.due_on <= bills.last_suspendable_day(now, calendar), Bill.kind.in_(sorted(bills.UTILITIES)))
    soon = Bill.due_on <= bills.last_reminded_day(now)
    return {
        Stage.pay: and_(owed, ~overdue, ~soon),
        Stage.reminder: and_(owed, ~overdue, soon),
        Stage.dunning: and_(owed, overdue, ~over),
        Stage.suspension: and_(owed, overdue, over),
        Stage.suspended: and_(Bill.closed_at.is_(None), Bill.suspended_at.is_not(None)),
        Stage.closed: Bill.closed_at.is_not(None),
    }[stage]


def counts(session: ScopedSession, now: datetime, community_id: UUID) -> dict[Stage, int]:
    """How many bills stand at each stage."""
    calendar, running, own = current_calendar(session), [one for one in Stage if one is not Stage.closed], Bill.community_id == community_id
    each = [func.count().filter(at_stage(one, now, calendar)) for one in running]
    # Of the closed ones, most of all, nothing is looked at: they are what is left.
    query = select(*each, func.count()).select_from(Bill).where(own, Bill.closed_at.is_(None))
    *found, still_open = session.execute(query).one()
    every = session.scalar(select(func.count()).select_from(Bill).where(own))
    return dict(zip(running, found, strict=True)) | {Stage.closed: every - still_open}


def listed(session: ScopedSession, now: datetime, community_id: UUID, stage: Stage, *, limit: int = 20, offset: int = 0) -> list[BillLine]:
    """Bills at a stage, the earliest due first; closed ones: the latest first."""
    order = (Bill.dun_by.desc(), Bill.id) if stage is Stage.closed else (Bill.due_on, Bill.id)
    return _lines(session, now, community_id, at_stage(stage, now, current_calendar(session)), order=order, limit=limit, offset=offset)


def of_household(session: ScopedSession, now: datetime, community_id: UUID, building_id: UUID, door: str, *, limit: int = 50) -> list[BillLine]:
    """Every bill of the household behind a door, as people write it; the latest due first. Nothing where it is no door."""
    where = door_of(door)
    if where is None or isinstance(where, Bad):
        return []
    own = (Bill.building_id == building_id, Bill.door_index == door_index(where.name))
    return _lines(session, now, community_id, *own, order=(Bill.due_on.desc(), Bill.id), limit=limit)


def bill(session: ScopedSession, now: datetime, community_id: UUID, bill_id: UUID) -> tuple[BillLine, list[StepLine]] | None:
    """One bill and all its steps, oldest first."""
    found = _lines(session, now, community_id, Bill.id == bill_id, order=(Bill.id,), limit=1)
    return (found[0], steps(session, community_id, bill_id)) if found else None


def steps(session: ScopedSession, community_id: UUID, bill_id: UUID) -> list[StepLine]:
    """What was done about a bill, oldest first. What somebody wrote is for whoever works bills."""
    columns = (BillStep.act, BillStep.happened_at, BillStep.recorded_at, func.coalesce(Staff.name, Account.display_name), BillStep.way, BillStep.last_pay_on, BillStep.permitted_at)
    query = select(*columns, BillStep.note).outerjoin(Account, Account.id == BillStep.actor_id)
    query = query.outerjoin(Staff, (Staff.community_id == BillStep.community_id) & (Staff.account_id == BillStep.actor_id))
    rows = session.execute(query.where(BillStep.community_id == community_id, BillStep.bill_id == bill_id).order_by(BillStep.happened_at, BillStep.id))
    open_to = may(session.scope.role, "bill_record")
    return [StepLine(*row[:-1], row[-1] if open_to else masks.free_text(row[-1])) for row in rows]


def to_list(session: ScopedSession, now: datetime, community_id: UUID) -> list[UUID]:
    """Bills whose automatic reminder is to be sent, and which no sweep has listed yet."""
    own = (BillStep.community_id == Bill.community_id, BillStep.bill_id == Bill.id, BillStep.act == bills.LISTED)
    query = select(Bill.id).where(Bill.community_id == community_id, at_stage(Stage.reminder, now, current_calendar(session)), ~select(BillStep.id).where(*own).exists())
    return list(session.scalars(query.order_by(Bill.id)))


# --- the checklist ----------------------------------------------------------------------------------------------------
def suspensions(session: ScopedSession, community_id: UUID, period: Period, *, limit: int = 50, offset: int = 0, broken_only: bool = False) -> list[Suspended]:
    """Suspensions of the period, those that break arrears.suspend first."""
    kept = _proven()
    query = select(Bill.id, Building.name, Bill.door, Bill.kind, Bill.period, BillStep.happened_at, BillStep.permitted_at, kept.label("kept"))
    query = query.join(Bill, (Bill.community_id == BillStep.community_id) & (Bill.id == BillStep.bill_id)).join(Building, _BUILDING).where(*_suspended(community_id, period))
    if broken_only:
        query = query.where(~kept)
    rows = session.execute(query.order_by(kept, BillStep.happened_at, BillStep.id).limit(limit).offset(offset))
    return [Suspended(row[0], row[1], _door(session, row[2]), *row[3:]) for row in rows]


def suspended_counts(session: ScopedSession, community_id: UUID, period: Period) -> tuple[int, int]:
    """(kept, broken) suspensions of the period."""
    query = select(func.count(), func.count().filter(_proven())).select_from(BillStep)
    of, kept = session.execute(query.join(Bill, (Bill.community_id == BillStep.community_id) & (Bill.id == BillStep.bill_id)).where(*_suspended(community_id, period))).one()
    return kept, of - kept


def staged_counts(session: ScopedSession, now: datetime, community_id: UUID, period: Period) -> tuple[int, int, int]:
    """(good, bad, pending): bills whose limit for dunning lies in the period; those that came in overdue already are held to nothing."""
    query = select(func.count(), func.count().filter(_dunned()), func.count().filter(and_(~_dunned(), Bill.dun_by >= now)))
    of, well, pending = session.execute(query.select_from(Bill).where(*_staged(community_id, period))).one()
    return well, of - well - pending, pending


def unstaged(session: ScopedSession, now: datetime, community_id: UUID, period: Period, *, limit: int = 50, offset: int = 0) -> list[BillLine]:
    """The bills of the period that were neither paid nor dunned in time."""
    return _lines(session, now, community_id, *_staged(community_id, period), ~_dunned(), Bill.dun_by < now, order=(Bill.dun_by, Bill.id), limit=limit, offset=offset)


_BUILDING = (Building.community_id == Bill.community_id) & (Building.id == Bill.building_id)


def _suspended(community_id: UUID, period: Period) -> tuple[ColumnElement[bool], ...]:
    return BillStep.community_id == community_id, BillStep.act == "suspend", BillStep.happened_at >= period.start, BillStep.happened_at < period.end


def _proven() -> ColumnElement[bool]:
    """Of a suspension's step: permitted then, on a utility's bill, and each of core.bills.NEEDED made between overdue and then."""
    made = []
    for act in bills.NEEDED:
        one = aliased(BillStep)
        own = (one.community_id == BillStep.community_id, one.bill_id == BillStep.bill_id, one.act == act)
        made.append(select(one.id).where(*own, one.happened_at >= Bill.overdue_at, one.happened_at <= BillStep.happened_at).exists())
    return and_(func.coalesce(BillStep.permitted_at <= BillStep.happened_at, False), Bill.kind.in_(sorted(bills.UTILITIES)), *made)


def _staged(community_id: UUID, period: Period) -> tuple[ColumnElement[bool], ...]:
    own = (Bill.community_id == community_id, Bill.dun_by > period.start, Bill.dun_by <= period.end)
    return *own, Bill.cancelled_at.is_(None), Bill.recorded_at <= Bill.overdue_at


def _dunned() -> ColumnElement[bool]:
    """Paid by the limit, or text message and phone call on record by then, made once it was overdue."""
    made = []
    for act in ("sms", "phone"):
        own = (BillStep.community_id == Bill.community_id, BillStep.bill_id == Bill.id, BillStep.act == act)
        made.append(select(BillStep.id).where(*own, BillStep.happened_at >= Bill.overdue_at, BillStep.recorded_at <= Bill.dun_by).exists())
    return or_(func.coalesce(Bill.paid_at <= Bill.dun_by, False), and_(*made))


def _lines(session: ScopedSession, now: datetime, community_id: UUID, *where: ColumnElement[bool], order: tuple, limit: int, offset: int = 0) -> list[BillLine]:
    query = select(Bill, Building.name).join(Building, _BUILDING).where(Bill.community_id == community_id, *where)
    rows = session.execute(query.order_by(*order).limit(limit).offset(offset)).all()
    done, calendar = _steps_of(session, community_id, [row.Bill.id for row in rows]), current_calendar(session)
    return [_line(session, row.Bill, row.name, done.get(row.Bill.id, []), now, calendar) for row in rows]


def _line(session: ScopedSession, one: Bill, building: str, done: list[BillStep], now: datetime, calendar: WorkCalendar) -> BillLine:
    counted = bills.counted(done, one.due_on)
    by = bills.restore_by(one.paid_at, calendar) if one.paid_at and one.suspended_at else None
    said = max((step.happened_at for step in done if step.act in ("sms", "phone") and step.happened_at < one.overdue_at), default=None)
    return BillLine(
        one.id, one.community_id, building, _door(session, one.door), one.kind, one.period, one.amount, one.due_on, bills.stage(one, now, calendar), bills.limits(one.due_on, calendar),
        bills.earliest(one, done, calendar), {act: step.happened_at for act, step in counted.items()}, counted["notice"].last_pay_on if "notice" in counted else None,
        next((step.happened_at for step in done if step.act == bills.LISTED), None), said, one.paid_at, one.paid_way, one.suspended_at, by, one.cancelled_at,
    )  # fmt: skip


def _steps_of(session: ScopedSession, community_id: UUID, ids: Iterable[UUID]) -> dict[UUID, list[BillStep]]:
    found: dict[UUID, list[BillStep]] = {}
    for step in session.scalars(select(BillStep).where(BillStep.community_id == community_id, BillStep.bill_id.in_(list(ids))).order_by(BillStep.happened_at, BillStep.id)):
        found.setdefault(step.bill_id, []).append(step)
    return found


def _door(session: ScopedSession, door: str) -> str:
    return door if may(session.scope.role, "bill_record") else masks.free_text(door)
