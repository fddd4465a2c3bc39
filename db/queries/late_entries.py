"""What was entered after its limit as done before it: what waits for another person's word, and what was said of an order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from core.late_entries import may_decide
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.late_entries import LateEntry
from db.models.work_orders import WorkOrder
from db.queries.archive import sealed
from db.queries.grants import askers


@dataclass(frozen=True)
class LateLine:
    """One entry: who entered when what is said to have happened when, against which limit. `confirmed` None: waits for another person;
    `own`: the reader's own entry, which somebody else must decide."""

    id: UUID
    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    clause_id: str
    due_at: datetime
    act: str
    happened_at: datetime
    recorded_at: datetime
    by: str | None
    confirmed: bool | None
    own: bool


def waiting(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[LateLine]:
    """What nobody else has decided yet, longest waiting first."""
    return _lines(session, *waits(community_id), limit=limit)


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many wait for another person's word."""
    return session.scalar(select(func.count(LateEntry.id)).where(*waits(community_id)))


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[LateLine]:
    """Every such entry of an order, oldest first; none of one that is on file and not open to the reader."""
    if sealed(session, now, community_id, order_id):
        return []
    return _lines(session, LateEntry.community_id == community_id, LateEntry.work_order_id == order_id, limit=50)


def waits(community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody else has decided."""
    return LateEntry.community_id == community_id, LateEntry.decided_at.is_(None)


def _lines(session: ScopedSession, *where: ColumnElement[bool], limit: int) -> list[LateLine]:
    order = (WorkOrder.community_id == LateEntry.community_id) & (WorkOrder.id == LateEntry.work_order_id)
    clock = (Clock.community_id == LateEntry.community_id) & (Clock.id == LateEntry.clock_id)
    query = select(LateEntry, WorkOrder.number, WorkOrder.matter, Clock.clause_id, Clock.due_at).join(WorkOrder, order).join(Clock, clock)
    rows = session.execute(query.where(*where).order_by(LateEntry.recorded_at, LateEntry.id).limit(limit)).all()
    by = askers(session, {row.LateEntry.entered_by for row in rows})
    actor = (session.scope.actor_id, session.scope.staff_id)
    return [
        LateLine(
            one.id, one.community_id, one.work_order_id, row.number, row.matter, row.clause_id, row.due_at, one.act, one.happened_at, one.recorded_at,
            by[one.entered_by].name, one.confirmed, may_decide((one.entered_by, one.entered_staff_id), actor) is not None,
        )
        for row in rows
        for one in (row.LateEntry,)
    ]  # fmt: skip
