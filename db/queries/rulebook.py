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
    """`open` and `overdue` (part of it) clocks at this moment, whenever they fall due; `quarter`: the clocks of the current quarter."""

    open: int = 0
    overdue: int = 0
    quarter: Tally = NOTHING.tally


def overdue(session: ScopedSession, now: datetime) -> dict[str, int]:
    """How many clocks are overdue, by clause id; clauses with none are left out. Cheap: the rest is counted clause by clause."""
    query = select(Clock.clause_id, func.count()).where(is_overdue(now)).group_by(Clock.clause_id)
    return dict(session.execute(query).all())


def standings(session: ScopedSession, now: datetime, clause_id: str | None = None) -> dict[str, Standing]:
    """By clause id, or of one clause only: now, and the current quarter. Clauses with no clock in either are left out."""
    quarter = period_of("quarter", now)
    own = (Clock.clause_id == clause_id,) if clause_id else ()
    found = {one: count.tally for (one,), count in counts(session, now, quarter.start, quarter.end, Clock.clause_id, where=own).items()}
    query = select(Clock.clause_id, func.count(), func.count().filter(is_overdue(now))).where(is_open(now), *own).group_by(Clock.clause_id)
    running = {one: (n, late) for one, n, late in session.execute(query)}
    return {one: Standing(*running.get(one, (0, 0)), found.get(one, NOTHING.tally)) for one in found.keys() | running.keys()}
