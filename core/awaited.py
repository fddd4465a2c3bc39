"""Words that are waited for: somebody asked, entered late, offered or finished a step, and another person must grant, confirm, accept or review it.

Whoever may give the word hears of each thing once, and once more before it lapses. A default of the product: the documents say nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from core.alerts import is_quiet, settings
from core.calendar import SHANGHAI
from core.clocks import deadline_text
from core.queue import remaining
from core.words import t
from core.work_orders import kinds

KINDS = ("extension", "suspension", "late_entry", "late_contact", "change", "reading", "review", "handover", "explanation", "joined_by_age", "left_by_age")
"""What a word is waited for; the words are alerts.word_<kind>."""
LAPSING = frozenset({"extension", "suspension", "reading"})
"""What no word can be given on any more afterwards; of the rest the matter's own limit passes, and the word is still waited for."""
BY_AGE = frozenset({"joined_by_age", "left_by_age"})
"""Told to the grid's worker, to look at; no decision hangs on them."""
BEFORE_NIGHT = timedelta(hours=1)
"""So long before the quiet hours somebody hears of what lapses within them."""
_DAY = timedelta(1)


class Time(IntEnum):
    """The how-manieth time somebody is told: it came up; it will lapse soon."""

    asked = 1
    lapses = 2


@dataclass(frozen=True)
class Awaited:
    """One thing. `subject_id`: the request, of a review the order; `turn`: how many steps were filed on that before. `number`, `order_kind`, `grid`:
    of its order. `warn_at`, `lapses_at`: when it is about to be too late, and is; None: never, or it is already."""

    kind: str
    subject_id: UUID
    turn: int
    number: str | None
    order_kind: str | None
    grid: str | None
    asked_at: datetime
    warn_at: datetime | None = None
    lapses_at: datetime | None = None

    @property
    def key(self) -> tuple[str, UUID, int]:
        """What it is told by."""
        return self.kind, self.subject_id, self.turn


def time_of(one: Awaited, now: datetime) -> Time:
    """Which time it is at `now`."""
    soon = one.lapses_at is not None and remind_at(one.warn_at, one.lapses_at) <= now <= one.lapses_at
    return Time.lapses if soon else Time.asked


def remind_at(warn_at: datetime, lapses_at: datetime) -> datetime:
    """When somebody hears of it the second time: at the warning point, but of what lapses in the same quiet hours before they begin."""
    begins, ends = settings().quiet
    if not is_quiet(warn_at):
        return warn_at
    local = warn_at.astimezone(SHANGHAI)
    evening = datetime.combine(local.date() if local.time() >= begins else local.date() - _DAY, begins, SHANGHAI)
    morning = datetime.combine(evening.date() + _DAY, ends, SHANGHAI)
    return evening - BEFORE_NIGHT if lapses_at < morning else warn_at


def said(one: Awaited, now: datetime, lang: str) -> str:
    """One thing in one line, as it may leave the house: nothing in it points at a resident."""
    what = f"{one.number} {kinds()[one.order_kind].title[lang]}" if one.number and one.order_kind in kinds() else ""
    # A birthday would say who it is: of what comes with age no day leaves the house.
    parts = [t(f"alerts.word_{one.kind}", lang), what, one.grid, "" if one.kind in BY_AGE else t("alerts.word_since", lang, at=deadline_text(one.asked_at))]
    if one.lapses_at:
        word, n = remaining(one.lapses_at, now)
        parts += [t("alerts.word_until" if one.kind in LAPSING else "queue.due", lang, at=deadline_text(one.lapses_at)), t(word, lang, n=n)]
    return " · ".join(part for part in parts if part)
