"""The grid map's figures: the queue's open orders and the roster's care clocks, counted by grid; a grid's card.

"Overdue" is db.queries.clock_state.is_overdue, as everywhere. Who may not open the roster gets no count of special groups under 3.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from core.calendar import local_day
from core.packages import PARTS
from core.roles import sees_people
from core.rulebook import Threshold, load_rulebook
from core.small_counts import Shown, without_small
from db.models.clocks import Clock
from db.models.grids import Building, Community, Grid, Household
from db.models.residents import SpecialGroup
from db.models.work_orders import WorkOrder
from db.queries.clock_state import is_overdue
from db.queries.packages import lacks, on_roster
from db.queries.posts import PostHeld, posts_held
from db.queries.transfers import counted_grid

GROUPS = ("elder", "disabled", "child")
OF_PEOPLE = ("special_residents", "overdue_care", "package_gaps")
"""Figures that count special groups, and are hidden where they are small."""


@dataclass(frozen=True)
class Figures:
    """What is counted of a grid or a community. `overdue_orders`: orders with a clock past its limit; `overdue_care`: care clocks past theirs, by whose miss they are;
    `package_gaps`: people with a gap in their service package; None: not counted over a district, where it would cost a second."""

    households: int
    open_orders: int
    overdue_orders: int
    special_residents: Shown
    overdue_care: Shown
    package_gaps: Shown | None


@dataclass(frozen=True)
class GridValues:
    """A grid on the map; `post_a`, `post_b`: names of who stands there today."""

    id: UUID
    community_id: UUID
    code: str
    name: str
    drawn: bool
    figures: Figures
    post_a: tuple[str, ...]
    post_b: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain values for JSON."""
        row = asdict(self)
        return {"id": str(self.id), "code": self.code, "name": self.name, **row["figures"], "post_a": list(self.post_a), "post_b": list(self.post_b)}


@dataclass(frozen=True)
class CommunityValues:
    """A community in the district's table. `outside_band`: its grids outside the band of grid.size."""

    id: UUID
    name: str
    grids: int
    outside_band: int
    figures: Figures


def grid_values(session: Session, now: datetime, community_id: UUID) -> list[GridValues]:
    """The grids of a community in scope, by code, each with its figures at `now`."""
    rows = session.execute(select(Grid.id, Grid.code, Grid.name, Grid.polygon.is_not(None)).where(Grid.community_id == community_id).order_by(Grid.code)).all()
    figures = _figures(session, "grid_id", [row.id for row in rows], now, community_id)
    posts = posts_held(session, now, community_id=community_id)
    return [
        GridValues(id_, community_id, code, name, drawn, figures[id_], *(tuple(p.name for p in posts if (p.grid_id, p.post) == (id_, post)) for post in "AB"))
        for id_, code, name, drawn in rows
    ]


def community_values(session: Session, now: datetime) -> list[CommunityValues]:
    """Every community in scope, by name, with the same figures summed."""
    names = session.execute(select(Community.community_id, Community.name).order_by(Community.name)).all()
    figures = _figures(session, "community_id", [row.community_id for row in names], now)
    band, sizes = size_band(local_day(now)), _count(session, Household, Household.id, "grid_id")
    grids: dict[UUID, list[int]] = {}
    for grid_id, community_id in session.execute(select(Grid.id, Grid.community_id)):
        grids.setdefault(community_id, []).append(sizes.get(grid_id, 0))
    return [
        CommunityValues(id_, name, len(grids.get(id_, [])), sum(not band.reached_by(n) for n in grids.get(id_, [])), figures[id_]) for id_, name in names
    ]


def size_band(day: date) -> Threshold:
    """grid.size on `day`: `figure` the warning band, `about` the size aimed at."""
    return load_rulebook()["grid.size"].on(day).figure


