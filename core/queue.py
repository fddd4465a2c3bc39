"""How much time is left, in words a person would use; and who goes first among what is equally urgent (service.priority)."""

from datetime import datetime, timedelta

from core.calendar import local_day

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(1)
_HOURS_UP_TO = 2 * _DAY
"""Up to here hours are counted, beyond it days."""
FIRST, GROUP = "service.priority", "disabled"
"""Whoever is in this group of the roster goes first."""
PRESSING = _HOUR
"""What is late, or due within so long, gives way to nobody. A default of the product: the documents give no order but this one."""


def rank(due_at: datetime, first: bool, now: datetime, agreed: datetime | None = None) -> tuple:
    """Where something stands in a list: what presses by its limit alone; of what is due later on the same day, whoever goes `first` before the others.
    Never falls as `due_at` rises, for those of equal `first`. What was `agreed` on for a moment of today stands there, and from the hour before it
    right behind what is late; late itself, it is the first of that."""
    if agreed is not None and agreed <= now + PRESSING:
        return (-1, agreed) if due_at < now else (0, now, agreed)
    due_at = min(due_at, agreed or due_at)
    if due_at <= now + PRESSING:
        return 0, due_at
    # A limit at midnight ends the day before.
    return 1, local_day(due_at - timedelta.resolution), not first, due_at


def remaining(due_at: datetime, now: datetime) -> tuple[str, int]:
    """(word key, n): "queue.left_hours", 2 or "queue.late_days", 3. Whole units: what is left is rounded down, and so is what is past."""
    side, span = ("left", due_at - now) if now <= due_at else ("late", now - due_at)
    if span < _HOUR:
        return f"queue.{side}_minutes", span // _MINUTE
    if span < _HOURS_UP_TO:
        return f"queue.{side}_hours", span // _HOUR
    return f"queue.{side}_days", span // _DAY
