"""Orders as people may see them: lists, and one order with its trail, clocks and pauses. Personal data is masked here, by role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal_column, select

from core import masks
from core.clocks import Span, State, lateness, state
from core.roles import masked
from core.work_orders import Standing, standing_of
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.clocks import Clock, ClockPause
from db.models.grids import Building, Grid, Staff
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.archive import sealed
from db.queries.clock_state import is_overdue, is_unclosed

STATES = ("open", "overdue", "awaiting_materials", "to_follow_up", "closed")
"""What a list of orders can be narrowed to."""
_LINE = (
    WorkOrder.community_id, WorkOrder.id, WorkOrder.number, WorkOrder.kind, WorkOrder.category, WorkOrder.matter, WorkOrder.status, WorkOrder.grid_id,
    WorkOrder.building_id, WorkOrder.holder_id, WorkOrder.received_at, WorkOrder.finished_at, WorkOrder.closed_at, WorkOrder.rating, WorkOrder.reopened, WorkOrder.version,
)  # fmt: skip


@dataclass(frozen=True)
class OrderLine:
    """An order in a list. `clause_id`, `due_at`, `state`: its running clock that is due first; None when none runs. `first`: whose it is goes first in
    a queue (service.priority), where that was asked for."""

    community_id: UUID
    id: UUID
    number: str
    kind: str
    category: str
    matter: str
    status: str
    grid: str | None
    building: str | None
    holder: str | None
    received_at: datetime
    finished_at: datetime | None
    closed_at: datetime | None
    rating: int | None
    reopened: int
    version: int
    clause_id: str | None
    due_at: datetime | None
    state: State | None
    first: bool = False

    @property
    def place_and_grid(self) -> str:
        """Building and grid in one line, as far as known."""
        return " · ".join(filter(None, (self.building, self.grid)))


@dataclass(frozen=True)
class OrderClock:
    """A clock of an order, and the stretches in which it stood still (end None: still does). `counted`: those whose end is known, be it still to
    come: by them `due_at` is moved. `late`: by how much, as far as it is;
    `effective_from`: the clause's value it was stamped with; `extended_by`: units another person granted on top, `original_due_at`: due before that."""

    clause_id: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    state: State
    pauses: tuple[tuple[datetime, datetime | None], ...]
    late: timedelta
    effective_from: date
    counted: tuple[Span, ...] = ()
    extended_by: int | None = None
    original_due_at: datetime | None = None


@dataclass(frozen=True)
class OrderEvent:
    """One line of the trail (review.trail): who did what when; `by` None: the system or an import."""

    act: str
    happened_at: datetime
    recorded_at: datetime
    by: str | None
    holder: str | None
    to_status: str | None
    rating: int | None
    note: str | None


@dataclass(frozen=True)
class OrderCard:
    """One order in full, personal fields as the role may see them. `standing` feeds core.work_orders.offers. `item`, `chain`: the catalogue's item
    it was taken in by, and its review chain. `desk`, `grid_id`, `holder_id`: where it lies and who holds it.
    `sealed`: it is on file and not open to the reader (db.queries.archive): neither applicant nor contact, details or notes."""

    line: OrderLine
    channel: str
    applicant: str | None
    contact: str | None
    detail: str | None
    first_asked: str | None
    recorded_at: datetime
    standing: Standing
    clocks: tuple[OrderClock, ...]
    trail: tuple[OrderEvent, ...]
    in_full: bool
    item: str | None = None
    chain: str | None = None
    given_by: str | None = None
    desk: str = "grid"
    grid_id: UUID | None = None
    holder_id: UUID | None = None
    sealed: bool = False


