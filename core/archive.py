"""Finished matters on file: category, year, retention period, number, index (NP 五(二)(三)); and who may open one (NP 五(四)).

A matter is filed by itself once it has been followed up, a while after its result, and when nothing of it waits for anybody's word. From then on
it is closed: no more acts. It counts in every figure as before; its content is opened only for whoever asked, for a purpose and a day, after another
person has approved that and named somebody to watch. How long it is kept, and how long it stays open, are the product's defaults (clauses
`archive.retention`, `archive.reading`).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from core.calendar import local_day
from core.grants import Decider, another_person
from core.periods import local_midnight
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.work_orders import CATEGORIES

FILE, ACCESS, RETENTION, READING = "archive.file", "archive.access", "archive.retention", "archive.reading"
FILED = "followed_up"
"""The status in which a matter is filed."""
CODES = dict(zip(CATEGORIES, ("GG", "WY", "JF", "ZX", "WH"), strict=True))
"""How a category is written in a number: the product's default, by the sound of its Chinese name."""


def file_number(category: str, year: int, number: int) -> str:
    """2026-GG-0012: numbers run by themselves in each category and year, without gaps."""
    return f"{year}-{CODES[category]}-{number:04}"


def year_of(finished_at: datetime) -> int:
    """The year a matter is filed under: of its result."""
    return local_day(finished_at).year


def wait() -> timedelta:
    """How long after its result a matter is filed at the earliest: what was entered wrongly can be put right till then."""
    return timedelta(load_rulebook()[RETENTION].values[-1].parts["wait"].n)


def kept_years(category: str, day: date) -> int:
    """How many years a file of `category` is kept, by the rule of `day`."""
    return load_rulebook()[RETENTION].on(day).parts[category].n


def kept_until(year: int, years: int) -> date:
    """The last day of a file of `year` kept for so many years, which begin with the next one."""
    return date(year + years, 12, 31)


def next_numbers(last: Mapping[tuple[str, int], int], wanted: list[tuple[str, int]]) -> list[int]:
    """The number of each of `wanted` (category, year), in this order, after the `last` ones given."""
    counted = dict(last)
    found = []
    for one in wanted:
        counted[one] = counted.get(one, 0) + 1
        found.append(counted[one])
    return found


def may_ask(reader: str, purpose: str, read_on: date, now: datetime) -> Refused | None:
    """Why a reading may not be asked for: nobody says who reads, what for, or the day is past."""
    if not reader.strip():
        return Refused("archive.say_who", ACCESS)
    if not purpose.strip():
        return Refused("archive.say_what_for", ACCESS)
    return Refused("archive.day_is_past", ACCESS) if read_on < local_day(now) else None


def may_decide(reading, actor: Decider, granted: bool, watcher, now: datetime) -> Refused | None:
    """Why `actor` may not decide on `reading` (asked_by, asked_staff_id, decided_at, read_on), with `watcher` (staff)."""
    if refused := another_person((reading.asked_by, reading.asked_staff_id), actor, "archive.by_another", ACCESS):
        return refused
    if reading.decided_at is not None:
        return Refused("grants.decided_before", ACCESS)
    if granted and reading.read_on < local_day(now):
        return Refused("archive.day_is_past", ACCESS)
    if granted and (watcher is None or watcher == reading.asked_staff_id):
        return Refused("archive.name_watcher", ACCESS)
    return None


def may_open(reading, actor_id, now: datetime) -> Refused | None:
    """Why the file may not be opened: it is for whoever asked, on the day approved, and once."""
    state = stands(reading, now)
    if reading.asked_by != actor_id:
        return Refused("archive.not_yours", ACCESS)
    if state in ("waiting", "refused"):
        return Refused("archive.not_granted", ACCESS)
    if state == "lapsed" or local_day(now) < reading.read_on:
        return Refused("archive.not_that_day", ACCESS, {"day": reading.read_on.isoformat()})
    return Refused("archive.over", ACCESS) if state == "over" else None


def closes_at(opened_at: datetime) -> datetime:
    """Until when a file opened at `opened_at` can be read: for the default length, and never beyond its day."""
    hours = load_rulebook()[READING].on(local_day(opened_at)).parts["open"].n
    return min(opened_at + timedelta(hours=hours), local_midnight(local_day(opened_at) + timedelta(1)))


def stands(reading, now: datetime) -> str:
    """What became of `reading`: 'waiting', 'refused', 'granted', 'open', 'over', or 'lapsed' when its day passed before anybody opened the file."""
    if reading.granted is False:
        return "refused"
    if reading.opened_at is not None:
        return "open" if now <= reading.closes_at else "over"
    if reading.read_on < local_day(now):
        return "lapsed"
    return "granted" if reading.granted else "waiting"
