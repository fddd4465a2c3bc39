"""Engines and sessions. Every session has a scope; every statement on a tenant table is held to it.

Holes closed here (each with a test in tests/db/test_scope.py): a statement without scope; a bare Table joined into an ORM
query; Core and text(); bulk inserts; bulk updates; the scope of a live session.
"""

import os
import sqlite3
from functools import lru_cache
from pathlib import Path
from types import NoneType

from sqlalchemy import Column, Engine, Join, Select, Table, TextClause, create_engine, event, false, literal
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors

from db.models.base import AboutPeople, Base, InGrid, OfLedger, OnDesk, Tenant
from db.scope import PLATFORM, Scope, ScopeError
from db.types import Id

_DEFAULT = Path(__file__).resolve().parent.parent / "var" / "desk.db"


def database_url() -> str:
    """DESK_DATABASE_URL, or the embedded SQLite file var/desk.db."""
    return os.environ.get("DESK_DATABASE_URL") or f"sqlite:///{_DEFAULT}"


def make_engine(url: str | None = None) -> Engine:
    """An engine for `url`: SQLite in WAL mode with foreign keys, or PostgreSQL by psycopg 3."""
    url = url or database_url()
    if url.startswith("sqlite"):
        return _sqlite(url)
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True, pool_size=10, hide_parameters=True)


# Otherwise Python's driver looks for each id and each empty value whether somebody taught it to convert them, and fails anew: that takes longer than binding it.
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(NoneType, {}.get)


