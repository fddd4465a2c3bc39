"""A community as it is founded: an official code that no other one has, and a name."""

import re
from datetime import time

from core.refusals import Refused

LONGEST_NAME = 60
EARLIEST_CLOSE = time(12)
"""Default, against 05:30 typed for 17:30: no office closes before noon."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def check(code: str, name: str, street: str) -> Refused | None:
    """Why nobody can be called that, or None. The code is typed on the command line, so it has no spaces and no Chinese."""
    if not _CODE.fullmatch(code):
        return Refused("communities.code_bad")
    return check_name(name, street)


def check_name(name: str, street: str) -> Refused | None:
    """Why a community can't be called `name`, of the street `street`, or None."""
    if not name.strip():
        return Refused("communities.name_missing")
    return Refused("communities.name_long", values={"n": LONGEST_NAME}) if max(len(name), len(street)) > LONGEST_NAME else None


def check_closing(closes_at: time | None) -> Refused | None:
    """Why an office can't close at `closes_at`, a whole minute, or None. No time: days end at 24:00, as the Civil Code (art. 203) has it for whoever keeps no hours."""
    fits = closes_at is None or (closes_at >= EARLIEST_CLOSE and closes_at.second == closes_at.microsecond == 0)
    return None if fits else Refused("communities.closing_odd", values={"first": f"{EARLIEST_CLOSE:%H:%M}"})
