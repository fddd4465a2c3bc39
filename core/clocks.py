"""When something is due, why, and how a clock stands. Civil Code art. 200–204, as the rulebook sums them up.

- minutes and hours run from the moment itself, day and night.
- days, working days, months, years: the first day is not counted; the last day ends at 24:00, kept as the next local midnight, or at
  `closes_at`.
- days, months, years whose last day is a statutory day off end on the first day after it that is not off. This holds for `not_before`
  limits too: the article speaks of periods, whoever waits for their end.
- a pause stops only what the clock would have counted. Hours and minutes: the time paused. Days: a pause begun on day P and ended on
  day E (24:00 is still that day) takes out P+1 … E (its own first day is not counted either), so a pause within one day takes out nothing. A period can't end
  inside a pause, nor at the moment one begins: hours and minutes end with the pause then, days with the day the pause ends, or the first
  day after that which the clock counts.
- `not_before` limits: `due_at` is the earliest moment permitted, when the period is wholly over; closing hours don't shorten it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from core.calendar import SHANGHAI, WorkCalendar
from core.periods import local_midnight
from core.rulebook.shapes import Limit
from core.words import t

Span = tuple[datetime, datetime]

_SECONDS = {"minute": 60, "hour": 3600}
_DAY = timedelta(1)
# Where a clause names no warning point. The documents give none: the product's defaults.
DEFAULT_WARN = {"minute": 0.8, "hour": 0.8, **dict.fromkeys(("day", "working_day", "month", "year"), Limit(1, "working_day"))}


@dataclass(frozen=True)
class DayStep:
    """One line of an explanation: a local `day` (hour clocks: the local moment `at`), what it is (`kind`, a word key clocks.step.*), the
    running `count` if it counts, and the name of the holiday by language."""

    day: date
    kind: str
    count: int | None = None
    at: datetime | None = None
    note: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Due:
    """`due_at` and `warn_at` in UTC, start <= warn_at <= due_at; `provisional`: counted on days for which no notice is loaded. `days` explains, worked
    out when asked for."""

    due_at: datetime
    warn_at: datetime
    provisional: bool
    _steps: Callable[[], Iterable[DayStep]] = field(repr=False, compare=False)

    @property
    def days(self) -> tuple[DayStep, ...]:
        """The explanation, day by day."""
        return tuple(self._steps())


class State(StrEnum):
    """How a clock stands; the words are clocks.<state>."""

    waiting = "waiting"
    on_time = "on_time"
    due_soon = "due_soon"
    overdue = "overdue"
    paused = "paused"
    met = "met"
    missed = "missed"
    void = "void"


@dataclass(frozen=True)
class Tally:
    """Clocks that fell due: met in time, missed, and overdue but still open."""

    met: int
    missed: int
    overdue_open: int

    @property
    def due(self) -> int:
        """The denominator."""
        return self.met + self.missed + self.overdue_open

    @property
    def rate(self) -> float | None:
        """met / due; None when nothing was due."""
        return self.met / self.due if self.due else None


def state(clock, now: datetime) -> State:
    """How `clock` (started_at, due_at, warn_at, paused_at, paused_until, closed_at, met_at, voided_at) stands at `now`. Exactly at the limit is
    in time. A pause begun after the limit excuses nothing; one whose end is known is over from that moment on, whoever notes it when."""
    if clock.voided_at is not None:
        return State.void
    if clock.met_at is not None:
        return State.met if clock.met_at <= clock.due_at else State.missed
    if clock.closed_at is not None:
        return State.missed
    if clock.paused_at is not None and clock.paused_at <= clock.due_at and (clock.paused_until is None or now < clock.paused_until):
        return State.paused
    if now > clock.due_at:
        return State.overdue
    if now < clock.started_at:
        return State.waiting
    return State.due_soon if now >= clock.warn_at else State.on_time


def lateness(clock, now: datetime) -> timedelta:
    """By how much `clock` is late at `now`; it stops growing when the clock is met or closed. Zero for one that is not late."""
    stands = state(clock, now)
    until = now if stands is State.overdue else (clock.met_at or clock.closed_at) if stands is State.missed else clock.due_at
    return max(until - clock.due_at, timedelta(0))


def counted(states: Iterable[State]) -> Tally:
    """The tally of `states`; what is not yet due counts nowhere."""
    counts = dict.fromkeys(State, 0)
    for one in states:
        counts[one] += 1
    return Tally(counts[State.met], counts[State.missed], counts[State.overdue])


def due(start: datetime, limit: Limit, calendar: WorkCalendar, *, closes_at: time | None = None, pauses: Sequence[Span] = ()) -> Due:
    """The deadline of `limit` begun at `start` (aware), with closed `pauses` (aware, in any order, overlapping or not). Raises ValueError
    on naive moments or a pause that ends before it begins, CalendarError when the calendar has no working day in reach."""
    _refuse_naive(start, pauses)
    merged = _merged(start, pauses) if pauses else ()
    if limit.unit in _SECONDS:
        return _running_due(start.astimezone(UTC), limit, merged)
    return _DayCount(start, limit, calendar, closes_at if limit.kind == "within" else None, merged).due()


def _refuse_naive(start: datetime, pauses: Sequence[Span]) -> None:
    for moment in (start, *(moment for pause in pauses for moment in pause)):
        if moment.tzinfo is None:
            raise ValueError(f"{moment!r} has no time zone: pass an aware datetime")
    for begin, end in pauses:
        if end < begin:
            raise ValueError(f"a pause ends before it begins: {begin} – {end}")


def _merged(start: datetime, pauses: Sequence[Span]) -> tuple[Span, ...]:
    """Pauses in order, overlapping ones joined, cut off at `start`, empty ones gone; in UTC."""
    spans: list[list[datetime]] = []
    for begin, end in sorted((max(begin, start).astimezone(UTC), end.astimezone(UTC)) for begin, end in pauses):
        if spans and begin <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        elif end > begin:
            spans.append([begin, end])
    return tuple((begin, end) for begin, end in spans)


def _running_due(start: datetime, limit: Limit, pauses: tuple[Span, ...]) -> Due:
    total = limit.n * _SECONDS[limit.unit]
    warn = limit.warn if limit.warn is not None else DEFAULT_WARN[limit.unit]
    before = warn.n * _SECONDS.get(warn.unit, 86_400) if isinstance(warn, Limit) else total * (1 - warn)
    due_at = _run(start, total, pauses)
    warn_at = _run(start, max(0.0, total - before), pauses)
    return Due(due_at, min(warn_at, due_at), False, lambda: _running_steps(start, due_at, limit, pauses))


def _run(start: datetime, seconds: float, pauses: tuple[Span, ...]) -> datetime:
    """The moment at which `seconds` have run since `start`, standing still in `pauses`; not within one, and not where one begins."""
    moment = start + timedelta(seconds=seconds)
    for begin, end in pauses:
        if begin > moment:
            break
        moment += end - begin
    return moment


def _running_steps(start: datetime, due_at: datetime, limit: Limit, pauses: tuple[Span, ...]) -> Iterable[DayStep]:
    yield _moment_step(start, "start")
    for begin, end in pauses:
        if begin < due_at:
            yield _moment_step(begin, "pause")
            yield _moment_step(end, "resume")
    yield _moment_step(due_at, f"after_{limit.unit}", limit.n)


def _moment_step(moment: datetime, kind: str, count: int | None = None) -> DayStep:
    local = moment.astimezone(SHANGHAI)
    return DayStep(local.date(), kind, count, local)


class _DayCount:
    """One period counted in days, working days, months or years."""

    def __init__(self, start: datetime, limit: Limit, calendar: WorkCalendar, closes_at: time | None, pauses: tuple[Span, ...]):
        self.start, self.limit, self.calendar, self.closes_at, self.pauses = start, limit, calendar, closes_at, pauses
        self.first = start.astimezone(SHANGHAI).date()
        self.working = limit.unit == "working_day"
        self.standing = _standing_days(self.first, pauses) if pauses else frozenset()

    def due(self) -> Due:
        self.reached = self._reached()
        self.last = self._rolled(self.reached)
        due_at = self._end_of(self.last)
        for begin, end in self.pauses:
            if begin <= due_at <= end:
                self.last = self._first_countable(end)
                due_at = self._end_of(self.last)
        return Due(due_at, self._warn_at(due_at), self._provisional(), self._steps)

    def _reached(self) -> date:
        """The day on which the count is full."""
        if self.working:
            return self._working_day(self.first, self.limit.n)
        return self._skipping(_corresponding(self.first, self.limit.n, self.limit.unit))

    def _skipping(self, nominal: date) -> date:
        """`nominal` moved on by the days standing still up to it, and up to where it moves."""
        last = nominal
        while (moved := nominal + timedelta(sum(day <= last for day in self.standing))) != last:
            last = moved
        return last

    def _working_day(self, day: date, n: int) -> date:
        """The n-th working day after `day` that does not stand still."""
        calendar = self.calendar
        last = calendar.nth_working_day_after(day, n)
        if not self.standing:
            return last
        still = sorted(d for d in self.standing if d > day and calendar.is_working_day(d))
        for skipped in still:
            if skipped > last:
                break
            last = calendar.nth_working_day_after(last, 1)
        return last

    def _rolled(self, day: date) -> date:
        return day if self.working else self.calendar.first_not_off(day)

    def _first_countable(self, moment: datetime) -> date:
        """The day `moment` lies in if the clock can still end on it, or the first such day after it."""
        day = self.calendar.first_not_off(moment.astimezone(SHANGHAI).date())
        return day if self._end_of(day) > moment else self.calendar.nth_working_day_after(day, 1)

    def _end_of(self, day: date) -> datetime:
        if self.closes_at is None:
            return local_midnight(day + _DAY)
        return datetime.combine(day, self.closes_at, SHANGHAI).astimezone(UTC)

    def _warn_at(self, due_at: datetime) -> datetime:
        warn = self.limit.warn if self.limit.warn is not None else DEFAULT_WARN[self.limit.unit]
        moment = self._warn_share(warn) if not isinstance(warn, Limit) else self._warn_left(warn, due_at)
        return min(max(moment, self.start).astimezone(UTC), due_at)

    def _warn_share(self, share: float) -> datetime:
        """End of the last whole counted day of that share."""
        if self.working:
            return self._end_of(self._working_day(self.first, int(self.limit.n * share)))
        nominal = _corresponding(self.first, self.limit.n, self.limit.unit)
        return self._end_of(self._skipping(self.first + timedelta(int((nominal - self.first).days * share))))

    def _warn_left(self, left: Limit, due_at: datetime) -> datetime:
        if left.unit in _SECONDS:
            return due_at - timedelta(seconds=left.n * _SECONDS[left.unit])
        day = self.last
        for _ in range(left.n):
            if day <= self.first:
                return self.start
            day = self._counted_day_before(day, working=left.unit == "working_day")
        return self._end_of(day)

    def _counted_day_before(self, day: date, *, working: bool) -> date:
        while day > self.first:
            day = self.calendar.nth_working_day_after(day - _DAY, 0) if working else day - _DAY
            if day not in self.standing:
                break
        return day

    def _provisional(self) -> bool:
        """Whether a day without a notice bears on the result: any day of a working-day count, else the days from the full count on."""
        since = self.first + _DAY if self.working else self.reached
        return any(year not in self.calendar.notices for year in range(since.year, self.last.year + 1))

    def _steps(self) -> Iterable[DayStep]:
        yield DayStep(self.first, "first_day")
        count, day = 0, self.first
        while day < self.last:
            day += _DAY
            kind = self._kind(day)
            count += kind in _COUNTS
            yield DayStep(day, kind, count if kind in _COUNTS else None, note=(self.calendar.note(day, "zh"), self.calendar.note(day, "en")))
        yield DayStep(self.last, self._end_kind(), at=self._end_of(self.last).astimezone(SHANGHAI))

    def _kind(self, day: date) -> str:
        calendar = self.calendar
        if day in self.standing:
            return "standing"
        if day > self.reached:
            return "moved_to" if calendar.is_working_day(day) else "moved_holiday" if calendar.is_public_holiday(day) else "moved_weekend"
        if not self.working:
            return "day"
        if calendar.is_working_day(day):
            return "make_up" if calendar.is_make_up_day(day) else "working_day" if calendar.is_published(day) else "assumed"
        return "holiday" if calendar.is_public_holiday(day) else "weekend"

    def _end_kind(self) -> str:
        if self.limit.kind == "not_before":
            return "permitted"
        return "ends_24" if self.closes_at is None else "ends_close"


_COUNTS = frozenset({"day", "working_day", "make_up", "assumed"})


def _standing_days(first: date, pauses: tuple[Span, ...]) -> frozenset[date]:
    """Days after `first` that pauses take out: the day after each pause begins up to the day it ends, the one before where it ends at midnight."""
    days: set[date] = set()
    for begin, end in pauses:
        day, last = max(begin.astimezone(SHANGHAI).date(), first), (end - timedelta.resolution).astimezone(SHANGHAI).date()
        days.update(day + timedelta(n) for n in range(1, (last - day).days + 1))
    return frozenset(days)


def _corresponding(day: date, n: int, unit: str) -> date:
    """`n` units after `day`: the corresponding day of the last month, or that month's last day."""
    if unit == "day":
        return day + timedelta(n)
    months = day.year * 12 + day.month - 1 + n * (12 if unit == "year" else 1)
    first = date(months // 12, months % 12 + 1, 1)
    length = ((first + timedelta(31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length))


def explain(due: Due, lang: str) -> list[str]:
    """The explanation of `due` as lines in `lang`: "28 Sep Sun: make-up working day (National Day), 1"."""
    lines = [_line(step, lang) for step in due.days]
    return [*lines, t("clocks.provisional", lang)] if due.provisional else lines


def deadline_text(due_at: datetime) -> str:
    """The deadline as the law says it, in local time: midnight is 24:00 of the day that ends, "2026-10-10 24:00"."""
    local = due_at.astimezone(SHANGHAI)
    return f"{local.date() - _DAY} 24:00" if local.time() == time(0) else f"{local:%Y-%m-%d %H:%M}"


def day_label(day: date, lang: str) -> str:
    """"28 Sep Sun", without the year."""
    weekday = t("clocks.weekdays", lang).split(",")[day.weekday()]
    return t("clocks.day", lang, day=day.day, month=month_label(day.month, lang), weekday=weekday)


def month_label(month: int, lang: str) -> str:
    """The short name of a month, 1–12."""
    return t("clocks.months", lang).split(",")[month - 1]


def _line(step: DayStep, lang: str) -> str:
    label = day_label(step.day, lang)
    note = t("clocks.note", lang, note=step.note[0 if lang == "zh" else 1]) if step.note[0] else ""
    moment = f"{step.at:%H:%M}" if step.at else ""
    return t(f"clocks.step.{step.kind}", lang, day=label, note=note, count=step.count, at=moment)
