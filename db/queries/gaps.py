"""What is missing on the map: households and buildings without a grid, grids without a post, sizes outside the band, nothing drawn.

A grid worker's scope holds no row without a grid, so they see the gaps of their own grids only.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.calendar import local_day
from db.models.grids import Building, Household
from db.queries.map import GridValues, grid_values, size_band
from db.queries.posts import posts_held


@dataclass(frozen=True)
class Gap:
    """`kind`: words map.gap_<kind>. `count` of households, buildings or grids; `rows`: (what, households or None), to be listed."""

    kind: str
    clause_id: str | None
    count: int
    rows: tuple[tuple[str, int | None], ...]


def gaps(session: Session, now: datetime, community_id: UUID) -> list[Gap]:
    """The gaps of a community at `now`, only those that exist."""
    values = grid_values(session, now, community_id)
    found = [_households(session, community_id), _no_building(session, community_id), _buildings(session, community_id), *_posts(session, community_id, values, now)]
    found += [_sizes(values, now), _undrawn_grids(values), _undrawn_buildings(session, community_id)]
    return [gap for gap in found if gap.count]


def _households(session: Session, community_id: UUID) -> Gap:
    """Households that no grid counts, by building."""
    query = select(Building.name, func.count(Household.id)).select_from(Household)
    query = query.outerjoin(Building, (Building.community_id == Household.community_id) & (Building.id == Household.building_id))
    query = query.where(Household.community_id == community_id, Household.grid_id.is_(None)).group_by(Building.name).order_by(Building.name.is_(None), Building.name)
    rows = tuple((name or "—", n) for name, n in session.execute(query))
    return Gap("household_no_grid", "grid.size", sum(n for _, n in rows), rows)


def _no_building(session: Session, community_id: UUID) -> Gap:
    query = select(func.count(Household.id)).where(Household.community_id == community_id, Household.building_id.is_(None))
    return Gap("household_no_building", None, session.scalar(query) or 0, ())


def _buildings(session: Session, community_id: UUID) -> Gap:
    rows = session.scalars(select(Building.name).where(Building.community_id == community_id, Building.grid_id.is_(None)).order_by(Building.name)).all()
    return Gap("building_no_grid", "grid.size", len(rows), tuple((name, None) for name in rows))


def _posts(session: Session, community_id: UUID, values: list[GridValues], now: datetime) -> list[Gap]:
    """grid.posts: an A and a B post, two people."""
    held: dict[UUID, dict[str, set[UUID]]] = {}
    for post in posts_held(session, now, community_id=community_id):
        held.setdefault(post.grid_id, {}).setdefault(post.post, set()).add(post.staff_id)
    without = {p: [v for v in values if not held.get(v.id, {}).get(p)] for p in "AB"}
    one_person = [v for v in values if (both := held.get(v.id, {})).get("A") and both.get("B") and len(both["A"] | both["B"]) == 1]
    return [
        _of_grids("grid_no_a", "grid.posts", without["A"]),
        _of_grids("grid_no_b", "grid.posts", without["B"]),
        _of_grids("grid_one_person", "grid.posts", one_person),
    ]


def _sizes(values: list[GridValues], now: datetime) -> Gap:
    band = size_band(local_day(now))
    return _of_grids("grid_size", "grid.size", [v for v in values if not band.reached_by(v.figures.households)])


def _undrawn_grids(values: list[GridValues]) -> Gap:
    return _of_grids("grid_not_drawn", None, [v for v in values if not v.drawn])


def _undrawn_buildings(session: Session, community_id: UUID) -> Gap:
    rows = session.scalars(select(Building.name).where(Building.community_id == community_id, Building.polygon.is_(None)).order_by(Building.name)).all()
    return Gap("building_not_drawn", None, len(rows), tuple((name, None) for name in rows))


def _of_grids(kind: str, clause_id: str | None, grids: list[GridValues]) -> Gap:
    return Gap(kind, clause_id, len(grids), tuple((f"{v.code} {v.name}", v.figures.households) for v in grids))
