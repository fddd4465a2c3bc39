"""When somebody of the staff is away: who may say so, from when to when, and how it ends early. Meanwhile the other post stands in (grid.posts)."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from core.calendar import SHANGHAI, local_minute
from core.refusals import Refused
from core.roles import may

REASONS = ("leave", "sick", "personal", "training", "other")
LONGEST = timedelta(days=366)
"""Default, against a year mistyped: who is away longer has left the post."""


def may_say(role: str, own_id: UUID | None, staff_id: UUID) -> Refused | None:
    """Why an account of `role` that belongs to `own_id` may not say that `staff_id` is away, or None: the head says it of anybody, a worker of himself."""
    refused = may_read(role, own_id)
    return refused or (None if may(role, "absence_manage") or own_id == staff_id else Refused("absences.own_only"))


def may_read(role: str, own_id: UUID | None) -> Refused | None:
    """Why an account of `role` that belongs to `own_id` reads no absence at all, or None: the head reads everybody's, a worker his own."""
    if may(role, "absence_manage") or (may(role, "absence_own") and own_id is not None):
        return None
    return Refused("staff.not_linked" if may(role, "absence_own") else "common.not_allowed")


def check_absence(starts_at: datetime, ends_at: datetime, reason: str, others: Iterable[tuple[datetime, datetime]]) -> Refused | None:
    """Why [starts_at, ends_at) can't be entered beside that person's `others`, or None. What touches doesn't overlap: a longer illness is a second entry."""
    if reason not in REASONS:
        return Refused("absences.no_reason")
    if ends_at <= starts_at:
        return Refused("absences.ends_first")
    if ends_at - starts_at > LONGEST:
        return Refused("absences.too_long", values={"n": LONGEST.days})
    overlapping = next((one for one in others if one[0] < ends_at and starts_at < one[1] and one[0] < one[1]), None)
    return overlapping and Refused("absences.overlaps", values=dict(zip(("start", "end"), span(*overlapping), strict=True)))


def span(starts_at: datetime, ends_at: datetime) -> tuple[str, str]:
    """An absence as it is said: its first and its last day, with the minute where it doesn't begin or end at midnight."""
    first, last = starts_at.astimezone(SHANGHAI), ends_at.astimezone(SHANGHAI)
    start = f"{first:%Y-%m-%d}" if first.time() == time(0) else local_minute(starts_at)
    return start, f"{last - timedelta(1):%Y-%m-%d}" if last.time() == time(0) else local_minute(ends_at)


def end_of(starts_at: datetime, ends_at: datetime, at: datetime | None, now: datetime, *, own: bool | None) -> datetime | Refused:
    """The moment an absence ends early: `at`, else now; one to come is taken back whole. Nobody says of himself that he was back before now: what he did
    meanwhile would no longer stand out. `own` None: it is not known whether it is his own, so he doesn't either."""
    if ends_at <= now:
        return Refused("absences.over")
    wanted = max(now if at is None else at, starts_at)
    if wanted >= ends_at:
        return Refused("absences.not_earlier")
    if own is False or starts_at >= now or wanted >= now:
        return wanted
    return Refused("absences.back_by_another" if own else "staff.not_linked")
