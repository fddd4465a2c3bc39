"""A ledger that says a known resident lives elsewhere: the same home asks nobody, another one waits, and what was refused is not asked again."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.refusals import Refused
from db.commands.changes import decide
from db.commands.filing import carry_out
from db.engine import open_session
from db.models.changes import ChangeRequest
from db.models.clocks import Clock
from db.models.grids import Building, Grid, Household
from db.models.ledger import LedgerEntry
from db.models.residents import Resident, SpecialGroup
from db.models.transfers import Transfer
from db.scope import Scope
from db.types import uuid7
from tests import ledgers
from tests.db.conftest import found_two
from tests.db.test_imports import NOW, Office, states

HEAD = ["姓名", "身份证号", "网格", "楼栋", "单元", "房号", "住址", "联系电话"]
ZHANG, LI = ledgers.id_number("19500315", 11), ledgers.id_number("19510620", 12)


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def desk(kept) -> Office:
    return kept(lived_in)


def lived_in(engine) -> Office:
    office = Office(engine, found_two(engine)["ours"])
    rows = [["张三", ZHANG, "01", "3号楼", "1", "301", None, None], ["李四", LI, "01", None, None, None, None, None], ["王五", None, "02", "5号楼", "1", "101", None, None]]
    rows[2][1] = ledgers.id_number("19520101", 13)
    office.take_in(office.upload("residents", [HEAD, *rows]))
    return office


def ledger(desk, *rows, **more):
    return replace(desk.upload("residents", [HEAD, *rows]), **more)


def lives(desk, name="张三"):
    """Building, door, grid code and written address."""
    query = select(Building.name, Household.door, Grid.code, Resident.address).select_from(Resident)
    query = query.outerjoin(Household, (Household.community_id == Resident.community_id) & (Household.id == Resident.household_id))
    query = query.outerjoin(Building, (Building.community_id == Household.community_id) & (Building.id == Household.building_id))
    query = query.outerjoin(Grid, (Grid.community_id == Resident.community_id) & (Grid.id == Resident.grid_id)).where(Resident.name == name)
    with open_session(desk.engine, Scope.system({desk.community_id})) as session:
        return tuple(session.execute(query).one())


def answer(desk, approved):
    request = desk.rows(ChangeRequest, ChangeRequest.decided_at.is_(None))[0]
    return carry_out(desk.engine, Scope(uuid7(), "street_officer", frozenset({desk.community_id})), decide, now=NOW, request_id=request.id, approved=approved)


@pytest.mark.parametrize(
    "row", [["3栋", "1", "301室", None], ["3号楼", None, "301", None], [None, None, None, "莱芜区清溪新村３＃1单元301室"], ["3号楼", "1", "301", "清溪新村3-1-301"], [None, None, None, "汇河大道88号"]]
)
def test_what_says_the_same_as_somebodys_own_home_or_can_t_be_compared_changes_nothing_and_asks_nobody(desk, row):
    seen = desk.preview(ledger(desk, ["张三", ZHANG, None, *row, None]))
    assert states(seen) == {"new": 0, "changed": 0, "unchanged": 1, "rejected": 0} and not seen.plan.asks and not seen.plan.aside
    assert seen.plan.silent == (row[3] == "汇河大道88号")


def test_another_door_waits_for_a_second_person_and_then_household_grid_and_care_go_along(desk):
    again = ledger(desk, ["张三", ZHANG, "02", "5号楼", "2", "502", "清溪新村5号楼2单元502", "13800000000"])
    seen = desk.preview(again)
    assert [(one.column, one.old, one.new) for one in seen.plan.asks.values()] == [("address", "3号楼 1单元301", "5号楼 2单元502")], "one request a person"
    assert desk.take_in(again, expected=seen.fingerprint).counts["waits"] == 1
    assert lives(desk) == ("3号楼", "1单元301", "01", None) and desk.rows(Resident, Resident.name == "张三")[0].phone == "13800000000"
    assert desk.take_in(again).batch_id is None and not desk.rows(Transfer), "it waits: the same file again asks nothing"
    assert answer(desk, True) == "address"
    assert lives(desk) == ("5号楼", "2单元502", "02", None)
    zhang, there = desk.rows(Resident, Resident.name == "张三")[0], desk.rows(Grid, Grid.code == "02", Grid.community_id == desk.community_id)[0].id
    assert {one.grid_id for model in (Clock, SpecialGroup) for one in desk.rows(model, model.resident_id == zhang.id)} == {there} and len(desk.rows(Transfer)) == 1
    assert desk.take_in(again).batch_id is None, "and now it says the same"
    assert not any("2单元502" in one.facts for one in desk.rows(LedgerEntry))


def test_an_address_elsewhere_waits_and_leaves_the_household_when_it_is_agreed_to(desk):
    again = ledger(desk, ["张三", ZHANG, None, None, None, None, "泰和家园13号楼2单元101", None])
    assert desk.take_in(again).counts["waits"] == 1
    assert lives(desk) == ("3号楼", "1单元301", "01", None)
    answer(desk, True)
    assert lives(desk) == (None, None, "01", "泰和家园13号楼2单元101")
    old = ledger(desk, ["张三", ZHANG, None, "3号楼", "1", "301", None, None])
    assert desk.take_in(old).counts["waits"] == 1, "an old ledger moves nobody back"
    assert lives(desk)[0] is None


def test_who_has_no_address_yet_gets_door_or_address_at_once(desk):
    done = desk.take_in(ledger(desk, ["李四", LI, None, "5号楼", "1", "201", None, None]))
    assert (done.counts["changed"], done.counts["waits"]) == (1, 0) and lives(desk, "李四") == ("5号楼", "1单元201", "02", None)


def test_a_grid_alone_moves_nobody_whose_home_is_known(desk):
    seen = desk.preview(ledger(desk, ["张三", ZHANG, "02", None, None, None, None, None]))
    assert [(cell.reason, cell.refuses) for cell in seen.found.bad] == [("home_in_other_grid", False)] and states(seen)["unchanged"] == 1


@pytest.mark.parametrize("approved", [True, False])
def test_a_building_whose_name_is_no_number_is_a_home_like_any_other(desk, approved):
    assert desk.take_in(ledger(desk, ["张三", ZHANG, "02", "阳光公寓", None, "301", None, None])).aside == {"building": 1}, "the household is made when it is agreed to"
    answer(desk, approved)
    assert lives(desk) == (("阳光公寓", "301", "02", None) if approved else ("3号楼", "1单元301", "01", None))


def test_what_was_refused_is_shown_with_its_day_and_asked_again_only_for_another_value_or_if_somebody_says_so(desk):
    row = ["张三", ZHANG, None, "5号楼", "2", "502", None, None]
    desk.take_in(ledger(desk, row))
    answer(desk, False)
    seen = desk.preview(ledger(desk, row))
    assert not seen.plan.asks and [(one.new, day.isoformat()) for one, day in seen.plan.refused.values()] == [("5号楼 2单元502", "2026-11-18")]
    assert desk.take_in(seen.upload).batch_id is None and states(seen)["unchanged"] == 1
    elsewhere = ["张三", ZHANG, None, None, None, None, "清溪新村5栋2单元503室", None]
    assert len(desk.preview(ledger(desk, elsewhere)).plan.asks) == 1, "another value is asked for"
    assert desk.take_in(ledger(desk, row, ask_again=True)).counts["waits"] == 1
    answer(desk, True)
    assert lives(desk)[:2] == ("5号楼", "2单元502")
    assert len({one.wanted_index for one in desk.rows(ChangeRequest)}) == 1


def test_a_request_that_waits_is_found_waiting_whoever_asked(desk):
    row = ["张三", ZHANG, None, "5号楼", "2", "502", None, None]
    desk.take_in(ledger(desk, row))
    seen = desk.preview(ledger(desk, row, ask_again=True))
    assert not seen.plan.asks and not isinstance(seen, Refused)
