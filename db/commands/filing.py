"""Every write is one transaction with one ledger entry: `carry_out` opens it, runs a command, files the entry, commits.

A command is `command(session, *, now, …) -> value | Refused`. It changes rows and calls `file(session, …)` once; a Refused
undoes everything, and leaves an entry only where the refusal itself tells something of others (`file_try`). Two people editing one row: the second gets Refused("common.changed_meanwhile").
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain, islice
from uuid import UUID, uuid5

from sqlalchemy import Engine, Table, event, inspect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from core.refusals import Refused
from db.columns import plain
from db.commands.bulk import default_of, write_columns
from db.commands.months import ANY, COUNTED, Marked, months_of_flush, months_of_rows, write_marks
from db.engine import ScopedSession
from db.keys import keyring
from db.models.base import MARKED, Base
from db.models.guards import LEDGER
from db.models.ledger import LedgerEntry, LedgerPack, LedgerRow
from db.scope import PLATFORM, Scope
from db.types import new_ids, uuid7

_LEDGER = set(LEDGER)
_UNFILED = _LEDGER | {"session_token", "sign_in", "alert_notice", "alert_delivery", "month_mark"}
"""Tables whose writes need no ledger entry: the ledger's own, log-in tokens (renewed at every visit), who has read which alert and where it was sent, the marks of months."""
_TRIES = 5
_TOGETHER, _MANY = 20, 1_000
"""Packs of one statement. Rows inserted in bulk after which SQLite's statistics are renewed; rows of one table whose digests are packed."""


def batched(what: Iterable, size: int) -> Iterator[list]:
    """`what` in lists of at most `size`."""
    left = iter(what)
    while part := list(islice(left, size)):
        yield part


class UnfiledWrite(RuntimeError):
    """A command wrote rows and filed no ledger entry, or two: a defect of the program."""


@dataclass
class Filing:
    """What one command wrote so far, and the entry it filed; `tried`: the entry it leaves when it is refused."""

    entry: dict | None = None
    tried: dict | None = None
    touched: dict[int, object] = field(default_factory=dict)
    digests: dict[tuple[UUID, str, UUID], bytes] = field(default_factory=dict)
    made: list["Batch"] = field(default_factory=list)
    bulk: int = 0
    uncovered: int = 0
    months: Marked = field(default_factory=set)

    @property
    def rows(self) -> int:
        """How many rows it wrote."""
        return len(self.digests) + sum(map(len, self.made)) + self.uncovered

    def settle(self) -> None:
        """Digest each touched row as it stands now, after the last flush."""
        for row in self.touched.values():
            mapper = inspect(row).mapper
            self._note(mapper.local_table.name, row_values(row), gone=inspect(row).deleted or inspect(row).was_deleted)

    def note_bulk(self, model: type, rows: list[dict]) -> None:
        """Digest rows about to be inserted in bulk, each as the table will hold it: with its defaults, and an id if it has none yet."""
        table = model.__table__
        if table.name in _UNFILED:
            return
        self.bulk += len(rows)
        self.months |= months_of_rows(table.name, rows)
        usual, mark = {column.name: default_of(column) for column in table.columns}, keyring().mark
        for row in rows:
            if "id" in usual:
                row.setdefault("id", uuid7())
            self._note(table.name, {name: row.get(name, value) for name, value in usual.items()}, gone=False, mark=mark)

    def note_made(self, table: str, community_id: UUID, ids: list[bytes], digests: list[bytes]) -> None:
        """The digests of rows inserted in bulk that were made beforehand."""
        if table not in _UNFILED:
            self.bulk += len(ids)
            self.months |= {(community_id, ANY)} if table in COUNTED else set()
            self.made.append(Batch(table, community_id, b"".join(ids), bytearray().join(digests)))

    def count_only(self, rows: list[dict]) -> None:
        """Count rows of a synthetic demo: nobody's proof hangs on them, and digests would double its size."""
        self.bulk += len(rows)
        self.uncovered += len(rows)
        self.months |= {(row["community_id"], ANY) for row in rows if "community_id" in row}

    def note_unseen(self, scope: Scope) -> None:
        """Rows changed in bulk: which ones is not known."""
        self.months |= {(community_id, ANY) for community_id in scope.communities}

    def _note(self, table: str, values: dict, gone: bool, mark: Callable[[bytes], bytes] | None = None) -> None:
        known, digest = row_id(table, values), GONE if gone else row_digest(table, values, mark)
        for batch in self.made:
            if batch.table == table and (at := batch.place.get(known.bytes)) is not None:
                batch.digests[at * 32 : at * 32 + 32] = digest
                return
        self.digests[values.get("community_id") or PLATFORM, table, known] = digest


