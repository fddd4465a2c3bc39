"""Home visits of a period that are hard to believe: which, of how many, and each with who made it and where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select

from core import masks
from core.periods import Period
from core.plausibility import ABSENT, dense, figures, while_absent
from core.roles import masked
from db.engine import ScopedSession
from db.models.grids import Absence, Grid, Staff
from db.models.residents import Contact, Resident


@dataclass(frozen=True)
class DoubtfulVisit:
    """A visit: `person` masked as the reader's role sees it; `by` made it."""

    id: UUID
    person: str | None
    grid_id: UUID | None
    grid: str | None
    by: str | None
    happened_at: datetime


def counted(session: ScopedSession, clause_id: str, community_id: UUID, period: Period) -> tuple[int, int]:
    """(good, bad) home visits of the period under one of core.plausibility.CLAUSES. Only visits that say who made them."""
    of, bad = _judged(session, clause_id, community_id, period)
    return of - len(bad), len(bad)


def doubtful(session: ScopedSession, clause_id: str, community_id: UUID, period: Period, limit: int, offset: int) -> list[DoubtfulVisit]:
    """The visits `counted` as bad, newest first."""
    _, bad = _judged(session, clause_id, community_id, period)
    hidden, shown = masked(session.scope.role), bad[offset : offset + limit]
    query = select(Contact.id, Contact.grid_id, Contact.happened_at, Resident.name.label("person"), Grid.name.label("grid"), Staff.name.label("by"))
    for model, column in ((Resident, Contact.resident_id), (Grid, Contact.grid_id), (Staff, Contact.staff_id)):
        query = query.outerjoin(model, and_(model.community_id == Contact.community_id, model.id == column))
    rows = {row.id: row for row in session.execute(query.where(Contact.community_id == community_id, Contact.id.in_(shown)))}
    found = [rows[one] for one in shown if one in rows]
    return [DoubtfulVisit(row.id, masks.masked("name", row.person, hidden), row.grid_id, row.grid, row.by, row.happened_at) for row in found]


def _judged(session: ScopedSession, clause_id: str, community_id: UUID, period: Period) -> tuple[int, list[UUID]]:
    own = (Contact.community_id == community_id, Contact.act == "visit", Contact.staff_id.is_not(None))
    between = (Contact.happened_at >= period.start, Contact.happened_at < period.end)
    query = select(Contact.id, Contact.staff_id, Contact.happened_at).where(*own, *between).order_by(Contact.happened_at.desc(), Contact.id)
    visits = [tuple(row) for row in session.execute(query)]
    if clause_id == ABSENT:
        away = select(Absence.staff_id, Absence.starts_at, Absence.ends_at)
        bad = while_absent(visits, session.execute(away.where(Absence.community_id == community_id, Absence.starts_at < period.end, Absence.ends_at > period.start)))
    else:
        figure = figures(period.last_day)
        bad = dense(visits, *figure) if figure else set()
    return len(visits), [visit for visit, *_ in visits if visit in bad]
