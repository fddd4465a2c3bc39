"""The calendar this office reckons by: the packaged years, and those it loaded itself."""

import json
from datetime import date, time
from functools import lru_cache

from sqlalchemy import select

from core.calendar import WorkCalendar, YearNotice, packaged_calendar
from db.engine import ScopedSession
from db.models.calendar import CalendarYear
from db.models.grids import Community


def current_calendar(session: ScopedSession) -> WorkCalendar:
    """Packaged years and loaded ones; a loaded year replaces the packaged one. Built once for each content."""
    rows = session.execute(select(CalendarYear.year, CalendarYear.source, CalendarYear.days).order_by(CalendarYear.year))
    return _built(tuple(tuple(row) for row in rows))


@lru_cache(maxsize=8)
def _built(rows: tuple[tuple[int, str, str], ...]) -> WorkCalendar:
    calendar = packaged_calendar()
    for year, source, days in rows:
        calendar = calendar.with_year(_notice(year, source, json.loads(days)))
    return calendar


def _notice(year: int, source: str, days: dict) -> YearNotice:
    kinds: dict[str, dict] = {"off": {}, "work": {}}
    for day, (kind, zh, en) in days.items():
        kinds[kind][date.fromisoformat(day)] = {"zh": zh, "en": en}
    return YearNotice(year, source, "", kinds["off"], kinds["work"])


def common_closing_time(session: ScopedSession) -> time | None:
    """Close of business, where all communities in scope have the same; None: days end at 24:00, or they differ."""
    found = set(session.scalars(select(Community.closes_at)))
    return found.pop() if len(found) == 1 else None
