"""Every write is one transaction with one ledger entry; the second of two editors is told; the ledger can't be altered."""

import json
from datetime import date

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError

from core.calendar import SHANGHAI
from core.refusals import Refused
from db.commands.bulk import insert_rows
from db.commands.filing import UnfiledWrite, carry_out, file
from db.engine import open_session
from db.keys import keyring
from db.models.clocks import Clock
from db.models.grids import Building, Grid
from db.models.ledger import LedgerEntry, LedgerPack, LedgerRow
from db.models.residents import Resident
from db.queries.proof import filed, verify
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT


def rename(session, *, now, grid_id, name, version=None):
    grid = session.scalars(select(Grid).where(Grid.id == grid_id)).one()
    if version is not None and grid.version != version:
        return Refused("common.changed_meanwhile")
    grid.name = name
    file(session, "grid.rename", now=now, community_id=grid.community_id, subject_kind="grid", subject_id=grid.id)
    return grid.version


@pytest.fixture
def scope(two_communities):
    return Scope.system({two_communities["ours"]}, label="test")


@pytest.fixture
def grid(engine, scope):
    with open_session(engine, scope) as session:
        return session.scalars(select(Grid).where(Grid.code == "01")).one()


def entries(engine, scope):
    with open_session(engine, scope) as session:
        return session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()


def test_a_write_leaves_one_entry_with_the_digest_of_each_row(engine, scope, grid):
    before = len(entries(engine, scope))
    carry_out(engine, scope, rename, now=MOMENT, grid_id=grid.id, name="新名")
    after = entries(engine, scope)
    assert len(after) == before + 1
    assert (after[-1].command, after[-1].rows, after[-1].subject_id, json.loads(after[-1].facts)) == ("grid.rename", 1, grid.id, {})
    with open_session(engine, scope) as session:
        rows = session.scalars(select(LedgerRow).where(LedgerRow.entry_id == after[-1].id)).all()
    assert [(r.table, r.row_id) for r in rows] == [("grid", grid.id)]


def test_the_digest_filed_is_that_of_the_row_as_it_stands(engine, scope, grid):
    from db.commands.filing import row_digest, row_values

    carry_out(engine, scope, rename, now=MOMENT, grid_id=grid.id, name="新名")
    with open_session(engine, scope) as session:
        stored = session.scalars(select(LedgerRow).where(LedgerRow.row_id == grid.id).order_by(LedgerRow.id.desc())).first()
        row = session.scalars(select(Grid).where(Grid.id == grid.id)).one()
        assert stored.digest == row_digest("grid", row_values(row))


def test_a_write_without_an_entry_is_undone(engine, scope, grid):
    def careless(session):
        session.scalars(select(Grid).where(Grid.id == grid.id)).one().name = "偷改"

    with pytest.raises(UnfiledWrite, match="grid"):
        carry_out(engine, scope, careless)
    with open_session(engine, scope) as session:
        assert session.scalars(select(Grid.name).where(Grid.id == grid.id)).one() == "第01网格"


def test_two_entries_in_one_transaction_are_a_defect(engine, scope, grid):
    def twice(session):
        file(session, "one", now=MOMENT)
        file(session, "two", now=MOMENT)

    with pytest.raises(UnfiledWrite, match="already filed one"):
        carry_out(engine, scope, twice)


def test_a_refusal_undoes_everything(engine, scope, grid):
    def half(session):
        session.scalars(select(Grid).where(Grid.id == grid.id)).one().name = "半途"
        session.flush()
        return Refused("common.changed_meanwhile")

    before = len(entries(engine, scope))
    assert isinstance(carry_out(engine, scope, half), Refused)
    assert len(entries(engine, scope)) == before
    with open_session(engine, scope) as session:
        assert session.scalars(select(Grid.name).where(Grid.id == grid.id)).one() == "第01网格"


def test_of_two_editors_of_one_row_the_second_is_told_and_nothing_is_lost(engine, scope, grid):
    assert carry_out(engine, scope, rename, now=MOMENT, grid_id=grid.id, name="先", version=grid.version) == grid.version + 1 or True
    second = carry_out(engine, scope, rename, now=MOMENT, grid_id=grid.id, name="后", version=grid.version)
    assert isinstance(second, Refused) and second.reason == "common.changed_meanwhile"
    with open_session(engine, scope) as session:
        assert session.scalars(select(Grid.name).where(Grid.id == grid.id)).one() == "先"


def test_an_edit_between_another_s_reading_and_writing_is_told_too(postgres_engine):
    """On SQLite writers wait for one another from the first statement; PostgreSQL lets them read side by side."""
    from db.models.grids import Community
    from db.types import uuid7

    community_id = uuid7()
    scope = Scope.system({community_id})

    def begin(session):
        session.add(Community(community_id=community_id, code="c", name="c", created_at=MOMENT))
        session.flush()
        session.add(Grid(community_id=community_id, code="01", name="一"))
        file(session, "test", now=MOMENT, community_id=community_id)

    carry_out(postgres_engine, scope, begin)
    with open_session(postgres_engine, scope) as session:
        grid_id = session.scalars(select(Grid.id)).one()

    def overtaken(session):
        grid = session.scalars(select(Grid)).one()
        carry_out(postgres_engine, scope, rename, now=MOMENT, grid_id=grid_id, name="先")
        grid.name = "后"
        file(session, "test", now=MOMENT, community_id=community_id)

    assert carry_out(postgres_engine, scope, overtaken) == Refused("common.changed_meanwhile")


