"""Written explanations of late results: one of an order, those the street has not taken note of yet, and results that lack one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from core import masks
from core.explanations import ACKNOWLEDGE, limit_of
from core.roles import masked, may
from core.work_orders import kinds
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.explanations import Explanation
from db.models.grids import Community, Staff
from db.models.work_orders import WorkOrder
from db.queries.archive import sealed
from db.queries.clock_state import is_missed

EXPLAINED_KINDS = {kind.id: kind.explain_late for kind in kinds().values() if kind.explain_late}
"""Kinds of order whose late result is explained, and after which clause's limit."""


@dataclass(frozen=True)
class ExplanationLine:
    """An explanation; `text` for whoever may take note of it, in full: it is filed with them. `due_at`: the limit that was not kept."""

    id: UUID
    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    text: str | None
    filed_at: datetime
    by: str | None
    due_at: datetime | None
    result_at: datetime | None
    acknowledged_at: datetime | None


def filed(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[ExplanationLine]:
    """What the street has not taken note of yet, the oldest first. `now` is not looked at: it waits without a limit."""
    return _lines(session, *waits(community_id), limit=limit)


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many the street has not taken note of yet."""
    return session.scalar(select(func.count(Explanation.id)).join(WorkOrder, _ORDER).where(*waits(community_id)))


def waits(community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: the street has not taken note of it."""
    return Explanation.community_id == community_id, Explanation.acknowledged_at.is_(None)


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[ExplanationLine]:
    """What was filed about an order, oldest first; none of one that is on file and not open to the reader."""
    if sealed(session, now, community_id, order_id):
        return []
    return _lines(session, Explanation.community_id == community_id, Explanation.work_order_id == order_id, limit=20)


@dataclass(frozen=True)
class Written:
    """An explanation as a letter from `place` to `street`: the matter's kind, and when it was taken in."""

    line: ExplanationLine
    place: str
    street: str
    kind: str
    received_at: datetime


def written_of(session: ScopedSession, now: datetime, community_id: UUID, explanation_id: UUID) -> Written | None:
    """An explanation with what its letter says; None: not there, not in scope, or of a matter on file that is not open to the reader."""
    line = next(iter(_lines(session, Explanation.community_id == community_id, Explanation.id == explanation_id, limit=1)), None)
    if line is None or sealed(session, now, community_id, line.order_id):
        return None
    order = (WorkOrder.community_id == community_id, WorkOrder.id == line.order_id)
    query = select(Community.name, Community.street, WorkOrder.kind, WorkOrder.received_at).join(WorkOrder, WorkOrder.community_id == Community.community_id)
    return Written(line, *session.execute(query.where(*order)).one())


def late_clock(session: ScopedSession, order: WorkOrder) -> Clock | None:
    """The latest clock of the clause after whose limit an order owes an explanation."""
    own = (Clock.community_id == order.community_id, Clock.subject_id == order.id, Clock.clause_id == limit_of(order.kind))
    return session.scalar(select(Clock).where(*own).order_by(Clock.started_at.desc()).limit(1))


def _lines(session: ScopedSession, *where: ColumnElement[bool], limit: int) -> list[ExplanationLine]:
    due = select(func.max(Clock.due_at)).where(
        Clock.community_id == Explanation.community_id, Clock.subject_id == Explanation.work_order_id, Clock.clause_id == Explanation.clause_id, Clock.due_at <= Explanation.filed_at
    )
    query = select(Explanation, WorkOrder.number, WorkOrder.matter, WorkOrder.finished_at, Staff.name, due.scalar_subquery().label("due_at")).join(WorkOrder, _ORDER)
    query = query.outerjoin(Staff, and_(Staff.community_id == Explanation.community_id, Staff.id == Explanation.filed_staff_id))
    rows = session.execute(query.where(*where).order_by(Explanation.filed_at, Explanation.id).limit(limit))
    hidden = "name" in masked(session.scope.role) and not may(session.scope.role, ACKNOWLEDGE)
    return [
        ExplanationLine(
            one.id, one.community_id, one.work_order_id, number, matter, masks.free_text(one.text) if hidden else one.text, one.filed_at, by, due_at, finished_at, one.acknowledged_at
        )
        for one, number, matter, finished_at, by, due_at in rows
    ]


_ORDER = (WorkOrder.community_id == Explanation.community_id) & (WorkOrder.id == Explanation.work_order_id)


# --- complaint.explanation, as conditions on WorkOrder -----------------------------------------------------------------


def late_results(*limits: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whose result was given after its limit; `limits` narrow the clock."""
    return and_(WorkOrder.kind.in_(EXPLAINED_KINDS), _late(*limits).exists())


def unexplained() -> ColumnElement[bool]:
    """Of these: no explanation was filed after the limit."""
    told = (Explanation.community_id == Clock.community_id, Explanation.work_order_id == Clock.work_order_id, Explanation.clause_id == Clock.clause_id)
    return _late(~select(Explanation.id).where(*told, Explanation.filed_at >= Clock.due_at).exists()).exists()


def _late(*limits: ColumnElement[bool]):
    """By subject: that is what closed clocks are indexed by."""
    own = (Clock.community_id == WorkOrder.community_id, Clock.subject_id == WorkOrder.id, Clock.clause_id.in_(set(EXPLAINED_KINDS.values())))
    return select(Clock.id).where(*own, is_missed(), *limits)
