"""More time asked for: what waits for another person's word, what was said of an order, and who has not been told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from core import masks
from core.extensions import is_provisional, stands
from core.grants import another_person, same_person
from core.refusals import Refused
from core.roles import masked
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.extensions import Extension
from db.models.work_orders import WorkOrder
from db.queries.archive import sealed
from db.queries.calendar import current_calendar
from db.queries.clock_state import is_overdue, is_unclosed
from db.queries.grants import askers, decider


@dataclass(frozen=True)
class ExtensionLine:
    """One request: who asked when for how many `unit`s more, and what became of it (`stands`, core.extensions.stands). `waits_for`: the role that
    decides; `own`: the reader's own request, `why_not`: why the reader gives no word on it. `due_at`: the limit now, `was_due_at`: before it was granted; `provisional`: it ends on a day
    without a holiday notice."""

    id: UUID
    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    clause_id: str
    wanted: int
    unit: str
    reason: str | None
    asked_at: datetime
    by: str | None
    waits_for: str
    own: bool
    why_not: Refused | None
    stands: str
    was_due_at: datetime | None
    due_at: datetime
    provisional: bool
    told_at: datetime | None
    told_way: str | None


def waiting(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[ExtensionLine]:
    """What somebody has yet to decide, what is due first first."""
    return _lines(session, now, Extension.community_id == community_id, *waits(now), limit=limit)


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many wait to be decided."""
    query = select(func.count(Extension.id)).join(Clock, _CLOCK).join(WorkOrder, _ORDER)
    return session.scalar(query.where(Extension.community_id == community_id, *waits(now)))


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[ExtensionLine]:
    """Every request of an order, what is due first first; none of one that is on file and not open to the reader."""
    if sealed(session, now, community_id, order_id):
        return []
    return _lines(session, now, Extension.community_id == community_id, Extension.work_order_id == order_id, limit=50)


def marks(session: ScopedSession, now: datetime, order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of these orders those with a request that waits ('waiting') or a resident who has not been told ('untold')."""
    own = (Extension.community_id.in_(tuple(session.scope.communities)), Extension.work_order_id.in_(tuple(order_ids)))
    query = select(Extension.work_order_id, Extension.granted).join(Clock, _CLOCK).join(WorkOrder, _ORDER)
    rows = session.execute(query.where(*own, or_(and_(*waits(now)), and_(Extension.granted, Extension.told_at.is_(None)))))
    return {order_id: "untold" if granted else "waiting" for order_id, granted in rows}


_CLOCK = (Clock.community_id == Extension.community_id) & (Clock.id == Extension.clock_id)
_ORDER = (WorkOrder.community_id == Extension.community_id) & (WorkOrder.id == Extension.work_order_id)


def waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has decided, and it still can be; joined with its clock."""
    return Extension.decided_at.is_(None), is_unclosed(), not_(is_overdue(now))


def _lines(session: ScopedSession, now: datetime, *where: ColumnElement[bool], limit: int) -> list[ExtensionLine]:
    query = select(Extension, Clock, WorkOrder.number, WorkOrder.matter).join(WorkOrder, _ORDER).join(Clock, _CLOCK)
    rows = session.execute(query.where(*where).order_by(Clock.due_at, Extension.asked_at, Extension.id).limit(limit)).all()
    by = askers(session, (row.Extension.asker for row in rows))
    actor, hidden = decider(session), "name" in masked(session.scope.role)
    calendar = current_calendar(session) if rows else None
    return [
        ExtensionLine(
            one.id, one.community_id, one.work_order_id, row.number, row.matter, clock.clause_id, one.wanted, one.unit,
            masks.free_text(one.reason) if hidden else one.reason, one.asked_at, *by[one.asker],
            same_person(one.asker, actor), another_person(one.asker, actor), stands(one, clock, now), one.was_due_at, clock.due_at,
            bool(one.granted) and is_provisional(one.unit, clock.due_at, calendar), one.told_at, one.told_way,
        )
        for row in rows
        for one, clock in ((row.Extension, row.Clock),)
    ]  # fmt: skip
