"""Fixtures every room may use. Databases: `sqlite_engine`, `postgres_engine`, `engine` (the test runs on both),
`demo_db` (a copy of the demo community at NOW), `app_server` (the real app over such a copy).

Nothing is skipped here: a test that can't run fails, and says what to install.
"""

import fcntl
import gc
import importlib
import os
import shutil
import subprocess
import sys
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from itertools import accumulate, count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from db.__main__ import main as commands
from tests import desk, postgres, sqlite
from tests.loaded import Loaded

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime.fromisoformat("2026-11-18T10:00:00+08:00")
"""The moment of the demo community in every test: a Wednesday, working day, 10:00 in Shanghai."""

FAILED = pytest.StashKey[bool]()
"""Of a test: it has failed, as far as it is."""

_number = count(1)

settings.register_profile("repeated", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("DESK_EXPLORE") == "1" else "repeated")
"""What a property test draws: the same cases every time, so that nobody's change waits for luck; new ones only where somebody asks for them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Each worker of a run begins to load the files elsewhere, and goes round: what one has compiled the others find. On a fresh clone all would compile
    everything otherwise, eight seconds of processor each. What can't be loaded is told by pytest, which tries again."""
    gc.set_threshold(50_000, 20, 50)
    if worker := getattr(session.config, "workerinput", None):
        paths = _asked_for(session.config)
        sizes = list(accumulate(path.stat().st_size for path in paths))
        start = bisect(sizes, sizes[-1] * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]) if paths else 0
        for path in paths[start:] + paths[:start]:
            with suppress(Exception):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def _asked_for(config: pytest.Config) -> list[Path]:
    ignored = [Path(one).absolute() for one in config.getoption("ignore") or ()]
    named = [Path(one.partition("::")[0]).absolute() for one in config.args]
    found = {path for one in named for path in (one.rglob("test_*.py") if one.is_dir() else [one])}
    return sorted(path for path in found if path.is_file() and path.is_relative_to(ROOT) and not any(path.is_relative_to(one) for one in ignored))


def pytest_collection_modifyitems(items):
    """The longest files first, so that no worker begins one when the other is done; before the browser's what needs no demo, while the other worker makes it."""
    long = ("tests/test_readme.py", "tests/core/", "tests/db/test_alerts", "tests/db/test_departures", "tests/browser/")
    items.sort(key=lambda item: next((n for n, begin in enumerate(long) if item.nodeid.startswith(begin)), len(long)))


def pytest_collection_finish():
    """What stands now stays to the end: looking through it for garbage again and again is a tenth of the time of tests/db."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A skip or an expected failure is a failure: this suite has none."""
    report = yield
    if report.skipped or hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped or marked xfail; make it run, or fail with words that say what to install"
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session", autouse=True)
def _office_key(tmp_path_factory) -> None:
    """All tests of one run share one key file, away from var/."""
    desk.own_key(tmp_path_factory.mktemp("keys") / "desk.key")


