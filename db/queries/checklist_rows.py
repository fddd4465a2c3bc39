"""The rows behind the checklist: for each clause, which rows count, which of them break it, and what each row is called.

Personal data comes masked as the session's role sees it; a matter's own text is the name of the matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core import late_entries, masks, measures, plausibility, surveys
from core.archive import FILED, wait
from core.calendar import local_minute
from core.clocks import State
from core.measures import ending_clauses
from core.mediation import RUNGS, clause_of
from core.packages import CLAUSES
from core.periods import Period, last_day, quarter
from core.reviews import TRAIL, chains
from core.roles import masked
from core.rulebook import load_rulebook
from db.models.archive import ArchiveFile, ArchiveReading
from db.models.clocks import Clock
from db.models.extensions import Extension
from db.models.grids import Grid, Household, Post, Staff
from db.models.ledger import LedgerEntry, LedgerLeaf
from db.models.residents import Resident
from db.models.reviews import Review
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries import plausibility as visits
from db.queries import property as properties
from db.queries.clock_state import is_missed, is_overdue
from db.queries.explanations import late_results, unexplained
from db.queries.late_entries import undecided_contacts
from db.queries.mediation import lacks_steps, lacks_trail
from db.queries.packages import clause_counts, clause_rows
from db.queries.posts import holding, post_held, still_here
from db.queries.surveys import dissatisfied, surveyed
from db.queries.tallies import within
from db.queries.transfers import miss_grid


@dataclass(frozen=True)
class Violation:
    """A row that breaks a clause. `what`: order number and matter, masked person, or place; `value`: a measured number (households, posts); `lacking`: what is
    missing of a person's service package (ids of core.packages); `photo_of`: the visit
    that had its photo before (id, name, whether it is the very same); `doubt`: why else it is hard to believe. `closed_at` None: still open. Moments in UTC."""

    subject_kind: str
    subject_id: UUID
    what: str
    grid: str | None = None
    holder: str | None = None
    state: State | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    clock_id: UUID | None = None
    work_order_id: UUID | None = None
    resident_id: UUID | None = None
    grid_id: UUID | None = None
    value: int | None = None
    clause_id: str | None = None
    lacking: tuple[str, ...] = ()
    photo_of: tuple[UUID, str, bool] | None = None
    doubt: plausibility.Doubt | None = None


@dataclass(frozen=True)
class Record:
    """How rows prove a record clause: `rows` selects what counts (of `model`) in a period; `bad`: the condition under which one breaks it. `patient`:
    what is still missing in a running quarter is only pending."""

    model: type
    rows: Callable[[Session, UUID, Period], tuple[ColumnElement[bool], ...]]
    bad: Callable[[], ColumnElement[bool]]
    patient: bool = False


def violations(session: Session, now: datetime, community_id: UUID, clause_id: str, quarter_key: str, *, limit: int = 50, offset: int = 0) -> list[Violation]:
    """The rows that break `clause_id` in the quarter: open ones first, then by limit. As many as the checklist's line counts."""
    period, shape = quarter(quarter_key), load_rulebook()[clause_id].shape
    if clause_id == "kpi.mediation":
        query = _disputes(community_id, period, now).where(~_settled()).with_only_columns(WorkOrder.id).distinct()
        return _orders(session, WorkOrder.id.in_(query), limit, offset)
    if clause_id in ("grid.size", "grid.posts"):
        return _grids(session, community_id, clause_id, last_day(now, period))[offset : offset + limit]
    if clause_id in plausibility.CLAUSES:
        return _doubtful(session, community_id, clause_id, period, limit, offset)
    if clause_id == late_entries.CLAUSE:
        return [] if now <= period.end else _undecided(session, community_id, period, limit, offset)
    if clause_id == surveys.CLAUSE:
        return _dissatisfied(session, now, community_id, period)[offset : offset + limit]
    if clause_id in properties.CLAUSES:
        return [Violation(**row, clause_id=clause_id) for row in properties.broken(session, clause_id, now, community_id, period, limit, offset)]
    if clause_id in CLAUSES:
        return _incomplete(session, now, community_id, clause_id, last_day(now, period), limit, offset)
    if shape == "record":
        return _broken_records(session, clause_id, now, community_id, period, limit, offset)
    wanted = ending_clauses() if clause_id == "kpi.on_time" else {clause_id}
    broken = (Clock.clause_id.in_(wanted), within(period.start, period.end), or_(is_missed(), is_overdue(now)))
    return clock_rows(session, community_id, *broken, limit=limit, offset=offset, grid=miss_grid(session, now))


