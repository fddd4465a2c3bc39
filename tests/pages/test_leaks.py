"""What the desk sends, each page to each role: no number of a resident, and no name in full to who sees names masked. Nor is there one in its log."""

import re

import pytest
from sqlalchemy import select

from core.roles import Role, desks_of, masked
from db.engine import make_engine, open_session
from db.models.grids import Building, Grid, Staff
from db.models.residents import Resident
from db.queries.identity import scope_of
from db.scope import Scope
from tests.websocket import open_socket

NUMBER = re.compile(r"(?<!\d)(?:1\d{10}|\d{17}[\dX])(?!\d)")


@pytest.fixture(scope="module")
def people(app_server) -> tuple[set[str], set[str]]:
    """Numbers and names of the residents; without names that are somebody else's too, or a part of one."""
    engine = make_engine(app_server.database)
    communities = scope_of(engine, "street").communities
    with open_session(engine, Scope.system(communities)) as session:
        rows = session.execute(select(Resident.phone, Resident.id_number, Resident.name)).all()
        others = " ".join([*session.scalars(select(Staff.name)), *session.scalars(select(Grid.name)), *session.scalars(select(Building.name))])
    engine.dispose()
    return {one for row in rows for one in row[:2] if one}, {row.name for row in rows if row.name not in others}


@pytest.mark.parametrize("role", Role)
def test_no_page_sends_a_number_in_full_nor_a_name_to_who_sees_it_masked(app_server, people, role):
    numbers, names = people
    for desk in desks_of(role):
        with open_socket(app_server.address, app_server.cookies_of(role)) as link:
            sent = link.run(desk).wire.decode("utf-8", "ignore")
        assert len(sent) > 1000 and not numbers & set(NUMBER.findall(sent)), desk
        assert "name" not in masked(role) or not [one for one in names if one in sent], desk
    log = app_server.log.read_text(encoding="utf-8", errors="replace")
    assert not numbers & set(NUMBER.findall(log)) and not [one for one in names if one in log]
