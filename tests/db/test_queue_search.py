"""The search of the queue on both engines: by number, matter and name, counted as listed, quick or slow way alike."""

import pytest
from sqlalchemy import event, insert

from db.commands import work_orders as commands
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.models.residents import Resident
from db.queries.queue import FEW, KINDS, Wanted, counts, finished, queue, unclocked, unpressed
from db.scope import Scope
from db.types import uuid7
from tests.db.test_queue import DAY, NOW, Desk

ALL = {"whose": "all"}


@pytest.fixture
def desk(kept, two_communities):
    return kept(Desk, two_communities["ours"])


def _titles(desk: Desk, text: str, who: str = "head", **wanted) -> list[str]:
    return [one.title for one in desk.list(who, **ALL | wanted, text=text)]


def test_an_order_is_found_by_any_part_of_its_number_and_of_its_matter(desk):
    desk.take_in("demand", matter="2号楼下水道堵塞")
    desk.take_in("demand", matter="电梯里异响")
    assert _titles(desk, "2026-000001") == ["2号楼下水道堵塞"]
    assert len(_titles(desk, " 2026-00 ")) == 2
    assert _titles(desk, "000001") == ["2号楼下水道堵塞"], "residents quote the end of it"
    assert _titles(desk, "异响") == ["电梯里异响"]
    assert len(_titles(desk, "  ")) == 2, "blanks are no search"


def test_people_are_found_by_name_where_names_are_read_in_full_and_nowhere_else(desk):
    desk.care("call", "elder.call", NOW + DAY, name="欧阳秀英")
    desk.care("visit", "elder.visit", NOW + DAY, name="王建国")
    assert _titles(desk, "秀英") == _titles(desk, "秀英", who="a") == ["欧阳秀英"]
    masked = Scope(uuid7(), "committee_member", frozenset({desk.id}))
    with open_session(desk.engine, masked) as session:
        assert len(queue(session, NOW, Wanted("all"))) == 2
        assert queue(session, NOW, Wanted("all", text="秀英")) == []
        assert counts(session, NOW, Wanted("all", text="秀英")).by == {}


def test_the_property_company_searches_its_own_orders_alone(desk):
    desk.take_in("repair", matter="电梯停运")
    desk.take_in("demand", matter="电梯吵闹")
    desk.care("call", "elder.call", NOW + DAY, name="电梯")
    assert set(_titles(desk, "电梯", who="property")) == {"电梯停运"}


@pytest.mark.parametrize("sign", ["%", "_", "\\", "/"])
def test_signs_that_mean_something_to_a_database_are_text(desk, sign):
    desk.take_in("demand", matter=f"涨价5{sign}不合理")
    desk.take_in("demand", matter="涨价50不合理")
    assert _titles(desk, f"5{sign}") == [f"涨价5{sign}不合理"]
    assert _titles(desk, sign) == [f"涨价5{sign}不合理"]


def test_counts_of_a_search_open_exactly_its_rows(desk):
    for matter in ("电梯停运", "电梯异响", "路灯不亮"):
        desk.take_in("repair", matter=matter)
    desk.take_in("complex", matter="加装电梯")
    done = desk.take_in("demand", matter="电梯太慢").order_id
    desk.act(done, commands.accept)
    desk.act(done, commands.finish, told=True)
    desk.care("call", "elder.call", NOW - DAY, name="电梯")
    found, wanted = desk.count("head", **ALL, text="电梯"), Wanted("all", text="电梯")
    for kind in (None, *KINDS):
        assert found.of(kind=kind) == len(_titles(desk, "电梯", kind=kind)), kind
    assert (found.of(kind="order"), found.of(kind="call"), found.of(bucket="late")) == (4, 1, 1)
    with open_session(desk.engine, desk.scope("head")) as session:
        assert [line.matter for line in unclocked(session, NOW, wanted)] == ["加装电梯"]
        assert [line.matter for line in finished(session, NOW, wanted)] == ["电梯太慢"]
    assert (found.unclocked, found.to_follow_up) == (1, 1)


def test_a_search_lists_orders_no_clock_presses_and_a_closed_one_by_its_whole_number(desk):
    waiting = desk.take_in("complex", matter="加装电梯")
    done = desk.take_in("demand", matter="电梯太慢")
    desk.act(done.order_id, commands.accept)
    desk.act(done.order_id, commands.finish, told=True)

    def found(text, who="head"):
        with open_session(desk.engine, desk.scope(who)) as session:
            return [line.matter for line in unpressed(session, NOW, Wanted("all", text=text))]

    assert found("电梯") == ["加装电梯", "电梯太慢"]
    assert found(waiting.number) == ["加装电梯"]
    desk.act(done.order_id, commands.follow_up, rating=5)
    assert (found("电梯"), found(done.number), found(done.number[:-1])) == (["加装电梯"], ["电梯太慢"], ["加装电梯"])
    assert found(done.number, who="property") == []


def test_a_search_that_finds_many_lists_the_same_as_one_that_finds_few(desk):
    """Beyond FEW they are not looked up one by one any more."""
    people = [{"community_id": desk.id, "id": uuid7(), "grid_id": desk.grids["01"], "name": f"王{n}", "birth_year": 1950, "version": 1} for n in range(FEW)]

    def command(session, *, now):
        session.execute(insert(Resident), people)
        clocks = [desk._clock("elder.call", now + DAY, None, "resident", one["id"]) | {"resident_id": one["id"], "grid_id": one["grid_id"]} for one in people]
        session.execute(insert(Clock), [one | {"id": uuid7(), "act": "call", "desk": "grid", "version": 1} for one in clocks])
        file(session, "test.people", now=now, community_id=desk.id)

    carry_out(desk.engine, Scope.system({desk.id}), command, now=NOW)
    desk.care("call", "elder.call", NOW + DAY, name="李王")
    desk.take_in("demand", matter="王家的狗", place="01")
    desk.take_in("demand", matter="路灯", place="01")
    for who in ("a", "head"):
        assert desk.count(who, **ALL, text="王").of() == FEW + 2
        assert (desk.count(who, **ALL, text="王").of(kind="order"), _titles(desk, "王", who, kind="order")) == (1, ["王家的狗"])
        assert len(desk.list(who, **ALL, text="王")) == 25
    assert desk.count("head", **ALL, text="王1").of() == 1 + 10 + 100


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_open_orders_are_searched_and_counted_by_their_indexes_alone(desk):
    asked = []
    desk.take_in("demand")
    event.listen(desk.engine, "before_cursor_execute", lambda _c, _cursor, statement, values, *_: asked.append((statement, values)))
    for who in ("a", "head", "property"):
        desk.list(who, **ALL, text="电梯")
        desk.count(who, **ALL)
    searched = [one for one in asked if "LIKE" in one[0] and "FROM work_order" in one[0]]
    counted = [one for one in asked if "count(" in one[0]]
    assert (len(searched), len(counted)) == (3, 6)
    with desk.engine.connect() as connection:
        for statement, values in searched + counted:
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert any("COVERING INDEX ix_" in line and "_open" in line for line in plan), plan
