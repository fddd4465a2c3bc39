"""Traces of service can't be altered, and serve as proof (HB 二(二)): what is changed behind the desk's back is named, table and row."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core.refusals import Refused
from core.roles import Role
from core.words import words_of
from db.commands.bulk import insert_rows
from db.commands.filing import carry_out, file
from db.commands.ledger import note_check, seal
from db.commands.migrate import alembic_config
from db.engine import open_session
from db.models.grids import Building, Grid, Staff
from db.models.guards import LEDGER
from db.queries import ledger
from db.queries.proof import head_text, is_signed, public_key, read_head, verify
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT

ROOM = Path(__file__).parents[2] / "db"


@pytest.fixture
def ours(two_communities):
    return two_communities["ours"]


@pytest.fixture
def scope(ours):
    return Scope.system({ours}, label="test")


def rename(session, *, now, code, name):
    grid = session.scalars(select(Grid).where(Grid.code == code)).one()
    grid.name = name
    file(session, "grid.rename", now=now, community_id=grid.community_id, subject_kind="grid", subject_id=grid.id)
    return grid.id


def hire(session, *, now, community_id, phone):
    one = Staff(community_id=community_id, name="演示", kind="grid_worker", phone=phone)
    session.add(one)
    session.flush()
    file(session, "staff.hire", now=now, community_id=community_id, subject_kind="worker", subject_id=one.id)
    return one.id


def proof(engine, scope, community_id, **options):
    with open_session(engine, scope) as session:
        return verify(session, community_id, **options)


def behind_the_desks_back(engine, community_id, statement, **values):
    """Raw SQL, as somebody with the database's password would type it."""
    with engine.begin() as link:
        if engine.dialect.name == "postgresql":
            link.execute(text("SELECT set_config('desk.communities', :ids, true)"), {"ids": f"{community_id},{'0' * 32}"})
        link.execute(text(statement), {key: value if engine.dialect.name == "postgresql" or not hasattr(value, "bytes") else value.bytes for key, value in values.items()})


@pytest.fixture
def sealed(engine, scope, ours):
    """A ledger with a renamed grid and a new worker under one head; the grid's id."""
    grid = carry_out(engine, scope, rename, now=MOMENT, code="01", name="新名")
    carry_out(engine, scope, hire, now=MOMENT, community_id=ours, phone="13800000000")
    carry_out(engine, scope, seal, now=MOMENT, community_id=ours)
    return grid


def test_an_untouched_ledger_holds(engine, scope, ours, sealed):
    found = proof(engine, scope, ours)
    assert found.holds, found.faults
    assert (found.entries, found.unsealed, found.heads) == (3, 0, 1)
    assert found.rows >= 4


def test_a_row_changed_behind_the_desks_back_is_named(engine, scope, ours, sealed):
    behind_the_desks_back(engine, ours, "UPDATE grid SET name = '偷改' WHERE id = :id", id=sealed)
    assert [(f.kind, f.table, f.row_id) for f in proof(engine, scope, ours).faults] == [("changed_row", "grid", str(sealed))]


def test_a_row_deleted_behind_the_desks_back_is_named(engine, scope, ours, sealed):
    worker = carry_out(engine, scope, hire, now=MOMENT, community_id=ours, phone="13900000000")
    behind_the_desks_back(engine, ours, "DELETE FROM staff WHERE id = :id", id=worker)
    assert [(f.kind, f.table, f.row_id) for f in proof(engine, scope, ours).faults] == [("vanished_row", "staff", str(worker))]


def test_an_encrypted_cell_moved_from_another_row_is_named(engine, scope, ours, sealed):
    first = carry_out(engine, scope, hire, now=MOMENT, community_id=ours, phone="13900000001")
    second = carry_out(engine, scope, hire, now=MOMENT, community_id=ours, phone="13900000002")
    behind_the_desks_back(engine, ours, "UPDATE staff SET phone = (SELECT phone FROM staff WHERE id = :other) WHERE id = :id", id=first, other=second)
    assert [(f.kind, f.row_id) for f in proof(engine, scope, ours).faults] == [("changed_row", str(first))]


def test_a_row_changed_through_the_desk_is_no_fault(engine, scope, ours, sealed):
    for name in ("再改", "又改"):
        carry_out(engine, scope, rename, now=MOMENT.astimezone(), code="01", name=name)
    found = proof(engine, scope, ours)
    assert found.holds, found.faults
    assert found.unsealed == 2


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize("act", ["UPDATE {} SET community_id = community_id", "DELETE FROM {}"])
def test_the_database_refuses_to_alter_the_ledger(engine, ours, brought_in, sealed, table, act):
    with pytest.raises(DatabaseError, match="append-only"):
        behind_the_desks_back(engine, ours, act.format(table))


