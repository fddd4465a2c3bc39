"""The overview: what is late and who holds it, the thresholds against their figures, twelve months of intake, on-time rate and care.

Late is db.queries.clock_state.is_overdue, rates are db.queries.tallies, thresholds the checklist's own: the same numbers as there.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.measures import Measured, ending_clauses, total
from core.periods import Period, period, period_of
from core.roles import sees_people
from core.rulebook import Cadence, load_rulebook
from core.small_counts import LEAST, Shown, alone, without_small
from db.models.clocks import Clock
from db.models.grids import Community, Grid, Staff
from db.models.work_orders import WorkOrder
from db.queries.checklist import measured
from db.queries.checklist_rows import Violation, clock_rows
from db.queries.clock_state import is_due_soon, is_met, is_missed, is_overdue
from db.queries.posts import holding
from db.queries.tallies import counts, within
from db.queries.transfers import counted_grid, miss_grid, misses_elsewhere

THRESHOLDS = ("kpi.on_time", "kpi.mediation", "kpi.special_satisfaction", "survey.coverage", "grid.size", "grid.posts", "staff.station")
"""The threshold clauses the overview shows, those it can't measure included."""
MONTHS = 12
ANY: Any = object()
"""No narrowing, where None would mean nobody or nowhere."""


@dataclass(frozen=True)
class LateRow:
    """What somebody holds, or what lies in a grid, past its limit: orders, care clocks (hidden where few and the list is closed to the
    reader), duties; the oldest limit. `id` None: nobody, or no grid."""

    id: UUID | None
    name: str | None
    orders: int
    care: Shown
    duties: int
    oldest: datetime

    @property
    def weight(self) -> int:
        """For sorting."""
        return self.orders + self.duties + (self.care if isinstance(self.care, int) else 1)


@dataclass(frozen=True)
class Late:
    """What is past its limit now. `orders`: orders with such a clock; `care`: hidden like LateRow's; `clocks`: all such clocks (what
    queue and roster list), without those of care where `care` is hidden."""

    orders: int
    care: Shown
    duties: int
    clocks: int
    due_soon: int
    by_holder: tuple[LateRow, ...]
    by_grid: tuple[LateRow, ...]


@dataclass(frozen=True)
class History:
    """Counts by (month index from the first of `months`, kind, grid id), for `marks` to sum up: single cells are shown to nobody. `intake`:
    orders received, by category; `on_time`: (met, due) of the clocks that end matters, by category; `care`: (met, due) of care clocks, by clause."""

    months: tuple[str, ...]
    intake: dict[tuple[int, str, UUID | None], int]
    on_time: dict[tuple[int, str, UUID | None], tuple[int, int]]
    care: dict[tuple[int, str, UUID | None], tuple[int, int]]


@dataclass(frozen=True)
class Standing:
    """A community in the league of the street. `coverage`: share of care kept in the running quarter; None: nothing due, or of too few people."""

    community_id: UUID
    name: str
    late_orders: int
    late_care: Shown
    late_duties: int
    figures: tuple[Measured, ...]
    coverage: float | None


def care_clauses() -> tuple[str, ...]:
    """The clauses owed to residents of the roster."""
    return tuple(one.id for one in load_rulebook().values() if isinstance(one.values[-1].figure, Cadence) and one.values[-1].figure.subject == "resident")


def late(session: Session, now: datetime, community_id: UUID) -> Late:
    """What is late in a community, who holds it and where."""
    kinds = (func.count().label("clocks"), func.count(Clock.work_order_id.distinct()), func.min(Clock.due_at))
    where = (Clock.grid_id, Clock.holder_id, Clock.subject_kind, Clock.desk, counted_grid(session, now).label("whose"))
    rows = session.execute(select(*where, *kinds).where(Clock.community_id == community_id, is_overdue(now)).group_by(*where)).all()
    held = holding(session, now, community_id)
    soon = session.scalar(select(func.count()).select_from(Clock).where(Clock.community_id == community_id, is_due_soon(now)))
    by_holder, by_grid, sums = defaultdict(list), defaultdict(list), [0, 0, 0]
    for grid_id, holder_id, kind, desk, whose, clocks, orders, oldest in rows:
        n, column = (orders, 0) if kind == "work_order" else (clocks, 1 if kind == "resident" else 2)
        sums[column] += n
        by_grid[whose].append((column, n, oldest))
        by_holder[held.holder(desk, grid_id, holder_id)].append((column, n, oldest))
    grids = grid_names(session, community_id)
    staff = dict(session.execute(select(Staff.id, Staff.name).where(Staff.community_id == community_id)).all())
    open_list = sees_people(session.scope.role)
    care = sums[1] if open_list else alone(sums[1])
    clocks = sum(row.clocks for row in rows if isinstance(care, int) or row[2] != "resident")
    return Late(sums[0], care, sums[2], clocks, soon, _late_rows(by_holder, staff, open_list), _late_rows(by_grid, grids, open_list))


