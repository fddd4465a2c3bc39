"""Who stands where: the posts of grids, who is absent, for whom somebody stands in (grid.posts)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from core.calendar import SHANGHAI
from core.work_orders import Bench
from db.engine import ScopedSession
from db.models.grids import Absence, Building, Grid, Post, Staff


@dataclass(frozen=True)
class Colleague:
    """Somebody an order can be handed to."""

    id: UUID
    name: str
    kind: str


def bench(session: ScopedSession, community_id: UUID, grid_id: UUID | None, now: datetime) -> Bench:
    """Who could take an order of `grid_id` at `now`."""
    today = now.astimezone(SHANGHAI).date()
    posts: dict[str, UUID] = {}
    if grid_id is not None:
        rows = select(Post.post, Post.staff_id).join(Staff, (Staff.community_id == Post.community_id) & (Staff.id == Post.staff_id))
        rows = rows.where(Post.community_id == community_id, Post.grid_id == grid_id, post_held(today), still_here(today)).order_by(Post.from_date)
        posts = {post: staff_id for post, staff_id in session.execute(rows)}
    return Bench(
        grid_id is not None, posts, absent(session, community_id, now), _somebody(session, community_id, "head", today), _somebody(session, community_id, "property", today)
    )


def absent(session: ScopedSession, community_id: UUID, now: datetime) -> frozenset[UUID]:
    """Staff who are absent at `now`."""
    away = select(Absence.staff_id).where(Absence.community_id == community_id, Absence.starts_at <= now, Absence.ends_at > now)
    return frozenset(session.scalars(away))


def stood_in_for(session: ScopedSession, staff_id: UUID, now: datetime) -> frozenset[UUID]:
    """The absent partners on the posts of `staff_id`'s grids, whose work falls to it."""
    today = now.astimezone(SHANGHAI).date()
    grids = select(Post.grid_id).where(Post.staff_id == staff_id, post_held(today))
    partners = select(Post.staff_id).join(Absence, (Absence.community_id == Post.community_id) & (Absence.staff_id == Post.staff_id))
    partners = partners.where(Post.grid_id.in_(grids), Post.staff_id != staff_id, post_held(today), Absence.starts_at <= now, Absence.ends_at > now)
    return frozenset(session.scalars(partners))


def colleagues(session: ScopedSession, community_id: UUID, now: datetime) -> list[Colleague]:
    """Everybody who works for the community now and can hold an order, by name."""
    today = now.astimezone(SHANGHAI).date()
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