def clock_rows(
    session: Session, community_id: UUID | None, *where: ColumnElement[bool], limit: int = 50, offset: int = 0, grid: ColumnElement = Clock.grid_id
) -> list[Violation]:
    """Clocks that broke their limit, each with what it is about and who holds it; open ones first, then by limit. `grid`: which one is named with it (where the task is)."""
    query = (
        select(Clock, Grid.name.label("grid"), Staff.name.label("holder"), Resident.name.label("person"), WorkOrder.number, WorkOrder.matter)
        .outerjoin(Grid, and_(Grid.community_id == Clock.community_id, Grid.id == grid))
        .outerjoin(Staff, _same(Staff, Clock.holder_id))
        .outerjoin(Resident, _same(Resident, Clock.resident_id))
        .outerjoin(WorkOrder, _same(WorkOrder, Clock.work_order_id))
        .where(*where)
        .order_by(Clock.closed_at.is_not(None), Clock.due_at, Clock.id)
    )
    if community_id is not None:
        query = query.where(Clock.community_id == community_id)
    hidden = masked(session.scope.role)
    return [_clock_row(row, hidden) for row in session.execute(query.limit(limit).offset(offset))]


# --- measures -------------------------------------------------------------------------------------------------------
def disputes(session: Session, now: datetime, community_id: UUID | None, period: Period) -> tuple[int, int]:
    """(settled, of): disputes whose limit on the rung they are on fell in the period, and that are finished or past it. Settled late counts as settled;
    finished without a settlement, or without a word on it, does not."""
    query = _disputes(community_id, period, now).with_only_columns(func.count(WorkOrder.id.distinct()).filter(_settled()), func.count(WorkOrder.id.distinct()))
    row = session.execute(query).one()
    return row[0], row[1]


def grid_sizes(session: Session, community_id: UUID | None) -> dict[UUID, int]:
    """Households of each grid, today: no history of them is kept."""
    return _per_grid(session, community_id, select(Household.grid_id, func.count()).group_by(Household.grid_id), Household)


def grid_posts(session: Session, community_id: UUID | None, day: date) -> dict[UUID, int]:
    """How many of its two posts each grid has filled by somebody of its own on `day`: one person at both counts once."""
    filled = select(Post.grid_id, func.count(Post.post.distinct()), func.count(Post.staff_id.distinct()))
    filled = filled.join(Staff, _same(Staff, Post.staff_id)).where(post_held(day), still_here(day), Post.post.in_(("A", "B"))).group_by(Post.grid_id)
    grids = select(Grid.id) if community_id is None else select(Grid.id).where(Grid.community_id == community_id)
    held = {row[0]: min(row[1], row[2]) for row in session.execute(filled if community_id is None else filled.where(Post.community_id == community_id))}
    return {grid_id: held.get(grid_id, 0) for grid_id in session.scalars(grids)}


def station(session: Session, community_id: UUID, day: date) -> tuple[int, int, int]:
    """(heads, full-time social workers, households) of a community on `day`."""
    staff = dict(session.execute(select(Staff.kind, func.count()).where(Staff.community_id == community_id, still_here(day)).group_by(Staff.kind)).all())
    households = session.scalar(select(func.count()).select_from(Household).where(Household.community_id == community_id))
    return staff.get("head", 0), staff.get("social_worker", 0), households


def _settled() -> ColumnElement[bool]:
    return WorkOrder.outcome.is_not_distinct_from("settled")


def _disputes(community_id: UUID | None, period: Period, now: datetime) -> Select:
    query = select(WorkOrder).join(Clock, and_(Clock.community_id == WorkOrder.community_id, Clock.work_order_id == WorkOrder.id))
    rung = or_(*(and_(WorkOrder.kind == kind, Clock.clause_id == clause_of(kind)) for kind in RUNGS))
    # The clauses by themselves, too: they stand in the index, and no other clock of the quarter is looked up.
    query = query.where(Clock.clause_id.in_([clause_of(kind) for kind in RUNGS]), rung, within(period.start, period.end), or_(WorkOrder.finished_at.is_not(None), Clock.due_at < now))
    return query if community_id is None else query.where(WorkOrder.community_id == community_id)


def _per_grid(session: Session, community_id: UUID | None, query: Select, model: type) -> dict[UUID, int]:
    grids = select(Grid.id)
    if community_id is not None:
        query, grids = query.where(model.community_id == community_id), grids.where(Grid.community_id == community_id)
    found = dict(session.execute(query).all())
    return {grid_id: found.get(grid_id, 0) for grid_id in session.scalars(grids)}


