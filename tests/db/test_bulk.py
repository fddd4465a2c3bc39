"""Rows by the ten thousand: whole and in order at each edge of a statement, and SQLite's indexes as they were whatever happens."""

import pytest
from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.exc import IntegrityError

from core.refusals import Refused
from db.commands.bulk import insert_batches
from db.commands.filing import carry_out, file
from db.crew import MANY
from db.engine import open_session
from db.models.residents import Resident, SpecialGroup
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def ours(two_communities):
    return two_communities["ours"]


@pytest.fixture
def scope(ours):
    return Scope.system({ours}, label="test")


def people(community_id, count, first=0):
    return [{"community_id": community_id, "id": uuid7(), "name": f"居民{n:05d}", "id_number": f"{n:018d}" if n % 3 else None} for n in range(first, first + count)]


def bring_in(session, rows, memberships=(), coming=MANY):
    several = [(Resident, rows), (SpecialGroup, list(memberships))]
    written = list(insert_batches(session, several, {"resident": coming, "special_group": coming}))
    file(session, "test.bulk", now=MOMENT, community_id=rows[0]["community_id"])
    return written


def schema(engine):
    with engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ('resident', 'special_group') AND type = 'index' ORDER BY tbl_name, rowid"
        ).all()


def known(engine, scope):
    with open_session(engine, scope) as session:
        return session.execute(select(Resident.id, Resident.name, Resident.id_number).order_by(Resident.id)).all()


@only_sqlite
@pytest.mark.parametrize("count", [1, 2, 39, 40, 41, 81])
def test_every_row_comes_in_at_each_edge_of_a_statement(engine, scope, ours, count):
    before = known(engine, scope)
    rows = people(ours, count)
    carry_out(engine, scope, bring_in, rows=rows, coming=0)
    assert [row for row in known(engine, scope) if row not in before] == [(row["id"], row["name"], row["id_number"]) for row in rows]


@only_sqlite
def test_indexes_taken_away_for_many_rows_are_there_again_in_their_order_and_used(engine, scope, ours):
    before = schema(engine)
    carry_out(engine, scope, bring_in, rows=people(ours, 41))
    assert schema(engine) == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        way = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT id FROM resident WHERE community_id = x'00' AND phone_index = x'00'").all()
        assert "ix_resident_community_id_phone_index" in way[0][3]


@only_sqlite
@pytest.mark.parametrize("coming", [0, MANY])
def test_a_failure_in_the_middle_of_many_rows_leaves_everything_as_it_was_indexes_too(engine, scope, ours, coming):
    rows, before = people(ours, 3), (schema(engine), known(engine, scope))
    elder = {"community_id": ours, "group": "elder", "resident_id": rows[0]["id"], "from_date": MOMENT.date()}
    twice = [elder | {"id": uuid7()}, elder | {"id": uuid7()}]
    with pytest.raises(IntegrityError):
        carry_out(engine, scope, bring_in, rows=rows, memberships=twice, coming=coming)
    assert (schema(engine), known(engine, scope)) == before
    nobody = [elder | {"id": uuid7(), "resident_id": uuid7()}]
    with pytest.raises(IntegrityError):
        carry_out(engine, scope, bring_in, rows=rows, memberships=nobody, coming=coming)

    def refused(session):
        bring_in(session, rows, coming=coming)
        return Refused("common.not_allowed")

    assert carry_out(engine, scope, refused) == Refused("common.not_allowed")
    assert (schema(engine), known(engine, scope)) == before
    carry_out(engine, scope, bring_in, rows=rows, memberships=twice[:1], coming=coming)
    assert schema(engine) == before[0]


@only_sqlite
def test_a_table_that_has_more_rows_than_come_keeps_its_indexes_meanwhile(engine, scope, ours, monkeypatch):
    monkeypatch.setattr("db.commands.bulk.MANY", 3)
    carry_out(engine, scope, bring_in, rows=people(ours, 41), coming=0)
    there = []

    def look(session):
        with_indexes = insert_batches(session, [(Resident, people(ours, 2, first=100))], {"resident": 4})
        next(with_indexes)
        there.append(session.connection().exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'ix_resident_community_id_phone_index'").scalar())
        list(with_indexes)
        file(session, "test.bulk", now=MOMENT, community_id=ours)

    carry_out(engine, scope, look)
    assert there == [1]


def test_what_all_rows_say_alike_goes_to_each_row_and_is_sealed_for_each(engine, scope, ours):
    rows = [one | {"sex": "F", "phone": "13800001111", "health": "良好"} for one in people(ours, 41)]
    carry_out(engine, scope, bring_in, rows=rows, coming=0)
    with open_session(engine, scope) as session:
        there = session.execute(select(Resident.id, Resident.sex, Resident.phone, Resident.health, Resident.address, Resident.phone_index).where(Resident.sex == "F")).all()
        sealed = session.scalars(select(type_coerce(Resident.health, LargeBinary)).where(Resident.sex == "F")).all()
    assert sorted(row[:5] for row in there) == [(row["id"], "F", "13800001111", "良好", None) for row in rows]
    assert len({row.phone_index for row in there}) == 1 and len(set(sealed)) == 41
