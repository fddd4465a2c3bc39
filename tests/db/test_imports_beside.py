"""A ledger planned while its first rows are being written comes to the same as one planned whole: later rows say more of earlier ones."""

import pytest
from sqlalchemy import select

from core.refusals import Refused
from db.commands import imports
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Building, Grid, Household
from db.models.residents import Resident, SpecialGroup
from db.queries.imports import planning
from db.queries.proof import verify
from tests import ledgers
from tests.db.test_imports import NOW, Office

ZHANG, LI, WANG = (ledgers.id_number("19500315", order) for order in (11, 13, 15))
HEAD = ["姓名", "身份证号", "出生日期", "人员类别", "联系电话", "所属网格", "楼栋", "门牌号"]
ROWS = [
    HEAD,
    ["张三", None, "1950-03-15", "老年人", None, None, "3号楼", "101"],
    ["李四", LI, None, "老年人", "13812345678", None, "3号楼", "102"],
    ["张三", ZHANG, None, "残疾人", "13912345678", None, "3号楼", "101"],  # the number, another group and a phone of the first row's person
    ["王五", WANG, None, "残疾人", None, "02", "3号楼", "102"],  # and only now the grid of the house is said
    ["赵六", None, "2015-06-01", "困境儿童", None, "01", "4号楼", "101"],
]


def step_by_step(session, *, now, community_id, upload):
    begun = planning(session, upload, community_id=community_id, now=now, once=True, step=1)
    assert begun.alone()
    imports.write_new(session, begun.seen.plan, community_id, now, steps=begun.steps)
    imports.apply_plan(session, begun.seen.plan, community_id, now)
    file(session, "test.beside", now=now, community_id=community_id)
    return begun.seen.counts


def content(office):
    """All that is on file, without ids."""
    with open_session(office.engine, office.scope) as session:
        grids = {one.id: one.code for one in session.scalars(select(Grid))}
        people = {one.id: one for one in session.scalars(select(Resident))}
        homes = {one.id: one for one in session.scalars(select(Household))}
        return (
            sorted((one.name, grids.get(one.grid_id)) for one in session.scalars(select(Building))),
            sorted((one.door, grids.get(one.grid_id)) for one in homes.values()),
            sorted((p.name, p.id_number, p.birth_date, p.phone, grids.get(p.grid_id), homes[p.household_id].door, p.id_index, p.phone_index) for p in people.values()),
            sorted((people[one.resident_id].name, one.group, str(one.detail), grids.get(one.grid_id)) for one in session.scalars(select(SpecialGroup))),
            sorted((people[one.resident_id].name, one.clause_id, one.due_at, grids.get(one.grid_id), one.closed_at is None) for one in session.scalars(select(Clock))),
            verify(session, office.community_id).holds,
        )


@pytest.fixture
def whole(engine, two_communities):
    office = Office(engine, two_communities["theirs"])
    return office, office.take_in(office.upload("residents", ROWS))


def test_what_later_rows_say_of_people_already_written_is_on_file_as_if_all_had_been_planned_first(engine, two_communities, whole):
    theirs, done = whole
    ours = Office(engine, two_communities["ours"])
    counts = carry_out(engine, ours.scope, step_by_step, now=NOW, community_id=ours.community_id, upload=ours.upload("residents", ROWS))
    assert not isinstance(counts, Refused) and counts == done.counts
    assert content(ours) == content(theirs)
    assert [name for name, *_ in content(ours)[2]] == ["张三", "李四", "王五", "赵六"], "one file a person"


def test_who_left_by_a_ledger_planned_beside_is_asked_about_like_any_other(engine, two_communities, whole):
    office, _ = whole
    gone = office.upload("residents", [[*HEAD, "迁出日期"], ["李四", LI, None, "老年人", "13812345678", None, "3号楼", "102", "2026-11-10"]])
    assert carry_out(engine, office.scope, step_by_step, now=NOW, community_id=office.community_id, upload=gone)["waits"] == 1
