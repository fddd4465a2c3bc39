"""Looking again at the document by which somebody is in a group of the roster: when it is due, and what else a file may lack."""

from datetime import date, timedelta

from core.consents import PURPOSES

SOON = timedelta(30)
"""So long before its day a review is named: default of this product."""
LATE, DUE = "review.late", "review.due"
LACKS = (LATE, DUE, *(f"consent.{one}" for one in PURPOSES))
"""What the files on the roster are looked through for: a review whose day is over, one that is due within SOON, and each purpose nobody has agreed to: nothing
is on file, or the word that holds is no."""


def standing(next_review: date | None, today: date) -> str | None:
    """LATE, DUE or None: on its very day it is not late."""
    if next_review is None or next_review > today + SOON:
        return None
    return LATE if next_review < today else DUE


def purpose_of(lack: str) -> str | None:
    """The purpose of one of LACKS; None: it is about a review."""
    kind, _, purpose = lack.partition(".")
    return purpose if kind == "consent" else None
