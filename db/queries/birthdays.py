"""Who has come onto the roster, or left a group of it, by age: what the worker is told of, for core.care.TOLD_FOR."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select

from core import masks
from core.calendar import local_day
from core.care import ADULT_AGE, BY_AGE, TOLD_FOR, TOLD_LATE, reached
from core.periods import local_midnight
from core.roles import masked
from db.engine import ScopedSession
from db.models.grids import Grid
from db.models.residents import Contact, Resident, SpecialGroup


@dataclass(frozen=True)
class ByAge:
    """Somebody who joined the elders at 60 (`joined`), or left the children at 18. `name` as the reader's role may see it; the day, being a birthday, is not told."""

    community_id: UUID
    id: UUID
    resident_id: UUID
    name: str
    joined: bool
    grid_id: UUID | None
    grid: str | None


def by_age(session: ScopedSession, now: datetime) -> list[ByAge]:
    """Those in scope of the last days, the latest first; of who joined until their file was gone through."""
    today, hidden = local_day(now), masked(session.scope.role)
    # Rows of earlier releases don't say when they were made or ended; of those the birthday does.
    learnt, since = SpecialGroup.by_age_on, today - TOLD_FOR
    lately = or_(SpecialGroup.from_date > since, and_(learnt > since, SpecialGroup.from_date > since - TOLD_LATE))
    joined = and_(SpecialGroup.group == "elder", SpecialGroup.basis == BY_AGE, lately, SpecialGroup.to_date.is_(None))
    left = and_(SpecialGroup.group == "child", or_(SpecialGroup.to_date > since, learnt > since), SpecialGroup.to_date <= today)
    member = (SpecialGroup.community_id, SpecialGroup.id, SpecialGroup.group, SpecialGroup.from_date, SpecialGroup.to_date, learnt)
    person = (Resident.id.label("resident_id"), Resident.name, Resident.birth_year, Resident.birth_date, Resident.grid_id)
    query = select(*member, *person, Grid.name.label("grid")).select_from(SpecialGroup)
    query = query.join(Resident, and_(Resident.community_id == SpecialGroup.community_id, Resident.id == SpecialGroup.resident_id))
    query = query.outerjoin(Grid, and_(Grid.community_id == Resident.community_id, Grid.id == Resident.grid_id))
    query = query.where(SpecialGroup.community_id.in_(tuple(session.scope.communities)), or_(joined, left), Resident.left_on.is_(None))
    rows = [row for row in session.execute(query) if row.group == "elder" or row.by_age_on or reached(row.birth_year, row.birth_date, ADULT_AGE, today) == row.to_date]
    days = {row.id: row.by_age_on or (row.from_date if row.group == "elder" else row.to_date) for row in rows}
    gone_through = _gone_through(session, {row.resident_id: days[row.id] for row in rows if row.group == "elder"})
    found = [
        ByAge(row.community_id, row.id, row.resident_id, masks.masked("name", row.name, hidden), row.group == "elder", row.grid_id, row.grid)
        for row in rows if row.group == "child" or row.resident_id not in gone_through
    ]  # fmt: skip
    return sorted(found, key=lambda one: (days[one.id], one.id), reverse=True)


def _gone_through(session: ScopedSession, joined: dict[UUID, date]) -> set[UUID]:
    own = (Contact.community_id.in_(tuple(session.scope.communities)), Contact.resident_id.in_(tuple(joined)), Contact.act == "file_update")
    rows = session.execute(select(Contact.resident_id, Contact.happened_at).where(*own)) if joined else ()
    return {one for one, moment in rows if moment >= local_midnight(joined[one])}
