"""The overview: what is late and who holds it, and twelve months; figures and marks open exactly their rows. Both engines."""

from datetime import date, timedelta

import pytest

from core.measures import Verdict
from core.periods import period
from core.roles import Role
from db.engine import open_session
from db.models.grids import Grid, Post, Staff
from db.queries import overview
from db.queries.show import show
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT
from tests.db.test_checklist import DUE, add, clock, late, met, order, ours, void  # noqa: F401


@pytest.fixture
def head(ours):  # noqa: F811
    return Scope(None, Role.STATION_HEAD, frozenset({ours}))


@pytest.fixture
def committee(ours):  # noqa: F811
    return Scope(None, Role.COMMITTEE_MEMBER, frozenset({ours}))


@pytest.fixture
def ground(add, ours):  # noqa: F811
    """Two grids; 甲 at post A of the first, 乙 at its B, 丙 at A of the second."""
    grids = [Grid(community_id=ours, id=uuid7(), code=code, name=f"{code}格") for code in ("甲", "乙")]
    staff = [Staff(community_id=ours, id=uuid7(), name=name, kind="grid_worker") for name in "甲乙丙"]
    posts = ((0, "A", 0), (0, "B", 1), (1, "A", 2))
    add(*grids, *staff, *(Post(community_id=ours, grid_id=grids[g].id, post=p, staff_id=staff[s].id, from_date=date(2026, 1, 1)) for g, p, s in posts))
    return [one.id for one in grids], [one.id for one in staff]


def care(community_id, grid_id, **values):
    return clock(community_id, "elder.call", subject_kind="resident", grid_id=grid_id, **values)


def ask(engine, scope, query, *arguments, **options):
    with open_session(engine, scope) as session:
        return query(session, MOMENT, *arguments, **options)


def test_an_order_late_on_two_clocks_is_one_late_order_and_two_late_clocks(engine, head, ours, add, ground):  # noqa: F811
    grids, staff = ground
    one = order(ours, status="accepted", holder_id=staff[0], grid_id=grids[0])
    its = {"work_order_id": one.id, "subject_kind": "work_order", "subject_id": one.id, "holder_id": staff[0], "grid_id": grids[0]}
    add(one, clock(ours, "repair.on_site", **its), clock(ours, "repair.done", **its), clock(ours, "noise.verify", due_at=MOMENT, **its))
    found = ask(engine, head, overview.late, ours)
    assert (found.orders, found.clocks, found.care, found.duties) == (1, 2, 0, 0)
    assert [(row.id, row.orders, row.oldest) for row in found.by_holder] == [(staff[0], 1, DUE)]


def test_care_that_nobody_holds_is_the_b_posts_and_where_there_is_none_the_a_posts(engine, head, ours, add, ground):  # noqa: F811
    grids, staff = ground
    add(*(care(ours, grids[0]) for _ in range(4)), *(care(ours, grids[1]) for _ in range(3)), care(ours, None))
    found = ask(engine, head, overview.late, ours)
    assert [(row.id, row.name, row.care) for row in found.by_holder] == [(staff[1], "乙", 4), (staff[2], "丙", 3), (None, None, 1)]
    assert [(row.id, row.care) for row in found.by_grid] == [(grids[0], 4), (grids[1], 3), (None, 1)]
    assert len(ask(engine, head, overview.late_rows, ours, holder_id=staff[1])) == 4
    assert len(ask(engine, head, overview.late_rows, ours, grid_id=grids[1])) == 3


def test_fewer_than_three_are_not_counted_out_to_whoever_may_not_open_the_roster(engine, head, committee, ours, add, ground):  # noqa: F811
    grids, _ = ground
    add(*(care(ours, grids[0]) for _ in range(4)), *(care(ours, grids[1]) for _ in range(2)))
    assert {row.id: row.care for row in ask(engine, head, overview.late, ours).by_grid} == {grids[0]: 4, grids[1]: 2}
    assert {row.id: row.care for row in ask(engine, committee, overview.late, ours).by_grid} == {grids[0]: "≥3", grids[1]: "<3"}


def test_what_is_too_few_to_count_out_is_not_listed_one_tap_further(engine, head, committee, ours, add, ground):  # noqa: F811
    grids, staff = ground
    add(*(care(ours, grids[0]) for _ in range(2)), clock(ours, "grid.patrol", subject_kind="grid", subject_id=grids[0], grid_id=grids[0]))
    for place in ({"grid_id": grids[0]}, {"holder_id": staff[1]}, {}):
        assert [row.subject_kind for row in ask(engine, committee, overview.late_rows, ours, **place)] == ["grid"]
        assert len(ask(engine, head, overview.late_rows, ours, **place)) == 3


def test_a_total_of_fewer_than_three_is_not_told_either(engine, head, committee, ours, add, ground):  # noqa: F811
    add(*(care(ours, ground[0][0]) for _ in range(2)))
    assert (ask(engine, committee, overview.late, ours).care, ask(engine, committee, overview.late, ours).clocks) == ("<3", 0)
    assert (ask(engine, head, overview.late, ours).care, ask(engine, head, overview.late, ours).clocks) == (2, 2)