def _grids(session: Session, community_id: UUID, clause_id: str, day: date) -> list[Violation]:
    values = grid_sizes(session, community_id) if clause_id == "grid.size" else grid_posts(session, community_id, day)
    threshold = load_rulebook()[clause_id].on(day).figure
    named = session.execute(select(Grid.id, Grid.name).where(Grid.community_id == community_id).order_by(Grid.code))
    return [Violation("grid", id_, name, name, grid_id=id_, value=values[id_]) for id_, name in named if not measures.reaches(threshold, values[id_])]


def _dissatisfied(session: Session, now: datetime, community_id: UUID, period: Period) -> list[Violation]:
    stands = surveyed(session, community_id, period.key)
    if stands is None or stands.left and now < period.end:
        return []
    found = dissatisfied(session, community_id, period.key)
    grids = dict(session.execute(select(Grid.id, Grid.name).where(Grid.community_id == community_id)).all()) if found else {}
    return [
        Violation("resident", one, name, grids.get(grid_id), resident_id=one, grid_id=grid_id, value=rating, clause_id=surveys.CLAUSE)
        for one, name, grid_id, rating in found
    ]


# --- records --------------------------------------------------------------------------------------------------------
def record(session: Session, clause_id: str, now: datetime, community_id: UUID, period: Period) -> tuple[int, int, int]:
    """(good, bad, pending) rows of a record clause in the period. Of a service package: of those on the roster on its last day."""
    if clause_id in CLAUSES:
        return *clause_counts(session, clause_id, community_id, last_day(now, period)), 0
    if clause_id in plausibility.CLAUSES:
        return *visits.counted(session, clause_id, community_id, period), 0
    if clause_id in properties.CLAUSES:
        return properties.counted(session, clause_id, now, community_id, period)
    spec = RECORDS[clause_id]
    bad = spec.bad()
    query = select(func.count(), func.count().filter(bad)).select_from(spec.model).where(*spec.rows(session, community_id, period))
    of, broken = session.execute(query).one()
    return (of - broken, 0, broken) if spec.patient and now <= period.end else (of - broken, broken, 0)


def _broken_records(session: Session, clause_id: str, now: datetime, community_id: UUID, period: Period, limit: int, offset: int) -> list[Violation]:
    spec = RECORDS[clause_id]
    where = (*spec.rows(session, community_id, period), spec.bad())
    if spec.patient and now <= period.end:
        return []
    if spec.model is WorkOrder:
        return _orders(session, and_(*where), limit, offset)
    if spec.model is WorkOrderEvent:
        return _orders(session, WorkOrder.id.in_(select(WorkOrderEvent.work_order_id).where(*where)), limit, offset)
    entries = session.execute(select(LedgerEntry.id, LedgerEntry.command, LedgerEntry.at).where(*where).order_by(LedgerEntry.at).limit(limit).offset(offset))
    return [Violation("entry", row.id, row.command, due_at=row.at) for row in entries]


def _incomplete(session: Session, now: datetime, community_id: UUID, clause_id: str, day: date, limit: int, offset: int) -> list[Violation]:
    found = clause_rows(session, clause_id, community_id, day, limit, offset)
    grids, held = dict(session.execute(select(Grid.id, Grid.name).where(Grid.community_id == community_id)).all()), holding(session, now).by_grid
    return [
        Violation(
            "resident", resident_id, name, grids.get(grid_id), held[grid_id].name if grid_id in held else None,
            resident_id=resident_id, grid_id=grid_id, clause_id=clause_id, lacking=tuple(part.id for part in gaps),
        )
        for resident_id, name, grid_id, gaps in found
    ]  # fmt: skip


def _doubtful(session: Session, community_id: UUID, clause_id: str, period: Period, limit: int, offset: int) -> list[Violation]:
    found = visits.doubtful(session, clause_id, community_id, period, limit, offset)
    return [
        Violation(
            "contact", one.id, _visit(one), one.grid, one.by, grid_id=one.grid_id, clause_id=clause_id, photo_of=one.other and (one.other.id, _visit(one.other), one.same),
            doubt=one.doubt,
        )
        for one in found
    ]  # fmt: skip