def thresholds(session: Session, now: datetime, community_id: UUID) -> tuple[Measured, ...]:
    """Each threshold clause against its figure, in the running quarter."""
    quarter = period_of("quarter", now)
    by_clause = {key[0]: count for key, count in counts(session, now, quarter.start, quarter.end, Clock.clause_id, community_id=community_id).items()}
    return tuple(measured(session, by_clause, now, community_id, quarter, clause_id) for clause_id in THRESHOLDS)


def grid_names(session: Session, community_id: UUID) -> dict[UUID, str]:
    """The grids of a community by code: id → name."""
    return dict(session.execute(select(Grid.id, Grid.name).where(Grid.community_id == community_id).order_by(Grid.code)).all())


def month_keys(now: datetime) -> tuple[str, ...]:
    """The twelve months up to the running one, oldest first."""
    months = [period_of("month", now)]
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    return tuple(month.key for month in reversed(months))


def history(session: Session, now: datetime, community_id: UUID, keys: tuple[str, ...]) -> History:
    """What came in and what became of it in the months `keys` (adjacent, oldest first)."""
    months = [period("month", key) for key in keys]
    first, last = months[0].start, months[-1].end
    received = _month_of(WorkOrder.received_at, months, inclusive=False)
    intake = select(received, WorkOrder.category, WorkOrder.grid_id, func.count()).where(
        WorkOrder.community_id == community_id, WorkOrder.received_at >= first, WorkOrder.received_at < last
    )
    found = {tuple(row[:3]): row[3] for row in session.execute(intake.group_by(received, WorkOrder.category, WorkOrder.grid_id))}
    ended = and_(Clock.community_id == community_id, Clock.clause_id.in_(ending_clauses()), within(first, last))
    join = and_(WorkOrder.community_id == Clock.community_id, WorkOrder.id == Clock.work_order_id)
    grid = miss_grid(session, now)
    on_time = _rates(session, now, months, WorkOrder.category, grid, ended, join)
    return History(keys, found, on_time, _care_rates(session, now, months, grid, community_id))


def settled(session: Session, now: datetime, community_id: UUID, keys: tuple[str, ...]) -> History:
    """`history` of months that are over: by no later moment does it change, only by what is filed (db.queries.months)."""
    return history(session, max(now, period("month", keys[-1]).end + timedelta(microseconds=1)), community_id, keys)


def marks(session: Session, name: str, by: str, *parts: History) -> dict[tuple[str, str], tuple[int, int]]:
    """The marks of a chart (intake, on_time or care) `by` "kind" or "grid": (month, kind or grid id as text) → (met, due), in order. Of care,
    those over so few people that they would point at somebody are left out for whoever may not open the roster."""
    sums: dict[tuple[str, str], list[int]] = {}
    for part in parts:
        for (month, kind, grid_id), value in getattr(part, name).items():
            met, due = (value, value) if name == "intake" else value
            one = sums.setdefault((part.months[month], kind if by == "kind" else str(grid_id or "")), [0, 0])
            one[0], one[1] = one[0] + met, one[1] + due
    hidden = _small_marks(sums) if name == "care" and not sees_people(session.scope.role) else set()
    return {key: (met, due) for key, (met, due) in sorted(sums.items()) if due and key not in hidden}


