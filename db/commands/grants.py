"""The steps that all commands share by which one person asks for something and another decides. They file nothing themselves but by `file_of`.

Whoever decides looks at the order's row first and holds it: two requests at once, or two answers, come one after the other.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.changes import ChangeRequest
from db.models.extensions import Extension
from db.models.late_entries import LateContact, LateEntry
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrder

Request = Extension | Suspension
"""Asked for of an order."""


def asked(session: ScopedSession, now: datetime) -> dict:
    """Who asks, and when, as columns of a request."""
    return {"asked_at": now, "asked_by": session.scope.actor_id, "asked_staff_id": session.scope.staff_id}


def decided(session: ScopedSession, request: Request | ChangeRequest | LateEntry | LateContact, now: datetime) -> None:
    """Note who decided `request` and when."""
    request.decided_at, request.decided_by = now, session.scope.actor_id


def held(session: ScopedSession, community_id: UUID, order_id: UUID) -> WorkOrder | None:
    """The order, its row held until the end of the transaction; None when it is not there or not in scope."""
    return session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id).with_for_update())


def order_to_ask(session: ScopedSession, community_id: UUID, order_id: UUID) -> WorkOrder | Refused:
    """The order for which the actor may ask for something, held."""
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    return held(session, community_id, order_id) or Refused("common.not_found")


def found(session: ScopedSession, model: type[Request], permission: str, community_id: UUID, request_id: UUID) -> tuple[Request, WorkOrder] | Refused:
    """The request and its order, held, if the actor has the right to act on it."""
    if not may(session.scope.role, permission):
        return Refused("common.not_allowed")
    own = (model.community_id == community_id, model.id == request_id)
    order_id = session.scalar(select(model.work_order_id).where(*own))
    order = order_id and held(session, community_id, order_id)
    return (session.scalar(select(model).where(*own)), order) if order else Refused("common.not_found")


def to_decide(session: ScopedSession, model: type[Request], community_id: UUID, request_id: UUID) -> tuple[Request, WorkOrder] | Refused:
    """The same, if it is still to be decided."""
    both = found(session, model, "order_grant", community_id, request_id)
    return both if isinstance(both, Refused) or both[0].decided_at is None else Refused("grants.decided_before")


def file_of(session: ScopedSession, act: str, now: datetime, order: WorkOrder, /, **facts) -> None:
    """The ledger entry of an act on `order`."""
    file(session, f"work_order.{act}", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id, number=order.number, **facts)
