"""The only place that reads the wall clock; everything else takes `now` as a parameter."""

import os
from datetime import UTC, datetime


def frozen() -> datetime | None:
    """The moment set by DESK_NOW (ISO 8601 with offset), for demonstrations and tests; None in normal use."""
    text = os.environ.get("DESK_NOW")
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"DESK_NOW={text!r} has no time zone: write it like 2026-11-18T10:00:00+08:00")
    return moment.astimezone(UTC)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return frozen() or datetime.now(UTC)
