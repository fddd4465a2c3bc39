"""Who stands where, and so who holds what: the posts of grids, who is absent, for whom somebody stands in (grid.posts)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, not_, or_, select

from core.calendar import local_day
from core.work_orders import Bench
from db.engine import ScopedSession
from db.models.grids import Absence, Building, Grid, Post, Staff
from db.types import UtcDateTime


@dataclass(frozen=True)
class Colleague:
    """Somebody an order can be handed to."""

    id: UUID
    name: str
    kind: str


@dataclass(frozen=True)
class PostHeld:
    """Who stands at a post of a grid; `away_until`: absent until that moment, None: at work."""

    grid_id: UUID
    post: str
    staff_id: UUID
    name: str
    away_until: datetime | None


@dataclass(frozen=True)
class Holding:
    """Who holds what at one moment, the one definition of every desk. `by_grid`: who answers for what nobody holds in a grid: its B post (home
    visits), else its A post, and while that one is absent the other. `stands_in`: (grid, absent staff) → whoever stands in; `gone`: staff who
    have left."""

    by_grid: dict[UUID, PostHeld]
    stands_in: dict[tuple[UUID, UUID], UUID]
    gone: frozenset[UUID]

    def holder(self, desk: str, grid_id: UUID | None, holder_id: UUID | None) -> UUID | None:
        """Who holds what lies at `desk` in a grid and was given to `holder_id`; None: nobody."""
        if holder_id is None or holder_id in self.gone:
            answers = self.by_grid.get(grid_id) if desk == "grid" else None
            return answers and answers.staff_id
        return self.stands_in.get((grid_id, holder_id), holder_id) if desk == "grid" else holder_id

    def held_by(self, staff_id: UUID | None, model) -> ColumnElement[bool]:
        """The same as a condition on Clock or WorkOrder: held by `staff_id`; None: by nobody."""
        nobodys = or_(model.holder_id.is_(None), model.holder_id.in_(self.gone))
        if staff_id is None:
            return and_(nobodys, not_(_in_grids(model, self.by_grid)))
        answered = _in_grids(model, [grid_id for grid_id, one in self.by_grid.items() if one.staff_id == staff_id])
        left_to_others = _in_grids(model, [grid_id for grid_id, absent in self.stands_in if absent == staff_id])
        own = [] if staff_id in self.gone else [and_(model.holder_id == staff_id, not_(left_to_others))]
        others = [and_(_in_grids(model, [grid_id]), model.holder_id == absent) for (grid_id, absent), other in self.stands_in.items() if other == staff_id]
        return or_(and_(answered, nobodys), *own, *others)

    def grids_of(self, staff_id: UUID) -> set[UUID]:
        """Where anything can be held by `staff_id` that was not given to them."""
        answers = {grid_id for grid_id, one in self.by_grid.items() if one.staff_id == staff_id}
        return answers | {grid_id for (grid_id, _), other in self.stands_in.items() if other == staff_id}

    def falls_to(self, staff_id: UUID) -> frozenset[UUID]:
        """Whose work is `staff_id`'s: its own, that of the absent it stands in for, and of whoever has left."""
        return self.gone | {staff_id} | {absent for (_, absent), other in self.stands_in.items() if other == staff_id}


def _in_grids(model, grids: Iterable[UUID]) -> ColumnElement[bool]:
    """Never NULL, so that it may be turned round."""
    return and_(model.desk == "grid", model.grid_id.is_not(None), model.grid_id.in_(tuple(grids)))


def posts_held(session: ScopedSession, now: datetime, *, community_id: UUID | None = None, grid_id: UUID | None = None, grids: Iterable[UUID] | None = None) -> list[PostHeld]:
    """The posts in scope (of one community, of one grid, of some) held at `now`, by grid, post and since when; who has left holds none."""
    narrowed = {name: value for name, value in (("community_id", community_id), ("grid_id", grid_id), ("grids", None if grids is None else tuple(grids))) if value is not None}
    return [PostHeld(*row) for row in session.execute(_posts(tuple(narrowed)), {"now": now, "today": local_day(now), **narrowed})]


