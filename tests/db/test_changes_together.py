"""A ledger that renumbers a building, or moves a home, asks for each of its people; another person answers for all of them at once."""

import json
from dataclasses import replace

import pytest

from core.changes import alike
from core.refusals import Refused
from db.commands.changes import decide
from db.commands.changes_bulk import Together, decide_together
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.changes import ChangeRequest
from db.models.clocks import Clock
from db.models.grids import Building, Household
from db.models.imports import ImportBatch
from db.models.ledger import LedgerEntry
from db.models.residents import Resident
from db.queries.awaited import awaited
from db.queries.changes import how_many, waiting, waiting_together
from db.scope import Scope
from db.types import uuid7
from tests import ledgers
from tests.db.conftest import found_two
from tests.db.test_imports import NOW, Office
from tests.db.test_imports_homes import lives

HEAD = ["姓名", "身份证号", "网格", "楼栋", "单元", "房号", "住址", "迁出日期", "迁出原因"]
PEOPLE = {name: ledgers.id_number(f"195{n}0315", 11 + n) for n, name in enumerate(("张三", "张婶", "李四", "王五", "赵六"))}
HOMES = {"张三": ("1", "301"), "张婶": ("1", "301"), "李四": ("1", "302"), "王五": ("2", "301")}


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def desk(kept) -> Office:
    return kept(lived_in)


def lived_in(engine) -> Office:
    """Four people behind three doors of building 3 in grid 01, a flat there that stands empty, and one person in building 5 in grid 02."""
    office = Office(engine, found_two(engine)["ours"])
    rows = [[name, PEOPLE[name], "01", "3号楼", *home, None, None, None] for name, home in HOMES.items()]
    office.take_in(office.upload("residents", [HEAD, *rows, ["赵六", PEOPLE["赵六"], "02", "5号楼", "1", "301", None, None, None]]))
    office.take_in(office.upload("households", [["网格", "楼栋", "单元", "房号"], ["01", "3号楼", "2", "302"]]))
    return office


def renumber(desk, into="13号楼", but=(), grid=None):
    """Taken in: building 3 is `into` now."""
    desk.take_in(desk.upload("residents", [HEAD, *([name, PEOPLE[name], grid, into, *home, None, None, None] for name, home in HOMES.items() if name not in but)]))


def found(desk, scope=None):
    with open_session(desk.engine, scope or replace(desk.scope, actor_id=uuid7())) as session:
        return waiting_together(session, NOW, desk.community_id), waiting(session, NOW, desk.community_id), how_many(session, NOW, desk.community_id)


def answer(desk, approved=True, scope=None, n=None, **more):
    [group, *_] = found(desk)[0]
    about = {"community_id": desk.community_id, "together": group.together, "expected": n or len(group.lines), "approved": approved}
    return carry_out(desk.engine, scope or Scope(uuid7(), "street_officer", frozenset({desk.community_id})), decide_together, now=NOW, **about | more)


def test_a_renumbered_building_is_one_answer_its_homes_go_along_and_each_request_keeps_its_own_trace(desk):
    renumber(desk)
    homes = len(desk.rows(Household))
    [group], alone, n = found(desk)
    assert (group.before, group.wanted, len(group.lines), alone, n) == ("3号楼", "13号楼", 4, [], 4)
    assert {line.before for line in group.lines} == {"3号楼***"} and group.file_name == "台账.xlsx"
    street = Scope(uuid7(), "street_officer", frozenset({desk.community_id}))
    assert answer(desk, scope=street) == Together(4, (), True)
    assert {name: lives(desk, name) for name in HOMES} == {name: ("13号楼", f"{unit}单元{room}", "01", None) for name, (unit, room) in HOMES.items()}
    assert len(desk.rows(Household)) == homes and {one.grid_id for one in desk.rows(Household)} == {one.grid_id for one in desk.rows(Building)}, "no flat is counted twice, or in no grid"
    asked = desk.rows(ChangeRequest)
    assert {(one.approved, one.decided_by, one.decided_at) for one in asked} == {(True, street.actor_id, NOW)}
    [entry] = desk.rows(LedgerEntry, LedgerEntry.command == "care.approve_changes")
    batch = desk.rows(ImportBatch, ImportBatch.id == entry.subject_id)[0]
    assert set(json.loads(entry.facts)["requests"]) == {str(one.id) for one in asked} and {one.batch_id for one in asked} == {batch.id}
    assert found(desk) == ([], [], 0) and answer_again(desk, asked[0].together) == Refused("common.changed_meanwhile")
    renumber(desk)
    assert found(desk)[2] == 0, "and the ledger says the same now"


def answer_again(desk, together):
    about = {"community_id": desk.community_id, "together": together, "expected": 4, "approved": True}
    return carry_out(desk.engine, Scope(uuid7(), "street_officer", frozenset({desk.community_id})), decide_together, now=NOW, **about)


def test_where_somebody_stays_behind_people_move_and_the_homes_stay(desk):
    renumber(desk, but=("王五",), grid="02")
    assert answer(desk) == Together(3)
    assert [lives(desk, name)[:3] for name in ("张婶", "李四", "王五")] == [("13号楼", "1单元301", "02"), ("13号楼", "1单元302", "02"), ("3号楼", "2单元301", "01")]
    zhang = desk.rows(Resident, Resident.name == "张三")[0]
    assert {one.grid_id for one in desk.rows(Clock, Clock.resident_id == zhang.id)} == {zhang.grid_id}, "what is due goes along"
    assert sorted(one.door for one in desk.rows(Household, Household.building_id.in_([one.id for one in desk.rows(Building, Building.name == "3号楼")]))) == [
        "1单元301", "1单元302", "2单元301", "2单元302",
    ]  # fmt: skip


