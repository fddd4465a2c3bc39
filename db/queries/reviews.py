"""Review chains of orders: what was filed on one, who works it, and what waits for the reader's own review."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, select

from core.grants import Person
from core.refusals import Refused
from core.reviews import ACT, SENT_AGAIN, TRAIL, WORK, Chain, act_of, chains, may_review, stand
from core.reviews import Review as Filed
from core.roles import RIGHTS, Role, may
from db.engine import ScopedSession
from db.models.accounts import Account, AccountScope
from db.models.grids import Grid, Staff
from db.models.reviews import Review
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.archive import sealed

NEAREST = (Role.GRID_WORKER, Role.STATION_HEAD, Role.STREET_OFFICER)
"""Who may review at all, the nearest to the matter first."""
_FILED = (Review.id, Review.work_order_id, Review.step, Review.result, Review.round, Review.reviewer_id, Review.reviewer_staff_id, Review.at)


@dataclass(frozen=True)
class ReviewLine:
    """A filed step of an order; `by` None: not known. `opinion`: for whoever reviews, in full: they decide on it."""

    step: str
    result: str
    round: int
    at: datetime
    by: str | None
    opinion: str | None


@dataclass(frozen=True)
class InReview:
    """A matter under review: its row `order`, what was `filed`, who works it, the step that waits (None: it was sent back, or is through), since when."""

    order: Row
    chain: Chain
    filed: list[Filed]
    workers: list[Person]
    step: str | None
    since: datetime


@dataclass(frozen=True)
class Reviewer:
    """An account that may review, in a community it reaches; `grid_id` None: all of it."""

    community_id: UUID
    grid_id: UUID | None
    role: str
    person: Person


@dataclass(frozen=True)
class Waiting:
    """An order whose next step the reader may take."""

    community_id: UUID
    order_id: UUID
    version: int
    number: str
    matter: str
    item: str | None
    step: str
    grid: str | None
    holder: str | None
    received_at: datetime


def history(session: ScopedSession, community_id: UUID, order_id: UUID) -> list[Filed]:
    """What was filed on an order, as core.reviews reads it, in the order of filing."""
    return _filed(session, Review.community_id == community_id, Review.work_order_id == order_id).get(order_id, [])


def workers(session: ScopedSession, community_id: UUID, order_id: UUID, holder_id: UUID | None) -> list[Person]:
    """Who works an order: its holder, and whoever carried out work on it."""
    own = (WorkOrderEvent.community_id == community_id, WorkOrderEvent.work_order_id == order_id)
    return [(None, holder_id), *_workers(session, *own).get(order_id, [])]


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[ReviewLine]:
    """What was filed on an order, with names, in the order of filing; none of one that is on file and not open to the reader."""
    if sealed(session, now, community_id, order_id):
        return []
    query = select(Review, Staff.name, Account.display_name).outerjoin(Staff, and_(Staff.community_id == Review.community_id, Staff.id == Review.reviewer_staff_id))
    query = query.outerjoin(Account, Account.id == Review.reviewer_id).where(Review.community_id == community_id, Review.work_order_id == order_id)
    said = _opinions(session, community_id, order_id) if may(session.scope.role, ACT) else {}
    rows = session.execute(query.order_by(Review.id))
    return [ReviewLine(one.step, one.result, one.round, one.at, staff or account, said.get((act_of(one.step, one.result), one.at))) for one, staff, account in rows]


def _opinions(session: ScopedSession, community_id: UUID, order_id: UUID) -> dict[tuple[str, datetime], str | None]:
    event = WorkOrderEvent
    own = (event.community_id == community_id, event.work_order_id == order_id, event.act.in_({*TRAIL, SENT_AGAIN}))
    return {(row.act, row.happened_at): row.note for row in session.execute(select(event.act, event.happened_at, event.note).where(*own))}


def why_not(session: ScopedSession, community_id: UUID, order_id: UUID) -> Refused | None:
    """Why the session's actor may not take the step that waits on an order with a chain; None: they may."""
    order = session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))
    actor, scope = (session.scope.actor_id, session.scope.staff_id), session.scope
    if not may(scope.role, ACT) or order is None or order.chain is None:
        return Refused("common.not_allowed")
    own, people = workers(session, community_id, order_id, order.holder_id), who_reaches(session, order)
    return may_review(chains()[order.chain], history(session, community_id, order_id), order.reopened, order.status, scope.role, actor, own, people)


def who_may(session: ScopedSession, community_id: UUID, order_id: UUID) -> tuple[str, ...]:
    """The roles of those who may take the step that waits on an order, the nearest first; empty: none waits, or nobody may."""
    order = session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))
    if order is None or order.chain is None:
        return ()
    filed, own = history(session, community_id, order_id), workers(session, community_id, order_id, order.holder_id)
    fit = {role for role, _ in able(session, order, chains()[order.chain], filed, own)}
    return tuple(role for role in NEAREST if role in fit)


def able(session: ScopedSession, order, chain: Chain, filed: list[Filed], own: list[Person]) -> set[tuple[str, Person]]:
    """Everybody who may take the step that waits on `order`, worked by `own`, each with their role."""
    people = who_reaches(session, order)
    return {one for one in people() if may_review(chain, filed, order.reopened, order.status, *one, own, people) is None}