@cache
def _posts(narrowed: tuple[str, ...]) -> Select:
    now, today = bindparam("now", type_=UtcDateTime()), bindparam("today", type_=Date())
    away = and_(Absence.community_id == Post.community_id, Absence.staff_id == Post.staff_id, Absence.starts_at <= now, Absence.ends_at > now)
    query = select(Post.grid_id, Post.post, Post.staff_id, Staff.name, func.max(Absence.ends_at))
    query = query.join(Staff, and_(Staff.community_id == Post.community_id, Staff.id == Post.staff_id)).outerjoin(Absence, away)
    query = query.where(post_held(today), still_here(today)).group_by(Post.id, Post.grid_id, Post.post, Post.staff_id, Post.from_date, Staff.name)
    ways = {
        "community_id": Post.community_id == bindparam("community_id"),
        "grid_id": Post.grid_id == bindparam("grid_id"),
        "grids": Post.grid_id.in_(bindparam("grids", expanding=True)),
    }
    return query.where(*(ways[name] for name in narrowed)).order_by(Post.grid_id, Post.post, Post.from_date).execution_options(kept=True)


def holding(session: ScopedSession, now: datetime, community_id: UUID | None = None) -> Holding:
    """Who holds what at `now` in the scope, or in one community of it."""
    posts = posts_held(session, now, community_id=community_id)
    by_grid = _answering(posts)
    left = select(Staff.id).where(Staff.left_on <= local_day(now))
    gone = session.scalars(left if community_id is None else left.where(Staff.community_id == community_id))
    absent = [(one.grid_id, one.staff_id) for one in posts if one.away_until and by_grid[one.grid_id].away_until is None]
    return Holding(by_grid, {(grid_id, staff_id): by_grid[grid_id].staff_id for grid_id, staff_id in absent}, frozenset(gone))


def answering(session: ScopedSession, now: datetime, grids: Iterable[UUID]) -> dict[UUID, PostHeld]:
    """Holding.by_grid of these grids alone."""
    return _answering(posts_held(session, now, grids=grids))


def _answering(posts: Iterable[PostHeld]) -> dict[UUID, PostHeld]:
    by_grid: dict[UUID, PostHeld] = {}
    for one in posts:
        # A before B, so that of two at work the B post stands last.
        if one.grid_id not in by_grid or one.away_until is None or by_grid[one.grid_id].away_until is not None:
            by_grid[one.grid_id] = one
    return by_grid


def bench(session: ScopedSession, community_id: UUID, grid_id: UUID | None, now: datetime) -> Bench:
    """Who could take an order of `grid_id` at `now`."""
    today = local_day(now)
    held = posts_held(session, now, community_id=community_id, grid_id=grid_id) if grid_id is not None else []
    posts, away = {one.post: one.staff_id for one in held}, frozenset(one.staff_id for one in held if one.away_until)
    return Bench(grid_id is not None, posts, away, _somebody(session, community_id, "head", today), _somebody(session, community_id, "property", today))


def colleagues(session: ScopedSession, community_id: UUID, now: datetime) -> list[Colleague]:
    """Everybody who works for the community now and can hold an order, by name."""
    today = local_day(now)
    rows = select(Staff.id, Staff.name, Staff.kind).where(Staff.community_id == community_id, Staff.kind != "volunteer", still_here(today))
    return [Colleague(*row) for row in session.execute(rows.order_by(Staff.name))]


def buildings(session: ScopedSession, community_id: UUID) -> dict[UUID, str]:
    """Buildings in scope, id → name with its grid's, by name: where a matter can lie."""
    rows = select(Building.id, Building.name, Grid.name.label("grid")).where(Building.community_id == community_id)
    rows = rows.outerjoin(Grid, (Grid.community_id == Building.community_id) & (Grid.id == Building.grid_id))
    return {row.id: f"{row.name} · {row.grid}" if row.grid else row.name for row in session.execute(rows.order_by(Building.walk, Building.name))}


def _somebody(session: ScopedSession, community_id: UUID, kind: str, today: date) -> UUID | None:
    found = select(Staff.id).where(Staff.community_id == community_id, Staff.kind == kind, still_here(today))
    return session.scalar(found.order_by(Staff.id).limit(1))


def post_held(today: date) -> ColumnElement[bool]:
    """Condition: the post is held on the local date `today`; `to_date` is the first day without it."""
    return and_(Post.from_date <= today, or_(Post.to_date.is_(None), Post.to_date > today))


def still_here(today: date) -> ColumnElement[bool]:
    """Condition: the staff member has not left by the local date `today`."""
    return or_(Staff.left_on.is_(None), Staff.left_on > today)
