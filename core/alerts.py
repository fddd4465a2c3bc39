"""Warnings: which level a clock has reached, whose business that is, when a message may go out, and what it says.

Four levels, each raised once for a clock and a due time: due soon and overdue go to the holder, the second level to the station head (WS 四.1
asks for it as soon as something is overdue), the third to the street. Figures: core/alerts.yaml, all the product's defaults.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from core.calendar import SHANGHAI, WorkCalendar
from core.clocks import State, deadline_text, due, state
from core.queue import remaining
from core.rulebook import load_rulebook
from core.rulebook.shapes import Clause, Limit
from core.small_counts import alone
from core.words import t
from core.work_orders import kinds
from core.yaml_files import YamlProblem, read_mapping

_FILE = Path(__file__).with_suffix(".yaml")
_MOMENT = timedelta(microseconds=1)
HEAD, STREET = "station_head", "street_officer"
"""Audiences that are roles; every other audience is a member of staff."""


class Level(IntEnum):
    """How far it has come; the words are alerts.level_<name>. In order: who was told of a level is not told of a lower one afterwards."""

    due_soon = 1
    overdue = 2
    second = 3
    third = 4


@dataclass(frozen=True)
class Settings:
    """core/alerts.yaml. `third` by unit, None: at once; `quiet` local times; `retry` waits; see there."""

    third: dict[str, Limit | None]
    quiet: tuple[time, time]
    waits: tuple[timedelta, ...]
    tries: int
    send_within: timedelta
    named: int


@dataclass(frozen=True)
class Audience:
    """Whose business an alert is: a role of the community, or one of its staff."""

    role: str | None
    staff_id: UUID | None = None


@lru_cache
def settings() -> Settings:
    """The figures of core/alerts.yaml. Raises YamlProblem on the first thing wrong in it."""
    read = read_mapping(_FILE)
    if unknown := set(read) ^ {"third", "quiet", "retry", "send_within_days", "named"}:
        raise YamlProblem(_FILE.name, "top level", f"{', '.join(sorted(unknown))} is missing or unknown")
    third = {unit: None if value == "at_once" else Limit(value["n"], value["unit"]) for unit, value in read["third"].items()}
    begins, ends = (time.fromisoformat(read["quiet"][name]) for name in ("from", "to"))
    waits = tuple(timedelta(minutes=n) for n in read["retry"]["minutes"])
    return Settings(third, (begins, ends), waits, read["retry"]["tries"], timedelta(read["send_within_days"]), read["named"])


def counts_in(clause: Clause, period_key: str | None) -> str:
    """The unit by which the third level of a clock of `clause` is reckoned: its limit's, or `period`."""
    figure = clause.values[-1].figure
    return figure.unit if period_key is None and isinstance(figure, Limit) else "period"


def is_urgent(unit: str, kind: str | None) -> bool:
    """Whether it disturbs at night: limits in minutes, and orders of an urgent kind."""
    return settings().third[unit] is None or (kind in kinds() and kinds()[kind].urgent)


def third_at(due_at: datetime, unit: str, calendar: WorkCalendar) -> datetime:
    """The moment after which the street hears of what was due at `due_at`."""
    wait = settings().third[unit]
    if wait is None:
        return due_at
    # A limit of days is kept as the next midnight; its last day is the one before.
    start = due_at if wait.unit in ("minute", "hour") else due_at - _MOMENT
    return due(start, wait, calendar).due_at


def reached(clock, now: datetime, third: Callable[[datetime], datetime]) -> tuple[Level, ...]:
    """The levels at which `clock` stands at `now`, lowest first; none while it stands still, waits, or is closed. `third`: due time → third_at."""
    match state(clock, now):
        case State.due_soon:
            return (Level.due_soon,)
        case State.overdue:
            late = (Level.overdue, Level.second)
            return (*late, Level.third) if now > third(clock.due_at) else late
    return ()


def audience(level: Level, holder_id: UUID | None, heads: frozenset[UUID]) -> Audience | None:
    """Who hears of `level`. What nobody holds, or the station head itself, is the head's from the start, who is not told twice (None)."""
    heads_own = holder_id is None or holder_id in heads
    if level == Level.third:
        return Audience(STREET)
    if level == Level.second:
        return None if heads_own else Audience(HEAD)
    return Audience(HEAD) if heads_own else Audience(None, holder_id)


