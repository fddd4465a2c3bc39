"""Entered later than it happened: when that would turn a miss into a hit, another person must confirm it.

Default; the documents say nothing. Both moments are kept. Until somebody else confirms, the clock stands as it did when the entry was
made: missed, or still overdue.
"""

from datetime import datetime
from uuid import UUID

from core.clocks import State, state
from core.refusals import Refused


def needs_another(clock, happened_at: datetime, now: datetime) -> bool:
    """Whether an act entered at `now` as done at `happened_at` says of an overdue `clock` that it was in time. Exactly at the limit is in time."""
    return happened_at <= clock.due_at and state(clock, now) is State.overdue


def may_decide(entered_by: tuple[UUID | None, UUID | None], actor: tuple[UUID | None, UUID | None]) -> Refused | None:
    """Each as (account, member of staff): nobody confirms an entry of their own, not by another account either."""
    return Refused("late_entries.by_another") if same_person(entered_by, actor) else None


def same_person(one: tuple[UUID | None, UUID | None], other: tuple[UUID | None, UUID | None]) -> bool:
    """Each as (account, member of staff): the same account, or the same member of staff by another one."""
    return one[0] == other[0] or (one[1] is not None and one[1] == other[1])
