"""More time for a matter: asked before its limit is over, granted by another person, told to the resident.

The documents give no figure; how often and by how much is the clause `extension.limit`, the product's own. Nothing changes until it is
granted. A request that nobody has answered when the limit passes lapses: it neither stops lateness nor excuses it afterwards.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import floor

from core.calendar import WorkCalendar, local_day
from core.clocks import State, state
from core.grants import Decider, Person, another_person
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.rulebook.shapes import Limit
from core.work_orders import Kind

CLAUSE, TOLD = "extension.limit", "extension.told"
WAYS = ("face_to_face", "phone", "message", "letter")
"""How the resident is told."""
NEVER = "minute"
"""Whoever is owed somebody within minutes can't wait for a grant: emergencies, urgent demands."""
_BY_DAYS = ("day", "working_day", "month", "year")


def longer(limit: Limit, by: int | None) -> Limit:
    """`limit` with `by` units more, counted as if it had been so long from its start."""
    return replace(limit, n=limit.n + by) if by else limit


def result_clauses(kind: Kind) -> frozenset[str]:
    """The clauses by whose limit a matter of `kind` must have its result, or has it again when reopened: the only ones extended. First steps
    (on site, contacted) are owed at once."""
    return frozenset({kind.again, list(kind.clocks)[-1]})


def result_clock(kind: Kind, clocks: Iterable):
    """Of the unclosed `clocks` of a matter of `kind` the one that can be extended, or that says why not; None: none runs."""
    return max((one for one in clocks if one.clause_id in result_clauses(kind)), key=lambda one: one.due_at, default=None)


def limit_of(clock) -> Limit | None:
    """The limit of its clause that `clock` (clause_id, effective_from) was stamped with; None: it has none."""
    figure = next((one.figure for one in load_rulebook()[clock.clause_id].values if one.from_ == clock.effective_from), None)
    return figure if isinstance(figure, Limit) else None


def offered(kind: Kind, clocks: Iterable, day: date) -> tuple | None:
    """(clock, its limit, by how many units at most) of what may be asked for, among `clocks` that know their `state`; None: nothing."""
    running = [one for one in clocks if one.state in (State.on_time, State.due_soon, State.paused) and one.extended_by is None]
    clock = result_clock(kind, running)
    limit = limit_of(clock) if clock else None
    most = at_most(limit, day) if limit else 0
    return (clock, limit, most) if most else None


def at_most(limit: Limit, day: date) -> int:
    """By how many of its units `limit` may be extended by the rule of `day`; 0: never."""
    dated = load_rulebook()[CLAUSE].on(day)
    return 0 if dated is None or limit.unit == NEVER else floor(limit.n * dated.parts["length"].figure)


def may_ask(clock, limit: Limit, n: int, reason: str, *, granted: int, waiting: bool, now: datetime) -> Refused | None:
    """Why `n` units more may not be asked for `clock` of `limit`, of which `granted` extensions were granted before; `waiting`: one is asked for
    already. Exactly at the limit is still before it."""
    day, most = local_day(now), at_most(limit, local_day(now))
    if is_over(clock, now):
        return Refused("extensions.after_limit", CLAUSE)
    if not most:
        return Refused("extensions.not_in_minutes", CLAUSE)
    if not load_rulebook()[CLAUSE].on(day).parts["times"].reached_by(granted + 1):
        return Refused("extensions.granted_before", CLAUSE)
    if waiting:
        return Refused("extensions.waits_already", CLAUSE)
    if not 1 <= n <= most:
        return Refused(f"extensions.too_long_{limit.unit}", CLAUSE, {"n": most})
    return None if reason.strip() else Refused("extensions.say_why", CLAUSE)


def may_decide(clock, asked_by: Person, actor: Decider, now: datetime) -> Refused | None:
    """Why a request for `clock` may not be decided: one's own, or the limit is over."""
    return another_person(asked_by, actor, clause_id=CLAUSE) or (Refused("extensions.lapsed", CLAUSE) if is_over(clock, now) else None)


def may_tell(told_at: datetime, decided_at: datetime, now: datetime) -> Refused | None:
    """Why the resident can't have been told at `told_at`, typed to the minute."""
    return None if decided_at - timedelta(minutes=1) < told_at <= now else Refused("extensions.told_when", TOLD)


def is_over(clock, now: datetime) -> bool:
    """Whether nothing can be added to `clock` any more: it is closed, or past its limit."""
    return clock.closed_at is not None or state(clock, now) is State.overdue


def is_provisional(unit: str, due_at: datetime, calendar: WorkCalendar) -> bool:
    """Whether a limit in `unit` ends on a day for which no holiday notice is published. Midnight ends the day before."""
    return unit in _BY_DAYS and not calendar.is_published(local_day(due_at - timedelta(microseconds=1)))


def stands(request, clock, now: datetime) -> str:
    """What became of `request` (granted) for `clock`: 'granted', 'refused', 'waiting', 'settled' (met before anybody decided) or 'lapsed'."""
    if request.granted is not None:
        return "granted" if request.granted else "refused"
    if not is_over(clock, now):
        return "waiting"
    return "settled" if clock.closed_at is not None and state(clock, now) is not State.missed else "lapsed"
