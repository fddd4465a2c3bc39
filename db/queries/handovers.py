"""Orders on their way from one to another: what is offered to the reader, what was offered of an order, and what its holder can't reach any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from core.calendar import local_day
from core.handovers import stands
from db.engine import ScopedSession
from db.models.grids import Grid, Post, Staff
from db.models.handovers import HandOver
from db.models.work_orders import WorkOrder
from db.queries.archive import sealed
from db.queries.posts import Colleague, post_held, posts_held, still_here

FEW = 50


@dataclass(frozen=True)
class Offer:
    """An order offered by one member of staff to another; `stands`: core.handovers.stands."""

    id: UUID
    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    grid: str | None
    from_id: UUID
    from_name: str
    to_id: UUID
    to_name: str
    reason: str
    offered_at: datetime
    stands: str


@dataclass(frozen=True)
class Stranded:
    """An open order whose holder has no post in its grid any more: it stands in nobody's own queue."""

    community_id: UUID
    order_id: UUID
    version: int
    number: str
    matter: str
    grid_id: UUID
    grid: str
    holder: str
    received_at: datetime


def offered_to_me(session: ScopedSession) -> list[Offer]:
    """What waits for the reader's own answer, longest first."""
    me = session.scope.staff_id
    return _offers(session, HandOver.to_id == me, HandOver.ended_at.is_(None)) if me else []


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[Offer]:
    """Every offer of an order, oldest first; none of one that is on file and not open to the reader."""
    if sealed(session, now, community_id, order_id):
        return []
    return _offers(session, HandOver.community_id == community_id, HandOver.work_order_id == order_id)


def marks(session: ScopedSession, order_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Of these orders those offered to somebody who has not answered."""
    own = (HandOver.community_id.in_(tuple(session.scope.communities)), HandOver.work_order_id.in_(tuple(order_ids)), HandOver.ended_at.is_(None))
    return frozenset(session.scalars(select(HandOver.work_order_id).where(*own)))


def receivers(session: ScopedSession, now: datetime, community_id: UUID, grid_id: UUID | None) -> list[Colleague]:
    """Who stands at a post of the grid and is at work: whom an order of it can go to; but for the reader."""
    if grid_id is None:
        return []
    at_work = {one.staff_id: one.name for one in posts_held(session, now, community_id=community_id, grid_id=grid_id) if one.away_until is None}
    return [Colleague(one, name, "grid_worker") for one, name in at_work.items() if one != session.scope.staff_id]


def waits(session: ScopedSession, now: datetime) -> tuple[int, int]:
    """How many orders are offered to the reader, and how many are to be handed over."""
    return len(offered_to_me(session)), len(stranded(session, now))


def stranded(session: ScopedSession, now: datetime) -> list[Stranded]:
    """Of the station head all such orders in scope; of everybody else their own, in whatever grid: they answer for them until handed over."""
    scope, today = session.scope, local_day(now)
    if scope.role != "station_head" and not scope.staff_id:
        return []
    there = and_(Post.community_id == WorkOrder.community_id, Post.grid_id == WorkOrder.grid_id, Post.staff_id == WorkOrder.holder_id, post_held(today))
    own = [WorkOrder.community_id.in_(tuple(scope.communities)), WorkOrder.closed_at.is_(None), WorkOrder.desk == "grid", ~select(Post.id).where(there).exists(), still_here(today)]
    if scope.role != "station_head":
        own.append(WorkOrder.holder_id == scope.staff_id)
    columns = (WorkOrder.community_id, WorkOrder.id, WorkOrder.version, WorkOrder.number, WorkOrder.matter, WorkOrder.grid_id, Grid.name, Staff.name, WorkOrder.received_at)
    query = select(*columns).join(Grid, and_(Grid.community_id == WorkOrder.community_id, Grid.id == WorkOrder.grid_id))
    query = query.join(Staff, and_(Staff.community_id == WorkOrder.community_id, Staff.id == WorkOrder.holder_id))
    # Beyond the reader's grids: who has moved to another one is still responsible for what lies in the old one.
    query = query.where(*own).order_by(WorkOrder.received_at, WorkOrder.id).limit(FEW)
    return [Stranded(*row) for row in session.execute(query.execution_options(rollup=True))]


_ORDER = (WorkOrder.community_id == HandOver.community_id) & (WorkOrder.id == HandOver.work_order_id)


def _offers(session: ScopedSession, *where: ColumnElement[bool]) -> list[Offer]:
    giver, taker = aliased(Staff), aliased(Staff)
    query = select(HandOver, WorkOrder, Grid.name, giver.name, taker.name).join(WorkOrder, _ORDER)
    query = query.outerjoin(Grid, and_(Grid.community_id == WorkOrder.community_id, Grid.id == WorkOrder.grid_id))
    query = query.join(giver, and_(giver.community_id == HandOver.community_id, giver.id == HandOver.from_id))
    query = query.join(taker, and_(taker.community_id == HandOver.community_id, taker.id == HandOver.to_id))
    rows = session.execute(query.where(*where).order_by(HandOver.offered_at, HandOver.id).limit(FEW))
    return [
        Offer(
            one.id, one.community_id, order.id, order.number, order.matter, grid, one.from_id, by, one.to_id, to, one.reason, one.offered_at,
            stands(one),
        )
        for one, order, grid, by, to in rows
    ]  # fmt: skip