@dataclass
class Batch:
    """Rows of one table and community inserted in bulk, and their digests, each end to end: a million of them stand beside the ledger they are of."""

    table: str
    community_id: UUID
    ids: bytes
    digests: bytearray

    def __len__(self) -> int:
        return len(self.ids) // 16

    @classmethod
    def of(cls, table: str, community_id: UUID, digests: dict[UUID, bytes]) -> "Batch":
        """The batch of these digests by row."""
        return cls(table, community_id, b"".join(known.bytes for known in digests), bytearray().join(digests.values()))

    @cached_property
    def place(self) -> dict[bytes, int]:
        """Where each of them stands, by its id."""
        return {known: at for at, known in enumerate(cut(self.ids, 16))}


def cut(content: bytes, size: int) -> list[bytes]:
    """`content` in pieces of `size`."""
    return [content[at : at + size] for at in range(0, len(content), size)]


GONE = bytes(32)
"""The digest of a row that a filing deleted."""


def row_values(row) -> dict:
    """Column name → value of a mapped row, as digests see it."""
    return {a.columns[0].name: getattr(row, a.key) for a in inspect(row).mapper.column_attrs if a.columns[0].info != MARKED}


def row_id(table: str, values: dict) -> UUID:
    """What the ledger knows a row by: its id, or for the few tables without one, a uuid made of its key."""
    if known := values.get("id") or values.get("community_id"):
        return known
    key = [str(values[column.name]) for column in Base.metadata.tables[table].primary_key]
    return uuid5(PLATFORM, f"{table} {' '.join(key)}")


def row_digest(table: str, values: dict, mark: Callable[[bytes], bytes] | None = None) -> bytes:
    """HMAC-SHA256 (`mark`: the keyring's, where the caller has it at hand) over the table and its columns in name order; keyed, so that digests of personal data say nothing."""
    told = [(name, value) for name, value in sorted(values.items()) if name not in _with_info(table, "marked") and (value is not None or name not in _with_info(table, "later"))]
    return (mark or keyring().mark)(b"row\0" + _TELLER.encode([table, told]).encode())


@cache
def _with_info(table: str, word: str) -> frozenset[str]:
    """Columns that say LATER or MARKED of themselves."""
    return frozenset(column.name for column in Base.metadata.tables[table].columns if word in column.info)


_TELLER = json.JSONEncoder(default=plain, ensure_ascii=False)


def file(session: ScopedSession, command: str, *, now: datetime, community_id: UUID = PLATFORM, subject_kind: str | None = None, subject_id: UUID | None = None, **facts) -> None:
    """File the ledger entry of this transaction. `facts`: JSON-able, no personal data. Raises UnfiledWrite on a second one."""
    if session.filing.entry is not None:
        raise UnfiledWrite(f"{command}: this transaction already filed {session.filing.entry['command']}")
    session.filing.entry = _entry(command, now, community_id, subject_kind, subject_id, facts)


def file_try(session: ScopedSession, refused: Refused, command: str, *, now: datetime, community_id: UUID, subject_kind: str, subject_id: UUID, **facts) -> Refused:
    """Returns `refused`, of which the ledger is to know: its answer says whether something is on file about somebody else, so asking must be
    answered for. `facts` as in `file`, never what was asked."""
    session.filing.tried = _entry(command, now, community_id, subject_kind, subject_id, facts)
    return refused


def _entry(command: str, now: datetime, community_id: UUID, subject_kind: str | None, subject_id: UUID | None, facts: dict) -> dict:
    return {
        "at": now,
        "command": command,
        "community_id": community_id,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "facts": json.dumps(facts, default=str, ensure_ascii=False, sort_keys=True),
    }


def add_facts(session: ScopedSession, **facts) -> None:
    """More facts for the entry that the command just carried out has filed."""
    told = json.loads(session.filing.entry["facts"]) | facts
    session.filing.entry["facts"] = json.dumps(told, default=str, ensure_ascii=False, sort_keys=True)


def carry_out(engine: Engine, scope: Scope, command: Callable, /, **arguments):
    """Run `command` in one transaction and file it. Returns what it returned, or a Refused (then nothing was written)."""
    for attempt in range(_TRIES):
        try:
            return _once(engine, scope, command, arguments)
        except StaleDataError:
            return Refused("common.changed_meanwhile")
        except OperationalError as problem:
            if attempt == _TRIES - 1 or not _is_contention(problem):
                raise
            time.sleep(0.05 * 2**attempt)
    raise AssertionError("unreachable")


def _once(engine: Engine, scope: Scope, command: Callable, arguments: dict):
    with ScopedSession(engine, scope, writes=True) as session:
        session.filing = Filing()
        result = command(session, **arguments)
        if isinstance(result, Refused):
            session.rollback()
            _file_tried(session)
            return result
        session.flush()
        _write_entry(session)
        session.commit()
        if session.filing.bulk >= _MANY:
            _refresh_statistics(engine)
        return result