def run_db(url: URL | str, *arguments: str, now: datetime | None = NOW, timeout: int = 300) -> str:
    """`python -m db ARGUMENTS` on the database `url`, as a person would type it; its output. Fails the test when it fails."""
    env = os.environ | {"DESK_DATABASE_URL": desk.url_text(url)}
    if now:
        env["DESK_NOW"] = now.isoformat()
    done = subprocess.run([sys.executable, "-m", "db", *arguments], cwd=ROOT, env=env, text=True, capture_output=True, timeout=timeout,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"python -m db {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def type_in(url: URL | str, *arguments: str, answer: str | None = None, now: datetime = NOW) -> Result:
    """The same command within this process, in a tenth of the time, whatever comes of it: exit_code, stdout, stderr."""
    done = CliRunner().invoke(commands, arguments, input=answer, env={"DESK_DATABASE_URL": desk.url_text(url), "DESK_NOW": now.isoformat()})
    assert isinstance(done.exception, SystemExit | None), done.exc_info
    return done


def printed(url: URL | str, *arguments: str, **more) -> str:
    """What the command prints, within this process. Fails the test when it fails."""
    done = type_in(url, *arguments, **more)
    assert done.exit_code == 0, f"python -m db {' '.join(arguments)}\n{done.output}"
    return done.stdout


def _engine(url: URL | str) -> Engine:
    from db.engine import make_engine

    return make_engine(desk.url_text(url))


# --- empty, migrated databases, one for each test -----------------------------------------------------------------
@pytest.fixture(scope="session")
def _common(tmp_path_factory, worker_id) -> Path:
    """The folder of all workers of this run."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session")
def _once(_common) -> Callable[[str, Callable[[Path], None]], Path]:
    """A SQLite file that the first worker makes, and all copy."""
    folder = _common

    def get(name: str, make: Callable[[Path], None]) -> Path:
        path, making = folder / name, folder / f"making-{name}"
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                make(making)
                desk.settle(making)
                making.rename(path)
        return path

    return get


@pytest.fixture(scope="session")
def _sqlite_template(_once) -> Path:
    return _once("empty.db", lambda path: run_db(f"sqlite:///{path}", "migrate"))


@pytest.fixture(scope="session")
def _sqlite_shared(_sqlite_template, tmp_path_factory) -> Iterator[sqlite.Shared]:
    shared = sqlite.Shared(_sqlite_template, tmp_path_factory.mktemp("shared") / "desk.db", _engine)
    yield shared
    shared.engine.dispose()


@pytest.fixture
def sqlite_url(_sqlite_shared) -> str:
    """A migrated, empty SQLite database; the one of `sqlite_engine`."""
    _sqlite_shared.empty()
    return _sqlite_shared.url


@pytest.fixture
def sqlite_engine(_sqlite_shared, sqlite_url) -> Engine:
    return _sqlite_shared.engine


@pytest.fixture(scope="session")
def _postgres(_common) -> Iterator[postgres.Server]:
    with postgres.server(_common) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_server(_postgres) -> URL:
    """A PostgreSQL and the role the tests use on it (owner of its databases, no superuser)."""
    return _postgres.url


@pytest.fixture(scope="session")
def _postgres_template(_postgres, _common) -> Iterator[str]:
    with postgres.template(_postgres, _common, lambda url: run_db(url, "migrate")) as name:
        yield name


@pytest.fixture
def postgres_url(_postgres, postgres_server, _postgres_template) -> Iterator[URL]:
    """A migrated, empty PostgreSQL database of this test's own."""
    name = f"desk_{os.getpid()}_{next(_number)}"
    yield postgres.create_database(postgres_server, name, template=_postgres_template)
    postgres.drop_database(_postgres.admin or postgres_server, name)


@pytest.fixture(scope="session")
def _postgres_shared(_postgres, _postgres_template) -> Iterator[postgres.Shared]:
    shared = postgres.Shared(_postgres, _postgres_template, _engine)
    yield shared
    shared.drop()


@pytest.fixture
def postgres_engine(_postgres_shared) -> Iterator[Engine]:
    """On a migrated, empty PostgreSQL database; emptied when the test is over."""
    yield _postgres_shared.engine
    _postgres_shared.empty()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request) -> Engine:
    """The test runs twice: on SQLite and on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture(scope="session")
def _kept() -> dict:
    return {}


@pytest.fixture
def kept(request, engine, _kept) -> Callable:
    """`kept(make, …)` is what `make(engine, …)` returns, with the rows it leaves: made for the first test that asks on this database,
    given back to every other one, which gets a copy of its own. `make` begins with what earlier calls in the same test left."""
    database = request.getfixturevalue(f"_{'sqlite' if engine.dialect.name == 'sqlite' else 'postgres'}_shared")
    before: tuple = (engine.dialect.name,)

    def one(make, *more):
        nonlocal before
        before += (make,)
        if before in _kept:
            database.give_back(_kept[before][2])
        else:
            made = make(engine, *more)
            rows = database.remember()
            if rows is None:
                return made
            _kept[before] = made, engine, rows
        made, made_on, _ = _kept[before]
        return deepcopy(made, {id(made_on): engine})

    return one


# --- the demo community ---------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def demo_template(_once, _sqlite_template) -> Path:
    """The demo community at NOW in a SQLite file; built once for all workers, never written to: copy it."""

    def make(path: Path) -> None:
        shutil.copy(_sqlite_template, path)
        run_db(f"sqlite:///{path}", "demo", "--grids", "4")

    return _once("demo.db", make)


@pytest.fixture
def demo_db(demo_template, tmp_path) -> str:
    """URL of this test's own copy of the demo community."""
    path = tmp_path / "demo.db"
    shutil.copy(demo_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def demo_engine(demo_db) -> Iterator[Engine]:
    engine = _engine(demo_db)
    yield engine
    engine.dispose()


# --- the running desk -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def loaded(_common) -> Iterator[Loaded]:
    """What becomes a server at once: `desk.serve(…, by=loaded)`."""
    one = Loaded(_common)
    yield one
    one.leave()


@pytest.fixture(scope="session")
def app_server(loaded, demo_template, tmp_path_factory) -> Iterator[desk.Desk]:
    """The real app over a copy of the demo community, its clock frozen at NOW. Tests share it: leave rows others rely on."""
    path = tmp_path_factory.mktemp("served") / "desk.db"
    shutil.copy(demo_template, path)
    with desk.serve(f"sqlite:///{path}", NOW, path.parent / "server.log", by=loaded) as running:
        yield running


@pytest.fixture(scope="session")
def worked_server(loaded, demo_template, tmp_path_factory) -> Iterator[desk.Desk]:
    """The same for tests that change much: each reads what it finds before, none relies on another."""
    path = tmp_path_factory.mktemp("worked") / "desk.db"
    shutil.copy(demo_template, path)
    with desk.serve(f"sqlite:///{path}", NOW, path.parent / "server.log", by=loaded) as running:
        yield running
