"""Which months' figures a filing may have changed: each gets a new mark in its transaction, so that what was counted of a month holds for as long as its mark does.

Seen from the rows that are written, not from the commands that write them: whatever enters something late, undoes, merges, moves or confirms writes a clock or an order. When
in doubt, all months are marked.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.periods import period_of
from db.models.clocks import Clock
from db.models.months import MonthMark
from db.models.transfers import Transfer
from db.models.work_orders import WorkOrder
from db.types import uuid7

ANY = ""
"""In place of a month: any of them."""
COUNTED = {"clock", "work_order", "transfer"}
"""The tables that db.queries.overview.history reads."""
_COUNTS_BY = {"clock": "due_at", "work_order": "received_at"}
"""Which moment of theirs puts a row into a month; of a transfer any month's misses may count elsewhere."""
_IDLE = frozenset({"version", "times_done", "times_required", "holder_id", "warn_at"})
"""Of a clock: what decides neither whether nor where it counts."""
_MOMENT = timedelta(microseconds=1)
Marked = set[tuple[UUID, str]]


def months_of_flush(session: Session) -> Marked:
    """(community, month) of what a flush has just written."""
    rows = [*((row, _made) for row in session.new), *((row, _changed) for row in session.dirty), *((row, _gone) for row in session.deleted)]
    return {(row.community_id, month) for row, months in rows if isinstance(row, Clock | WorkOrder | Transfer) for month in months(row)}


def months_of_rows(table: str, rows: Iterable[dict]) -> Marked:
    """The same of rows inserted in bulk."""
    return {(row["community_id"], _month(table, row.get(_COUNTS_BY.get(table)))) for row in rows} if table in COUNTED else set()


def write_marks(session: Session, marked: Marked) -> None:
    """New marks. In one order, so that two filings wait for each other and never both; last of all, so that they don't wait long."""
    if marked:
        rows = [{"community_id": community_id, "id": uuid7(), "month": month, "mark": uuid7()} for community_id, month in sorted(marked)]
        session.connection().execute(_renewal(session.bind.dialect.name), rows)


@cache
def _renewal(dialect: str) -> Insert:
    insert = {"sqlite": sqlite, "postgresql": postgresql}[dialect].insert(MonthMark.__table__)
    return insert.on_conflict_do_update(index_elements=["community_id", "month"], set_={"mark": insert.excluded.mark})


def _month(table: str, moment: datetime | None) -> str:
    """Limits belong to the month they end, events to the one that begins."""
    return ANY if moment is None else period_of("month", moment - _MOMENT if table == "clock" else moment).key


def _made(row) -> Iterator[str]:
    table = row.__tablename__
    yield _month(table, getattr(row, _COUNTS_BY[table])) if table in _COUNTS_BY else ANY


def _gone(row) -> Iterator[str]:
    yield from _made(row) if isinstance(row, Clock) else (ANY,)


def _changed(row) -> Iterator[str]:
    state = inspect(row)
    written = {name for name in state.committed_state if state.attrs[name].history.has_changes()}
    if isinstance(row, Clock) and written - _IDLE:
        yield from _then_and_now(row, "due_at")
    elif isinstance(row, WorkOrder) and "category" in written:
        yield ANY  # its clocks count under it, whenever they were due
    elif isinstance(row, WorkOrder) and written & {"received_at", "grid_id"}:
        yield from _then_and_now(row, "received_at")
    elif isinstance(row, Transfer) and written:
        yield ANY


def _then_and_now(row, column: str) -> Iterator[str]:
    """By the moment before the change and after it; one that was never read is not known."""
    history = inspect(row).attrs[column].history
    before = history.deleted or history.unchanged
    yield from (_month(row.__tablename__, one) for one in (getattr(row, column), *(before or (None,))))
