"""Where each clause stands now: what runs, what is late, and how the current quarter went, in the session's scope."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.clocks import Tally
from core.periods import period_of
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.queries.clock_state import is_open, is_overdue
from db.queries.tallies import counts


@dataclass(frozen=True)
class Standing:
    """`open` and `overdue` (part of it) clocks at this moment, whenever they fall due; `tally`: the clocks of the current quarter."""

    open: int
    overdue: int
    tally: Tally


def standings(session: ScopedSession, now: datetime) -> dict[str, Standing]:
    """By clause id; clauses without any clock are left out."""
    quarter = period_of("quarter", now)
    tallies = {clause_id: count.tally for (clause_id,), count in counts(session, now, quarter.start, quarter.end, Clock.clause_id).items()}
    query = select(Clock.clause_id, func.count(), func.count().filter(is_overdue(now))).where(is_open(now)).group_by(Clock.clause_id)
    running = {clause_id: (n, late) for clause_id, n, late in session.execute(query)}
    return {one: Standing(*running.get(one, (0, 0)), tallies.get(one, Tally(0, 0, 0))) for one in tallies.keys() | running.keys()}
