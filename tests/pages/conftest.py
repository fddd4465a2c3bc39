"""A small office and the real app over it."""

import shutil
from collections.abc import Iterator

import pytest

from tests import desk
from tests.conftest import NOW
from tests.pages import office


@pytest.fixture(scope="session")
def office_template(_sqlite_template, tmp_path_factory):
    """A furnished database, never written to: copy it. With the account ids by user name."""
    path = tmp_path_factory.mktemp("office") / "office.db"
    shutil.copy(_sqlite_template, path)
    ids = office.furnish(f"sqlite:///{path}", NOW)
    desk.settle(path)
    return path, ids


@pytest.fixture(scope="session")
def office_server(loaded, office_template, tmp_path_factory) -> Iterator[desk.Desk]:
    """The real app over the office. A test that ends an account opens one of its own (office.another)."""
    path = tmp_path_factory.mktemp("served-office") / "desk.db"
    shutil.copy(office_template[0], path)
    with desk.serve(f"sqlite:///{path}", NOW, path.parent / "server.log", by=loaded) as running:
        yield running


@pytest.fixture
def office_db(office_template, tmp_path) -> str:
    """URL of this test's own copy of the office."""
    path = tmp_path / "office.db"
    shutil.copy(office_template[0], path)
    return f"sqlite:///{path}"


@pytest.fixture
def account_ids(office_template) -> dict:
    """Account ids of the office by user name."""
    return office_template[1]
