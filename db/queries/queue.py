"""One list for a worker: everything with a running clock, by due time, so that what is late stands first.

One indexed statement on the open clocks, then look-ups for the few rows shown. A period that has not begun is not listed, and neither is
what stands still: nothing can be done about it now. Counts and list use the same conditions, so a count opens exactly its rows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal_column, not_, or_, select, true, union

from core import masks
from core.appointments import Agreed
from core.calendar import local_day
from core.clocks import State, state
from core.periods import local_midnight, period_of
from core.queue import rank
from core.roles import masked
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.grids import Building, Grid, Household
from db.models.residents import Resident
from db.models.work_orders import WorkOrder
from db.queries import handovers, joinings
from db.queries.appointments import agreed_with, coming
from db.queries.attempts import KIND, failed_runs
from db.queries.clock_state import is_open, is_overdue, is_paused, is_unclosed, not_put_off, put_off
from db.queries.extensions import marks
from db.queries.posts import holding
from db.queries.priority import ahead
from db.queries.suspensions import running
from db.queries.work_orders import OrderLine, order_lines, to_follow_up

ACTS = ("call", "visit", "session", "assessment", "file_update", "patrol")
"""Acts that have a filter of their own; other recurring acts are `duty`, clocks of orders are `order`."""
KINDS = ("order", *ACTS, "duty")
BUCKETS = ("late", "today", "week", "later")
"""When something is due: passed, by tonight, by Sunday night, after that."""
FEW = 200
"""Orders and people found by a search that are still looked up one by one."""


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; None: no narrowing. `whose` 'mine': own work, the grid's unassigned work, and that of an absent
    partner or of somebody who has left; 'all': everything in scope. `text`: what an order's number begins with, or what stands in its matter
    or in a resident's name, where the role reads names in full."""

    whose: str = "mine"
    kind: str | None = None
    bucket: str | None = None
    grid_id: UUID | None = None
    clause_id: str | None = None
    holder_id: UUID | None = None
    text: str | None = None


@dataclass(frozen=True)
class QueueItem:
    """One thing to do. `title`: the order's matter or the resident's name as the role may see it (None: a duty, named by its clause).
    `failed`: how many attempts in a row to reach them have failed. `asked`: db.queries.extensions.marks of an order;
    `first`: whose it is goes first (service.priority); `suspended`: why an order stands still, and until when; `joined`: db.queries.joinings.marks of an order;
    `offered`: it is offered to a colleague who has not answered; `agreed`: the appointment that stands; `put_off`: to be called again then, late as it is."""

    community_id: UUID
    clock_id: UUID
    kind: str
    act: str | None
    clause_id: str
    state: State
    due_at: datetime
    times_done: int
    times_required: int
    subject_kind: str
    subject_id: UUID
    grid_id: UUID | None
    title: str | None
    number: str | None
    order_kind: str | None
    status: str | None
    version: int | None
    grid: str | None
    place: str | None
    failed: int = 0
    asked: str | None = None
    suspended: tuple[str, datetime] | None = None
    first: bool = False
    joined: str | None = None
    offered: bool = False
    agreed: Agreed | None = None
    put_off: datetime | None = None


@dataclass(frozen=True)
class Counts:
    """How much there is to do: by (kind, bucket); what stands still; open orders no clock runs for, and which of them nobody has accepted; finished
    orders to follow up; by kind, what is late and put off: it counts as late, and the whole list leaves it out."""

    by: dict[tuple[str, str], int]
    paused: int
    unclocked: int
    not_accepted: int
    to_follow_up: int
    put_off: dict[str, int] = field(default_factory=dict)

    def of(self, *, kind: str | None = None, bucket: str | None = None) -> int:
        """The number of items of a kind in a bucket; None: any."""
        every = sum(n for (k, b), n in self.by.items() if kind in (None, k) and bucket in (None, b))
        return every - (self.left_out(kind) if bucket is None else 0)

    def left_out(self, kind: str | None = None) -> int:
        """What is late and put off."""
        return sum(n for k, n in self.put_off.items() if kind in (None, k))


