"""Who of the staff is away, was, or will be, and who stands in meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, false, select

from core.absences import may_read
from core.roles import may
from db.engine import ScopedSession
from db.models.grids import Absence, Grid, Staff
from db.queries.posts import posts_held

RECENT = timedelta(days=30)
"""So long an absence that is over stays on the list (default)."""


@dataclass(frozen=True)
class AbsenceRow:
    """An absence [starts_at, ends_at). `state`: running, coming or over; `cover`: for each grid where they hold a post, who else does when it
    begins, or now (nobody: nobody stands in)."""

    id: UUID
    staff_id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    state: str
    cover: tuple[tuple[str, tuple[str, ...]], ...]


def absences(session: ScopedSession, now: datetime, community_id: UUID, staff_id: UUID | None = None) -> list[AbsenceRow]:
    """Absences of a community (of one member of staff) that run, come, or were over within RECENT, in the order they begin. One taken back is none.
    Why somebody is away may be an illness: who doesn't enter everybody's reads their own, and any other role none."""
    query = select(Absence.id, Absence.staff_id, Staff.name, Absence.starts_at, Absence.ends_at, Absence.reason)
    query = query.join(Staff, and_(Staff.community_id == Absence.community_id, Staff.id == Absence.staff_id))
    own = [Absence.community_id == community_id, Absence.ends_at > now - RECENT, Absence.ends_at > Absence.starts_at]
    if not may(session.scope.role, "absence_manage"):
        own.append(false() if may_read(session.scope.role, session.scope.staff_id) else Absence.staff_id == session.scope.staff_id)
    rows = session.execute(query.where(*own, *(() if staff_id is None else (Absence.staff_id == staff_id,))).order_by(Absence.starts_at, Absence.id)).all()
    moments = {max(row.starts_at, now) for row in rows if row.ends_at > now}
    cover = {moment: _cover(session, moment, community_id) for moment in moments}
    return [AbsenceRow(*row, _state(row.starts_at, row.ends_at, now), tuple(cover.get(max(row.starts_at, now), {}).get(row.staff_id, ()))) for row in rows]


def _state(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    return "over" if ends_at <= now else "running" if starts_at <= now else "coming"


def _cover(session: ScopedSession, moment: datetime, community_id: UUID) -> dict[UUID, list[tuple[str, tuple[str, ...]]]]:
    """Of each holder of a post, by grid: the names of the others there who are at work at `moment`."""
    posts = posts_held(session, moment, community_id=community_id)
    names = {row.id: row.name or row.code for row in session.execute(select(Grid.id, Grid.name, Grid.code).where(Grid.community_id == community_id))}
    found: dict[UUID, dict[UUID, tuple[str, ...]]] = {}
    for one in posts:
        others = {other.staff_id: other.name for other in posts if other.grid_id == one.grid_id and other.staff_id != one.staff_id and other.away_until is None}
        found.setdefault(one.staff_id, {})[one.grid_id] = tuple(others.values())
    return {staff_id: [(names[grid_id], others) for grid_id, others in grids.items() if grid_id in names] for staff_id, grids in found.items()}
