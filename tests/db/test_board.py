"""The notice board of repairs: closed until the station head opens it; then the record of a repair from start to end, and nothing about anybody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clocks import State
from core.refusals import Refused
from db.commands import work_orders as commands
from db.commands.board import switch
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.grids import Household
from db.models.work_orders import WorkOrder
from db.queries.bills import door_index
from db.queries.board import large_buildings, open_boards, open_since, places, reader, repairs
from db.scope import Scope
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

DAY = timedelta(1)
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def office(kept, two_communities):
    return kept(Office, two_communities["ours"])


def board(office, now=NOW):
    with open_session(office.engine, Scope.system({office.id})) as session:
        named = large_buildings(session, now, office.id)
    with open_session(office.engine, reader(office.id)) as session:
        return repairs(session, now, office.id, named)


def settle(office, building, doors):
    def command(session, *, now):
        rows = [{"community_id": office.id, "building_id": office.buildings[building], "door": f"{n}", "door_index": door_index(f"{n}")} for n in range(doors)]
        session.add_all(Household(**row) for row in rows)
        file(session, "test.settle", now=now, community_id=office.id)

    carry_out(office.engine, Scope.system({office.id}), command, now=NOW)


def opened(office):
    with open_session(office.engine, None) as session:
        every = places(session)
    with open_session(office.engine, reader(*every)) as session:
        return open_boards(session)


def test_it_is_closed_until_the_station_head_opens_it_and_closed_again_at_once(office):
    assert opened(office) == {}
    for who in ("a", "property"):
        assert office.do(who, switch, to_open=True) == Refused("common.not_allowed", "repair.board")
    assert office.do("head", switch, to_open=False).reason == "common.changed_meanwhile"
    assert office.do("head", switch, to_open=True) is True
    assert opened(office) == {"ours": (office.id, "ours")}, "and theirs stays closed"
    with open_session(office.engine, office.scope("head")) as session:
        assert open_since(session, office.id) == NOW
    assert office.do("head", switch, now=NOW + MINUTE, to_open=True).reason == "common.changed_meanwhile"
    assert office.do("head", switch, now=NOW + MINUTE, to_open=False) is False
    assert opened(office) == {}


@SQLITE
def test_the_record_of_a_repair_is_public_from_start_to_end(office):
    settle(office, "01", 10)
    taken = office.take_in("repair")
    office.take_in("noise")
    [one] = board(office).repairs
    assert (one.number, one.building, one.received_at, one.closed_at) == (taken.number, "01号楼", NOW, None)
    assert [limit.state for limit in (*one.on_site, *one.done)] == [State.on_time, State.on_time]
    office.act(taken.order_id, commands.accept, who="property")
    office.act(taken.order_id, commands.record_step, who="property", now=NOW + 3 * HOUR, act="on_site")
    assert [limit.state for limit in (*board(office, NOW + 73 * HOUR).repairs[0].on_site, *board(office, NOW + 73 * HOUR).repairs[0].done)] == [State.met, State.overdue]
    office.act(taken.order_id, commands.finish, who="property", now=NOW + 72 * HOUR + MINUTE, result="张小明家已修好")
    found = board(office, NOW + 73 * HOUR)
    assert (found.open, found.repairs[0].done[0].state, found.repairs[0].done[0].met_at) == (0, State.missed, NOW + 72 * HOUR + MINUTE)
    assert {one: (tally.met, tally.due) for one, tally in found.tallies.items()} == {"repair.on_site": (1, 1), "repair.done": (0, 1)}
    done = NOW + 72 * HOUR + MINUTE
    assert [len(board(office, now).repairs) for now in (done + 90 * DAY, done + 90 * DAY + MINUTE)] == [1, 0], "90 days, the product's default"


@SQLITE
@pytest.mark.parametrize(("doors", "name"), [(9, None), (10, "01号楼"), (0, None)])
def test_a_building_of_few_households_is_not_named(office, doors, name):
    settle(office, "01", doors)
    office.take_in("repair")
    assert board(office).repairs[0].building == name


@SQLITE
def test_nothing_that_somebody_typed_and_nothing_about_anybody_is_in_it(office):
    settle(office, "01", 12)
    office.take_in("repair", matter="张小明家水管漏水 13812345678", detail="301室")
    gone = office.take_in("repair").order_id
    office.act(gone, commands.withdraw, who="head", now=NOW + HOUR, reason="张小明撤回")
    found = board(office, NOW + HOUR)
    assert [(one.withdrawn, one.closed_at) for one in found.repairs] == [(False, None), (True, NOW + HOUR)]
    said = repr(found)
    assert not any(secret in said for secret in ("张小明", "138", "301", "漏水", "电梯"))
    with open_session(office.engine, reader(office.id)) as session:
        assert list(session.scalars(select(Household.id))) == [], "its reader reaches no table about people"
        assert session.scalar(select(WorkOrder.id).limit(1)) is not None
    assert office.rows(Household)