def _file_tried(session: ScopedSession) -> None:
    """In a transaction of its own: the one that was refused is undone."""
    if tried := session.filing.tried:
        session.filing = Filing(tried)
        _write_entry(session)
        session.commit()


def _refresh_statistics(engine: Engine) -> None:
    """PostgreSQL counts its rows by itself; SQLite plans blindly until told to look: an index of all clocks instead of the open ones."""
    if engine.dialect.name == "sqlite":
        with engine.execution_options(desk_writes=True).begin() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=20000")
            connection.exec_driver_sql("ANALYZE")


def _is_contention(problem: OperationalError) -> bool:
    words = str(problem.orig).lower()
    return "locked" in words or "could not serialize" in words or "deadlock" in words


def _write_entry(session: ScopedSession) -> None:
    filing = session.filing
    filing.settle()
    if filing.entry is None:
        if filing.digests or filing.bulk:
            raise UnfiledWrite(f"rows of {sorted({t for _, t, _ in filing.digests} | {batch.table for batch in filing.made})} were written and no ledger entry filed")
        return
    _note_elsewhere(filing)
    whole, entry_id, (packs, single) = sha256(), uuid7(), _packed(filing)
    for digest in chain((batch.digests for batch in packs), single.values()):
        whole.update(digest)
    entry = {"id": entry_id, "actor_id": session.scope.actor_id, "role": session.scope.role, "rows": filing.rows, "digest": whole.digest(), **filing.entry}
    parts = [_columns(LedgerEntry, {name: [value.bytes if isinstance(value, UUID) else value] for name, value in entry.items()})]
    for part in batched(packs, _TOGETHER):
        write_columns(session, *parts, _packs_of(part, entry_id))
        parts = []
    if single:
        parts.append(_rows_of(single, entry_id))
    if parts:
        write_columns(session, *parts)
    write_marks(session, filing.months)


def _packed(filing: Filing) -> tuple[list[Batch], dict[tuple[UUID, str, UUID], bytes]]:
    """The batches of a filing and its single digests; where these are many of one table, they are batches too."""
    tables = Counter(key[:2] for key in filing.digests)
    many = {key: {known: digest for (*own, known), digest in filing.digests.items() if tuple(own) == key} for key, count in tables.items() if count >= _MANY}
    more = [Batch.of(table, community_id, dict(part)) for (community_id, table), digests in many.items() for part in batched(digests.items(), _MANY * 5)]
    return filing.made + more, {key: digest for key, digest in filing.digests.items() if key[:2] not in many} if many else filing.digests


def _packs_of(batches: list[Batch], entry_id: UUID) -> tuple[Table, list[list]]:
    """The ledger's packs of an entry, in the order in which its digest goes over them."""
    values = {"community_id": [one.community_id.bytes for one in batches], "table": [one.table for one in batches]}
    return _filed(LedgerPack, entry_id, values | {"row_ids": [one.ids for one in batches], "digests": [bytes(one.digests) for one in batches]})


def _rows_of(digests: dict[tuple[UUID, str, UUID], bytes], entry_id: UUID) -> tuple[Table, list[list]]:
    """The ledger's single rows of an entry, likewise; they come after its packs."""
    communities, tables, ids = zip(*digests, strict=True)
    values = {"community_id": [one.bytes for one in communities], "table": [*tables], "row_id": [one.bytes for one in ids], "digest": [*digests.values()]}
    return _filed(LedgerRow, entry_id, values)


def _filed(model: type, entry_id: UUID, values: dict[str, list]) -> tuple[Table, list[list]]:
    count = len(values["community_id"])
    return _columns(model, values | {"id": new_ids(count), "entry_id": [entry_id.bytes] * count})


def _columns(model: type, values: dict[str, list]) -> tuple[Table, list[list]]:
    return model.__table__, [values[column.name] for column in model.__table__.columns]


def _note_elsewhere(filing: Filing) -> None:
    """Rows of other communities than the entry's: who checks the one can't always see the others, and the entry says so."""
    own = filing.entry["community_id"]
    elsewhere = sum(community != own for community, _, _ in filing.digests) + sum(len(batch) for batch in filing.made if batch.community_id != own)
    if elsewhere:
        facts = json.loads(filing.entry["facts"]) | {"rows_elsewhere": elsewhere}
        filing.entry["facts"] = json.dumps(facts, ensure_ascii=False, sort_keys=True)


@event.listens_for(ScopedSession, "after_flush")
def _note_rows(session: ScopedSession, _context) -> None:
    if session.filing is None:
        return
    session.filing.months |= months_of_flush(session)
    for row in [*session.new, *session.dirty, *session.deleted]:
        if inspect(row).mapper.local_table.name not in _UNFILED:
            session.filing.touched[id(row)] = row
