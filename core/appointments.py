"""Agreed to be called or visited on a day, at a time or at any; and how long what is owed may be put off.

An appointment moves no limit: what is late stays late, and is counted so. Each figure here is a default; the documents name none.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.calendar import SHANGHAI, local_day
from core.periods import local_midnight, period_of
from core.refusals import Refused
from core.rulebook.shapes import Clause

LATE_UP_TO = timedelta(days=3)
"""So long what is late already may be put off at a time."""
GRACE = timedelta(hours=1)
"""So long after its time an appointment is still waited for; one without a time, until its day is over."""
ENDS = {"reached": "kept", "agreed": "moved", "call_later": "moved", "refused": "dropped"}
"""What a contact's outcome makes of the appointment; any other one leaves it standing."""


@dataclass(frozen=True)
class Agreed:
    """A day, and the moment (UTC) where a time was agreed on."""

    day: date
    at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """What it is sorted by: the time, or the beginning of the day."""
        return self.at or local_midnight(self.day)

    def missed(self, now: datetime) -> bool:
        """Whether it is over, and nothing came of it."""
        return now > self.at + GRACE if self.at else local_day(now) > self.day


def agreed_for(day: date, at: time | None) -> Agreed:
    """`at` in local time."""
    return Agreed(day, datetime.combine(day, at, SHANGHAI) if at else None)


def check_appointment(wanted: Agreed | None, clause: Clause | None, now: datetime) -> Refused | None:
    """Why it can't be agreed on, or None: a day is said, not past, and no later than the end of the next period of `clause` (None: no clause asks for the act)."""
    if wanted is None:
        return Refused("appointments.which_day")
    if wanted.day < local_day(now) or wanted.at and wanted.at <= now:
        return Refused("appointments.is_past")
    dated = clause.on(local_day(now)) if clause else None
    latest = period_of(dated.figure.per, now).next().last_day if dated else None
    return Refused("appointments.too_far", clause.id, {"day": latest.isoformat()}) if latest and wanted.day > latest else None


def put_off_until(due_at: datetime, wanted: datetime, now: datetime) -> datetime | None:
    """Until when something leaves the lists that somebody wants put off: what is due, never beyond its limit; what is late, LATE_UP_TO at most. None: not at all."""
    until = min(wanted, due_at if due_at > now else now + LATE_UP_TO)
    return until if until > now else None
