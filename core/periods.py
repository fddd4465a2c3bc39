"""Calendar periods in Asia/Shanghai: day, ISO week, month, quarter, half-year, year."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core.calendar import SHANGHAI, local_day

PERS = ("day", "week", "month", "quarter", "half_year", "year")
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_MARK = {"quarter": "Q", "half_year": "H"}
_KEY = {
    "day": re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    "week": re.compile(r"(\d{4})-W(\d\d)"),
    "month": re.compile(r"(\d{4})-(\d\d)"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "half_year": re.compile(r"(\d{4})-H([12])"),
    "year": re.compile(r"(\d{4})"),
}
# An open period turns *due soon* when this share of it is over; the documents name no point, so it is the product's default.
WARN_SHARE = 0.8


@dataclass(frozen=True)
class Period:
    """`per` is one of PERS; `key` like 2026-11-22, 2026-W47, 2026-11, 2026-Q4, 2026-H2, 2026; `start` and `end` are UTC moments, local
    midnights, `end` exclusive: it is also the moment a cadence falls due (24:00 of the last day, weekends and holidays alike)."""

    per: str
    key: str
    start: datetime
    end: datetime

    def next(self) -> "Period":
        """The period that begins where this one ends."""
        return period_of(self.per, self.end)

    def previous(self) -> "Period":
        """The period that ends where this one begins."""
        return period_of(self.per, self.start - timedelta(seconds=1))

    @property
    def first_day(self) -> date:
        """Local date of the first day."""
        return local_day(self.start)

    @property
    def last_day(self) -> date:
        """Local date of the last day (included)."""
        return local_day(self.end) - timedelta(1)

    @property
    def warn_at(self) -> datetime:
        """When what is still undone in this period counts as due soon."""
        return self.start + (self.end - self.start) * WARN_SHARE


def period_of(per: str, moment: datetime) -> Period:
    """The period that holds `moment` (aware). Raises ValueError on a naive moment or an unknown `per`."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone: pass an aware datetime")
    return period_on(per, local_day(moment))


def period_on(per: str, day: date) -> Period:
    """The period that holds the local date `day`."""
    if per == "day":
        return _period(per, day.isoformat(), day, day + timedelta(1))
    if per == "week":
        year, week, weekday = day.isocalendar()
        monday = day - timedelta(weekday - 1)
        return _period(per, f"{year}-W{week:02}", monday, monday + timedelta(7))
    if per not in _MONTHS:
        raise ValueError(f"{per!r} is not a period: one of {', '.join(PERS)}")
    return _months(per, day.year, (day.month - 1) // _MONTHS[per])


def _months(per: str, year: int, index: int) -> Period:
    span = _MONTHS[per]
    after = (index + 1) * span
    key = {"month": f"{year}-{index + 1:02}", "year": f"{year}"}.get(per) or f"{year}-{_MARK[per]}{index + 1}"
    return _period(per, key, date(year, index * span + 1, 1), date(year + after // 12, after % 12 + 1, 1))


def _period(per: str, key: str, first: date, after: date) -> Period:
    return Period(per, key, local_midnight(first), local_midnight(after))


def period(per: str, key: str) -> Period:
    """The period of that key. Raises ValueError when the key is not one of that kind, or names no such week or day."""
    match = _KEY[per].fullmatch(key) if per in _KEY else None
    if match is None:
        raise ValueError(f"{key!r} is not the key of a {per}")
    year, *rest = (int(part) for part in match.groups())
    if per == "week":
        return period_on(per, date.fromisocalendar(year, rest[0], 1))
    if per == "day":
        return period_on(per, date(year, *rest))
    return period_on(per, date(year, (rest[0] - 1) * _MONTHS[per] + 1 if rest else 1, 1))


def quarter(key: str) -> Period:
    """The quarter of a key like 2026-Q4. Raises ValueError."""
    return period("quarter", key)


def last_day(now: datetime, period: Period) -> date:
    """The local date as of which a running or past period is judged at `now`: today, and once it is over its own last day."""
    return min(local_day(now), period.last_day)


def local_midnight(day: date) -> datetime:
    """00:00 of the local date `day`, as a UTC moment."""
    return datetime.combine(day, time(0), SHANGHAI).astimezone(UTC)
