"""The desk's own rounds: once before the first page is served, then every quarter of an hour; and every minute whom to tell of what."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from anyio import to_thread

from db.channels import configured
from db.commands.migrate import schema_problem
from db.commands.rounds import make_rounds, tell
from db.wall_clock import now
from pages.parts.desk import engine

EVERY = 15 * 60
"""Seconds between two rounds; a default of ours: periods end at midnight, and nobody looks then."""

TELL_EVERY = 60
"""Seconds between two looks for what is to be told; an emergency has five minutes."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def while_open(_app) -> AsyncIterator[None]:
    """The app's lifespan: a first round, and more of them in the background until the app closes. Raises RuntimeError, which ends the
    start, when the database's schema is not this program's."""
    if problem := schema_problem(engine()):
        raise RuntimeError(problem)
    await _safely(_round)
    tasks = [asyncio.create_task(_again_and_again(EVERY, _round)), asyncio.create_task(_again_and_again(TELL_EVERY, _tell))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _again_and_again(seconds: int, what: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _safely(what)


async def _safely(what: Callable[[], None]) -> None:
    try:
        await to_thread.run_sync(what)
    except Exception:
        # The pages still work and say what is late; the next round tries again.
        _log.exception("the round failed; pages go on, the next round tries again")


def _round() -> None:
    make_rounds(engine(), now())


def _tell() -> None:
    done = tell(engine(), now, configured())
    for channel, error in done.errors.items():
        _log.warning("%s refused a message: %s; tried again later", channel, error)
