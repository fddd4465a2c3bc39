"""What somebody's personal data is kept and used for, and whether they agreed to it. The documents say nothing: purposes and ways are defaults of this product.

Calls and visits rest on WS 二.2; consent is on record beside it, so that everybody who opens a file sees what was agreed to and what wasn't.
"""

from datetime import date

from core.refusals import Refused

PURPOSES = ("care", "share", "photo")
"""To be called and visited; to pass on what is needed to a doctor, nurse, volunteer or teacher of the team; to be photographed at a visit."""
WAYS = ("written", "oral", "guardian")
LONGEST_NOTE = 200


def check(purpose: str, way: str, day: date, today: date) -> Refused | None:
    """Why a word on `purpose`, given on `day`, may not be entered, or None."""
    if purpose not in PURPOSES or way not in WAYS:
        return Refused("consents.no_such_purpose")
    return Refused("care.in_future") if day > today else None