def queue(session: ScopedSession, now: datetime, wanted: Wanted = Wanted(), *, limit: int = 25) -> list[QueueItem]:
    """The first `limit` things to do: what is due first first, an appointment at its time, and on a day those who go first (core.queue.rank)."""
    where = _conditions(session, now, wanted)
    before = set(ahead(session, Clock, [*where, Clock.work_order_id.is_not(None)], Clock.due_at)) if wanted.kind in (None, "order") else set()
    agreed = {one: at.moment for one, at in coming(session, now).items()} if wanted.kind != "order" else {}
    # Whoever goes first may be due after all that is found so, on the same day.
    found = items(session, now, and_(*where), limit=limit, also=before | agreed.keys())
    if not (before or agreed):
        return found
    marked = [replace(one, first=one.clock_id in before) for one in found]
    return sorted(marked, key=lambda one: (rank(one.due_at, one.first, now, agreed.get(one.clock_id)), one.clause_id, one.clock_id))[:limit]


def standing(session: ScopedSession, now: datetime, wanted: Wanted = Wanted(), *, limit: int = 25) -> list[QueueItem]:
    """What stands still, each with why; Counts.paused is how many."""
    return items(session, now, and_(*_narrowed(session, now, replace(wanted, kind=None, bucket=None)), is_paused(now)), limit=limit)


def items(session: ScopedSession, now: datetime, where: ColumnElement[bool], *, limit: int, also: Collection[UUID] = ()) -> list[QueueItem]:
    """Clocks in scope under the condition `where`, as the queue shows its own, by due time; besides the first `limit` those of them named in `also`."""
    columns = (
        Clock.community_id, Clock.id, Clock.clause_id, Clock.act, Clock.started_at, Clock.warn_at, Clock.due_at, Clock.paused_at, Clock.paused_until, Clock.met_at, Clock.closed_at,
        Clock.voided_at, Clock.times_done, Clock.times_required, Clock.subject_kind, Clock.subject_id, Clock.work_order_id, Clock.resident_id, Clock.grid_id,
        Grid.name.label("grid"),
    )  # fmt: skip
    in_order = (Clock.due_at, Clock.clause_id, Clock.id)
    first = select(Clock.community_id, Clock.id).where(where).order_by(*in_order).limit(limit).subquery()
    if also:
        first = union(select(first.c.community_id, first.c.id), select(Clock.community_id, Clock.id).where(where, Clock.id.in_(also))).subquery()
    query = select(*columns).join(first, and_(first.c.community_id == Clock.community_id, first.c.id == Clock.id))
    query = query.outerjoin(Grid, and_(Grid.community_id == Clock.community_id, Grid.id == Clock.grid_id))
    return _items(session, now, session.execute(query.order_by(*in_order)).all())


def counts(session: ScopedSession, now: datetime, wanted: Wanted = Wanted()) -> Counts:
    """What the whole list holds, by kind and bucket; `wanted.kind` and `wanted.bucket` are left out of account."""
    base = replace(wanted, kind=None, bucket=None)
    kind, bucket = _kind_of().label("kind"), _bucket_of(session, now).label("bucket")
    query = select(kind, bucket, func.count().label("n")).where(*_narrowed(session, now, base, late_too=True)).group_by(kind, bucket)
    by = {(row.kind, row.bucket): row.n for row in session.execute(query)}
    still = sum(by.pop(key) for key in list(by) if key[1] == "paused")
    left_out = {key[0]: by.pop(key) for key in list(by) if key[1] == _PUT_OFF}
    by |= {(kind, "late"): by.get((kind, "late"), 0) + n for kind, n in left_out.items()}
    waiting = func.count(case((WorkOrder.status == "taken_in", 1)))
    done = select(func.count(WorkOrder.id)).where(*_finished(session, now, base)).correlate(None).scalar_subquery()
    of_orders = select(func.count(WorkOrder.id), waiting, done).where(*_unclocked(session, now, base))
    return Counts(by, still, *session.execute(of_orders).one(), left_out)


