"""How many clocks were met, missed or are overdue: the one count behind checklist, overview and measures.

A clock belongs to the period in which its limit falls: start < due_at <= end. Void clocks count nowhere.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.clocks import Tally
from db.models.clocks import Clock
from db.queries.clock_state import is_met, is_missed, is_overdue, is_paused


@dataclass(frozen=True)
class Count:
    """`population` clocks of a period: those that fell due, those standing still, and the rest, whose limit is still to come."""

    population: int
    tally: Tally
    paused: int

    @property
    def pending(self) -> int:
        """Running, with the limit still to come."""
        return self.population - self.tally.due - self.paused


NOTHING = Count(0, Tally(0, 0, 0), 0)


def within(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Condition: the clock belongs to the period (start, end] and has not lost its object."""
    return (Clock.due_at > start) & (Clock.due_at <= end) & Clock.voided_at.is_(None)


def counts(session: Session, now: datetime, start: datetime, end: datetime, *keys: InstrumentedAttribute, community_id: UUID | None = None, where: tuple = ()) -> dict[tuple, Count]:
    """The clocks of (start, end] at `now`, counted by `keys` (columns of Clock); None for `community_id`: of every community in scope."""
    query = select(
        *keys, func.count(), func.count().filter(is_met()), func.count().filter(is_missed()), func.count().filter(is_overdue(now)), func.count().filter(is_paused(now))
    ).where(within(start, end), *where)
    if community_id is not None:
        query = query.where(Clock.community_id == community_id)
    return {tuple(row[:-5]): Count(row[-5], Tally(*row[-4:-1]), row[-1]) for row in session.execute(query.group_by(*keys))}