def _sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Names and matters stand in parameters: an error that goes to the log must not carry them.
    engine = create_engine(url, connect_args={"timeout": 15}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection, _record):
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "busy_timeout=15000", "foreign_keys=ON", "synchronous=NORMAL", "cache_size=-65536", "mmap_size=268435456"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection):
        writes = connection.get_execution_options().get("desk_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class ScopedSession(Session):
    """A session that can't leave its scope; `scope` is fixed for life, one that only reads refuses to write."""

    def __init__(self, engine: Engine, scope: Scope | None, *, writes: bool = False):
        super().__init__(engine.execution_options(desk_writes=True) if writes else engine, expire_on_commit=False)
        self._scope, self._writes, self.filing = scope, writes, None

    @property
    def scope(self) -> Scope:
        """The scope given at opening. Raises ScopeError when there was none."""
        if self._scope is None:
            raise ScopeError("this session was opened without a scope")
        return self._scope

    @property
    def writes(self) -> bool:
        """Whether this session may write (only db.commands.filing opens such)."""
        return self._writes


def open_session(engine: Engine, scope: Scope | None) -> ScopedSession:
    """A reading session within `scope`. Writes go through db.commands.filing.carry_out."""
    return ScopedSession(engine, scope)


def tenant_tables() -> dict[str, type]:
    """Table name → mapped class, for every tenant table and the community table."""
    return {m.local_table.name: m.class_ for m in Base.registry.mappers if "community_id" in m.local_table.c}


@event.listens_for(ScopedSession, "do_orm_execute")
def _hold_to_scope(state: ORMExecuteState) -> None:
    if state.execution_options.get("rollup") or state.is_column_load:
        return
    scope, exact = state.session._scope, state.session.bind.dialect.name == "postgresql"
    if isinstance(state.statement, TextClause):
        raise ScopeError("text() can't be held to a scope: write the query with the models, or declare execution_options(rollup=True)")
    if state.is_select and state.is_orm_statement and state.execution_options.get("kept"):
        state.statement = _held(state.statement, scope, exact)
        return
    touched = _touched(state.statement, scope)
    if not touched:
        return
    if not state.is_orm_statement:
        raise ScopeError(_BARE.format(", ".join(sorted(touched))))
    if state.is_insert:
        _check_insert(state, scope)
    elif state.is_update or state.is_delete:
        _check_bulk(state)
    if not state.is_insert:
        state.statement = state.statement.options(*criteria(scope, exact))


@lru_cache(maxsize=1024)
def _held(statement: Select, scope: Scope | None, exact: bool) -> Select:
    """A query that is made once and asked with other parameters each time, execution_options(kept=True), held to `scope`: writing it, looking through it
    and naming it take longer than one row's answer does."""
    return statement.options(*criteria(scope, exact)) if _touched(statement, scope) else statement


def _touched(statement, scope: Scope | None) -> set[str]:
    """The tenant tables a statement touches. Raises ScopeError where it must not."""
    touched = _check_tables(statement)
    if touched and scope is None:
        raise ScopeError(f"a statement on {', '.join(sorted(touched))} in a session without a scope")
    return touched


def _check_tables(statement) -> set[str]:
    """The tenant tables a statement touches. Raises ScopeError where one is named without its model."""
    tenants, touched, mapped, bare = _tenants(), set(), set(), set()
    for element in visitors.iterate(statement):
        if isinstance(element, Column):
            if isinstance(element.table, Table) and element.table.name in tenants:
                (mapped if "parententity" in element._annotations else bare).add(element.table.name)
        elif isinstance(element, Table):
            if element.name in tenants:
                touched.add(element.name)
            if "parententity" in element._annotations:
                mapped.add(element.name)
        elif isinstance(element, Select | Join):
            for part in _named_in(element):
                if part.name in tenants and "parententity" not in part._annotations:
                    raise ScopeError(_BARE.format(part.name))
    if bare - mapped and not getattr(statement, "is_dml", False):
        raise ScopeError(_BARE.format(", ".join(sorted(bare - mapped))))
    return touched


_BARE = "table {} is used bare, where the scope can't reach it: use the model, or declare execution_options(rollup=True)"


def _named_in(element: Select | Join) -> list[Table]:
    """Tables that `element` itself names as FROM or JOIN."""
    if isinstance(element, Select):
        named = [*element._raw_columns, *element._from_obj, *(join[0] for join in element._setup_joins)]
        return [part for part in named if isinstance(part, Table)]
    return [side for side in (element.left, element.right) if isinstance(side, Table)]


def _check_insert(state: ORMExecuteState, scope: Scope) -> None:
    rows = state.parameters if isinstance(state.parameters, list) else [state.parameters] if state.parameters else []
    if not rows and state.session.writes:
        raise ScopeError("insert rows as a list of parameters, so that each one's community can be checked")
    check_rows(state.session, state.statement.entity_description["entity"], rows)


def check_rows(session: ScopedSession, model: type, rows: list[dict]) -> None:
    """Hold rows about to be inserted in bulk to the scope, and have them noted for the ledger. Raises ScopeError."""
    check_scope(session, rows)
    if session.filing:
        session.filing.note_bulk(model, rows)


def check_scope(session: ScopedSession, rows: list[dict]) -> None:
    """Hold rows about to be inserted in bulk to the scope. Raises ScopeError."""
    if not session.writes:
        raise ScopeError("a reading session can't write: use db.commands.filing.carry_out")
    own = session.scope.communities | {PLATFORM}
    for row in rows:
        if row.get("community_id") not in own:
            raise ScopeError(f"a row for community {row.get('community_id')} is outside the scope")


def _check_bulk(state: ORMExecuteState) -> None:
    if not state.session.writes:
        raise ScopeError("a reading session can't write: use db.commands.filing.carry_out")
    if not state.execution_options.get("bulk"):
        raise ScopeError("bulk update and delete pass by the ledger's row digests: load and change the rows, or declare execution_options(bulk=reason)")
    if state.session.filing:
        state.session.filing.note_unseen(state.session.scope)


@lru_cache(maxsize=512)
def criteria(scope: Scope, exact: bool = False) -> tuple:
    """The loader criteria that hold every ORM read to `scope`; made once for a scope, they are a tenth of a small page's cost.

    `exact`: what is held to one community says so by equality. PostgreSQL then knows how many rows that is, and takes one look-up for one; SQLite,
    without statistics, would take an index of all clocks for that of the open ones."""
    from db.models.grids import Community, Grid

    entries = tuple(scope.communities | {PLATFORM})
    communities = tuple(scope.communities) if exact else entries
    only = literal(communities[0], Id()) if exact and len(communities) == 1 else None
    options = [
        with_loader_criteria(Tenant, (lambda cls: cls.community_id == only) if only is not None else (lambda cls: cls.community_id.in_(communities)), include_aliases=True),
        with_loader_criteria(OfLedger, lambda cls: cls.community_id.in_(entries), include_aliases=True),
        with_loader_criteria(Community, Community.community_id.in_(communities), include_aliases=True),
    ]
    if scope.grids is not None:
        grids = tuple(scope.grids)
        options.append(with_loader_criteria(InGrid, lambda cls: cls.grid_id.in_(grids), include_aliases=True))
        options.append(with_loader_criteria(Grid, Grid.id.in_(grids), include_aliases=True))
    if scope.order_desks is not None:
        desks = tuple(scope.order_desks)
        options.append(with_loader_criteria(OnDesk, lambda cls: cls.desk.in_(desks), include_aliases=True))
    if not scope.people:
        options.append(with_loader_criteria(AboutPeople, lambda cls: false(), include_aliases=True))
    return tuple(options)


@event.listens_for(ScopedSession, "before_flush")
def _check_objects(session: ScopedSession, _context, _instances) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    if changed and not session.writes:
        raise ScopeError("a reading session can't write: use db.commands.filing.carry_out")
    for row in changed:
        community_id = getattr(row, "community_id", None)
        if community_id is not None and community_id not in session.scope.communities | {PLATFORM}:
            raise ScopeError(f"{type(row).__name__} of community {community_id} is outside the scope")


@event.listens_for(ScopedSession, "after_begin")
def _tell_postgres(session: ScopedSession, _transaction, connection) -> None:
    if connection.dialect.name == "postgresql":
        # To compile a query would take longer than any of ours lasts, and PostgreSQL thinks the large ones dear.
        connection.exec_driver_sql("SELECT set_config('desk.communities', %s, true), set_config('jit', 'off', true)", (_told(session._scope),))


@lru_cache(maxsize=512)
def _told(scope: Scope | None) -> str:
    # The communities first: most rows are of the first one (db.models.guards).
    return ",".join(str(i) for i in (*sorted(scope.communities - {PLATFORM}), PLATFORM)) if scope else ""


_TENANTS: dict[str, type] = {}


def _tenants() -> dict[str, type]:
    if not _TENANTS:
        _TENANTS.update(tenant_tables())
    return _TENANTS
