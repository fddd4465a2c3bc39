"""Orders that stand still for a reason: what waits for another person's word, what was said of an order, why a queue's order stands still."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from core import masks
from core.grants import another_person, same_person
from core.refusals import Refused
from core.roles import masked
from core.suspensions import stands
from db.engine import ScopedSession
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrder
from db.queries.archive import sealed
from db.queries.grants import askers, decider


@dataclass(frozen=True)
class SuspensionLine:
    """One request: why (`reason` of core.suspensions.REASONS, `detail`, `evidence`), until when, who asked, and what became of it (`stands`,
    core.suspensions.stands). `waits_for`: the role that decides; `own`: the reader's own request, `why_not`: why the reader gives no word on it."""

    id: UUID
    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    reason: str
    detail: str | None
    evidence: str | None
    until_at: datetime
    asked_at: datetime
    by: str | None
    waits_for: str
    own: bool
    why_not: Refused | None
    stands: str
    decided_at: datetime | None
    ended_at: datetime | None


def waiting(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[SuspensionLine]:
    """What somebody has yet to decide, longest waiting first."""
    return _lines(session, now, *waits(now, community_id), limit=limit)


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many wait to be decided."""
    return session.scalar(select(func.count(Suspension.id)).join(WorkOrder, _ORDER).where(*waits(now, community_id)))


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[SuspensionLine]:
    """Every request of an order, oldest first; none of one that is on file and not open to the reader."""
    if sealed(session, now, community_id, order_id):
        return []
    return _lines(session, now, Suspension.community_id == community_id, Suspension.work_order_id == order_id, limit=50)


def running(session: ScopedSession, now: datetime, order_ids: Iterable[UUID]) -> dict[UUID, tuple[str, datetime]]:
    """Of these orders those that are suspended now: why, and until when."""
    own = (Suspension.community_id.in_(tuple(session.scope.communities)), Suspension.work_order_id.in_(tuple(order_ids)))
    query = select(Suspension.work_order_id, Suspension.reason, Suspension.until_at).join(WorkOrder, _ORDER)
    return {row[0]: (row[1], row[2]) for row in session.execute(query.where(*own, Suspension.granted, Suspension.ended_at.is_(None), Suspension.until_at > now))}


_ORDER = (WorkOrder.community_id == Suspension.community_id) & (WorkOrder.id == Suspension.work_order_id)


def waits(now: datetime, community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has decided, and it still can be."""
    return Suspension.community_id == community_id, Suspension.ended_at.is_(None), Suspension.decided_at.is_(None), Suspension.until_at > now


def _lines(session: ScopedSession, now: datetime, *where: ColumnElement[bool], limit: int) -> list[SuspensionLine]:
    query = select(Suspension, WorkOrder.number, WorkOrder.matter).join(WorkOrder, _ORDER)
    rows = session.execute(query.where(*where).order_by(Suspension.asked_at, Suspension.id).limit(limit)).all()
    by = askers(session, (row.Suspension.asker for row in rows))
    actor, hidden = decider(session), "name" in masked(session.scope.role)
    return [
        SuspensionLine(
            one.id, one.community_id, one.work_order_id, row.number, row.matter, one.reason, *(masks.free_text(text) if hidden else text for text in (one.detail, one.evidence)),
            one.until_at, one.asked_at, *by[one.asker], same_person(one.asker, actor), another_person(one.asker, actor),
            stands(one, now), one.decided_at, one.ended_at or (one.until_at if one.until_at <= now else None),
        )
        for row in rows
        for one in (row.Suspension,)
    ]  # fmt: skip
