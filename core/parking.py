"""Penalties for illegal parking: none before 72 hours after its standard was made public, and none without a hearing (HB 一(二)).

Both count from when they are on record here: an earlier moment could not be proven. The car's own moment decides, not when somebody types it in:
nobody is fined for what was done before the standard was in force.
"""

import re
from datetime import datetime

from core.calendar import WorkCalendar, local_day
from core.clocks import deadline_text, due
from core.refusals import Refused
from core.rulebook import load_rulebook

CLAUSE = "parking.notice"
PLACES = ("notice_board", "entrance", "wechat", "platform")
"""Where a standard is made public."""
LEAST_TEXT = 10
_GAPS = re.compile(r"[\s·.\-—]+")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,6}[A-Z0-9\u4e00-\u9fff]?|[A-Z0-9]{5,8}")


def plate_of(text: str) -> str | None:
    """A number plate as the desk keeps it, 鲁SA1234; None where it can't be one."""
    bare = _GAPS.sub("", text).upper()
    return bare if _PLATE.fullmatch(bare) else None


def first_penalty_at(published_at: datetime, calendar: WorkCalendar) -> datetime:
    """The first moment of a penalty, as far as time alone decides: 72 hours from the moment of publication, day and night."""
    return due(published_at, load_rulebook()[CLAUSE].on(local_day(published_at)).figure, calendar).due_at


def may_publish(text: str, fee: int) -> Refused | None:
    """Why a standard may not be made public. `fee` in fen (1/100 yuan)."""
    if len(text.strip()) < LEAST_TEXT:
        return Refused("parking.say_what", CLAUSE)
    return Refused("parking.bad_fee", CLAUSE) if fee <= 0 else None


def may_hear(standard, held_at: datetime, attended: int, minutes: str, now: datetime) -> Refused | None:
    """Why a hearing may not be recorded: `standard` has one or is withdrawn, or it says too little."""
    if standard.withdrawn_at is not None:
        return Refused("parking.withdrawn", CLAUSE)
    if standard.heard_at is not None:
        return Refused("parking.heard_already", CLAUSE)
    if held_at > now:
        return Refused("parking.in_future", CLAUSE)
    return None if attended > 0 and minutes.strip() else Refused("parking.say_who_and_what", CLAUSE)


def may_penalise(standard, at: datetime, now: datetime, calendar: WorkCalendar) -> Refused | None:
    """Why nobody may be penalised by `standard` (published_at, heard_at: both as recorded, withdrawn_at) for parking at `at`. At the 72nd hour one may."""
    if at > now:
        return Refused("parking.in_future", CLAUSE)
    if standard.withdrawn_at is not None and standard.withdrawn_at <= at:
        return Refused("parking.withdrawn", CLAUSE)
    first = first_penalty_at(standard.published_at, calendar)
    if standard.heard_at is None:
        return Refused("parking.no_hearing", CLAUSE, {"earliest": deadline_text(first)})
    earliest = max(first, standard.heard_at)
    return None if at >= earliest else Refused("parking.too_early", CLAUSE, {"earliest": deadline_text(earliest)})
