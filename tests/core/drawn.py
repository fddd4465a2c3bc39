"""Cases for property tests, read from drawn bytes; ten of them in one drawing cost little more than one.

Hypothesis takes a quarter of a millisecond for each drawing, several times what a case itself takes, and a number drawn by itself
costs as much as twenty bytes. Bytes still shrink to zeros: nine of ten cases become the first day and nothing, the tenth is the one that failed.
"""

from collections.abc import Callable
from struct import unpack

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOGETHER = 10
TEN_THOUSAND = settings(max_examples=10_000 // TOGETHER, suppress_health_check=list(HealthCheck))
"""For what takes a list of TOGETHER cases."""


class Case:
    """Reads numbers from the bytes drawn, two bytes each."""

    def __init__(self, drawn: bytes):
        self._drawn = drawn
        self._numbers = iter(unpack(f">{len(drawn) // 2}H", drawn))

    def __repr__(self) -> str:
        return f"Case({self._drawn!r})"

    def number(self, low: int, high: int) -> int:
        """From `low` to `high`, both included, at most 65,536 different ones."""
        return low + next(self._numbers) % (high - low + 1)

    def one_of(self, some):
        return some[self.number(0, len(some) - 1)]

    def pauses(self, first: int, last: int, longest: int, step: int) -> list[tuple[int, int]]:
        """Up to four as (begin, end) in minutes: nested, overlapping, touching, empty, begun before the clock, or after its end."""
        begins = [self.number(first // step, last // step) * step for _ in range(self.number(0, 4))]
        return [(begin, begin + self.number(0, longest // step) * step) for begin in begins]


def together(numbers: int, cases: int = TOGETHER) -> st.SearchStrategy[list[Case]]:
    """So many cases of at most so many numbers each."""
    size = 2 * numbers
    return st.binary(min_size=size * cases, max_size=size * cases).map(lambda drawn: [Case(drawn[n : n + size]) for n in range(0, len(drawn), size)])


def ten_thousand(test: Callable[[Case], None]) -> Callable[[], None]:
    """The test of one case of at most 14 numbers, carried out for 10,000."""

    def each(drawn):
        for case in drawn:
            test(case)

    # By hand: what functools.wraps leaves behind sends hypothesis to look for `case` itself.
    each.__name__, each.__qualname__, each.__module__, each.__doc__ = test.__name__, test.__qualname__, test.__module__, test.__doc__
    return TEN_THOUSAND(given(together(14))(each))