def _without_trigger(engine, community_id, statement, **values):
    """What the owner of the database can still do."""
    drop = "DROP TRIGGER ledger_entry_no_update" if engine.dialect.name == "sqlite" else "DROP TRIGGER ledger_entry_append_only ON ledger_entry"
    extra = ["DROP TRIGGER ledger_entry_no_delete", "DROP TRIGGER ledger_leaf_no_delete"] if engine.dialect.name == "sqlite" else ["DROP TRIGGER ledger_leaf_append_only ON ledger_leaf"]
    for one in (drop, *extra):
        behind_the_desks_back(engine, community_id, one)
    behind_the_desks_back(engine, community_id, statement, **values)


def test_an_entry_altered_by_the_databases_owner_breaks_its_leaf(engine, scope, ours, sealed):
    with open_session(engine, scope) as session:
        entry = ledger.entries(session, ours, commands=("grid.rename",))[0]
    _without_trigger(engine, ours, "UPDATE ledger_entry SET role = 'station_head' WHERE id = :id", id=entry.id)
    assert [(f.kind, f.row_id) for f in proof(engine, scope, ours).faults] == [("changed_entry", str(entry.id))] + [("forged_head", "3")]


def test_an_entry_that_vanished_is_missed_by_its_leaf(engine, scope, ours, sealed):
    with open_session(engine, scope) as session:
        entry = ledger.entries(session, ours, commands=("staff.hire",))[0]
    _without_trigger(engine, ours, "DELETE FROM ledger_entry WHERE id = :id", id=entry.id)
    assert ("vanished_entry", str(entry.id)) in [(f.kind, f.row_id) for f in proof(engine, scope, ours).faults]


def test_a_forged_digest_beside_a_forged_row_is_seen(engine, scope, ours, sealed):
    """Putting a row back as it was, with its old digest appended again, breaks the digest of the entry it is appended to."""
    with open_session(engine, scope) as session:
        before = ledger.entries(session, ours, commands=("grid.rename",))[0]
    behind_the_desks_back(
        engine, ours, "INSERT INTO ledger_row (community_id, id, entry_id, \"table\", row_id, digest) SELECT community_id, row_id, entry_id, \"table\", row_id, digest FROM ledger_row "
        "WHERE entry_id = :entry", entry=before.id)  # fmt: skip
    assert [(f.kind, f.row_id) for f in proof(engine, scope, ours).faults] == [("changed_digest", str(before.id))]


@pytest.fixture
def brought_in(engine, scope, ours):
    """Two houses that came in with a ledger, whose digests are packed; the second was renamed since. Their ids."""

    def bring_in(session, *, now):
        rows = [{"community_id": ours, "id": uuid7(), "name": name} for name in ("1号楼", "2号楼")]
        insert_rows(session, Building, rows)
        file(session, "import.take_in", now=now, community_id=ours)
        return [row["id"] for row in rows]

    def rename_house(session, *, now, known):
        session.get_one(Building, (ours, known)).name = "2号楼（新）"
        file(session, "building.rename", now=now, community_id=ours)

    first, second = carry_out(engine, scope, bring_in, now=MOMENT)
    carry_out(engine, scope, rename_house, now=MOMENT, known=second)
    return first, second


def test_of_rows_taken_in_with_a_ledger_the_one_changed_behind_the_desks_back_is_named(engine, scope, ours, brought_in):
    assert proof(engine, scope, ours).holds
    for house, name in zip(brought_in, ("9号楼", "2号楼"), strict=True):
        behind_the_desks_back(engine, ours, "UPDATE building SET name = :name WHERE id = :id", name=name, id=house)
    assert [(f.kind, f.row_id) for f in proof(engine, scope, ours).faults] == [("changed_row", str(house)) for house in brought_in]


def test_an_older_schema_that_would_lose_packed_digests_is_refused(engine, brought_in):
    """On PostgreSQL, too, where row-level security shows a migration no row."""
    with pytest.raises(RuntimeError, match="restore the backup"), engine.execution_options(desk_writes=True).connect() as link:
        command.downgrade(alembic_config(link), "0040")


def test_packed_digests_appended_once_more_break_the_digest_of_their_entry(engine, scope, ours, brought_in):
    with open_session(engine, scope) as session:
        entry = ledger.entries(session, ours, commands=("import.take_in",))[0]
    behind_the_desks_back(
        engine, ours, "INSERT INTO ledger_pack (community_id, id, entry_id, \"table\", row_ids, digests) "
        "SELECT community_id, entry_id, entry_id, \"table\", row_ids, digests FROM ledger_pack WHERE entry_id = :entry", entry=entry.id)  # fmt: skip
    assert [(f.kind, f.row_id) for f in proof(engine, scope, ours).faults] == [("changed_digest", str(entry.id))]


