"""Where each clause stands now: what runs, what is late, and how its current quarter went, in the session's scope."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.clocks import Tally
from core.periods import period_of
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.queries.clock_state import is_open, is_overdue
from db.queries.tallies import NOTHING, counts


@dataclass(frozen=True)
class Standing:
    """`open` and `overdue` (part of it) clocks at this moment, whenever they fall due; `quarter`: the clocks of the current quarter, None
    where nobody asked for them."""

    open: int
    overdue: int
    quarter: Tally | None = None


def standings(session: ScopedSession, now: datetime) -> dict[str, Standing]:
    """What is open now, by clause id; clauses without an open clock are left out. Quarters are not counted: they cost more than the page."""
    query = select(Clock.clause_id, func.count(), func.count().filter(is_overdue(now))).where(is_open(now)).group_by(Clock.clause_id)
    return {clause_id: Standing(n, late) for clause_id, n, late in session.execute(query)}


def standing(session: ScopedSession, now: datetime, clause_id: str) -> Standing:
    """One clause, with its quarter."""
    quarter = period_of("quarter", now)
    own = (Clock.clause_id == clause_id,)
    found = counts(session, now, quarter.start, quarter.end, Clock.clause_id, where=own)
    query = select(func.count(), func.count().filter(is_overdue(now))).where(is_open(now), *own)
    return Standing(*session.execute(query).one(), found.get((clause_id,), NOTHING).tally)
