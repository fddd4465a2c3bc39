"""A result given after its limit is explained in writing, filed with the street, which takes note of it (WS 三.2, complaints on the supervision hotline).

What is owed is decided by the clock as it stands when the result is entered: that something is said to have been in time, and waits for another person
to confirm it, spares nobody the explanation. Each round of a reopened matter owes its own.
"""

from datetime import datetime

from core.clocks import State, state
from core.refusals import Refused
from core.work_orders import EXPLAINED, kinds

CLAUSE = "complaint.explanation"
ACT = EXPLAINED
"""Under which a filed explanation stands in the order's trail."""
ACKNOWLEDGE = "explanation_acknowledge"
"""What a role needs (core.roles.ACTS) to take note of one for the street."""


def limit_of(kind: str) -> str | None:
    """The clause after whose limit a matter of `kind` owes an explanation; None: it never does."""
    return kinds()[kind].explain_late


def owed(clock, now: datetime) -> bool:
    """Whether `clock`, the latest of that clause, is late."""
    return clock is not None and state(clock, now) in (State.overdue, State.missed)


def may_file(kind: str, clock, filed: bool, text: str, now: datetime) -> Refused | None:
    """Why an explanation may not be filed: nothing is late, it was filed before, or says nothing."""
    if limit_of(kind) is None or not owed(clock, now):
        return Refused("explanations.not_late", CLAUSE)
    if filed:
        return Refused("explanations.filed_before", CLAUSE)
    return None if text.strip() else Refused("explanations.say_why", CLAUSE)
