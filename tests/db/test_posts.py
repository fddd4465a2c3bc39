"""Who holds what: one definition for roster, overview and queue, in Python and in SQL. Both engines."""

from datetime import date, timedelta
from itertools import product

import pytest

from core.roles import Role
from db.models.clocks import Clock
from db.models.grids import Absence, Grid, Post, Staff
from db.models.residents import Resident
from db.queries import overview, queue, roster
from db.queries.checklist_rows import clock_rows
from db.queries.posts import holding
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT
from tests.db.test_checklist import add, clock, order, ours  # noqa: F401
from tests.db.test_overview import ask

CASES = {
    "both at work": ((), (), "乙"),
    "B absent": ("乙", (), "甲"),
    "A absent": ("甲", (), "乙"),
    "both absent": ("甲乙", (), "乙"),
    "B has left": ((), "乙", "甲"),
    "A has left, B absent": ("乙", "甲", "乙"),
    "both have left": ((), "甲乙", None),
}
"""Who is absent, who has left, and who then answers for the care of the grid."""


@pytest.fixture
def ground(add, ours):  # noqa: F811
    """One grid, 甲 at its A post, 乙 at its B post, one elder whose call is late; made by who is absent and who has left."""

    def make(absent=(), left=()):
        grid = Grid(community_id=ours, id=uuid7(), code="甲", name="甲格")
        staff = {name: Staff(community_id=ours, id=uuid7(), name=name, kind="grid_worker", left_on=date(2026, 1, 2) if name in left else None) for name in "甲乙丙"}
        posts = (Post(community_id=ours, grid_id=grid.id, post=post, staff_id=staff[name].id, from_date=date(2026, 1, 1)) for post, name in zip("AB", "甲乙", strict=True))
        away = (Absence(community_id=ours, staff_id=staff[name].id, starts_at=MOMENT - timedelta(1), ends_at=MOMENT + timedelta(1)) for name in absent)
        elder = Resident(community_id=ours, id=uuid7(), grid_id=grid.id, name="王淑珍", birth_year=1950)
        call = clock(ours, "elder.call", act="call", period_key="2026-W46", subject_kind="resident", subject_id=elder.id, resident_id=elder.id, grid_id=grid.id)
        add(grid, *staff.values(), *posts, *away, elder, call)
        return grid.id, {name: one.id for name, one in staff.items()}

    return make


@pytest.mark.parametrize("case", CASES)
def test_roster_overview_and_the_workers_queue_name_the_same_holder_of_care(engine, ours, ground, case):  # noqa: F811
    absent, left, answers = CASES[case]
    grid_id, staff = ground(absent, left)
    head = Scope(None, Role.STATION_HEAD, frozenset({ours}))
    row = ask(engine, head, roster.roster).rows[0]
    (late,) = ask(engine, head, overview.late, ours).by_holder
    assert (row.holder, late.name, late.id) == (answers, answers, staff.get(answers))
    assert len(ask(engine, head, overview.late_rows, ours, holder_id=late.id)) == 1, "and the row opens"
    if answers:
        assert len(ask(engine, head, queue.queue, queue.Wanted("all", holder_id=late.id))) == len(ask(engine, head, roster.roster, roster.Wanted(holder_id=late.id)).rows) == 1
        worker = Scope(None, Role.GRID_WORKER, frozenset({ours}), frozenset({grid_id}), staff_id=late.id)
        assert len(ask(engine, worker, queue.queue)) == 1


@pytest.mark.parametrize("case", ["A absent", "both absent", "A has left, B absent"])
def test_who_holds_a_clock_is_the_same_in_python_and_in_sql(engine, ours, add, ground, case):  # noqa: F811
    absent, left, _ = CASES[case]
    grid_id, staff = ground(absent, left)
    for desk, grid, name in product(("grid", "station", "property"), (grid_id, None), (None, *staff)):
        one = order(ours, grid_id=grid, desk=desk, holder_id=staff.get(name))
        add(one, clock(ours, work_order_id=one.id, subject_kind="work_order", subject_id=one.id, grid_id=grid, desk=desk, holder_id=staff.get(name)))

    def compare(session, now):
        held = holding(session, now)
        clocks = session.query(Clock).all()
        for staff_id in (None, *staff.values()):
            listed = {row.clock_id for row in clock_rows(session, ours, held.held_by(staff_id, Clock), limit=99)}
            assert listed == {one.id for one in clocks if held.holder(one.desk, one.grid_id, one.holder_id) == staff_id}
        return len(clocks)

    assert ask(engine, Scope.system({ours}), compare) == 25


def test_an_order_of_somebody_who_left_or_is_absent_lies_with_the_other_post(engine, ours, add, ground):  # noqa: F811
    grid_id, staff = ground(absent="甲", left="丙")
    for name in "甲丙":
        one = order(ours, grid_id=grid_id, holder_id=staff[name], status="accepted")
        add(one, clock(ours, work_order_id=one.id, subject_kind="work_order", subject_id=one.id, grid_id=grid_id, holder_id=staff[name]))
    head = Scope(None, Role.STATION_HEAD, frozenset({ours}))
    assert [(row.name, row.orders, row.care) for row in ask(engine, head, overview.late, ours).by_holder] == [("乙", 2, 1)]
    worker = Scope(None, Role.GRID_WORKER, frozenset({ours}), frozenset({grid_id}), staff_id=staff["乙"])
    assert len(ask(engine, worker, queue.queue)) == 3


def test_what_nobody_holds_opens_its_own_rows_and_not_everybodys(engine, ours, add, ground):  # noqa: F811
    grid_id, staff = ground()
    add(clock(ours, "elder.call", subject_kind="resident", subject_id=uuid7()))
    head = Scope(None, Role.STATION_HEAD, frozenset({ours}))
    assert len(ask(engine, head, overview.late_rows, ours)) == 2
    assert len(ask(engine, head, overview.late_rows, ours, holder_id=None)) == 1
    assert [row.grid_id for row in ask(engine, head, overview.late_rows, ours, grid_id=None)] == [None]