def who_reaches(session: ScopedSession, order) -> Callable[[], list[tuple[str, Person]]]:
    """Asked for it: everybody who may review and reaches `order` (community_id, grid_id), each with their role."""
    return partial(_reach, session, order.community_id, order.grid_id)


def _reach(session: ScopedSession, community_id: UUID, grid_id: UUID | None) -> list[tuple[str, Person]]:
    return [(one.role, one.person) for one in reviewers(session, community_id) if one.grid_id is None or one.grid_id == grid_id]


def reviewers(session: ScopedSession, community_id: UUID) -> list[Reviewer]:
    """The accounts that may review in a community, a line for each grid of those who reach only some; asked once a session."""
    key = ("reviews.reviewers", community_id)
    if key not in session.info:
        roles = [role for role in Role if ACT in RIGHTS[role].acts]
        staff = and_(Staff.account_id == Account.id, Staff.community_id == community_id)
        query = select(AccountScope.reach_grid, Account.role, Account.id, Staff.id).join(Account, Account.id == AccountScope.account_id).outerjoin(Staff, staff)
        rows = session.execute(query.where(AccountScope.reach_community == community_id, Account.disabled_at.is_(None), Account.role.in_(roles)))
        session.info[key] = [Reviewer(community_id, grid_id, role, (account_id, staff_id)) for grid_id, role, account_id, staff_id in rows]
    return session.info[key]


def waiting(session: ScopedSession, now: datetime, community_id: UUID | None = None) -> list[Waiting]:
    """Orders in scope (of one community) whose next step the session's actor may take, longest waiting first. `now` is not looked at: nothing
    falls due here that a clock of the order doesn't show."""
    actor, role = (session.scope.actor_id, session.scope.staff_id), session.scope.role
    within = tuple(session.scope.communities) if community_id is None else (community_id,)
    return [
        Waiting(row.community_id, row.id, row.version, row.number, row.matter, row.item, one.step, row.grid, row.holder, row.received_at)
        for one in in_review(session, within) if one.step
        for row in (one.order,) if may_review(one.chain, one.filed, row.reopened, row.status, role, actor, one.workers, who_reaches(session, row)) is None
    ]  # fmt: skip


def in_review(session: ScopedSession, within: tuple[UUID, ...]) -> list[InReview]:
    """The matters in scope under review in these communities, longest waiting first."""
    columns = (
        WorkOrder.community_id, WorkOrder.id, WorkOrder.version, WorkOrder.number, WorkOrder.kind, WorkOrder.matter, WorkOrder.item, WorkOrder.chain, WorkOrder.status,
        WorkOrder.holder_id, WorkOrder.reopened, WorkOrder.received_at, WorkOrder.accepted_at, WorkOrder.grid_id, Grid.name.label("grid"), Staff.name.label("holder"),
    )  # fmt: skip
    query = select(*columns).outerjoin(Grid, and_(Grid.community_id == WorkOrder.community_id, Grid.id == WorkOrder.grid_id))
    query = query.outerjoin(Staff, and_(Staff.community_id == WorkOrder.community_id, Staff.id == WorkOrder.holder_id))
    rows = session.execute(query.where(WorkOrder.community_id.in_(within), *_in_review()).order_by(WorkOrder.received_at, WorkOrder.id)).all()
    if not rows:
        return []
    open_ = select(WorkOrder.id).where(WorkOrder.community_id.in_(within), *_in_review())
    filed = _filed(session, Review.community_id.in_(within), Review.work_order_id.in_(open_))
    work = _workers(session, WorkOrderEvent.community_id.in_(within), WorkOrderEvent.work_order_id.in_(open_))
    found = []
    for row in rows:
        chain, own = chains()[row.chain], filed.get(row.id, [])
        handlers = [(None, row.holder_id), *work.get(row.id, [])]
        since = own[-1].at if own else row.accepted_at or row.received_at
        found.append(InReview(row, chain, own, handlers, stand(chain, own, row.reopened).next, since))
    return found


def _in_review() -> tuple[ColumnElement[bool], ...]:
    return WorkOrder.closed_at.is_(None), WorkOrder.chain.is_not(None), WorkOrder.status == "accepted"


def _filed(session: ScopedSession, *where: ColumnElement[bool]) -> dict[UUID, list[Filed]]:
    found: dict[UUID, list[Filed]] = defaultdict(list)
    # Sorted here: asked for their order, SQLite would go through all reviews of the community by their key.
    for row in sorted(session.execute(select(*_FILED).where(*where)), key=lambda row: row.id):
        found[row.work_order_id].append(Filed(row.step, row.result, row.round, (row.reviewer_id, row.reviewer_staff_id), row.at))
    return found


def _workers(session: ScopedSession, *where: ColumnElement[bool]) -> dict[UUID, Iterable[Person]]:
    found: dict[UUID, list[Person]] = defaultdict(list)
    event, now = WorkOrderEvent, and_(Staff.community_id == WorkOrderEvent.community_id, Staff.account_id == WorkOrderEvent.actor_id)
    # What was filed before the column was goes by whom the account belongs to today.
    query = select(event.work_order_id, event.actor_id, func.coalesce(event.staff_id, Staff.id)).outerjoin(Staff, now)
    for order_id, *who in session.execute(query.where(*where, event.act.in_(WORK), event.actor_id.is_not(None)).distinct()):
        found[order_id].append(tuple(who))
    return found
