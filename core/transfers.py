"""People who moved from one grid into another: to which of them a period belongs.

What is due goes along, for it can only be done where somebody lives now; what was missed belongs to the grid that held most of the period's days. Of two
grids with as many days the later one, which could still have done it (default of this product).
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import date, datetime, timedelta

from core.calendar import local_day

Move = tuple[date, Hashable | None, Hashable | None]
"""The first day in the other grid, the grid before and the one after (None: in no grid). In the order in which they happened."""


def grid_on(moves: Sequence[Move], now_in: Hashable | None, day: date) -> Hashable | None:
    """The grid somebody lived in on the local date `day`, who lives in `now_in` now."""
    return next((before for moved_on, before, _ in moves if moved_on > day), now_in)


def held_most(moves: Sequence[Move], now_in: Hashable | None, first: date, last: date) -> Hashable | None:
    """The grid that held most of the days from `first` to `last`, both included."""
    if not any(first < moved_on <= last for moved_on, _, _ in moves):
        return grid_on(moves, now_in, last)
    days = [grid_on(moves, now_in, first + timedelta(n)) for n in range((last - first).days + 1)]
    held, latest = Counter(days), {grid: n for n, grid in enumerate(days)}
    return max(held, key=lambda grid: (held[grid], latest[grid]))


def period_held_most(moves: Sequence[Move], started_at: datetime, due_at: datetime) -> Hashable | None:
    """The grid a miss of the period from `started_at` to `due_at` (its exclusive end) belongs to, of somebody with these `moves`, at least one."""
    return held_most(moves, moves[-1][2], local_day(started_at), local_day(due_at - timedelta.resolution))
