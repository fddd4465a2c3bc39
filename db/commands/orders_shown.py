"""What an order keeps of people, in full for a purpose: the ledger keeps who looked and what for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.care import PURPOSES
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.work_orders import WorkOrder
from db.queries.archive import sealed


@dataclass(frozen=True)
class Revealed:
    """What an applicant left with the office, in full."""

    applicant: str | None
    contact: str | None
    detail: str | None


def reveal(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, purpose: str) -> Revealed | Refused:
    """Show applicant, contact and details in full, for one of core.care.PURPOSES; leaves a ledger entry."""
    order = to_reveal(session, now, community_id, order_id, purpose)
    if isinstance(order, Refused):
        return order
    file(session, "work_order.reveal", now=now, community_id=community_id, subject_kind="work_order", subject_id=order_id, number=order.number, purpose=purpose)
    return Revealed(order.applicant, order.contact, order.detail)


def to_reveal(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID, purpose: str) -> WorkOrder | Refused:
    """Step of a command that shows what belongs to an order: the order, if the actor may look, says what for, and it is not on file yet."""
    if not may(session.scope.role, "reveal"):
        return Refused("common.not_allowed")
    if purpose not in PURPOSES:
        return Refused("care.no_purpose")
    order = session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))
    if order is None:
        return Refused("common.not_found")
    if sealed(session, now, community_id, order_id):
        return Refused("archive.closed", "archive.access")
    return order
