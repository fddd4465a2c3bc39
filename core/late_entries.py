"""Entered later than it happened: when that would turn a miss into a hit, another person must confirm it.

Default; the documents say nothing. Both moments are kept. Until somebody else confirms, the clock stands as it did when the entry was
made: missed, or still overdue. The same holds for the limits of orders and for the periods of care.
"""

from datetime import datetime

from core.calendar import local_day
from core.clocks import State, state
from core.grants import Decider, Person, another_person
from core.periods import Period, period_of
from core.refusals import Refused
from core.rulebook.shapes import Clause

CLAUSE = "contact.late"
"""Contacts entered once the period was over in which they happened."""
STANDS = {None: "waiting", True: "confirmed", False: "refused"}
"""What another person has said (`confirmed` of an entry); the words are late_entries.state_<value> and late_entries.contact_<value>."""


def needs_another(clock, happened_at: datetime, now: datetime) -> bool:
    """Whether an act entered at `now` as done at `happened_at` says of an overdue `clock` that it was in time. Exactly at the limit is in time."""
    return happened_at <= clock.due_at and state(clock, now) is State.overdue


def period_over(clause: Clause, happened_at: datetime, now: datetime) -> Period | None:
    """The period of the cadence `clause` in which `happened_at` lies, if it was over by `now`: exactly at its end is in time. What is entered then as
    done in it waits for another person, unless the period is met without it."""
    dated = clause.on(local_day(happened_at))
    period = dated and period_of(dated.figure.per, happened_at)
    return period if period and now > period.end else None


def check_reason(reason: str | None) -> Refused | None:
    """Why it is entered only now has to be said."""
    return None if (reason or "").strip() else Refused("late_entries.say_why", CLAUSE)


def may_decide(entered_by: Person, actor: Decider) -> Refused | None:
    """Nobody confirms an entry of their own, not by another account either."""
    return another_person(entered_by, actor, "late_entries.by_another")