def _small_marks(sums: dict[tuple[str, str], list[int]]) -> set[tuple[str, str]]:
    """By month: the small ones, and the one that would give them away by subtraction from the month's total."""
    months: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for key, (_, due) in sums.items():
        months[key[0]][key] = due
    return {key for cells in months.values() for key, shown in without_small(cells).items() if isinstance(shown, str)}


def standing(session: Session, now: datetime, community_id: UUID) -> Standing:
    """A community's line in the league."""
    quarter = period_of("quarter", now)
    by_clause = {key[0]: count for key, count in counts(session, now, quarter.start, quarter.end, Clock.clause_id, community_id=community_id).items()}
    figures = tuple(measured(session, by_clause, now, community_id, quarter, clause_id) for clause_id in ("kpi.on_time", "kpi.mediation"))
    care = [by_clause[one].tally for one in care_clauses() if one in by_clause]
    name = session.scalar(select(Community.name).where(Community.community_id == community_id))
    kinds = select(Clock.subject_kind, func.count(), func.count(Clock.work_order_id.distinct())).where(Clock.community_id == community_id, is_overdue(now))
    past = {row[0]: (row[1], row[2]) for row in session.execute(kinds.group_by(Clock.subject_kind))}
    duties = sum(past.get(kind, (0, 0))[0] for kind in ("grid", "community", "worker"))
    whole = total(care)
    open_list, late_care = sees_people(session.scope.role), past.get("resident", (0, 0))[0]
    coverage = whole.rate if open_list or whole.due >= LEAST else None
    return Standing(community_id, name, past.get("work_order", (0, 0))[1], late_care if open_list else alone(late_care), duties, figures, coverage)


def behind_mark(session: Session, now: datetime, community_id: UUID, chart: str, month: str, kind: str | None, grid_id: UUID | None, *, limit: int = 20) -> tuple[int, list[Violation]]:
    """(how many, the first rows) behind a mark of a chart: orders received, or clocks that broke their limit. `kind`, `grid_id` None: any."""
    span = period("month", month)
    if chart == "intake":
        return _received(session, community_id, span, kind, grid_id, limit)
    own = within(span.start, span.end) & (is_missed() | is_overdue(now))
    if chart == "care":
        own &= Clock.clause_id.in_((kind,) if kind else care_clauses())
    else:
        own &= Clock.clause_id.in_(ending_clauses())
        if kind:
            own &= Clock.work_order_id.in_(select(WorkOrder.id).where(WorkOrder.community_id == community_id, WorkOrder.category == kind))
    whose = miss_grid(session, now)
    if grid_id is not None:
        own &= whose == grid_id
    of = session.scalar(select(func.count()).select_from(Clock).where(Clock.community_id == community_id, own))
    return of, clock_rows(session, community_id, own, limit=limit, grid=whose)


def late_rows(session: Session, now: datetime, community_id: UUID, *, holder_id: UUID | None = ANY, grid_id: UUID | None = ANY, limit: int = 50) -> list[Violation]:
    """The overdue clocks somebody holds, or of a grid, oldest limit first; None: those of nobody, or of no grid. Residents' are left out where
    `late` hides their number."""
    own, whose = [is_overdue(now)], counted_grid(session, now)
    if _hides_care(session, now, community_id, holder_id, grid_id):
        own.append(Clock.subject_kind != "resident")
    if holder_id is not ANY:
        own.append(holding(session, now, community_id).held_by(holder_id, Clock))
    if grid_id is not ANY:
        own.append(whose.is_not_distinct_from(grid_id))
    return clock_rows(session, community_id, *own, limit=limit, grid=whose)


def _hides_care(session: Session, now: datetime, community_id: UUID, holder_id: UUID | None, grid_id: UUID | None) -> bool:
    if sees_people(session.scope.role):
        return False
    found = late(session, now, community_id)
    of_both = ((found.by_holder, holder_id, grid_id), (found.by_grid, grid_id, holder_id))
    return any(isinstance(row.care, str) for rows, one, other in of_both for row in rows if row.id == one or (one is ANY and other is ANY))