def finished(session: ScopedSession, now: datetime, wanted: Wanted = Wanted(), *, limit: int = 25) -> list[OrderLine]:
    """The finished orders that nobody has followed up, longest waiting first."""
    return order_lines(session, now, _finished(session, now, wanted), WorkOrder.finished_at, limit=limit)


def unclocked(session: ScopedSession, now: datetime, wanted: Wanted = Wanted(), *, status: str | None = None, limit: int = 25) -> list[OrderLine]:
    """Open orders no clause presses at the moment: not accepted yet, or waiting for the result alone; who goes first, then oldest first. `status` narrows them."""
    conditions = [*_unclocked(session, now, wanted), *([WorkOrder.status == status] if status else [])]
    before = ahead(session, WorkOrder, conditions, WorkOrder.received_at)
    first = order_lines(session, now, [*conditions, WorkOrder.id.in_(before)], WorkOrder.received_at, limit=limit) if before else []
    rest = order_lines(session, now, [*conditions, WorkOrder.id.not_in(before)] if before else conditions, WorkOrder.received_at, limit=limit)
    return [*(replace(one, first=True) for one in first), *rest][:limit]


def unpressed(session: ScopedSession, now: datetime, wanted: Wanted, *, limit: int = 25) -> list[OrderLine]:
    """The orders a search means besides those with a running clock: open without one, finished, and closed ones of exactly that number."""
    exactly = [*_whose(session, now, wanted, WorkOrder), WorkOrder.number == (wanted.text or "").strip(), WorkOrder.closed_at.is_not(None), not_(to_follow_up())]
    closed = [] if wanted.clause_id else order_lines(session, now, exactly, WorkOrder.received_at, limit=limit)
    return [*unclocked(session, now, wanted, limit=limit), *finished(session, now, wanted, limit=limit), *closed][:limit]


def _unclocked(session: ScopedSession, now: datetime, wanted: Wanted) -> list[ColumnElement[bool]]:
    if wanted.clause_id:
        return [false()]
    running = select(Clock.id).where(Clock.community_id == WorkOrder.community_id, Clock.work_order_id == WorkOrder.id, is_unclosed())
    return [*_whose(session, now, wanted, WorkOrder), *_named(wanted), WorkOrder.closed_at.is_(None), not_(running.exists())]


