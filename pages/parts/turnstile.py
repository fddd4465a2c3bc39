"""Lets few page runs at a time onto the processor: under a herd the half of them are done in half the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

_PLACES = BoundedSemaphore(2)
_PATIENCE = 5.0
"""Seconds. After these a run goes ahead anyway: two long imports must not stop everybody else."""


@contextmanager
def one_of_few() -> Iterator[None]:
    """Waits for one of two places, at most _PATIENCE seconds, and gives it back."""
    placed = _PLACES.acquire(timeout=_PATIENCE)
    try:
        yield
    finally:
        if placed:
            _PLACES.release()
