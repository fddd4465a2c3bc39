"""On PostgreSQL the database is the second lock: a connection that names no community reads and writes nothing."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from db.commands.filing import carry_out, file
from db.models.grids import Community, Grid
from db.models.guards import tenant_table_names
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT


@pytest.fixture
def community_id(postgres_engine):
    community_id = uuid7()

    def begin(session):
        session.add(Community(community_id=community_id, code="c", name="c", created_at=MOMENT))
        session.flush()
        session.add(Grid(community_id=community_id, code="01", name="一"))
        file(session, "test", now=MOMENT, community_id=community_id)

    carry_out(postgres_engine, Scope.system({community_id}), begin)
    return community_id


def count(connection):
    return connection.execute(text("SELECT count(*) FROM grid")).scalar_one()


def test_a_connection_that_names_no_community_sees_no_row(postgres_engine, community_id):
    with postgres_engine.connect() as connection:
        assert count(connection) == 0


def test_a_connection_that_names_its_community_sees_its_rows_until_the_transaction_ends(postgres_engine, community_id):
    with postgres_engine.connect() as connection:
        connection.execute(text("SELECT set_config('desk.communities', :c, true)"), {"c": str(community_id)})
        assert count(connection) == 1
        connection.rollback()
        assert count(connection) == 0


def test_a_row_for_another_community_is_refused(postgres_engine, community_id):
    with postgres_engine.connect() as connection:
        connection.execute(text("SELECT set_config('desk.communities', :c, true)"), {"c": str(uuid7())})
        with pytest.raises(DatabaseError, match="row-level security"):
            connection.execute(text("INSERT INTO grid (community_id, id, code, name, version) VALUES (:c, :i, '09', 'x', 1)"), {"c": community_id, "i": uuid7()})


def test_every_tenant_table_is_locked(postgres_engine):
    with postgres_engine.connect() as connection:
        locked = set(connection.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")).scalars())
    assert locked == set(tenant_table_names())


def test_the_tests_do_not_run_as_superuser_whom_no_policy_holds(postgres_engine):
    with postgres_engine.connect() as connection:
        assert connection.execute(text("SELECT current_setting('is_superuser')")).scalar_one() == "off"