def _figures(session: Session, per: str, ids: list[UUID], now: datetime, community_id: UUID | None = None) -> dict[UUID, Figures]:
    def count(model, what, *conditions: ColumnElement[bool]) -> dict[UUID, int]:
        found = _count(session, model, what, per, *conditions, community_id=community_id)
        return {id_: found.get(id_, 0) for id_ in ids}

    late = is_overdue(now)
    counted: dict[str, dict[UUID, Shown]] = {
        "households": count(Household, Household.id),
        "open_orders": count(WorkOrder, WorkOrder.id, WorkOrder.closed_at.is_(None)),
        "overdue_orders": count(Clock, Clock.work_order_id.distinct(), late, Clock.subject_kind == "work_order"),
        "special_residents": count(SpecialGroup, SpecialGroup.resident_id.distinct(), SpecialGroup.to_date.is_(None)),
        "overdue_care": count(Clock, Clock.id, late, Clock.subject_kind == "resident"),
    }
    if per == "grid_id":
        query = select(whose := counted_grid(session, now), func.count(Clock.id)).where(late, Clock.subject_kind == "resident", Clock.community_id == community_id)
        missed = dict(session.execute(query.group_by(whose)).all())
        counted["overdue_care"] = {id_: missed.get(id_, 0) for id_ in ids}
    if community_id is not None:
        counted["package_gaps"] = count(SpecialGroup, SpecialGroup.resident_id.distinct(), *_with_gaps(local_day(now), (community_id,)))
    if not sees_people(session.scope.role):
        counted |= {name: without_small(counted[name]) for name in OF_PEOPLE if name in counted}
    return {id_: Figures(**{"package_gaps": None} | {name: values[id_] for name, values in counted.items()}) for id_ in ids}


def _with_gaps(day: date, among: tuple[UUID, ...]) -> tuple[ColumnElement[bool], ...]:
    return on_roster(day, among), lacks(PARTS, day, among)


def _count(session: Session, model, what, per: str, *conditions: ColumnElement[bool], community_id: UUID | None = None) -> dict[UUID | None, int]:
    column = getattr(model, per)
    query = select(column, func.count(what)).where(*conditions).group_by(column)
    return dict(session.execute(query.where(model.community_id == community_id) if community_id else query).all())


# --- one grid -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OrderRow:
    """An open order on the card; `due_at` is its next limit, None while none runs. No personal data."""

    id: UUID
    number: str
    matter: str
    received_at: datetime
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True)
class GridCard:
    """Everything a click on a cell opens. `buildings`: (name, households); `groups`: residents in each special group."""

    id: UUID
    community_id: UUID
    code: str
    name: str
    figures: Figures
    holders: tuple[PostHeld, ...]
    buildings: tuple[tuple[str, int], ...]
    groups: dict[str, Shown]
    orders: tuple[OrderRow, ...]


def grid_card(session: Session, now: datetime, grid_id: UUID) -> GridCard | None:
    """The card of a grid; None when it is not in scope."""
    grid = session.execute(select(Grid.community_id, Grid.code, Grid.name).where(Grid.id == grid_id)).one_or_none()
    if grid is None:
        return None
    # All grids of the community: whether a small count may be shown depends on its neighbours.
    values = next(v for v in grid_values(session, now, grid.community_id) if v.id == grid_id)
    holders = posts_held(session, now, community_id=grid.community_id, grid_id=grid_id)
    buildings, groups, orders = _buildings(session, grid_id), _groups(session, grid_id), _orders(session, grid_id, now)
    return GridCard(grid_id, grid.community_id, grid.code, grid.name, values.figures, tuple(holders), buildings, groups, orders)


def _buildings(session: Session, grid_id: UUID) -> tuple[tuple[str, int], ...]:
    sizes = _count(session, Household, Household.id, "building_id", Household.grid_id == grid_id)
    rows = session.execute(select(Building.id, Building.name).where(Building.grid_id == grid_id).order_by(Building.walk, Building.name))
    return tuple((name, sizes.get(id_, 0)) for id_, name in rows)


def _groups(session: Session, grid_id: UUID) -> dict[str, Shown]:
    found = _count(session, SpecialGroup, SpecialGroup.resident_id.distinct(), "group", SpecialGroup.grid_id == grid_id, SpecialGroup.to_date.is_(None))
    counts = {group: found.get(group, 0) for group in GROUPS}
    return counts if sees_people(session.scope.role) else without_small(counts)


def _orders(session: Session, grid_id: UUID, now: datetime) -> tuple[OrderRow, ...]:
    clocks = select(Clock.work_order_id, func.min(Clock.due_at).label("due_at"), func.max(case((is_overdue(now), 1), else_=0)).label("late"))
    clocks = clocks.where(Clock.grid_id == grid_id, Clock.subject_kind == "work_order", Clock.closed_at.is_(None)).group_by(Clock.work_order_id)
    running = {row.work_order_id: row for row in session.execute(clocks)}
    query = select(WorkOrder.id, WorkOrder.number, WorkOrder.matter, WorkOrder.received_at).where(WorkOrder.grid_id == grid_id, WorkOrder.closed_at.is_(None))
    rows = [OrderRow(*row, running[row.id].due_at, bool(running[row.id].late)) if row.id in running else OrderRow(*row, None, False) for row in session.execute(query)]
    return tuple(sorted(rows, key=lambda row: (not row.overdue, row.due_at is None, row.due_at or row.received_at)))
