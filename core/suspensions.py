"""A matter stands still for a reason: asked for with evidence and an end, granted by another person, over by itself at that end.

The documents say nothing; how long at most is the clause `suspension.limit`, the product's own. The clocks stand still only from the moment it is
granted, and those that are late already, or count in minutes, or are the resident's own, never.
"""

from datetime import datetime

from core.calendar import WorkCalendar, local_day
from core.clocks import deadline_text, due
from core.extensions import NEVER, is_over, limit_of
from core.grants import Decider, Person, another_person
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.work_orders import SUPPLEMENT

CLAUSE = "suspension.limit"
REASONS = ("authority", "court", "weather", "absent", "parts", "other")
"""Why: another authority's answer is awaited, a court or the police have it, weather or higher force, the resident is away, parts or contractors
are awaited, something else; each with a text of one's own."""
STATUSES = frozenset({"accepted", "awaiting_materials"})
"""Who has not accepted a matter can't know what it waits for."""


def latest(start: datetime, calendar: WorkCalendar) -> datetime:
    """The end of the longest suspension that begins at `start`: 24:00 of its last day."""
    return due(start, load_rulebook()[CLAUSE].on(local_day(start)).parts["length"], calendar).due_at


def holds(clock, now: datetime) -> bool:
    """Whether `clock` would stand still."""
    limit = limit_of(clock)
    return clock.clause_id != SUPPLEMENT and limit is not None and limit.unit != NEVER and not is_over(clock, now)


def may_ask(status: str, clocks, detail: str, evidence: str | int, until: datetime, *, waits: bool, runs: bool, now: datetime, calendar: WorkCalendar) -> Refused | None:
    """Why a matter may not be suspended until `until`. `clocks`: its unclosed ones; `evidence`: in words, or how many files show it; `waits`,
    `runs`: one is asked for, or granted, already."""
    if status not in STATUSES:
        return Refused(f"work_orders.not_while_{status}", CLAUSE)
    if waits or runs:
        return Refused("suspensions.waits_already" if waits else "suspensions.runs_already", CLAUSE)
    if not any(holds(one, now) for one in clocks):
        return Refused("suspensions.nothing_to_hold", CLAUSE)
    for name, text in (("why", detail), ("evidence", evidence)):
        if not str(text or "").strip():
            return Refused(f"suspensions.say_{name}", CLAUSE)
    last = latest(now, calendar)
    return None if now < until <= last else Refused("suspensions.until_when", CLAUSE, {"last": deadline_text(last)})


def may_decide(asked_by: Person, actor: Decider, *, lapsed: bool) -> Refused | None:
    """Why a request may not be decided: one's own, or its end is past."""
    return another_person(asked_by, actor, clause_id=CLAUSE) or (Refused("suspensions.lapsed", CLAUSE) if lapsed else None)


def stands(request, now: datetime) -> str:
    """What became of `request` (granted, ended_at, until_at): 'waiting', 'lapsed', 'refused', 'running' or 'ended'."""
    if request.granted is None:
        return "lapsed" if request.ended_at is not None or request.until_at <= now else "waiting"
    return "refused" if not request.granted else "running" if request.ended_at is None and now < request.until_at else "ended"
