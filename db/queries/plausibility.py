"""Home visits of a period that are hard to believe: which, of how many, and each with who made it and where."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, DateTime, and_, func, or_, select, type_coerce

from core import masks
from core.periods import Period
from core.plausibility import ABSENT, PHOTO, Doubt, Photo, Visit, dense, figures, photo_figures, repeated, while_absent
from core.roles import masked
from db.engine import ScopedSession
from db.models.files import Attachment, StoredFile
from db.models.grids import Absence, Grid, Staff
from db.models.residents import Contact, Resident


@dataclass(frozen=True)
class DoubtfulVisit:
    """A visit: `person` masked as the reader's role sees it; `by` made it. `other`: the visit that had its photo before, `same`: the very photo, not a copy of it;
    `doubt`: too many at once, or its maker away."""

    id: UUID
    person: str | None
    grid_id: UUID | None
    grid: str | None
    by: str | None
    happened_at: datetime
    day_only: bool | None = None
    other: "DoubtfulVisit | None" = None
    same: bool = False
    doubt: Doubt | None = None


Bad = dict[UUID, tuple[UUID, bool] | Doubt]
"""Doubtful visits, newest first, each with why; of a photo the other visit, and whether it is the very same."""


def counted(session: ScopedSession, clause_id: str, community_id: UUID, period: Period) -> tuple[int, int]:
    """(good, bad) home visits of the period under one of core.plausibility.CLAUSES. Only visits that say who made them, or that have a photo."""
    of, bad = _judged(session, clause_id, community_id, period)
    return of - len(bad), len(bad)


def untimed(session: ScopedSession, community_id: UUID, period: Period) -> int:
    """How many home visits of the period have a day and no time: nobody can say how close together they were, so they are judged by no minute."""
    return session.scalar(select(func.count()).select_from(Contact).where(*_visits_of(community_id, period), Contact.day_only))


def doubtful(session: ScopedSession, clause_id: str, community_id: UUID, period: Period, limit: int, offset: int) -> list[DoubtfulVisit]:
    """The visits `counted` as bad, newest first."""
    _, bad = _judged(session, clause_id, community_id, period)
    shown = dict([*bad.items()][offset : offset + limit])
    visits = _visits(session, community_id, {*shown, *(why[0] for why in shown.values() if not isinstance(why, Doubt))})
    found = [(visits[one], why) for one, why in shown.items() if one in visits]
    return [replace(visit, doubt=why) if isinstance(why, Doubt) else replace(visit, other=visits.get(why[0]), same=why[1]) for visit, why in found]


def _visits(session: ScopedSession, community_id: UUID, ids: set[UUID]) -> dict[UUID, DoubtfulVisit]:
    hidden = masked(session.scope.role)
    query = select(Contact.id, Contact.grid_id, Contact.happened_at, Contact.day_only, Resident.name.label("person"), Grid.name.label("grid"), Staff.name.label("by"))
    for model, column in ((Resident, Contact.resident_id), (Grid, Contact.grid_id), (Staff, Contact.staff_id)):
        query = query.outerjoin(model, and_(model.community_id == Contact.community_id, model.id == column))
    rows = session.execute(query.where(Contact.community_id == community_id, Contact.id.in_(ids)))
    return {row.id: DoubtfulVisit(row.id, masks.masked("name", row.person, hidden), row.grid_id, row.grid, row.by, row.happened_at, row.day_only) for row in rows}


def _judged(session: ScopedSession, clause_id: str, community_id: UUID, period: Period) -> tuple[int, Bad]:
    if clause_id == PHOTO:
        return _with_photo(session, community_id, period)
    own = _visits_of(community_id, period)
    if clause_id == ABSENT:
        between = (Absence.community_id == community_id, Absence.starts_at < period.end, Absence.ends_at > period.start)
        absences = session.execute(select(Absence.staff_id, Absence.starts_at, Absence.ends_at).where(*between)).all()
        away = Contact.staff_id.in_({staff_id for staff_id, *_ in absences})
        visits, by_day = (_made(session, *own, away, one) if absences else [] for one in (Contact.day_only.is_(None), Contact.day_only))
        of, bad = session.scalar(select(func.count()).select_from(Contact).where(*own)), while_absent(visits, absences, by_day)
        visits = sorted(visits + by_day, key=lambda one: one[2], reverse=True)
    else:
        own = (*own, Contact.day_only.is_(None))
        figure = figures(period.last_day)
        of, crowded = _crowded(session, own, *figure) if figure else (session.scalar(select(func.count()).select_from(Contact).where(*own)), set())
        visits = _made(session, *own, Contact.staff_id.in_(crowded)) if crowded else []
        bad = dense(visits, *figure) if crowded else {}
    return of, {visit: bad[visit] for visit, *_ in visits if visit in bad}


def _crowded(session: ScopedSession, own: tuple[ColumnElement[bool], ...], least: int, window: timedelta) -> tuple[int, set[UUID]]:
    """How many visits there are, and who made `least` of them within `window`. Mostly nobody did: only of who did are the visits themselves read and judged."""
    earlier = func.lag(Contact.happened_at, least - 1).over(partition_by=Contact.staff_id, order_by=Contact.happened_at)
    each = select(Contact.staff_id, Contact.happened_at.label("last"), earlier.label("first")).where(*own).subquery()
    # SQLite keeps moments as microseconds.
    moment, longest = (BigInteger(), window // timedelta(microseconds=1)) if session.bind.dialect.name == "sqlite" else (DateTime(timezone=True), window)
    close = type_coerce(each.c.last, moment) - type_coerce(each.c.first, moment) <= longest
    made = session.execute(select(each.c.staff_id, func.count(), func.count().filter(close)).group_by(each.c.staff_id)).all()
    return sum(n for _, n, _ in made), {staff_id for staff_id, _, crowded in made if crowded}


def _visits_of(community_id: UUID, period: Period) -> tuple[ColumnElement[bool], ...]:
    return Contact.community_id == community_id, Contact.act == "visit", Contact.staff_id.is_not(None), Contact.happened_at >= period.start, Contact.happened_at < period.end


def _made(session: ScopedSession, *where: ColumnElement[bool]) -> list[Visit]:
    """Visits, newest first."""
    query = select(Contact.id, Contact.staff_id, Contact.happened_at).where(*where).order_by(Contact.happened_at.desc(), Contact.id)
    return [tuple(row) for row in session.execute(query)]


def _with_photo(session: ScopedSession, community_id: UUID, period: Period) -> tuple[int, Bad]:
    """Home visits with a photo, against each other, those of the window before, and whatever else has the very same one. What somebody else struck out
    is left out; who used a photo twice doesn't get off the list by striking it out himself."""
    figure = photo_figures(period.last_day)
    if figure is None:
        return 0, {}
    stands = or_(Attachment.struck_at.is_(None), Attachment.struck_by == Attachment.added_by)
    made = (Attachment.community_id == community_id, stands, Contact.act == "visit", Contact.happened_at < period.end)
    visit_of = and_(Contact.community_id == Attachment.community_id, Contact.id == Attachment.contact_id)
    this = select(Attachment.file_id).join(Contact, visit_of).where(*made, Contact.happened_at >= period.start)
    query = select(Contact.id, Contact.happened_at, Attachment.file_id, StoredFile.look).select_from(Attachment).join(Contact, visit_of)
    query = query.join(StoredFile, and_(StoredFile.community_id == Attachment.community_id, StoredFile.id == Attachment.file_id))
    query = query.where(*made, or_(Contact.happened_at >= period.start - figure[1], Attachment.file_id.in_(this))).order_by(Attachment.id)
    photos = [Photo(*row) for row in session.execute(query)]
    visits = {photo.visit: photo.at for photo in photos if photo.at >= period.start}
    bad = repeated(photos, *figure)
    return len(visits), {visit: bad[visit] for visit in sorted(visits, key=lambda one: (visits[one], one), reverse=True) if visit in bad}