# --- when -----------------------------------------------------------------------------------------------------------


def is_quiet(now: datetime) -> bool:
    """Whether only what is urgent may disturb at `now`."""
    begins, ends = settings().quiet
    local = now.astimezone(SHANGHAI).time()
    return local >= begins or local < ends if begins > ends else begins <= local < ends


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a message that failed at `now`, for the `attempts`-th time, is tried again; None: it is given up."""
    if attempts >= settings().tries:
        return None
    waits = settings().waits
    return now + waits[min(attempts, len(waits)) - 1]


# --- what a message says --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An alert as a message may name it: nothing in it points at a resident. `number`, `kind`: of an order; `about_person`: a clock of care."""

    clock_id: UUID
    level: Level
    clause_id: str
    due_at: datetime
    number: str | None
    kind: str | None
    grid: str | None
    about_person: bool


@dataclass(frozen=True)
class Message:
    """What goes out by a channel."""

    title: str
    text: str


def compose(lines: Iterable[Line], now: datetime, lang: str, *, community: str, link: str | None, sees_people: bool, words: Sequence[str] = ()) -> Message | None:
    """One message for any number of alerts; None when there is nothing (any more) to say. Each clock is named once, by its highest level.

    `words`: what waits for the reader's word, a line each (core.awaited.said); they stand first.
    Care is counted by clause, never listed; where the reader may not open the roster, counts under 3 are hidden.
    """
    highest: dict[UUID, Line] = {}
    for line in lines:
        if line.clock_id not in highest or line.level > highest[line.clock_id].level:
            highest[line.clock_id] = line
    if not highest and not words:
        return None
    others = sorted((line for line in highest.values() if not line.about_person), key=lambda line: (-line.level, line.due_at))
    care = [line for line in highest.values() if line.about_person]
    parts = _first([t("alerts.word", lang, what=one) for one in words], lang) + _first([_named(line, now, lang) for line in others], lang)
    parts += _care_lines(care, lang, sees_people)
    parts += [t("alerts.open_desk", lang, link=link)] if link else []
    return Message(_title(others, care, lang, community, sees_people, len(words)), "\n".join(parts))


def _title(others: Sequence[Line], care: Sequence[Line], lang: str, community: str, sees_people: bool, words: int) -> str:
    late, late_care = (sum(line.level > Level.due_soon for line in some) for some in (others, care))
    if not sees_people and care:
        # A total would give away by subtraction what is hidden below.
        late_care = 0
    soon = len(others) - sum(line.level > Level.due_soon for line in others) + (len(care) - late_care if sees_people else 0)
    counts = [t(f"alerts.count_{name}", lang, n=n) for name, n in (("words", words), ("late", late + late_care), ("soon", soon)) if n]
    return t("alerts.message_title", lang, community=community, counts=t("alerts.comma", lang).join(counts) or t("alerts.care_only", lang))


def _first(lines: Sequence[str], lang: str) -> list[str]:
    """The first of them, and how many more there are."""
    more = len(lines) - settings().named
    return [*lines[: settings().named], *([t("alerts.others", lang, n=more)] if more > 0 else [])]


def _named(line: Line, now: datetime, lang: str) -> str:
    clause = load_rulebook()[line.clause_id]
    word, n = remaining(line.due_at, now)
    what = f"{line.number} {kinds()[line.kind].title[lang]}" if line.number and line.kind in kinds() else ""
    about = [t(f"alerts.level_{line.level.name}", lang), what, line.grid, t("alerts.clause", lang, title=clause.title[lang], source=clause.source)]
    return "• " + " · ".join(part for part in (*about, t("queue.due", lang, at=deadline_text(line.due_at)), t(word, lang, n=n)) if part)


def _care_lines(care: Sequence[Line], lang: str, sees_people: bool) -> list[str]:
    """By clause; of those hidden to the reader only that there are some."""
    rulebook, lines = load_rulebook(), []
    for (clause_id, late), n in sorted(Counter((line.clause_id, line.level > Level.due_soon) for line in care).items(), key=lambda one: (not one[0][1], one[0][0])):
        clause = rulebook[clause_id]
        word = "alerts.care_late" if late else "alerts.care_soon"
        lines.append(t(word, lang, clause=clause.title[lang], source=clause.source, n=n if sees_people else alone(n)))
    return lines
