"""What is the same through one run of a page is asked of the database once: who is here, and the newest filing that kept figures go by."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_RUN: ContextVar[dict | None] = ContextVar("desk_run", default=None)


@contextmanager
def one_run() -> Iterator[None]:
    """One run of shell and page. Callbacks, and fragments that run by themselves, stand outside of it: there everything is asked anew."""
    mark = _RUN.set({})
    try:
        yield
    finally:
        _RUN.reset(mark)


def once(key: Hashable, read: Callable):
    """`read()`, at most once for `key` in a run of the page; outside of one, always anew."""
    run = _RUN.get()
    if run is None:
        return read()
    if key not in run:
        run[key] = read()
    return run[key]


def forget() -> None:
    """After a command nothing that was asked before holds."""
    if (run := _RUN.get()) is not None:
        run.clear()
