"""`python -m db account …`: the first administrator, and everybody else, without a browser."""

import pytest
from click.testing import CliRunner

from db.cli.accounts import account as group
from db.engine import make_engine
from db.queries.identity import scope_of
from tests import desk
from tests.conftest import NOW
from tests.pages import office


def account(url, *arguments):
    return CliRunner().invoke(group, arguments, env={"DESK_DATABASE_URL": url, "DESK_NOW": NOW.isoformat()})


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def url(engine, kept):
    kept(furnished)
    return desk.url_text(engine.url)


def furnished(engine) -> None:
    office.furnish(desk.url_text(engine.url), NOW)


def test_accounts_are_opened_listed_disabled_enabled_and_given_a_password(url):
    made = account(url, "create", "Wang.1", "--role", "grid_worker", "--name", "王一", "--community", "C01", "--grid", "G02", "--password", "long-enough-1")
    assert made.stdout == "account wang.1 created\n", made.output
    assert "wang.1\tgrid_worker\t王一\tenabled" in account(url, "list").stdout
    assert len(scope_of(make_engine(url), "wang.1").grids) == 1
    assert account(url, "disable", "wang.1").exit_code == 0
    assert "wang.1\tgrid_worker\t王一\tdisabled" in account(url, "list").stdout
    assert scope_of(make_engine(url), "wang.1") is None
    assert account(url, "enable", "wang.1").exit_code == 0
    assert account(url, "password", "wang.1", "--password", "another-one-2").stdout == "account wang.1 has a new password\n"


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["create", "x1", "--role", "station_head", "--name", "x", "--password", "short"], "at least 10 characters"),
        (["create", "head", "--role", "station_head", "--name", "x", "--password", "long-enough-1"], "head exists already"),
        (["create", "x1", "--role", "station_head", "--name", "x", "--community", "C99", "--password", "long-enough-1"], "no community C99"),
        (["create", "x1", "--role", "grid_worker", "--name", "x", "--community", "C01", "--grid", "G9", "--password", "long-enough-1"], "no grid G9"),
        (["create", "x1", "--role", "king", "--name", "x", "--password", "long-enough-1"], "'king' is not one of"),
        (["disable", "nobody"], "no account nobody"),
        (["disable", "admin"], "last enabled administrator"),
    ],
    ids=lambda one: " ".join(one[:3]) if isinstance(one, list) else None,
)
def test_what_can_not_be_done_says_why(url, arguments, advice):
    done = account(url, *arguments)
    assert done.exit_code != 0 and advice in done.stderr and isinstance(done.exception, SystemExit)
