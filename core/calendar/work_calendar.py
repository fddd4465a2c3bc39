"""The calendar deadlines are counted on: notices by year, and a table of working days that answers without stepping."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from core.calendar.notices import YearNotice, notice_from_mapping
from core.yaml_files import read_mapping

_WEEKEND = frozenset({5, 6})
_FIRST, _LAST = date(1949, 10, 1).toordinal(), date(2149, 12, 31).toordinal()


class CalendarError(ValueError):
    """The calendar can't answer: it has no working day in reach, or the date lies outside 1949–2149."""


class WorkCalendar:
    """Immutable. `notices` by year; `weekly_rest` are weekday numbers (Monday 0) off where no notice says otherwise."""

    def __init__(self, notices: Iterable[YearNotice] = (), weekly_rest: frozenset[int] = _WEEKEND):
        self.notices = {notice.year: notice for notice in sorted(notices, key=lambda notice: notice.year)}
        self.weekly_rest = weekly_rest
        self._off = {day: names for notice in self.notices.values() for day, names in notice.off.items()}
        self._work = {day: names for notice in self.notices.values() for day, names in notice.work.items()}

    def with_year(self, notice: YearNotice) -> "WorkCalendar":
        """A calendar in which `notice` replaces whatever was known of its year."""
        return WorkCalendar([*(n for n in self.notices.values() if n.year != notice.year), notice], self.weekly_rest)

    def is_published(self, day: date) -> bool:
        """Whether a notice for the day's year is loaded; without one the answer for the day is provisional."""
        return day.year in self.notices

    @cached_property
    def published_through(self) -> date:
        """Last day of the unbroken run of published years that begins with the first; date.min when none is loaded."""
        if not self.notices:
            return date.min
        year = min(self.notices)
        while year + 1 in self.notices:
            year += 1
        return date(year, 12, 31)

    def is_working_day(self, day: date) -> bool:
        """By the notice; by plain weekdays where none is loaded."""
        return day in self._work or (day not in self._off and day.weekday() not in self.weekly_rest)

    def is_statutory_day_off(self, day: date) -> bool:
        """Weekly rest days and public holidays; a make-up working weekend is not off."""
        return not self.is_working_day(day)

    def note(self, day: date, lang: str) -> str:
        """Name of the holiday the day is off for, or made up for; '' on ordinary days."""
        return (self._off.get(day) or self._work.get(day) or {}).get(lang, "")

    def is_make_up_day(self, day: date) -> bool:
        """A weekend that the notice makes a working day (调休)."""
        return day in self._work

    def is_public_holiday(self, day: date) -> bool:
        """A day the notice gives off (weekends inside a holiday included)."""
        return day in self._off

    def working_days_through(self, day: date) -> int:
        """Count of working days from the table's first day to `day`, both included."""
        return bisect_right(self._table, _in_reach(day.toordinal()))

    def nth_working_day_after(self, day: date, n: int) -> date:
        """The n-th working day after `day` (n >= 1); n <= 0 goes back: 0 is the last working day up to and including `day`.
        Raises CalendarError when there is none within reach."""
        position = self.working_days_through(day) + n - 1
        if not 0 <= position < len(self._table):
            raise CalendarError(f"no working day number {n} after {day}: the calendar has none in reach")
        return date.fromordinal(self._table[position])

    def first_not_off(self, day: date) -> date:
        """`day` itself, or the first day after it that is not a statutory day off. Raises CalendarError when there is none."""
        return day if self.is_working_day(day) else self.nth_working_day_after(day, 1)

    @cached_property
    def _table(self) -> list[int]:
        """Ordinals of all working days in reach, sorted."""
        plain = {n for n in range(_FIRST, _LAST + 1) if (n + 6) % 7 not in self.weekly_rest}
        plain.difference_update(day.toordinal() for day in self._off)
        plain.update(day.toordinal() for day in self._work)
        return sorted(plain)


def _in_reach(ordinal: int) -> int:
    if not _FIRST <= ordinal <= _LAST:
        raise CalendarError(f"{date.fromordinal(ordinal)} is outside the calendar (1949–2149)")
    return ordinal


@lru_cache
def packaged_notices() -> tuple[YearNotice, ...]:
    """The State Council's notices that come with the product, by year. Raises NoticeProblem or YamlProblem on a bad file."""
    return tuple(notice_from_mapping(read_mapping(path)) for path in sorted(Path(__file__).parent.glob("*.yaml")))


@lru_cache
def packaged_calendar() -> WorkCalendar:
    """The calendar of the packaged years; offices add years by `with_year`."""
    return WorkCalendar(packaged_notices())
