"""Counts of people so few that the number would point at somebody: not told to those who may not open the list.

A hidden count must not come back by subtraction from a total shown elsewhere: the next smallest count hides with it.
"""

from collections.abc import Hashable, Mapping

LEAST = 3
"""The smallest count that is shown. Default of this product."""
FEW, MORE = f"<{LEAST}", f"≥{LEAST}"
Shown = int | str


def alone(n: int) -> Shown:
    """A count that is part of nothing shown: 0 says nothing about anybody, 1 and 2 are "<3"."""
    return FEW if 0 < n < LEAST else n


def without_small(counts: Mapping[Hashable, int]) -> dict[Hashable, Shown]:
    """Parts of a total that somebody may know: those under 3 as "<3", and then the smallest other one as "≥3"."""
    shown: dict[Hashable, Shown] = {key: n if n >= LEAST else FEW for key, n in counts.items()}
    exact = [key for key, n in shown.items() if n != FEW]
    if exact and len(exact) < len(shown):
        shown[min(exact, key=counts.__getitem__)] = MORE
    return shown