def test_a_head_kept_elsewhere_shows_entries_that_vanished_with_all_heads(engine, scope, ours, sealed):
    with open_session(engine, scope) as session:
        kept = read_head(head_text(ledger.last_head(session, ours)))
    assert proof(engine, scope, ours, kept=[kept]).holds
    larger = type(kept)(ours, kept.size + 1, kept.root, kept.signed_at, kept.signature)
    assert [(f.kind, f.row_id) for f in proof(engine, scope, ours, kept=[larger]).faults] == [("vanished", "4")]


def test_a_head_is_one_short_line_that_reads_back(engine, scope, ours, sealed):
    with open_session(engine, scope) as session:
        head = ledger.last_head(session, ours)
    assert len(head_text(head)) <= 205
    assert read_head(head_text(head)) == head
    assert is_signed(head)
    assert not is_signed(type(head)(ours, head.size, head.root, head.signed_at + timedelta(seconds=1), head.signature))
    assert len(public_key()) == 44


@pytest.mark.parametrize("line", ["", "desk-head-2 a 1 b 1 c", "hello"])
def test_a_line_that_is_no_head_is_refused(line):
    with pytest.raises(ValueError):
        read_head(line)


def test_sealing_twice_changes_nothing(engine, scope, ours, sealed):
    first = carry_out(engine, scope, seal, now=MOMENT, community_id=ours)
    assert carry_out(engine, scope, seal, now=MOMENT + timedelta(1), community_id=ours) == first
    carry_out(engine, scope, rename, now=MOMENT, code="02", name="第二次")
    assert carry_out(engine, scope, seal, now=MOMENT + timedelta(1), community_id=ours).size == first.size + 1
    assert proof(engine, scope, ours).holds


def test_each_community_has_its_own_tree(engine, scope, two_communities, sealed):
    theirs = two_communities["theirs"]
    assert carry_out(engine, Scope.system({theirs}), seal, now=MOMENT, community_id=theirs) is None
    with open_session(engine, Scope.system({theirs})) as session:
        assert ledger.entries(session, two_communities["ours"]) == []


def test_who_may_sign_heads(engine, scope, ours, sealed):
    worker = Scope(None, Role.GRID_WORKER, frozenset({ours}))
    assert carry_out(engine, worker, seal, now=MOMENT, community_id=ours) == Refused("common.not_allowed", "tamper_proof")
    committee = Scope(None, Role.COMMITTEE_MEMBER, frozenset({ours}))
    assert carry_out(engine, committee, seal, now=MOMENT, community_id=ours).size == 3


def test_a_check_is_itself_on_the_ledger(engine, scope, ours, sealed):
    carry_out(engine, scope, note_check, now=MOMENT, community_id=ours, proof=proof(engine, scope, ours))
    with open_session(engine, scope) as session:
        state = ledger.proof_state(session, ours)
    assert (state.entries, state.sealed, state.checked_at, state.faults) == (4, 3, MOMENT, 0)


def test_entries_are_found_by_kind_person_and_time(engine, scope, ours, sealed):
    with open_session(engine, scope) as session:
        assert [e.command for e in ledger.entries(session, ours)] == ["staff.hire", "grid.rename", "test.found"]
        assert [e.position for e in ledger.entries(session, ours)] == [2, 1, 0]
        assert ledger.count_entries(session, ours, commands=("grid.rename",)) == 1
        assert ledger.count_entries(session, ours, since=MOMENT + timedelta(seconds=1)) == 0
        assert ledger.commands_seen(session, ours) == ["grid.rename", "staff.hire", "test.found"]
        assert ledger.people_seen(session, ours) == {}
        assert ledger.last_entries(session)[1] == ledger.entries(session, ours)[0].id


def test_whatever_shows_personal_data_in_full_stands_among_who_looked_at_whom():
    shown = {one for path in ROOM.glob("*/*.py") for one in re.findall(r'"(\w+\.reveal\w*)"', path.read_text())}
    acts = {f"work_order.{one}" for path in (ROOM / "commands").glob("*.py") for one in re.findall(r'_file\(.*"(reveal\w*)"', path.read_text())}
    assert shown | acts == set(ledger.REVEALS)
    assert all(f"ledger.did.{one}" in words_of("ledger") for one in ledger.REVEALS)
