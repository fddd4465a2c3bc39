"""Local time: everything is stored in UTC, and reckoned and shown in Asia/Shanghai."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_day(moment: datetime) -> date:
    """The date in Shanghai of `moment`."""
    return moment.astimezone(SHANGHAI).date()


def local_minute(moment: datetime) -> str:
    """`moment` in Shanghai to the minute: "2026-11-18 10:00"."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
