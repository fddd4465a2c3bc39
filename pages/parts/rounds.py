"""The desk's own rounds: once before the first page is served, then every quarter of an hour."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from anyio import to_thread

from db.commands.rounds import make_rounds
from db.wall_clock import now
from pages.parts.desk import engine

EVERY = 15 * 60
"""Seconds between two rounds; a default of ours: periods end at midnight, and nobody looks then."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def while_open(_app) -> AsyncIterator[None]:
    """The app's lifespan: a first round, and more of them in the background until the app closes."""
    await _one_round()
    rounds = asyncio.create_task(_again_and_again())
    try:
        yield
    finally:
        rounds.cancel()
        with suppress(asyncio.CancelledError):
            await rounds


async def _again_and_again() -> None:
    while True:
        await asyncio.sleep(EVERY)
        await _one_round()


async def _one_round() -> None:
    try:
        await to_thread.run_sync(lambda: make_rounds(engine(), now()))
    except Exception:
        # The pages still work and say what is late; the next round tries again.
        _log.exception("the round failed; pages go on, the next round tries again")