def test_a_renumbered_building_that_has_such_a_door_already_takes_its_people_in(desk):
    renumber(desk, into="5号楼")
    assert answer(desk) == Together(4)
    assert lives(desk, "赵六") == lives(desk, "张三") == ("5号楼", "1单元301", "02", None) and lives(desk, "王五")[:2] == ("5号楼", "2单元301")


def test_refused_together_the_files_stay_and_it_is_not_asked_again(desk):
    renumber(desk)
    assert answer(desk, False) == Together(4)
    assert lives(desk)[0] == "3号楼" and {one.approved for one in desk.rows(ChangeRequest)} == {False}
    renumber(desk)
    assert found(desk)[2] == 0


def test_nobody_approves_together_what_they_asked_for_but_may_take_it_back(desk):
    renumber(desk)
    assert answer(desk, scope=desk.scope) == Refused("changes.by_another")
    assert answer(desk, scope=Scope(uuid7(), "station_head", frozenset({desk.community_id}))) == Refused("grants.actor_unknown")
    for role in ("grid_worker", "committee_member", "administrator", "property_company"):
        assert answer(desk, scope=Scope(uuid7(), role, frozenset({desk.community_id}), frozenset() if role == "grid_worker" else None)) == Refused("common.not_allowed")
    assert answer(desk, n=3) == Refused("common.changed_meanwhile"), "it is not what they had before them"
    assert answer(desk, False, scope=desk.scope) == Together(4)
    assert not [one for one in desk.rows(LedgerEntry) if one.command == "care.approve_changes"]


def test_whose_file_has_changed_since_is_told_and_not_touched_and_who_is_left_out_waits_for_an_answer_of_their_own(desk):
    renumber(desk)
    of = {one.resident_id: one.id for one in desk.rows(ChangeRequest)}
    ids = {one.name: of[one.id] for one in desk.rows(Resident) if one.id in of}

    li, elsewhere = desk.rows(Resident, Resident.name == "李四")[0].id, desk.rows(Household)[-1].id

    def moves(session, *, now):
        session.get(Resident, (desk.community_id, li)).household_id = elsewhere
        file(session, "test.move", now=now, community_id=desk.community_id)

    carry_out(desk.engine, Scope.system({desk.community_id}), moves, now=NOW)
    before = lives(desk, "李四")
    assert answer(desk, but=(ids["王五"],)) == Together(2, (ids["李四"],))
    assert lives(desk, "李四") == before and lives(desk, "王五")[0] == "3号楼" and lives(desk, "张婶")[0] == "13号楼"
    [group], alone, _ = found(desk)
    assert {line.id for line in group.lines} == {ids["李四"], ids["王五"]} and not alone
    assert answer(desk, but=tuple(ids.values())) == Refused("changes.nobody_left")
    carry_out(desk.engine, Scope(uuid7(), "street_officer", frozenset({desk.community_id})), decide, now=NOW, request_id=ids["王五"], approved=True)
    assert [line.id for line in found(desk)[1]] == [ids["李四"]] and found(desk)[0] == [], "the last one stands alone"


def test_the_people_of_one_home_move_together_and_leave_together_and_another_home_is_another_matter(desk):
    rows = [[name, PEOPLE[name], None, "5号楼", "2", door, None, None, None] for name, door in (("张三", "501"), ("张婶", "501"), ("李四", "502"))]
    desk.take_in(desk.upload("residents", [HEAD, *rows]))
    [group], alone, _ = found(desk)
    assert (group.before, len(group.lines), len(alone)) == (None, 2, 1)
    with open_session(desk.engine, desk.scope) as session:
        assert len([one for one in awaited(session, NOW, desk.community_id) if one.kind == "change"]) == 2, "one alert for the home"
    assert answer(desk) == Together(2)
    gone = [[name, PEOPLE[name], None, None, None, None, None, "2026-11-01", "搬走"] for name in ("张三", "张婶", "王五")]
    desk.take_in(desk.upload("residents", [HEAD, *gone]))
    [group], alone, _ = found(desk)
    assert ({line.wanted for line in group.lines}, len(alone)) == ({"moved:2026-11-01"}, 2)
    assert answer(desk) == Together(2)
    assert {one.name for one in desk.rows(Resident) if one.left_on} == {"张三", "张婶"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("address", "3号楼 1单元301", "13号楼 1单元301"), ("address", "3号楼 2单元502", "13号楼 2单元502"), True),
        (("address", "3号楼 1单元301", "13号楼 1单元301"), ("address", "3号楼 2单元502", "13号楼 2单元503"), False),
        (("address", "3号楼 1单元301", "13号楼 1单元301"), ("address", "4号楼 1单元301", "13号楼 1单元301"), False),
        (("address", "3号楼 1单元301", "5号楼 2单元502"), ("address", "3栋1单元301室", "5号楼2-502"), True),
        (("address", "3号楼 1单元301", "5号楼 2单元502"), ("address", "3号楼 1单元302", "5号楼 2单元502"), False),
        (("exit", None, "moved:2026-11-01"), ("exit", None, "moved:2026-11-02"), False),
        (("birth_date", "1950-03-15", "1950-03-16"), ("birth_date", "1950-03-15", "1950-03-16"), False),
    ],
)
def test_what_several_requests_have_in_common_is_a_buildings_number_or_a_home(one, other, same):
    said = [alike(*request, household=1) for request in (one, other)]
    assert (said[0] == said[1] and said[0] is not None) is same
