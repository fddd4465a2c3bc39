"""Orders worked together: what an order is joined to, whom its result is owed to, and which complainants are still to be told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from core import masks
from core.roles import masked
from db.engine import ScopedSession
from db.models.joinings import Joining
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.posts import holding

FEW = 50


@dataclass(frozen=True)
class Lead:
    """The order that one is joined to; `closed_at` None: it has no result (again). `result`: what that says, for roles that read free
    text."""

    id: UUID
    number: str
    status: str
    closed_at: datetime | None
    result: str | None = None


@dataclass(frozen=True)
class Complainant:
    """An order joined to another: whose it is, and whether he was told the result, when and how."""

    order_id: UUID
    number: str
    applicant: str | None
    status: str
    told_at: datetime | None
    given_by: str | None


@dataclass(frozen=True)
class ToTell:
    """A joined order whose leading one has a result that its complainant has not been told."""

    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    lead: str
    since: datetime


def lead_of(session: ScopedSession, community_id: UUID, order_id: UUID) -> Lead | None:
    """What an order is joined to, in whatever grid that lies: a number and a status are no data about anybody."""
    query = select(WorkOrder.id, WorkOrder.number, WorkOrder.status, WorkOrder.closed_at).join(Joining, _LEAD)
    row = session.execute(query.where(Joining.community_id == community_id, Joining.work_order_id == order_id, _stands()).execution_options(rollup=True)).one_or_none()
    return row and Lead(*row)


def leads(session: ScopedSession, community_id: UUID, order_id: UUID, *, open_only: bool = False) -> bool:
    """Whether orders are joined to this one; `open_only`: such as have no answer yet."""
    query = select(Joining.id).join(WorkOrder, _ORDER).where(Joining.community_id == community_id, Joining.lead_id == order_id, _stands())
    return session.scalar((query.where(WorkOrder.closed_at.is_(None)) if open_only else query).limit(1).execution_options(rollup=True)) is not None


def lead_with_result(session: ScopedSession, community_id: UUID, order_id: UUID) -> Lead | None:
    """The same, with what is to be told to each complainant once it has a result."""
    lead = lead_of(session, community_id, order_id)
    if lead is None or lead.closed_at is None:
        return lead
    own = (WorkOrderEvent.community_id == community_id, WorkOrderEvent.work_order_id == lead.id, WorkOrderEvent.act == "finish")
    said = session.scalar(select(WorkOrderEvent.note).where(*own).order_by(WorkOrderEvent.happened_at.desc(), WorkOrderEvent.id.desc()).limit(1))
    return lead if "name" in masked(session.scope.role) else replace(lead, result=said)


def complainants(session: ScopedSession, community_id: UUID, lead_id: UUID) -> list[Complainant]:
    """The orders joined to one, as far as they are in scope, in the order of their numbers; names as the role may see them."""
    columns = (WorkOrder.id, WorkOrder.number, WorkOrder.applicant, WorkOrder.status, WorkOrder.finished_at, WorkOrder.given_by)
    query = select(*columns).join(Joining, _ORDER).where(Joining.community_id == community_id, Joining.lead_id == lead_id, _stands())
    hidden = masked(session.scope.role)
    return [Complainant(one, number, masks.masked("name", who, hidden), *more) for one, number, who, *more in session.execute(query.order_by(WorkOrder.number))]


def marks(session: ScopedSession, order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of these orders those that are joined: 'joined' while the leading one is worked, 'to_tell' when it has its result."""
    query = select(Joining.work_order_id, WorkOrder.closed_at).join(WorkOrder, _LEAD)
    own = (Joining.community_id.in_(tuple(session.scope.communities)), Joining.work_order_id.in_(tuple(order_ids)), _stands())
    return {order_id: "joined" if closed is None else "to_tell" for order_id, closed in session.execute(query.where(*own).execution_options(rollup=True))}


def to_tell(session: ScopedSession, now: datetime) -> list[ToTell]:
    """The reader's own joined orders (the station head's: all in scope) whose complainants wait to be told, longest first."""
    lead, scope = aliased(WorkOrder), session.scope
    # The leading order may lie in a grid out of reach: the scope is held to here, on the joined one.
    within = [column.in_(tuple(one)) for column, one in ((WorkOrder.grid_id, scope.grids), (WorkOrder.desk, scope.order_desks)) if one is not None]
    query = select(WorkOrder.community_id, WorkOrder.id, WorkOrder.number, WorkOrder.matter, lead.number, lead.closed_at).join(Joining, _ORDER)
    query = query.join(lead, (lead.community_id == Joining.community_id) & (lead.id == Joining.lead_id))
    own = (Joining.community_id.in_(tuple(scope.communities)), _stands(), WorkOrder.closed_at.is_(None), lead.closed_at.is_not(None), lead.finished_at.is_not(None))
    mine = [] if scope.role == "station_head" or scope.order_desks else [or_(WorkOrder.holder_id.is_(None), WorkOrder.holder_id.in_(_mine(session, now)))]
    query = query.where(*own, *within, *mine).order_by(lead.closed_at, WorkOrder.id).limit(FEW)
    return [ToTell(*row) for row in session.execute(query.execution_options(rollup=True))]


def _mine(session: ScopedSession, now: datetime) -> frozenset[UUID]:
    return holding(session, now).falls_to(session.scope.staff_id) if session.scope.staff_id else frozenset()


_LEAD = (WorkOrder.community_id == Joining.community_id) & (WorkOrder.id == Joining.lead_id)
_ORDER = (WorkOrder.community_id == Joining.community_id) & (WorkOrder.id == Joining.work_order_id)


def _stands() -> ColumnElement[bool]:
    return Joining.ended_at.is_(None)
