"""File a written explanation of a late result with the street, and take note of it there; core.explanations decides. One ledger entry each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core import explanations as core
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.commands.grants import held
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.explanations import Explanation
from db.models.work_orders import WorkOrder
from db.queries.explanations import late_clock
from db.types import uuid7


@dataclass(frozen=True)
class Explained:
    """What was filed, or taken note of, about which order."""

    number: str
    filed_at: datetime
    acknowledged_at: datetime | None = None


def explain(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, text: str) -> Explained | Refused:
    """Say in writing why the result is late; the street sees it from now on. Before the result or after it."""
    if not may(session.scope.role, "order_finish"):
        return Refused("common.not_allowed")
    order = held(session, community_id, order_id)
    if order is None:
        return Refused("common.not_found")
    clause_id = core.limit_of(order.kind)
    clock = late_clock(session, order) if clause_id else None
    filed = session.scalar(
        select(Explanation.id).where(
            Explanation.community_id == community_id, Explanation.work_order_id == order_id, Explanation.clause_id == clause_id, Explanation.round == order.reopened
        )
    )
    if refused := core.may_file(order.kind, clock, filed is not None, text, now):
        return refused
    session.add(
        Explanation(
            community_id=community_id, id=uuid7(), work_order_id=order_id, clause_id=clause_id, round=order.reopened, text=text.strip(), filed_at=now,
            filed_by=session.scope.actor_id, filed_staff_id=session.scope.staff_id,
        )  # fmt: skip
    )
    put(session, order, core.ACT, now)
    _file(session, core.ACT, now, order, clause=clause_id)
    return Explained(order.number, now)


def acknowledge(session: ScopedSession, *, now: datetime, community_id: UUID, explanation_id: UUID) -> Explained | Refused:
    """The street has taken note of an explanation; once."""
    if not may(session.scope.role, core.ACKNOWLEDGE):
        return Refused("common.not_allowed")
    one = session.scalar(select(Explanation).where(Explanation.community_id == community_id, Explanation.id == explanation_id).with_for_update())
    order = one and held(session, community_id, one.work_order_id)
    if order is None:
        return Refused("common.not_found")
    if one.acknowledged_at is not None:
        return Refused("explanations.acknowledged_before", core.CLAUSE)
    one.acknowledged_at, one.acknowledged_by = now, session.scope.actor_id
    put(session, order, "acknowledge_explanation", now)
    _file(session, "acknowledge_explanation", now, order)
    return Explained(order.number, one.filed_at, now)


def _file(session: ScopedSession, act: str, now: datetime, order: WorkOrder, **facts) -> None:
    file(session, f"work_order.{act}", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id, number=order.number, **facts)
