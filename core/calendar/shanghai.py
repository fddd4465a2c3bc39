"""Local time: everything is stored in UTC, and reckoned and shown in Asia/Shanghai."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_day(moment: datetime) -> date:
    """The date in Shanghai of `moment`."""
    return moment.astimezone(SHANGHAI).date()


def local_minute(moment: datetime, day_only: bool | None = False) -> str:
    """`moment` in Shanghai to the minute: "2026-11-18 10:00"; "2026-11-18" where only the day is known."""
    return f"{moment.astimezone(SHANGHAI):{'%Y-%m-%d' if day_only else '%Y-%m-%d %H:%M'}}"


def is_day_only(moment: datetime) -> bool:
    """Whether `moment` is how a ledger writes a day without a time of day: midnight in Shanghai, to the second. Nobody is called or visited just then."""
    return moment.astimezone(SHANGHAI).time() == time()