def _undecided(session: Session, community_id: UUID, period: Period, limit: int, offset: int) -> list[Violation]:
    return [
        Violation(
            "contact", one.contact_id, f"{local_minute(one.happened_at, one.day_only)} {one.name or ''}", one.grid, one.by, due_at=one.due_at, resident_id=one.resident_id,
            clause_id=late_entries.CLAUSE,
        )
        for one in undecided_contacts(session, community_id, period, limit=limit, offset=offset)
    ]  # fmt: skip


def _visit(one: visits.DoubtfulVisit) -> str:
    return f"{local_minute(one.happened_at, one.day_only)} {one.person or ''}"


def _orders(session: Session, where: ColumnElement[bool], limit: int, offset: int) -> list[Violation]:
    query = (
        select(WorkOrder.id, WorkOrder.number, WorkOrder.matter, WorkOrder.grid_id, WorkOrder.received_at, WorkOrder.finished_at, Grid.name.label("grid"), Staff.name.label("holder"))
        .outerjoin(Grid, _same(Grid, WorkOrder.grid_id))
        .outerjoin(Staff, _same(Staff, WorkOrder.holder_id))
        .where(where)
        .order_by(WorkOrder.received_at, WorkOrder.id)
    )
    return [
        Violation("work_order", row.id, f"{row.number} {row.matter}", row.grid, row.holder, None, None, row.finished_at, None, row.id, None, row.grid_id)
        for row in session.execute(query.limit(limit).offset(offset))
    ]


def _orders_between(column: InstrumentedAttribute) -> Callable[[Session, UUID, Period], tuple]:
    return lambda session, community_id, period: (WorkOrder.community_id == community_id, column >= period.start, column < period.end)


def _asked(session: Session, community_id: UUID, period: Period) -> tuple:
    asked = _events(community_id, "ask_materials").where(WorkOrderEvent.happened_at >= period.start, WorkOrderEvent.happened_at < period.end)
    return WorkOrder.community_id == community_id, WorkOrder.id.in_(asked)


def _asked_again() -> ColumnElement[bool]:
    again = aliased(WorkOrderEvent)
    twice = select(again.work_order_id).where(again.community_id == WorkOrder.community_id, again.work_order_id == WorkOrder.id, again.act == "ask_materials")
    return WorkOrder.id.in_(twice.group_by(again.work_order_id).having(func.count() > 1))


def _events(community_id: UUID, act: str) -> Select:
    return select(WorkOrderEvent.work_order_id).where(WorkOrderEvent.community_id == community_id, WorkOrderEvent.act == act)


def _opinions(session: Session, community_id: UUID, period: Period) -> tuple:
    event = WorkOrderEvent
    return event.community_id == community_id, event.act.in_(TRAIL), event.happened_at >= period.start, event.happened_at < period.end


def _reviewed(session: Session, community_id: UUID, period: Period) -> tuple:
    return *_orders_between(WorkOrder.finished_at)(session, community_id, period), WorkOrder.chain.is_not(None)


def _not_reviewed() -> ColumnElement[bool]:
    """Not every step of its chain passed, each by somebody else, none by who held or finished it; or nobody said how the result was given."""
    finish, later = aliased(WorkOrderEvent), aliased(Review)
    by_handler = select(finish.id).where(_of(finish), finish.act == "finish", finish.actor_id == Review.reviewer_id)
    sent_back = select(later.id).where(_of(later), later.round == Review.round, later.result == "returned", later.id > Review.id)
    counts = (Review.result == "passed", Review.round == WorkOrder.reopened, or_(Review.handler_id.is_(None), Review.reviewer_staff_id.is_distinct_from(Review.handler_id)))
    good = select(func.count(Review.step.distinct())).where(_of(Review), *counts, ~by_handler.exists(), ~sent_back.exists())
    people = select(func.count(func.coalesce(Review.reviewer_staff_id, Review.reviewer_id).distinct())).where(_of(Review), *counts, ~sent_back.exists())
    steps = case({chain.id: len(chain.steps) for chain in chains().values()}, value=WorkOrder.chain)
    return or_(good.scalar_subquery() < steps, people.scalar_subquery() < steps, WorkOrder.given_by.is_(None))


def _of(model: type) -> ColumnElement[bool]:
    return and_(model.community_id == WorkOrder.community_id, model.work_order_id == WorkOrder.id)


def _late_results(session: Session, community_id: UUID, period: Period) -> tuple:
    return WorkOrder.community_id == community_id, late_results(within(period.start, period.end))


def _finished_disputes(session: Session, community_id: UUID, period: Period) -> tuple:
    return *_orders_between(WorkOrder.finished_at)(session, community_id, period), WorkOrder.kind.in_(RUNGS)


