"""The public notice board of repairs: what of a repair anybody may read. The figures are the clause `repair.board`, the product's own.

Only what the desk itself says is shown: numbers, moments, words of the catalogue, names of buildings. Nothing that somebody typed: a matter's text
may name people. A building with few households would point at one, so it is not named.
"""

from datetime import datetime, timedelta

from core.calendar import local_day
from core.rulebook import load_rulebook

CLAUSE = "repair.board"
KIND = "repair"
CLOCKS = ("repair.on_site", "repair.done")
MOST = 500
"""Repairs shown at most, the newest first."""


def since(now: datetime) -> datetime:
    """From when on what is done is shown."""
    return now - timedelta(load_rulebook()[CLAUSE].on(local_day(now)).parts["shown"].n)


def least_households(now: datetime) -> int:
    """How many households a building has at least, to be named."""
    return int(load_rulebook()[CLAUSE].on(local_day(now)).parts["households"].figure)
