"""Rows by the ten thousand, a step of other commands: held to the scope and digested for the ledger like any others, but without a statement's
parameters made one by one. A ledger of 350,000 residents is a million and a half rows, those of the desk's own ledger included.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import chain, count, groupby
from operator import itemgetter
from types import MappingProxyType

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import Boolean, Column, Connection, Date, Float, Integer, LargeBinary, String, Table

from db.columns import CASTS, Array, Kind, Made, make, pack
from db.crew import MANY, ahead, in_order
from db.engine import ScopedSession, check_scope
from db.models.base import LATER, MARKED
from db.types import EncryptedText, Id, UtcDateTime

INDEXED = {"resident": {"id_index": "id_number", "phone_index": "phone"}, "household": {"door_index": "door"}, "staff": {"phone_index": "phone"}}
"""Blind indexes that are reckoned on the way, where the rows don't bring them: by table, the column each is of."""
_TOGETHER = 40
"""Rows of one statement on SQLite: a quarter of the time of a short row is its statement's. It takes 32,766 values."""
_BATCH = 10_000
_HOLDS = ((Id, "id"), (UtcDateTime, "moment"), (EncryptedText, "sealed"), (Boolean, "bool"), (Integer, "int"), (Float, "float"), (Date, "date"), (LargeBinary, "bytes"), (String, "text"))


def insert_rows(session: ScopedSession, model: type, rows: list[dict]) -> None:
    """Insert `rows` of `model` and of one community, each with its id; what one doesn't name has its column's default, a blind index that of its text.
    Raises ScopeError for rows outside the scope."""
    for _ in insert_batches(session, [(model, rows)]):
        pass


def insert_batches(session: ScopedSession, batches: Iterable[tuple[type, list[dict]]], coming: Mapping[str, int] = MappingProxyType({})) -> Iterator[int]:
    """The same of batch after batch (model, rows); while one is written the next ones are sealed and digested by the crew, where there is one. `coming`:
    how many rows there will be at least, by table. Yields how many rows are written."""
    waiting = deque()

    def jobs():
        for model, rows in batches:
            if rows:
                check_scope(session, rows)
                table, columns = model.__table__, packed(model.__table__, rows)
                waiting.append((table, rows[0]["community_id"], columns[table.columns.keys().index("id")]))
                yield table.name, kinds_of(table), columns, session.bind.dialect.name

    made = ahead((*waiting.popleft(), part) for part in in_order(make, jobs()))
    for table, parts in groupby(made, key=itemgetter(0)):
        with filling(session, table, coming.get(table.name, 0)):
            for _, community_id, ids, part in parts:
                if session.filing:
                    session.filing.note_made(table.name, community_id, ids, part.digests)
                _write(session, table, part)
                yield len(ids)


def insert_undigested(session: ScopedSession, model: type, rows: list[dict]) -> None:
    """Insert `rows` of one community that nobody's proof hangs on: those of a synthetic demo, counted only."""
    if not rows:
        return
    check_scope(session, rows)
    session.filing.count_only(rows)
    table = model.__table__
    with filling(session, table, len(rows)):
        for start in range(0, len(rows), _BATCH):
            columns = packed(table, rows[start : start + _BATCH])
            _write(session, table, make(table.name, kinds_of(table), columns, session.bind.dialect.name, digested=False))


def write_columns(session: ScopedSession, *parts: tuple[Table, list[list]]) -> None:
    """The values of each column of these tables, as they are: for filing itself. One statement for all of them where the database takes that."""
    dialect = session.bind.dialect.name
    made = [(table, make(table.name, kinds_of(table), columns, dialect, digested=False)) for table, columns in parts]
    if dialect == "sqlite":
        for table, one in made:
            _write(session, table, one)
    else:
        *before, last = (_by_arrays(table, one.alike) for table, one in made)
        first = f"WITH {', '.join(f'part_{n} AS ({insert})' for n, insert in enumerate(before))} " if before else ""
        session.connection().exec_driver_sql(first + last, tuple(chain.from_iterable(_in_order(one) for _, one in made)))