def test_page_and_show_leave_out_marks_over_fewer_than_three_people(engine, head, committee, ours, add, ground):  # noqa: F811
    grids, _ = ground
    add(*(care(ours, grids[0]) for _ in range(2)), *(care(ours, grids[1]) for _ in range(3)))
    assert set(ask(engine, head, show, "overview")["history"]["care"]["grid"]) == {f"2026-11 / {one}" for one in grids}
    seen = ask(engine, committee, show, "overview")["history"]["care"]
    assert seen == {"kind": {"2026-11 / elder.call": [0, 5]}, "grid": {}}, "the larger one would give the smaller away"


def test_the_thresholds_are_those_of_the_checklist(engine, head, ours, add):  # noqa: F811
    add(*(met(ours, "repair.done") for _ in range(98)), late(ours, "repair.done"), clock(ours, "repair.done"))
    found = {one.clause_id: one for one in ask(engine, head, overview.thresholds, ours)}
    assert (found["kpi.on_time"].good, found["kpi.on_time"].of, found["kpi.on_time"].verdict) == (98, 100, Verdict.kept)
    assert found["kpi.special_satisfaction"].verdict == Verdict.not_measured
    assert tuple(found) == overview.THRESHOLDS


def test_twelve_months_end_with_the_running_one():
    assert overview.month_keys(MOMENT) == ("2025-12", *(f"2026-{n:02}" for n in range(1, 12)))


def test_a_limit_at_the_end_of_a_month_belongs_to_it_and_a_receipt_at_that_moment_to_the_next(engine, head, ours, add):  # noqa: F811
    end = period("month", "2026-10").end
    one = order(ours, received_at=end, recorded_at=end)
    add(one, met(ours, "noise.verify", end, work_order_id=one.id), late(ours, "noise.verify", DUE, work_order_id=one.id), void(ours, work_order_id=one.id))
    add(*(care(ours, None, due_at=at) for at in (end, end, end + timedelta(microseconds=1))))
    found = ask(engine, head, overview.history, ours, ("2026-09", "2026-10", "2026-11"))
    assert found.intake == {(2, "public_service", None): 1}
    assert found.on_time == {(1, "public_service", None): (1, 1), (2, "public_service", None): (0, 1)}
    assert found.care == {(1, "elder.call", None): (0, 2), (2, "elder.call", None): (0, 1)}


def test_what_is_overdue_and_open_weighs_on_care_coverage_and_what_is_to_come_does_not(engine, head, ours, add, ground):  # noqa: F811
    grids, _ = ground
    add(care(ours, grids[0], met_at=DUE, closed_at=DUE), care(ours, grids[0]), care(ours, grids[0], due_at=MOMENT + timedelta(1)))
    found = ask(engine, head, overview.history, ours, ("2026-11",))
    assert found.care == {(0, "elder.call", grids[0]): (1, 2)}
    assert found.intake == found.on_time == {}


def test_a_mark_opens_exactly_its_rows(engine, head, ours, add, ground):  # noqa: F811
    grids, _ = ground
    one = order(ours, grid_id=grids[0])
    add(one, order(ours), late(ours, work_order_id=one.id, grid_id=grids[0]), late(ours, "repair.on_site", work_order_id=one.id), care(ours, grids[0]), care(ours, grids[1]))
    behind = lambda *what: ask(engine, head, overview.behind_mark, ours, *what)  # noqa: E731
    assert behind("intake", "2026-11", "public_service", None)[0] == 2
    assert [row.work_order_id for row in behind("intake", "2026-11", None, grids[0])[1]] == [one.id]
    assert behind("on_time", "2026-11", "public_service", None)[0] == 1
    assert behind("on_time", "2026-11", "culture", None)[0] == behind("on_time", "2026-10", None, None)[0] == 0
    assert behind("care", "2026-11", "elder.call", None)[0] == 2
    assert [row.grid_id for row in behind("care", "2026-11", None, grids[1])[1]] == [grids[1]]


def test_the_street_sees_its_communities_side_by_side(engine, two_communities, add):  # noqa: F811
    ids = two_communities
    one = order(ids["theirs"], status="accepted")
    add(one, clock(ids["theirs"], work_order_id=one.id, subject_kind="work_order", subject_id=one.id), care(ids["ours"], None), met(ids["ours"], "repair.done"))
    street = Scope(None, Role.STREET_OFFICER, frozenset(ids.values()))
    ours, theirs = (ask(engine, street, overview.standing, ids[name]) for name in ("ours", "theirs"))  # noqa: F811
    assert (ours.late_orders, ours.late_care, ours.coverage, ours.figures[0].verdict) == (0, "<3", None, Verdict.kept)
    assert (theirs.late_orders, theirs.late_care, theirs.coverage, theirs.figures[1].verdict) == (1, 0, None, Verdict.nothing_due)


def test_a_community_out_of_scope_has_nothing_to_show(engine, head, two_communities, add):  # noqa: F811
    theirs = two_communities["theirs"]
    add(clock(theirs), order(theirs))
    assert ask(engine, head, overview.late, theirs).clocks == 0
    assert ask(engine, head, overview.history, theirs, ("2026-11",)).intake == {}
