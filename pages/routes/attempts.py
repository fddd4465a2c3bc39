"""How often a network address has just failed to log in. In memory: a brake, not a record; the account's own lock is in the database."""

import time
from collections import deque
from collections.abc import Callable

# Defaults of this product. 400 people behind one office address mistype less often than this on their first morning.
LIMIT = 100
WINDOW = 600.0
_ADDRESSES = 10_000


class Attempts:
    """Failures of each address within the last `window` seconds. `clock`: seconds that only grow."""

    def __init__(self, limit: int = LIMIT, window: float = WINDOW, clock: Callable[[], float] = time.monotonic):
        self._limit, self._window, self._clock = limit, window, clock
        self._failures: dict[str, deque[float]] = {}

    @property
    def minutes(self) -> int:
        """The window, in minutes."""
        return int(self._window // 60)

    def too_many(self, address: str) -> bool:
        """Whether `address` has failed `limit` times within the window."""
        return len(self._recent(address)) >= self._limit

    def note_failure(self, address: str) -> None:
        """Count a failure of `address`; forgets the oldest addresses beyond what memory should hold."""
        recent = self._recent(address)
        recent.append(self._clock())
        self._failures.pop(address, None)
        self._failures[address] = recent
        while len(self._failures) > _ADDRESSES:
            self._failures.pop(next(iter(self._failures)))

    def _recent(self, address: str) -> deque[float]:
        times, edge = self._failures.get(address, deque()), self._clock() - self._window
        while times and times[0] <= edge:
            times.popleft()
        return times
