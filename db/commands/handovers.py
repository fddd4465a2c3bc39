"""Offer an order to a colleague, accept or decline it, take the offer back. Each command is one transaction with one ledger entry; core.handovers
decides. The station head's own way is db.commands.work_orders.hand_over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.handovers import CLAUSE, may_answer, may_offer, stands
from core.refusals import Refused
from core.roles import may
from db.commands.clocks import open_clocks
from db.commands.filing import file
from db.commands.grants import held
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.handovers import HandOver
from db.models.work_orders import WorkOrder
from db.queries.posts import bench, holding


@dataclass(frozen=True)
class Offered:
    """What became of an offer (core.handovers.stands) of an order."""

    number: str
    stands: str


def offer(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, to: UUID | None, reason: str) -> Offered | Refused:
    """Offer an order one holds to a colleague who has its grid and is at work; it stays one's own until accepted (first_asked)."""
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    order = held(session, community_id, order_id)
    if order is None:
        return Refused("common.not_found")
    there = bench(session, community_id, order.grid_id, now)
    holder = holding(session, now, community_id).holder(order.desk, order.grid_id, order.holder_id) if order.holder_id else None
    refused = may_offer(order.status, order.desk, holder, session.scope.staff_id, to, posted=there.posts.values(), absent=there.absent, reason=reason)
    if refused:
        return refused
    if _open(session, order):
        return Refused("handovers.waits_already", CLAUSE)
    session.add(
        HandOver(community_id=community_id, work_order_id=order_id, from_id=order.holder_id, to_id=to, reason=reason.strip(), offered_at=now, offered_by=session.scope.actor_id)
    )
    return _filed(session, now, order, "offer_hand_over", "waiting", reason, to=to)


def answer(session: ScopedSession, *, now: datetime, community_id: UUID, offer_id: UUID, accepted: bool, reason: str = "") -> Offered | Refused:
    """Accept what was offered to one: order and running clocks are one's own from now on; or decline, with the reason."""
    found = _found(session, community_id, offer_id)
    if isinstance(found, Refused):
        return found
    one, order = found
    posted = bench(session, community_id, order.grid_id, now).posts.values()
    refused = may_answer(stands(one), one.to_id, session.scope.staff_id, accepted, posted=posted, reason=reason)
    if refused:
        return refused
    outcome = "accepted" if accepted else "declined"
    _end(session, one, outcome, now)
    if accepted:
        for row in (order, *open_clocks(session, order)):
            row.holder_id = one.to_id
    return _filed(session, now, order, "accept_hand_over" if accepted else "decline_hand_over", outcome, reason)


def take_back(session: ScopedSession, *, now: datetime, community_id: UUID, offer_id: UUID) -> Offered | Refused:
    """Keep what one has offered and nobody has accepted."""
    found = _found(session, community_id, offer_id)
    if isinstance(found, Refused):
        return found
    one, order = found
    if stands(one) != "waiting":
        return Refused("handovers.over", CLAUSE)
    if session.scope.staff_id != one.from_id:
        return Refused("handovers.not_yours", CLAUSE)
    _end(session, one, "taken_back", now)
    return _filed(session, now, order, "take_back_hand_over", "taken_back", "")


def lapse(session: ScopedSession, order: WorkOrder, now: datetime) -> None:
    """Step of a command that closes the order or gives it to somebody: nobody has to answer any more."""
    if one := _open(session, order):
        _end(session, one, "lapsed", now)


def _open(session: ScopedSession, order: WorkOrder) -> HandOver | None:
    own = (HandOver.community_id == order.community_id, HandOver.work_order_id == order.id)
    return session.scalar(select(HandOver).where(*own, HandOver.ended_at.is_(None)))


def _found(session: ScopedSession, community_id: UUID, offer_id: UUID) -> tuple[HandOver, WorkOrder] | Refused:
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    own = (HandOver.community_id == community_id, HandOver.id == offer_id)
    order_id = session.scalar(select(HandOver.work_order_id).where(*own))
    order = order_id and held(session, community_id, order_id)
    return Refused("common.not_found") if order is None else (session.scalar(select(HandOver).where(*own)), order)


def _end(session: ScopedSession, one: HandOver, outcome: str, now: datetime) -> None:
    one.outcome, one.ended_at, one.ended_by = outcome, now, session.scope.actor_id


def _filed(session: ScopedSession, now: datetime, order: WorkOrder, act: str, outcome: str, said: str, **facts) -> Offered:
    put(session, order, act, now, note=said)
    # A new version: whoever acts on what they saw before is told.
    flag_modified(order, "status")
    file(
        session, f"work_order.{act}", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id, number=order.number, holder=order.holder_id, **facts
    )
    return Offered(order.number, outcome)