def _named(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [_says(wanted.text.strip())] if wanted.text and wanted.text.strip() else []


def _finished(session: ScopedSession, now: datetime, wanted: Wanted) -> list[ColumnElement[bool]]:
    return [false()] if wanted.clause_id else [*_whose(session, now, wanted, WorkOrder), *_named(wanted), to_follow_up()]


def _conditions(session: ScopedSession, now: datetime, wanted: Wanted) -> list[ColumnElement[bool]]:
    return [*_narrowed(session, now, wanted), not_(is_paused(now))]


def _narrowed(session: ScopedSession, now: datetime, wanted: Wanted, *, late_too: bool = False) -> list[ColumnElement[bool]]:
    """`late_too`: what is late although it was put off, as among the late ones."""
    shown = not_put_off(session, now)
    shown = [or_(is_overdue(now), *shown)] if shown and (late_too or wanted.bucket == "late") else shown
    found = [*_whose(session, now, wanted, Clock), _begun(session, now), *shown]
    if wanted.clause_id:
        found.append(Clock.clause_id == wanted.clause_id)
    if wanted.kind:
        found.append(_is_kind(wanted.kind))
    if wanted.bucket:
        found.append(_is_in(session, now, wanted.bucket))
    if wanted.text and wanted.text.strip():
        found.append(_about(session, wanted.text.strip()))
    return found


def _about(session: ScopedSession, words: str) -> ColumnElement[bool]:
    """Clocks of open orders and of people. Few are named one by one, and their clocks looked up; of many the list, by due time, soon meets enough."""
    sought, key = _sought(session, words), ("queue.about", words)
    if key not in session.info:
        session.info[key] = [one_id for one in sought for one_id in session.scalars(one.limit(FEW + 1))]
    if len(session.info[key]) <= FEW:
        return Clock.subject_id.in_(session.info[key])
    of_order, *of_person = (column.in_(one) for column, one in zip((Clock.work_order_id, Clock.resident_id), sought, strict=False))
    return or_(of_order, *(and_(Clock.work_order_id.is_(None), one) for one in of_person)).is_(true())


def _sought(session: ScopedSession, words: str) -> list[Select]:
    own = tuple(session.scope.communities)
    orders = select(WorkOrder.id).where(WorkOrder.community_id.in_(own), WorkOrder.closed_at.is_(None), _says(words))
    if "name" in masked(session.scope.role):
        return [orders]
    return [orders, select(Resident.id).where(Resident.community_id.in_(own), Resident.name.contains(words, autoescape=True))]


def _says(words: str) -> ColumnElement[bool]:
    # One comparison a row: residents quote the end of a number as often as its beginning.
    return (WorkOrder.number + " " + WorkOrder.matter).contains(words, autoescape=True)


def _whose(session: ScopedSession, now: datetime, wanted: Wanted, model) -> list[ColumnElement[bool]]:
    """Conditions on Clock or WorkOrder. Each community by name, so that the indexes of open rows, which begin with it, serve."""
    scope = session.scope
    found = [model.community_id.in_(tuple(scope.communities))]
    if wanted.grid_id:
        found.append(model.grid_id == wanted.grid_id)
    elif scope.grids is not None:
        found.append(model.grid_id.in_(tuple(scope.grids)))
    if wanted.holder_id:
        found.append(holding(session, now).held_by(wanted.holder_id, model))
    if wanted.whose == "all":
        return found
    if scope.role == "station_head":
        found.append(or_(model.desk == "station", model.holder_id == scope.staff_id) if scope.staff_id else model.desk == "station")
    elif scope.order_desks is None:
        found += [model.desk == "grid", or_(model.holder_id.is_(None), model.holder_id.in_(_mine(session, now)))]
    return found


def _mine(session: ScopedSession, now: datetime) -> frozenset[UUID]:
    """Whose work is the actor's; asked once a session."""
    staff_id, key = session.scope.staff_id, ("queue.mine", now)
    if staff_id and key not in session.info:
        session.info[key] = holding(session, now).falls_to(staff_id)
    return session.info.get(key, frozenset())


def _is_kind(kind: str) -> ColumnElement[bool]:
    if kind == "order":
        return Clock.work_order_id.is_not(None)
    if kind == "duty":
        return and_(Clock.work_order_id.is_(None), or_(Clock.act.is_(None), Clock.act.not_in(ACTS)))
    return and_(Clock.work_order_id.is_(None), Clock.act == kind)


def _kind_of() -> ColumnElement[str]:
    named = [(Clock.act == act, literal_column(f"'{act}'")) for act in ACTS]
    return case((Clock.work_order_id.is_not(None), literal_column("'order'")), *named, else_=literal_column("'duty'"))


def _tonight(now: datetime) -> datetime:
    return local_midnight(local_day(now) + timedelta(1))


_BUCKETS = {
    "late": is_overdue,
    "today": lambda now: and_(Clock.due_at >= now, Clock.due_at <= _tonight(now)),
    "week": lambda now: and_(Clock.due_at > _tonight(now), Clock.due_at <= period_of("week", now).end),
    "later": lambda now: Clock.due_at > period_of("week", now).end,
}


_PUT_OFF = "put_off"


def _begun(session: ScopedSession, now: datetime) -> ColumnElement[bool]:
    """Open, or agreed on for today before its period."""
    agreed = tuple(coming(session, now))
    return and_(is_unclosed(), or_(Clock.started_at <= now, Clock.id.in_(agreed))) if agreed else is_open(now)


def _is_in(session: ScopedSession, now: datetime, bucket: str) -> ColumnElement[bool]:
    """An appointment is for today, whatever the limit; what is late is late all the same."""
    found, agreed = _BUCKETS[bucket](now), Clock.id.in_(tuple(coming(session, now)))
    if not coming(session, now) or bucket == "late":
        return found
    return and_(Clock.due_at >= now, or_(found, agreed)) if bucket == "today" else and_(found, not_(agreed))


def _bucket_of(session: ScopedSession, now: datetime) -> ColumnElement[str]:
    still, hidden = (is_paused(now), literal_column("'paused'")), tuple(put_off(session, now))
    late = [(and_(is_overdue(now), Clock.id.in_(hidden)), literal_column(f"'{_PUT_OFF}'"))] if hidden else []
    return case(still, *late, *((_is_in(session, now, name), literal_column(f"'{name}'")) for name in BUCKETS[:-1]), else_=literal_column("'later'"))


def _items(session: ScopedSession, now: datetime, rows: Iterable) -> list[QueueItem]:
    rows = list(rows)
    orders = _orders(session, {row.work_order_id for row in rows if row.work_order_id})
    people = _people(session, {row.resident_id for row in rows if row.resident_id and not row.work_order_id})
    hidden, failed, agreed = masked(session.scope.role), *((failed_runs(session, now, people), agreed_with(session, people)) if people else ({}, {}))
    later = put_off(session, now) if people else {}
    asked, joined, offered = (marks(session, now, orders), joinings.marks(session, orders), handovers.marks(session, orders)) if orders else ({}, {}, frozenset())
    still = {row.work_order_id for row in rows if row.paused_at and row.work_order_id}
    suspended = running(session, now, still) if still else {}
    return [
        replace(
            _item(row, now, orders.get(row.work_order_id), people.get(row.resident_id), hidden, failed.get(row.resident_id, 0)),
            asked=asked.get(row.work_order_id), suspended=suspended.get(row.work_order_id), joined=joined.get(row.work_order_id),
            offered=row.work_order_id in offered, agreed=agreed.get((row.resident_id, row.act)), put_off=later.get(row.id),
        )
        for row in rows
    ]  # fmt: skip


def _item(row, now: datetime, order, person, hidden: frozenset[str], failed: int) -> QueueItem:
    kind = "order" if row.work_order_id else row.act if row.act in ACTS else "duty"
    title = _matter(order, hidden) if order else masks.masked("name", person.name, hidden) if person else None
    about = order or person
    return QueueItem(
        row.community_id, row.id, kind, row.act, row.clause_id, state(row, now), row.due_at, row.times_done, row.times_required, row.subject_kind,
        row.subject_id, row.grid_id, title, order and order.number, order and order.kind, order and order.status, order and order.version,
        row.grid, about and about.place, failed if person else 0,
    )  # fmt: skip


def _matter(order, hidden: frozenset[str]) -> str:
    """An order's matter; of one to look for somebody at home, also whom."""
    return f"{order.matter} · {masks.masked('name', order.person, hidden)}" if order.kind == KIND and order.person else order.matter


def _orders(session: ScopedSession, ids: set[UUID]) -> dict[UUID, object]:
    if not ids:
        return {}
    columns = (WorkOrder.id, WorkOrder.matter, WorkOrder.number, WorkOrder.kind, WorkOrder.status, WorkOrder.version, Building.name.label("place"), Resident.name.label("person"))
    building = (Building.community_id == WorkOrder.community_id) & (Building.id == WorkOrder.building_id)
    person = (Resident.community_id == WorkOrder.community_id) & (Resident.id == WorkOrder.resident_id)
    query = select(*columns).outerjoin(Building, building).outerjoin(Resident, person)
    return {row.id: row for row in session.execute(query.where(WorkOrder.community_id.in_(tuple(session.scope.communities)), WorkOrder.id.in_(ids)))}


def _people(session: ScopedSession, ids: set[UUID]) -> dict[UUID, object]:
    if not ids:
        return {}
    home = (Household.community_id == Resident.community_id) & (Household.id == Resident.household_id)
    building = (Building.community_id == Household.community_id) & (Building.id == Household.building_id)
    query = select(Resident.id, Resident.name, Building.name.label("place")).outerjoin(Household, home).outerjoin(Building, building)
    return {row.id: row for row in session.execute(query.where(Resident.community_id.in_(tuple(session.scope.communities)), Resident.id.in_(ids)))}
