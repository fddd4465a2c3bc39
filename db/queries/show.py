"""What a page shows, as plain data: through the page's own query and the session's own scope."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from uuid import UUID

from sqlalchemy.orm import Session

from core.calendar import SHANGHAI
from core.clocks import Tally
from core.periods import Period, period, period_of
from core.rulebook import load_rulebook, not_yet_enforced
from db.queries import checklist as checklists
from db.queries import extensions, late_entries, suspensions
from db.queries import map as maps
from db.queries import overview as overviews
from db.queries import queue as queues
from db.queries import roster as rosters
from db.queries.gaps import gaps
from db.queries.identity import communities
from db.queries.outcomes import BY, outcomes
from db.queries.rulebook import standings

DESKS = ("overview", "queue", "map", "roster", "checklist", "rulebook")
ROWS = 25


def show(session: Session, now: datetime, desk: str, *, community_id: UUID | None = None, quarter_key: str | None = None) -> dict:
    """What `desk` (one of DESKS) shows in the session's scope at `now`. `community_id`: for desks that look at one community, else the first in
    scope; `quarter_key`: for the checklist, else the running one. Raises KeyError for an unknown desk, ValueError for a bad quarter or an empty scope."""
    names = communities(session)
    if desk != "rulebook" and not names:
        raise ValueError("this account reaches no community")
    chosen = community_id or next(iter(names), None)
    made = {
        "overview": lambda: _overview(session, now, names, chosen),
        "queue": lambda: _queue(session, now),
        "map": lambda: {"community": names[chosen], "grids": [one.as_data() for one in maps.grid_values(session, now, chosen)], "gaps": gaps(session, now, chosen)},
        "roster": lambda: _roster(session, now),
        "checklist": lambda: _checklist(session, now, names, chosen, quarter_key or period_of("quarter", now).key),
        "rulebook": lambda: _rulebook(session, now),
    }[desk]()
    return plain({"desk": desk, "as_of": now, **made})


def _overview(session: Session, now: datetime, names: dict[UUID, str], chosen: UUID) -> dict:
    found = {
        "community": names[chosen],
        "late": overviews.late(session, now, chosen),
        "to_confirm": [*late_entries.waiting(session, now, chosen), *late_entries.waiting_contacts(session, now, chosen)],
        "to_grant": [*extensions.waiting(session, now, chosen), *suspensions.waiting(session, now, chosen)],
        "thresholds": overviews.thresholds(session, now, chosen),
        "outcomes": {by: outcomes(session, now, chosen, by, *_year(now)) for by in BY},
        "history": _history(session, overviews.history(session, now, chosen, overviews.month_keys(now))),
    }
    return found | ({"communities": [overviews.standing(session, now, one) for one in names]} if len(names) > 1 else {})


def _year(now: datetime) -> tuple[Period, Period]:
    """The first and the last of the overview's twelve months."""
    months = overviews.month_keys(now)
    return period("month", months[0]), period("month", months[-1])


def _history(session: Session, found: overviews.History) -> dict:
    return {name: {by: overviews.marks(session, name, by, found) for by in ("kind", "grid")} for name in ("intake", "on_time", "care")}


def _queue(session: Session, now: datetime) -> dict:
    return {"counts": queues.counts(session, now), "items": queues.queue(session, now, limit=ROWS)}


def _roster(session: Session, now: datetime) -> dict:
    found = rosters.roster(session, now, limit=ROWS)
    return {"totals": rosters.totals(session, now), "people": found.rows, "more": found.more}


def _checklist(session: Session, now: datetime, names: dict[UUID, str], chosen: UUID, quarter_key: str) -> dict:
    found = checklists.checklist(session, now, chosen, quarter_key)
    return {"community": names[chosen], "quarter": quarter_key, "checked": found.checked, "digest": found.digest(), "lines": found.lines}


def _rulebook(session: Session, now: datetime) -> dict:
    book, stand = load_rulebook(), standings(session, now) if session.scope.communities else {}
    return {
        "not_yet_enforced": not_yet_enforced(book),
        "clauses": [
            {"id": one.id, "section": one.section, "shape": one.shape, "title": one.title, "figure": one.figure, "source": str(one.source), "desk": one.desk, "standing": stand.get(one.id)}
            for one in book.values()
        ],
    }


def plain(value):
    """`value` as what JSON knows: dataclasses as mappings, moments as ISO text in Shanghai, keys of several parts joined by " / "."""
    if isinstance(value, Tally):
        return {"met": value.met, "missed": value.missed, "overdue": value.overdue_open, "rate": value.rate}
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if hasattr(value, "items"):
        return {_key(key): plain(one) for key, one in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    return str(value) if isinstance(value, UUID | date | Fraction) else value


def _key(key) -> str:
    return " / ".join(map(str, key)) if isinstance(key, tuple) else str(key)
