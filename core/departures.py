"""Away and back, gone and undone: which stays away are holds, which departures are exits, and what may be entered about them.

A hold (in hospital, away) takes out the periods it leaves less than half of (core.cadence.held); an exit (dead, moved) ends them all.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from core.cadence import Hold, Turn, held
from core.calendar import local_day
from core.refusals import Refused
from core.rulebook.shapes import Clause

HOLDS = ("hospital", "away")
EXITS = ("dead", "moved")
KINDS = (*HOLDS, *EXITS)
LONGEST = timedelta(366)
"""How far ahead a return may be expected: default of this product, so that nobody is put off for years with one entry."""

UNKNOWN = timedelta(30)
"""For how long a stay holds whose end nobody knows, if it rests on the word of whoever cares for them alone: default of this product. After it all falls due again, and whoever
still is away is entered anew."""


def told_end(back: date | None, today: date, alone: bool) -> date | None:
    """The first day back that a stay entered today gets. `alone`: by somebody who may not let anybody go."""
    return today + UNKNOWN if back is None and alone else back


def right(kind: str) -> str:
    """The act of core.roles that a departure of `kind` asks for. Raises ValueError for another kind."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of departure: one of {', '.join(KINDS)}")
    return "care_hold" if kind in HOLDS else "care_exit"


def check_hold(begin: date, back: date | None, today: date, joined: date | None, others: Iterable[Hold]) -> Refused | None:
    """Why somebody may not be away from `begin` until the day before `back`, or None. `joined`: since when on the roster (None: not on it);
    `others`: their other stays away."""
    if joined is None:
        return Refused("care.not_on_roster")
    if begin > today:
        return Refused("care.in_future")
    if begin < joined:
        return Refused("care.before_enrolment")
    if back is not None and not begin < back <= today + LONGEST:
        return Refused("departures.bad_return", values={"first": (begin + timedelta(1)).isoformat(), "last": (today + LONGEST).isoformat()})
    for start, end in others:
        if (end is None or end > begin) and (back is None or start < back):
            return Refused("departures.already_away", values={"day": start.isoformat()})
    return None


def is_away(holds: Iterable[Hold], day: date) -> bool:
    """Whether one of the stays away `holds` lasts on the local date `day`."""
    return any(begin <= day and (end is None or end > day) for begin, end in holds)


def takes_out_late(clause: Clause, turn: Turn, before: Sequence[Hold], after: Sequence[Hold], now: datetime) -> bool:
    """Whether the stays `after`, but not those known `before`, take the running `turn` out, and would not if they began today: what is left of the period could still
    have been used, or was not. Like a period that is over, it is not for one person to excuse."""
    if not turn.started_at <= now <= turn.due_at or held(clause, turn, before) or not held(clause, turn, after):
        return False
    today = local_day(now)
    told = [(max(begin, today), end) for begin, end in after if end is None or end > today]
    return not held(clause, turn, [*before, *told])


def check_exit(day: date, today: date, left: date | None, last_seen: date | None) -> Refused | None:
    """Why somebody may not have died or moved on `day`, or None. `left`: they are gone already; `last_seen`: local date of the latest contact
    with them."""
    if left is not None:
        return Refused("care.has_left", values={"day": left.isoformat()})
    if day > today:
        return Refused("care.in_future")
    return Refused("departures.seen_after", values={"day": last_seen.isoformat()}) if last_seen is not None and last_seen > day else None