@contextmanager
def filling(session: ScopedSession, table: Table, coming: int) -> Iterator[None]:
    """On SQLite, while a table gets many rows (`coming`) and more than it has, its indexes are away; made afterwards, of rows in order, they cost a third.
    All in the one transaction, so a failure brings them back. PostgreSQL would lock everybody out of the table meanwhile."""
    aside, connection = [], session.connection()
    if coming >= MANY and connection.dialect.name == "sqlite" and coming > (connection.exec_driver_sql(f"SELECT max(rowid) FROM {table.name}").scalar() or 0):
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid", (table.name,))
        aside = found.all()
    for name, _ in aside:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, again in aside:
        connection.exec_driver_sql(again)


def _write(session: ScopedSession, table: Table, made: Made) -> None:
    """The batch, by the driver itself."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        _on_sqlite(connection, table, made)
    else:
        connection.exec_driver_sql(_by_arrays(table, made.alike), tuple(_in_order(made)))


def _on_sqlite(connection: Connection, table: Table, made: Made) -> None:
    shared = tuple(values[0] for values, same in zip(made.columns, made.alike, strict=True) if same)
    rows = list(zip(*(values for values, same in zip(made.columns, made.alike, strict=True) if not same), strict=True))
    whole = len(rows) - len(rows) % _TOGETHER
    together = [(*shared, *chain.from_iterable(rows[at : at + _TOGETHER])) for at in range(0, whole, _TOGETHER)]
    for values, times in ((together, _TOGETHER), ([(*shared, *row) for row in rows[whole:]], 1)):
        if values:
            connection.exec_driver_sql(_by_places(table, made.alike, times), values)


@lru_cache(200)
def _by_places(table: Table, alike: tuple[bool, ...], times: int) -> str:
    """Numbered places: those of what is alike come first, and once for all rows."""
    own, shown = count(sum(alike) + 1), []
    for _ in range(times):
        same = count(1)
        shown.append(f"({', '.join(f'?{next(same if one else own)}' for one in alike)})")
    return f"{_into(table)} VALUES {', '.join(shown)}"


@lru_cache(200)
def _by_arrays(table: Table, alike: tuple[bool, ...]) -> str:
    """COPY passes by row-level security, and is refused where that holds; arrays are nearly as quick. What is alike is an array of one."""
    arrays = [f"%b::{CASTS[kind.holds]}[]" for kind in kinds_of(table)]
    named = [f"({array})[1]" if same else f"own_{n}" for n, (array, same) in enumerate(zip(arrays, alike, strict=True))]
    own = {n: array for n, (array, same) in enumerate(zip(arrays, alike, strict=True)) if not same}
    return f"{_into(table)} SELECT {', '.join(named)} FROM unnest({', '.join(own.values())}) AS own ({', '.join(f'own_{n}' for n in own)})"


def _in_order(made: Made) -> Iterator[list]:
    """The columns as the statement names them: first those of what is alike."""
    for wanted in (True, False):
        yield from (values for values, same in zip(made.columns, made.alike, strict=True) if same is wanted)


@cache
def _into(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"INSERT INTO {table.name} ({names})"


def packed(table: Table, rows: list[dict]) -> list[list | None]:
    """The rows as db.columns takes them: None for an index still to be reckoned."""
    communities = {row["community_id"] for row in rows}
    if len(communities) > 1:
        raise ValueError(f"rows of {table.name} for {len(communities)} communities: insert those of one at a time")
    named = set().union(*rows) - {"community_id"}
    return [
        None if kind.indexed and kind.name not in named else pack(kind, [row.get(kind.name, usual) for row in rows]) if kind.name in named else [usual] * len(rows)
        for kind, usual in zip(kinds_of(table), (communities.pop().bytes, *_usual(table)[1:]), strict=True)
    ]


@cache
def kinds_of(table: Table) -> tuple[Kind, ...]:
    """What the columns of a table hold, in their order."""
    return tuple(_kind(table.name, column) for column in table.columns)


def _kind(table: str, column: Column) -> Kind:
    holds = next(word for of, word in _HOLDS if isinstance(column.type, of))
    purpose = column.type.purpose if holds == "sealed" else ""
    return Kind(column.name, holds, purpose, INDEXED.get(table, {}).get(column.name), column.info == LATER, column.info == MARKED)


@cache
def _usual(table: Table) -> tuple:
    return tuple(default_of(column) for column in table.columns)


def default_of(column: Column):
    """The plain default of a column, or None."""
    return column.default.arg if column.default is not None and column.default.is_scalar else None


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return bytes(obj)


adapters.register_dumper(Array, _ArrayDumper)
