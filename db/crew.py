"""Several processes for what is long: the rows of a large ledger are read, sealed and digested on all cores.

`crew` opens them around a piece of work, `in_order` gives them jobs; without a crew (a small file, one core, a phone that allows no further process)
the same jobs are done here. A job is a function at the top of a module, of values that can be pickled; neither session nor engine goes along.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from itertools import starmap
from multiprocessing import spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Lock

MANY = 20_000
"""Rows from which a second process pays: one takes most of a second to begin."""
_MOST = 4
_LATER = 10
"""By how much the crew's processes stand behind others, as `nice` counts."""
_present: ContextVar[Executor | None] = ContextVar("crew", default=None)


class _Process(SpawnProcess):
    """Begins without running the program's main script again, which multiprocessing would: in the desk that is a page; and without that page's folder on
    the path, whose files (queue, calendar) would stand before the standard library's."""

    @staticmethod
    def _Popen(process_obj):  # noqa: N802 - multiprocessing's own name
        with _beginning:
            whole = spawn.get_preparation_data
            spawn.get_preparation_data = lambda name: _without_page(whole(name))
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                spawn.get_preparation_data = whole


def _without_page(prepared: dict) -> dict:
    kept = {key: value for key, value in prepared.items() if not key.startswith("init_main")}
    return kept | {"sys_path": [one for one in prepared["sys_path"] if os.path.dirname(os.path.abspath(one)) != _HOUSE]}


class _Context(SpawnContext):
    Process = _Process


_beginning = Lock()
_HOUSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def is_long(rows: int) -> bool:
    """Whether so many rows are worth more than one process."""
    return rows >= MANY


@contextmanager
def crew(rows: int) -> Iterator[None]:
    """Other processes for the block, if there are so many rows and the machine has the cores; one within another is the outer one."""
    pool = None if not is_long(rows) or _present.get() else _opened()
    if pool is None:
        yield
        return
    token = _present.set(pool)
    try:
        yield
    finally:
        _present.reset(token)
        pool.shutdown(cancel_futures=True)


def _opened() -> Executor | None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < 2:
        return None
    try:
        # Not forked: the desk has threads and open databases.
        pool = ProcessPoolExecutor(min(cores, _MOST), mp_context=_Context(), initializer=_give_way)
        for _ in range(min(cores, _MOST)):
            pool.submit(_begin)
        return pool
    except (ImportError, NotImplementedError, OSError):
        return None


def _begin() -> None:
    """A process begins with its first job: this one, so that its most of a second is over when there is work. It loads what the jobs are made of."""
    import db.columns
    import db.packed_rows  # noqa: F401


def _give_way() -> None:
    """Whoever writes waits for nobody: one process can, the crew is several, and the desk's pages are served meanwhile."""
    if hasattr(os, "nice"):
        os.nice(_LATER)


def in_order(function: Callable, jobs: Iterable[tuple]) -> Iterator:
    """What `function` comes to for each of the `jobs` (its arguments), in their order; only a few are under way at a time."""
    pool, waiting = _present.get(), deque()
    if pool is None:
        yield from starmap(function, jobs)
        return
    for job in jobs:
        waiting.append((job, _given(pool, function, job)))
        if len(waiting) > _MOST:
            yield _result(function, *waiting.popleft())
    while waiting:
        yield _result(function, *waiting.popleft())


def _given(pool: Executor, function: Callable, job: tuple):
    try:
        return pool.submit(function, *job)
    except BrokenProcessPool:
        return None


def _result(function: Callable, job: tuple, future):
    """A process that was ended from outside costs its work, not the ledger: the job is done here."""
    try:
        return function(*job) if future is None else future.result()
    except BrokenProcessPool:
        return function(*job)


def ahead(made: Iterable) -> Iterator:
    """The same as `made`, but with a crew two of them are made before they are asked for, in a thread: a database that is written to leaves time for that."""
    if _present.get() is None:
        yield from made
        return
    run, source, end = copy_context().run, iter(made), object()
    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(run, next, source, end) for _ in range(2))
        while (one := coming.popleft().result()) is not end:
            coming.append(thread.submit(run, next, source, end))
            yield one
