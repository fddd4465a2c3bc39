"""Dates and times as ledgers have them: 2025.3.1, 2025年3月1日, 20250301, 3/1/2025 2:30 PM, an Excel serial number.

Times without a zone are the office's: Asia/Shanghai. Nothing is guessed: a two-digit year, a missing day, or a day and month
that can be read either way is refused with that reason.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from core.calendar import SHANGHAI
from core.imports.cells import Bad, Cell, half_width, is_nothing, plain

_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0; zone comes when the shape is known
_SERIALS = (3_654, 73_050)
"""Serial numbers of 1910 to 2099: smaller ones are far more likely a year or a mistyped 2025.3."""

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(.*)$", re.ASCII | re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})?(\d{2})?(\d{2})?$", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(.*)$", re.ASCII | re.DOTALL)
_NO_DAY = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?$", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}", re.ASCII)
_CLOCK = re.compile(r"(上午|下午|晚上|中午|凌晨|早上)?(\d{1,2})(?:[:时点](\d{1,2})?)?(?:[:分](\d{1,2})?)?(?:\.\d+)?秒?(AM|PM)?(Z|[+-]\d{2}:?\d{2})?$", re.ASCII)
_WEEKDAY = re.compile(r"[(]?(?:星期|周)[一二三四五六日天][)]?")


def order_of(samples) -> str:
    """How a column of cells writes day and month when the year comes last: 'mdy', 'dmy', or '' when it doesn't say (or says both)."""
    seen = set()
    for cell in samples:
        found = _YEAR_LAST.match(half_width(plain(cell))) if isinstance(cell, str) else None
        if found and max(int(found[1]), int(found[2])) > 12:
            seen.add("dmy" if int(found[1]) > 12 else "mdy")
        elif found and re.search(r"[AP]M", found[4], re.IGNORECASE):
            seen.add("mdy")
    return seen.pop() if len(seen) == 1 else ""


def date_of(cell: Cell, order: str = "") -> date | Bad | None:
    """A calendar date. `order` ('mdy', 'dmy' or '') reads 3/1/2025."""
    found = _read(cell, order)
    return found.date() if isinstance(found, datetime) else found


def moment_of(cell: Cell, order: str = "") -> datetime | Bad | None:
    """A moment in UTC, from local time in Asia/Shanghai unless the cell names its zone."""
    found = _read(cell, order)
    if not isinstance(found, datetime):
        return found
    return found.replace(tzinfo=found.tzinfo or SHANGHAI).astimezone(UTC)


def _read(cell: Cell, order: str) -> datetime | Bad | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, (bool, time, timedelta)):
        return Bad("date")
    if isinstance(cell, (int, float)):
        return _number(cell)
    return None if cell is None else _text(cell, order)


def _number(cell: float) -> datetime | Bad:
    if float(cell).is_integer() and 18_900_101 <= cell <= 21_001_231:
        return _text(str(int(cell)), "")
    if _SERIALS[0] <= cell <= _SERIALS[1]:
        return _SERIAL_ZERO + timedelta(seconds=round(cell * 86_400))
    return Bad("date_number")


@lru_cache(65_536)
def _text(cell: str, order: str) -> datetime | Bad | None:
    text = _WEEKDAY.sub(" ", half_width(plain(cell)).lstrip("'`")).strip()
    if is_nothing(text):
        return None
    if "民国" in text:
        return Bad("date_minguo")
    if found := _YEAR_FIRST.match(text):
        return _join(found[1], found[2], found[3], found[4])
    if found := _COMPACT.match(text):
        return _join(found[1], found[2], found[3], ":".join(part for part in found.groups()[3:] if part))
    if found := _YEAR_LAST.match(text):
        return _either_way(found, order)
    if re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII):
        return _number(float(text))
    return Bad("date_no_day" if _NO_DAY.match(text) else "date_short_year" if _SHORT_YEAR.match(text) else "date")


def _either_way(found: re.Match, order: str) -> datetime | Bad:
    first, second = int(found[1]), int(found[2])
    if not order and first <= 12 and second <= 12 and first != second:
        return Bad("date_either_way")
    day_first = order == "dmy" if order else first > 12
    return _join(found[3], found[2] if day_first else found[1], found[1] if day_first else found[2], found[4])


def _join(year: str, month: str, day: str, rest: str) -> datetime | Bad:
    rest = "".join(rest.split()).upper().lstrip("T,，")
    clock = _CLOCK.match(rest) if rest else None
    if rest and not clock:
        return Bad("date")
    try:
        start = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - zone comes with the clock time or from the caller
        return _at(start, clock) if clock else start
    except ValueError:
        return Bad("date_impossible")


def _at(day: datetime, clock: re.Match) -> datetime:
    before, hour, minute, second, after, zone = clock.groups()
    hour = int(hour)
    if after:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if after == "PM" else 0)
    elif before in ("下午", "晚上", "中午") and hour < 12 and not (before == "中午" and hour == 11):
        hour += 12
    moment = day.replace(hour=hour, minute=int(minute or 0), second=int(second or 0))
    return datetime.fromisoformat(moment.isoformat() + zone.replace("Z", "+00:00")) if zone else moment
