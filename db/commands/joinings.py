"""Join an order to another one about the same matter, and undo that. Each command is one transaction with one ledger entry; core.joinings decides.

`join_new` and `before_act` are steps of the commands on orders.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.joinings import may_act, may_join, may_undo
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.commands.grants import held
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.joinings import Joining
from db.models.work_orders import WorkOrder
from db.queries.joinings import lead_of, leads


@dataclass(frozen=True)
class Joined:
    """What was joined to what, or was, by number."""

    number: str
    lead: str


def join(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, lead_id: UUID) -> Joined | Refused:
    """Work an order together with `lead_id`: the work is done there, this complainant keeps record and clocks and is told for himself."""
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    # Held in one order, so that two who join crosswise wait for each other.
    found = {one: held(session, community_id, one) for one in sorted({order_id, lead_id})}
    if None in found.values():
        return Refused("common.not_found")
    done = _join(session, now, found[order_id], found[lead_id])
    if isinstance(done, Joined):
        _file(session, "join", now, found[order_id], lead=done.lead)
    return done


def undo(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, reason: str) -> Joined | Refused:
    """The order is worked by itself again, with the reason."""
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    order = held(session, community_id, order_id)
    lead = order and lead_of(session, community_id, order_id)
    if lead is None:
        return Refused("common.not_found" if order is None else "joinings.not_joined")
    if refused := may_undo(order.status, reason):
        return refused
    joining = session.scalar(select(Joining).where(Joining.community_id == community_id, Joining.work_order_id == order_id, Joining.ended_at.is_(None)))
    joining.ended_at, joining.ended_by = now, session.scope.actor_id
    put(session, order, "unjoin", now, note=f"{lead.number} {reason}")
    _file(session, "unjoin", now, order, lead=lead.number)
    return Joined(order.number, lead.number)


def join_new(session: ScopedSession, now: datetime, order: WorkOrder, lead_id: UUID) -> Joined | Refused:
    """Step of taking `order` in: it belongs to one that is being worked."""
    lead = held(session, order.community_id, lead_id)
    return Refused("common.not_found") if lead is None else _join(session, now, order, lead)


def before_act(session: ScopedSession, order: WorkOrder, act: str, at: datetime, given: str | None, said: str) -> Refused | None:
    """Step of an act on `order` at `at`: why it is not for an order that is joined, or leads. Keeps how a joined one's complainant was told the result."""
    if act not in ("ask_materials", "finish", "withdraw"):
        return None
    lead = lead_of(session, order.community_id, order.id)
    others = act == "withdraw" and leads(session, order.community_id, order.id, open_only=True)
    refused = may_act(act, early=lead and (lead.closed_at is None or at < lead.closed_at), leads=bool(others), given=given, said=said)
    if refused is None and lead and act == "finish":
        order.given_by = given
    return refused


def _join(session: ScopedSession, now: datetime, order: WorkOrder, lead: WorkOrder) -> Joined | Refused:
    own, above = (lead_of(session, order.community_id, one.id) for one in (order, lead))
    refused = may_join(order, lead, joined=own is not None, leads=leads(session, order.community_id, order.id), lead_joined=above is not None)
    if refused:
        return refused
    scope = session.scope
    session.add(Joining(community_id=order.community_id, work_order_id=order.id, lead_id=lead.id, joined_at=now, joined_by=scope.actor_id, joined_staff_id=scope.staff_id))
    put(session, order, "join", now, note=lead.number)
    put(session, lead, "lead", now, note=order.number)
    return Joined(order.number, lead.number)


def _file(session: ScopedSession, act: str, now: datetime, order: WorkOrder, **facts) -> None:
    file(session, f"work_order.{act}", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id, number=order.number, **facts)
