"""Entered later than it happened: when that would turn a miss into a hit, another person must confirm it.

Default; the documents say nothing. Both moments are kept. Until somebody else confirms, the clock stands as it did when the entry was
made: missed, or still overdue.
"""

from datetime import datetime

from core.clocks import State, state
from core.grants import Person, not_ones_own
from core.refusals import Refused


def needs_another(clock, happened_at: datetime, now: datetime) -> bool:
    """Whether an act entered at `now` as done at `happened_at` says of an overdue `clock` that it was in time. Exactly at the limit is in time."""
    return happened_at <= clock.due_at and state(clock, now) is State.overdue


def may_decide(entered_by: Person, actor: Person) -> Refused | None:
    """Nobody confirms an entry of their own, not by another account either."""
    return not_ones_own(entered_by, actor, "late_entries.by_another")