def orders(
    session: ScopedSession,
    now: datetime,
    *,
    grid_id: UUID | None = None,
    kind: str | None = None,
    category: str | None = None,
    state: str | None = None,
    holder_ids: Iterable[UUID] | None = None,
    number: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[OrderLine]:
    """Orders in scope, newest first (to follow up: longest waiting first). `state` is one of STATES, `number` how the number begins."""
    conditions = _narrowed(now, grid_id, kind, category, state, holder_ids, number)
    first = WorkOrder.finished_at if state == "to_follow_up" else WorkOrder.received_at.desc()
    return order_lines(session, now, conditions, first, limit=limit, offset=offset)


def order_lines(session: ScopedSession, now: datetime, conditions: Iterable[ColumnElement[bool]], first: ColumnElement, *, limit: int = 50, offset: int = 0) -> list[OrderLine]:
    """Orders that meet `conditions`, in the order of `first`: which ones by an index alone, then their rows."""
    chosen = select(WorkOrder.community_id, WorkOrder.id).where(*conditions).order_by(first, WorkOrder.id).limit(limit).offset(offset).subquery()
    query = select(*_LINE).join(chosen, (chosen.c.community_id == WorkOrder.community_id) & (chosen.c.id == WorkOrder.id))
    return _lines(session, now, query.order_by(first, WorkOrder.id))


def _narrowed(now, grid_id, kind, category, state, holder_ids, number) -> list[ColumnElement[bool]]:
    found = [column == wanted for column, wanted in ((WorkOrder.grid_id, grid_id), (WorkOrder.kind, kind), (WorkOrder.category, category)) if wanted]
    if holder_ids is not None:
        found.append(WorkOrder.holder_id.in_(tuple(holder_ids)))
    if number.strip():
        found.append(WorkOrder.number.startswith(number.strip(), autoescape=True))
    return found + _STATES[state](now) if state else found


def _overdue(now: datetime) -> list[ColumnElement[bool]]:
    late = select(Clock.subject_id).where(Clock.community_id == WorkOrder.community_id, Clock.subject_id == WorkOrder.id, is_overdue(now))
    return [WorkOrder.closed_at.is_(None), late.exists()]


def to_follow_up() -> ColumnElement[bool]:
    """Condition: finished, and nobody has asked yet whether the applicant is satisfied. A literal, for its partial index."""
    return WorkOrder.status == literal_column("'finished'")


_STATES = {
    "open": lambda now: [WorkOrder.closed_at.is_(None)],
    "overdue": _overdue,
    "awaiting_materials": lambda now: [WorkOrder.closed_at.is_(None), WorkOrder.status == "awaiting_materials"],
    "to_follow_up": lambda now: [to_follow_up()],
    "closed": lambda now: [WorkOrder.closed_at.is_not(None)],
}


def _lines(session: ScopedSession, now: datetime, query: Select) -> list[OrderLine]:
    rows = session.execute(query).all()
    grids = names(session, Grid, {row.grid_id for row in rows})
    buildings = names(session, Building, {row.building_id for row in rows})
    staff = names(session, Staff, {row.holder_id for row in rows})
    first = _first_clocks(session, now, [row.id for row in rows])
    return [_line(row, now, grids, buildings, staff, first.get(row.id)) for row in rows]


def _line(row, now: datetime, grids: dict, buildings: dict, staff: dict, clock) -> OrderLine:
    return OrderLine(
        row.community_id, row.id, row.number, row.kind, row.category, row.matter, row.status, grids.get(row.grid_id), buildings.get(row.building_id),
        staff.get(row.holder_id), row.received_at, row.finished_at, row.closed_at, row.rating, row.reopened, row.version,
        clock and clock.clause_id, clock and clock.due_at, clock and state(clock, now),
    )  # fmt: skip


def names(session: ScopedSession, model: type, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """id → name of the rows of `model` (Grid, Building, Staff) with these ids, as far as they are in scope."""
    wanted = tuple(one for one in set(ids) if one)
    if not wanted:
        return {}
    rows = session.execute(select(model.id, model.name).where(model.community_id.in_(tuple(session.scope.communities)), model.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _first_clocks(session: ScopedSession, now: datetime, order_ids: list[UUID]) -> dict[UUID, object]:
    """The running clock of each order that is due first; one that stands still only where no other runs."""
    if not order_ids:
        return {}
    moments = (Clock.started_at, Clock.warn_at, Clock.due_at, Clock.paused_at, Clock.paused_until, Clock.met_at, Clock.closed_at, Clock.voided_at)
    own = (Clock.community_id.in_(tuple(session.scope.communities)), Clock.subject_id.in_(order_ids), is_unclosed())
    rows = session.execute(select(Clock.subject_id, Clock.clause_id, *moments).where(*own))
    in_order = sorted(rows, key=lambda row: (state(row, now) is State.paused, row.due_at), reverse=True)
    return {row.subject_id: row for row in in_order}


def order_card(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> OrderCard | None:
    """One order with everything about it; None when it is not there or not in scope."""
    row = session.execute(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id)).scalar()
    if row is None:
        return None
    line = _lines(session, now, select(*_LINE).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))[0]
    clocks = _clocks(session, now, community_id, order_id)
    events = _events(session, community_id, order_id)
    running = {clock.clause_id: clock.due_at for clock in clocks if clock.state not in _CLOSED}
    hidden, shut = masked(session.scope.role), sealed(session, now, community_id, order_id)
    open_ = not hidden & {"name", "phone"}
    staff = names(session, Staff, [row.first_asked_id])
    return OrderCard(
        line, row.channel, *(None if shut else masks.masked(field, text, hidden) for field, text in (("name", row.applicant), ("phone", row.contact))),
        None if shut else masks.free_text(row.detail) if "name" in hidden else row.detail, staff.get(row.first_asked_id), row.recorded_at,
        standing_of(row, events, running), clocks, _trail(session, events, shut or "name" in hidden), open_, row.item, row.chain, row.given_by,
        row.desk, row.grid_id, row.holder_id, shut,
    )  # fmt: skip


_CLOSED = {State.met, State.missed, State.void}


def _clocks(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> tuple[OrderClock, ...]:
    rows = session.scalars(select(Clock).where(Clock.community_id == community_id, Clock.subject_id == order_id).order_by(Clock.started_at, Clock.due_at)).all()
    spans: dict[UUID, list] = {}
    wanted = (ClockPause.community_id == community_id, ClockPause.clock_id.in_([row.id for row in rows]))
    for pause in session.scalars(select(ClockPause).where(*wanted).order_by(ClockPause.started_at)):
        spans.setdefault(pause.clock_id, []).append((pause.started_at, pause.ended_at or pause.until_at))
    return tuple(
        OrderClock(
            row.clause_id, row.started_at, row.due_at, row.met_at, state(row, now), tuple((begin, end if end and end <= now else None) for begin, end in own),
            lateness(row, now), row.effective_from, tuple((begin, end) for begin, end in own if end), row.extended_by, row.original_due_at,
        )
        for row in rows
        for own in (spans.get(row.id, ()),)
    )  # fmt: skip


def _events(session: ScopedSession, community_id: UUID, order_id: UUID) -> list[WorkOrderEvent]:
    own = (WorkOrderEvent.community_id == community_id, WorkOrderEvent.work_order_id == order_id)
    return list(session.scalars(select(WorkOrderEvent).where(*own).order_by(WorkOrderEvent.happened_at, WorkOrderEvent.recorded_at, WorkOrderEvent.id)))


def _trail(session: ScopedSession, events: list[WorkOrderEvent], hide_notes: bool) -> tuple[OrderEvent, ...]:
    actors = {one.actor_id for one in events if one.actor_id}
    by = {row.id: row.display_name for row in session.execute(select(Account.id, Account.display_name).where(Account.id.in_(actors)))} if actors else {}
    staff = names(session, Staff, {one.holder_id for one in events})
    return tuple(
        OrderEvent(
            one.act, one.happened_at, one.recorded_at, by.get(one.actor_id), staff.get(one.holder_id), one.to_status, one.rating,
            masks.free_text(one.note) if hide_notes else one.note,
        )  # fmt: skip
        for one in events
    )