def _received(session: Session, community_id: UUID, span: Period, kind: str | None, grid_id: UUID | None, limit: int) -> tuple[int, list[Violation]]:
    own = and_(WorkOrder.community_id == community_id, WorkOrder.received_at >= span.start, WorkOrder.received_at < span.end)
    own = own if kind is None else own & (WorkOrder.category == kind)
    own = own if grid_id is None else own & (WorkOrder.grid_id == grid_id)
    of = session.scalar(select(func.count()).select_from(WorkOrder).where(own))
    query = select(WorkOrder.id, WorkOrder.number, WorkOrder.matter, WorkOrder.grid_id, WorkOrder.closed_at, Grid.name)
    query = query.outerjoin(Grid, and_(Grid.community_id == WorkOrder.community_id, Grid.id == WorkOrder.grid_id)).where(own).order_by(WorkOrder.received_at.desc())
    rows = session.execute(query.limit(limit)).all()
    return of, [Violation("work_order", row.id, f"{row.number} {row.matter}", row.name, work_order_id=row.id, grid_id=row.grid_id, closed_at=row.closed_at) for row in rows]


def _rates(session: Session, now: datetime, months: list[Period], kind: InstrumentedAttribute, grid: ColumnElement[UUID], where: ColumnElement[bool], join: ColumnElement[bool]) -> dict:
    month = _month_of(Clock.due_at, months, inclusive=True)
    met, lost = func.count().filter(is_met()), func.count().filter(is_missed() | is_overdue(now))
    query = select(month, kind, grid, met, lost).select_from(Clock).where(where).join(WorkOrder, join)
    return {tuple(row[:3]): (row[3], row[3] + row[4]) for row in session.execute(query.group_by(month, kind, grid)) if row[3] + row[4]}


def _care_rates(session: Session, now: datetime, months: list[Period], grid: ColumnElement[UUID], community_id: UUID) -> dict:
    """Care falls due at the ends of periods: counted by limit, in the order of the index, and brought to months here. Over 160,000 clocks half of what sorting them by month would take."""
    ends, sums = [month.end for month in months], defaultdict(lambda: [0, 0])
    met, lost = func.count().filter(is_met()), func.count().filter(is_missed() | is_overdue(now))
    own = (Clock.community_id == community_id, Clock.clause_id.in_(care_clauses()), within(months[0].start, ends[-1]))

    def counted(of: ColumnElement[UUID], *more: ColumnElement[bool], sign: int = 1) -> list[tuple]:
        rows = session.execute(select(Clock.due_at, Clock.clause_id, of, met, lost).where(*own, *more).group_by(Clock.due_at, Clock.clause_id, of))
        return [(*key, sign * kept, sign * broken) for *key, kept, broken in rows]

    found = counted(Clock.grid_id)
    if grid is not Clock.grid_id:  # some misses count elsewhere: the few are taken out here and put there, and the index still serves the many
        few = Clock.id.in_(misses_elsewhere(session, now))
        found += counted(Clock.grid_id, few, sign=-1) + counted(grid, few)
    for due_at, clause_id, grid_id, kept, broken in found:
        one = sums[bisect_left(ends, due_at), clause_id, grid_id]
        one[0], one[1] = one[0] + kept, one[1] + kept + broken
    return {key: (kept, due) for key, (kept, due) in sums.items() if due}


def _month_of(column: InstrumentedAttribute, months: list[Period], *, inclusive: bool) -> ColumnElement[int]:
    """Which of the adjacent months a moment falls in; `inclusive`: an end belongs to the month it ends (limits), else to the next (events)."""
    inside = [(column <= month.end if inclusive else column < month.end, number) for number, month in enumerate(months[:-1])]
    return case(*inside, else_=len(months) - 1) if inside else case((column.is_not(None), 0))


def _late_rows(groups: dict[UUID | None, list[tuple[int, int, datetime]]], names: dict[UUID, str], open_list: bool) -> tuple[LateRow, ...]:
    care = {key: sum(n for column, n, _ in rows if column == 1) for key, rows in groups.items()}
    shown = care if open_list else {**care, **without_small({key: n for key, n in care.items() if n})}
    made = [
        LateRow(
            key, names.get(key), sum(n for column, n, _ in rows if column == 0), shown[key], sum(n for column, n, _ in rows if column == 2), min(at for _, _, at in rows)
        )
        for key, rows in groups.items()
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda row: (-row.weight, row.oldest)))