def _entries(session: Session, community_id: UUID, period: Period) -> tuple:
    return LedgerEntry.community_id == community_id, LedgerEntry.at >= period.start, LedgerEntry.at < period.end


def _unsealed() -> ColumnElement[bool]:
    leaf = select(LedgerLeaf.id).where(LedgerLeaf.community_id == LedgerEntry.community_id, LedgerLeaf.entry_id == LedgerEntry.id)
    return ~leaf.exists()


def _extended(session: Session, community_id: UUID, period: Period) -> tuple:
    granted = select(Extension.work_order_id).where(Extension.community_id == community_id, Extension.granted)
    return WorkOrder.community_id == community_id, WorkOrder.id.in_(granted.where(Extension.decided_at >= period.start, Extension.decided_at < period.end))


def _untold() -> ColumnElement[bool]:
    own = (Extension.community_id == WorkOrder.community_id, Extension.work_order_id == WorkOrder.id)
    return select(Extension.id).where(*own, Extension.granted, Extension.told_at.is_(None)).exists()


def _archived(session: Session, community_id: UUID, period: Period) -> tuple:
    """Followed-up matters whose time to be filed came in the period."""
    return WorkOrder.community_id == community_id, WorkOrder.status == FILED, WorkOrder.finished_at >= period.start - wait(), WorkOrder.finished_at < period.end - wait()


def _read(session: Session, community_id: UUID, period: Period) -> tuple:
    opened = (ArchiveReading.community_id == community_id, ArchiveReading.opened_at >= period.start, ArchiveReading.opened_at < period.end)
    return WorkOrder.community_id == community_id, WorkOrder.id.in_(select(ArchiveReading.work_order_id).where(*opened))


def _read_unapproved() -> ColumnElement[bool]:
    """Opened without another person's approval, or without anybody to watch."""
    approved = and_(ArchiveReading.granted.is_(True), ArchiveReading.watcher_id.is_not(None), ArchiveReading.decided_by.is_distinct_from(ArchiveReading.asked_by))
    return select(ArchiveReading.id).where(_of(ArchiveReading), ArchiveReading.opened_at.is_not(None), ~approved).exists()


RECORDS = {
    "register.fields": Record(WorkOrder, _orders_between(WorkOrder.received_at), lambda: or_(WorkOrder.matter == "", WorkOrder.applicant.is_(None), WorkOrder.contact.is_(None))),
    "dispatch.auto": Record(WorkOrder, _orders_between(WorkOrder.received_at), lambda: WorkOrder.holder_id.is_(None)),
    "materials.once": Record(WorkOrder, _asked, _asked_again),
    "review.chain": Record(WorkOrder, _reviewed, _not_reviewed),
    "review.trail": Record(WorkOrderEvent, _opinions, lambda: or_(WorkOrderEvent.note.is_(None), and_(WorkOrderEvent.actor_id.is_(None), WorkOrderEvent.holder_id.is_(None)))),
    "complaint.explanation": Record(WorkOrder, _late_results, unexplained),
    "mediation.steps": Record(WorkOrder, _finished_disputes, lacks_steps, patient=True),
    "mediation.trail": Record(WorkOrder, _finished_disputes, lacks_trail),
    "extension.told": Record(WorkOrder, _extended, _untold),
    "followup": Record(WorkOrder, _orders_between(WorkOrder.finished_at), lambda: WorkOrder.rating.is_(None), patient=True),
    "archive.file": Record(WorkOrder, _archived, lambda: ~select(ArchiveFile.id).where(_of(ArchiveFile)).exists(), patient=True),
    "archive.access": Record(WorkOrder, _read, _read_unapproved),
    "tamper_proof": Record(LedgerEntry, _entries, _unsealed, patient=True),
}
"""Record clauses that rows can prove."""


def _clock_row(row, hidden: frozenset[str]) -> Violation:
    clock = row.Clock
    what = f"{row.number} {row.matter}" if row.number else masks.masked("name", row.person, hidden) or row.grid or ""
    return Violation(
        clock.subject_kind, clock.subject_id, what, row.grid, row.holder, State.missed if clock.closed_at else State.overdue, clock.due_at,
        clock.met_at or clock.closed_at, clock.id, clock.work_order_id, clock.resident_id, clock.grid_id, None, clock.clause_id,
    )  # fmt: skip


def _same(model: type, column: InstrumentedAttribute) -> ColumnElement[bool]:
    return and_(model.community_id == column.class_.community_id, model.id == column)
