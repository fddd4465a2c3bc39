"""How much time is left, in words a person would use."""

from datetime import datetime, timedelta

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(1)
_HOURS_UP_TO = 2 * _DAY
"""Up to here hours are counted, beyond it days."""


def remaining(due_at: datetime, now: datetime) -> tuple[str, int]:
    """(word key, n): "queue.left_hours", 2 or "queue.late_days", 3. Whole units: what is left is rounded down, and so is what is past."""
    side, span = ("left", due_at - now) if now <= due_at else ("late", now - due_at)
    if span < _HOUR:
        return f"queue.{side}_minutes", span // _MINUTE
    if span < _HOURS_UP_TO:
        return f"queue.{side}_hours", span // _HOUR
    return f"queue.{side}_days", span // _DAY