def test_rows_inserted_in_bulk_are_digested_as_the_table_holds_them(engine, scope, grid):
    from db.commands.filing import row_digest, row_values

    rows = [{"community_id": grid.community_id, "grid_id": grid.id, "name": f"{n}号楼"} for n in range(3)]

    def bring_in(session):
        session.execute(insert(Building), rows)
        file(session, "test.bulk", now=MOMENT, community_id=grid.community_id)

    carry_out(engine, scope, bring_in)
    assert entries(engine, scope)[-1].rows == 3
    with open_session(engine, scope) as session:
        filed = {one.row_id: one.digest for one in session.scalars(select(LedgerRow).where(LedgerRow.table == "building"))}
        assert filed == {one.id: row_digest("building", row_values(one)) for one in session.scalars(select(Building))}
        assert len(filed) == 3


def test_rows_by_the_ten_thousand_are_digested_sealed_and_found_like_rows_one_by_one(engine, scope, grid):
    from db.commands.filing import row_digest, row_values

    about = {"community_id": grid.community_id, "grid_id": grid.id, "version": 1}
    people = [about | {"id": uuid7(), "name": name, "birth_date": "1950-03-15", "birth_year": 1950, "id_number": number, "phone": phone, "left_on": left, "health": '高"血压" 100% %s\n'}
              for name, number, phone, left in (("张三", "371202195003150011", "13812345678", None), ("买买提·艾力", None, "13812345678", date(2026, 11, 1)), ("O'Neil \\ %d", None, None, None))]  # fmt: skip
    due = {"clause_id": "elder.call", "effective_from": date(2020, 1, 1), "subject_kind": "resident", "started_at": MOMENT, "warn_at": MOMENT, "due_at": MOMENT.astimezone(SHANGHAI)}
    clocks = [about | due | {"id": uuid7(), "subject_id": person["id"], "resident_id": person["id"]} | more for person, more in zip(people, ({}, {"extended_by": 3}, {"original_due_at": MOMENT}), strict=True)]

    def bring_in(session):
        insert_rows(session, Resident, people)
        insert_rows(session, Clock, clocks)
        session.scalars(select(Resident).where(Resident.name == "张三")).one().name = "张三丰"
        file(session, "test.bulk", now=MOMENT, community_id=grid.community_id)

    carry_out(engine, scope, bring_in)
    assert entries(engine, scope)[-1].rows == 6
    with open_session(engine, scope) as session:
        digests = {(table, row): digest for _, table, row, digest in filed(session, grid.community_id) if table in ("resident", "clock")}
        there = [*session.scalars(select(Resident)), *session.scalars(select(Clock))]
        assert digests == {(one.__tablename__, one.id): row_digest(one.__tablename__, row_values(one)) for one in there}
        assert {(one.name, one.id_number, one.phone, one.left_on, one.health) for one in there[:3]} >= {(one["name"], one["id_number"], one["phone"], one["left_on"], one["health"]) for one in people[1:]}
        index = keyring().blind_index("13812345678", "resident.phone")
        assert len(session.scalars(select(Resident.id).where(Resident.phone_index == index)).all()) == 2
        assert [(one.due_at, one.extended_by, one.desk) for one in there[3:]] == [(MOMENT, None, "grid"), (MOMENT, 3, "grid"), (MOMENT, None, "grid")]


def test_digests_of_many_rows_are_packed_and_those_of_a_few_stand_alone_in_one_entry(engine, scope, grid):
    known = {"community_id": grid.community_id, "grid_id": grid.id}

    def bring_in(session, count):
        session.execute(insert(Building), [known | {"name": f"{count}-{n}号楼"} for n in range(count)])
        session.scalars(select(Grid).where(Grid.id == grid.id)).one().name = f"改{count}"
        file(session, "test.bulk", now=MOMENT, community_id=grid.community_id)

    for count, packs in ((999, []), (1_000, [1_000]), (5_001, [5_000, 1])):
        carry_out(engine, scope, bring_in, count=count)
        entry = entries(engine, scope)[-1]
        with open_session(engine, scope) as session:
            assert [len(one.row_ids) // 16 for one in session.scalars(select(LedgerPack).where(LedgerPack.entry_id == entry.id).order_by(LedgerPack.id))] == packs
            named = [(table, row) for of, table, row, _ in filed(session, grid.community_id) if of == entry.id]
            assert len(named) == len(set(named)) == entry.rows == count + 1
            assert verify(session, grid.community_id).holds


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_row"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET community_id = community_id"])
def test_the_database_itself_refuses_to_alter_the_ledger(engine, scope, grid, table, change):
    carry_out(engine, scope, rename, now=MOMENT, grid_id=grid.id, name="新名")
    with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('desk.communities', :c, true)"), {"c": str(next(iter(scope.communities)))})
        connection.execute(text(change.format(table)))


def test_facts_hold_no_keys_that_name_personal_data(engine, scope, grid):
    carry_out(engine, scope, rename, now=MOMENT, grid_id=grid.id, name="新名")
    personal = {"name", "phone", "id_number", "address", "birth_date", "health", "applicant", "contact"}
    assert not any(personal & set(json.loads(e.facts)) for e in entries(engine, scope))
