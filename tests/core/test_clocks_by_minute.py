"""Deadlines, warnings and pauses against a slow, obvious reference: it walks minute by minute, or day by day, and looks each day up.

10,000 drawn cases each. A case is small, so that thousands take seconds; the days drawn cross every holiday and make-up weekend of three years.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache

import chinese_calendar

from core.calendar import SHANGHAI, packaged_calendar
from core.clocks import State, due, state
from core.extensions import longer
from core.rulebook import Limit
from tests.core.drawn import Case, ten_thousand
from tests.core.test_clocks import Clock

CALENDAR = packaged_calendar()
DAYS = [date(2024, 1, 1) + timedelta(n) for n in range(970)]
"""First days drawn: up to August 2026, so that every end lies in a published year."""
DAY, MINUTE = 1440, timedelta(minutes=1)


def at(day: date, minutes: int) -> datetime:
    """`minutes` after the midnight that begins `day`; Shanghai has one offset all these years."""
    return datetime.combine(day, time(0), SHANGHAI) + minutes * MINUTE


# --- minutes and hours ---------------------------------------------------------------------------------------------
def after_running(minutes: int, pauses: list[tuple[int, int]]) -> int:
    """The minute at which a clock that begins at 0 has run so many minutes: one by one, and never within a pause."""
    still = {minute for begin, end in pauses for minute in range(begin, end)}
    moment = 0
    while minutes or moment in still:
        minutes -= moment not in still
        moment += 1
    return moment


WARNINGS = (None, 0.5, Limit(10, "minute"), Limit(1, "hour"))


@ten_thousand
def test_minutes_with_pauses_end_and_warn_as_counted_minute_by_minute(case: Case):
    begun, n, warn, pauses = at(case.one_of(DAYS), case.number(0, DAY - 1)), case.number(1, 24) * 5, case.one_of(WARNINGS), case.pauses(-60, 200, 90, 5)
    reached = due(begun, Limit(n, "minute", warn=warn), CALENDAR, pauses=[(begun + b * MINUTE, begun + e * MINUTE) for b, e in pauses])
    left = {None: n // 5, 0.5: n / 2, WARNINGS[2]: min(n, 10), WARNINGS[3]: min(n, 60)}[warn]
    assert reached.due_at == begun + after_running(n, pauses) * MINUTE
    if left == int(left):
        assert reached.warn_at == begun + after_running(n - int(left), pauses) * MINUTE
    assert not reached.provisional


@ten_thousand
def test_hours_with_pauses_and_an_extension_end_and_warn_as_counted_minute_by_minute(case: Case):
    begun, given, more, pauses = at(case.one_of(DAYS), case.number(0, DAY - 1)), case.number(1, 4), case.number(0, 2), case.pauses(-120, 500, 240, 1)
    reached, hours = due(begun, longer(Limit(given, "hour"), more), CALENDAR, pauses=[(begun + b * MINUTE, begun + e * MINUTE) for b, e in pauses]), given + more
    assert reached.due_at == begun + after_running(hours * 60, pauses) * MINUTE
    assert reached.warn_at == begun + after_running(hours * 48, pauses) * MINUTE, "due soon when four fifths of its own time have run"


# --- days, working days, months ------------------------------------------------------------------------------------
class Walk:
    """One period walked day by day. Moments are minutes from the midnight that begins `first`; the working days are another package's."""

    def __init__(self, first: date, start: int, pauses: list[tuple[int, int]], closes: int | None):
        self.first, self.start, self.closes = first, start, DAY if closes is None else closes
        self.pauses = [(max(begin, start), end) for begin, end in pauses if end > max(begin, start)]
        days = {day for begin, end in self.pauses for day in range(begin // DAY + 1, end // DAY + 1)}
        self.standing = {day for day in days if self.paused_over(day * DAY)}

    def paused_over(self, midnight: int) -> bool:
        """Whether a pause lasts up to `midnight` and one lasts on from there: 24:00 is still the day that ends."""
        return any(begin < midnight <= end for begin, end in self.pauses) and any(begin <= midnight < end for begin, end in self.pauses)

    def works(self, day: int) -> bool:
        return works(self.first + timedelta(day))

    def end_of(self, day: int) -> int:
        return day * DAY + self.closes

    def last(self, n: int, working: bool) -> int:
        """The day on which the n-th day that counts ends, moved off days off and out of pauses."""
        day = 0
        while n:
            day += 1
            n -= day not in self.standing and (not working or self.works(day))
        while not self.works(day):
            day += 1
        while held := [end for begin, end in self.pauses if begin <= self.end_of(day) <= end]:
            day = max(day, held[0] // DAY)
            while not self.works(day) or self.end_of(day) <= held[0]:
                day += 1
        return day

    def warned(self, last: int, n: int) -> int:
        """The end of the day after which n working days that count are left, `last` among them; not before the start."""
        for _ in range(n):
            last -= 1
            while not self.works(last) or last in self.standing:
                last -= 1
        return max(self.start, self.end_of(last))


@cache
def works(day: date) -> bool:
    return chinese_calendar.is_workday(day)


CLOSES = (None, 17 * 60 + 30)


def counted(first: date, start: int, limit: Limit, pauses, closes: int | None):
    moments = [(at(first, begin), at(first, end)) for begin, end in pauses]
    return due(at(first, start), limit, CALENDAR, closes_at=closes and time(closes // 60, closes % 60), pauses=moments)


@ten_thousand
def test_working_days_with_pauses_and_an_extension_end_and_warn_as_counted_day_by_day(case: Case):
    """A third of them was granted on top."""
    first, start, n, closes, left = case.one_of(DAYS), case.number(0, DAY - 1), case.number(1, 15), case.one_of(CLOSES), case.number(1, 3)
    pauses = case.pauses(-2 * DAY, 16 * DAY, 4 * DAY, 30)
    walk = Walk(first, start, pauses, closes)
    last = walk.last(n, working=True)
    reached = counted(first, start, longer(Limit(n - n // 3, "working_day", warn=Limit(left, "working_day")), n // 3), pauses, closes)
    assert reached.due_at == at(first, walk.end_of(last))
    assert reached.warn_at == min(reached.due_at, at(first, walk.warned(last, left)))


@ten_thousand
def test_days_with_pauses_end_and_warn_as_counted_day_by_day(case: Case):
    first, start, n, closes = case.one_of(DAYS), case.number(0, DAY - 1), case.number(1, 15), case.one_of(CLOSES)
    pauses = case.pauses(-2 * DAY, 16 * DAY, 4 * DAY, 30)
    walk = Walk(first, start, pauses, closes)
    last = walk.last(n, working=False)
    reached = counted(first, start, Limit(n, "day"), pauses, closes)
    assert reached.due_at == at(first, walk.end_of(last))
    assert reached.warn_at == min(reached.due_at, at(first, walk.warned(last, 1))), "by default a working day before the end"


@ten_thousand
def test_months_with_pauses_end_as_counted_day_by_day(case: Case):
    first, start, n, closes = case.one_of(DAYS), case.number(0, DAY - 1), case.number(1, 2), case.one_of(CLOSES)
    pauses = case.pauses(-2 * DAY, 64 * DAY, 12 * DAY, 60)
    days = (months_later(first, n) - first).days
    walk = Walk(first, start, pauses, closes)
    assert counted(first, start, Limit(n, "month"), pauses, closes).due_at == at(first, walk.end_of(walk.last(days, working=False)))


def months_later(day: date, months: int) -> date:
    """The corresponding day, or the month's last."""
    later = day.replace(day=1)
    for _ in range(months):
        later = (later + timedelta(31)).replace(day=1)
    return later.replace(day=min(day.day, monthrange(later.year, later.month)[1]))


# --- a clock's life, standing still and running on ----------------------------------------------------------------
LIMITS = (Limit(30, "minute"), Limit(3, "hour"), Limit(1, "working_day"), Limit(3, "working_day"), Limit(2, "day"), Limit(1, "month"))


@ten_thousand
def test_no_breach_happens_during_a_pause_that_began_in_time(case: Case):
    """Each pause begins a few minutes around the limit as it then is; the clock is followed as the desk would keep it."""
    first, start, limit, closes = case.one_of(DAYS), case.number(0, DAY - 1), case.one_of(LIMITS), case.one_of(CLOSES)
    clock, pauses, ended = Clock(started_at=at(first, start)), [], start
    for _ in range(case.number(1, 3)):
        reached = counted(first, start, limit, pauses, closes)
        limit_at = (reached.due_at - at(first, 0)) // MINUTE
        begin = max(ended, limit_at + case.number(-3, 3))
        end = begin + case.number(0, 200) * 30
        clock.due_at, clock.warn_at, clock.paused_at = reached.due_at, reached.warn_at, None
        assert limit_at >= ended and state(clock, at(first, ended)) is not State.overdue, "the pause before ended in time"
        clock.paused_at = at(first, begin)
        during = {state(clock, at(first, moment)) for moment in (begin, begin + 1, end)}
        if begin > limit_at:
            assert State.paused not in during
            return
        assert during == {State.paused}
        pauses.append((begin, end))
        ended = end
