"""The map's figures on both engines: the queue's and the roster's own counts by grid, gaps, and small counts kept from those without the list."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.small_counts import FEW, MORE
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Absence, Building, Grid, Household, Post, Staff
from db.models.residents import Resident, SpecialGroup
from db.models.work_orders import WorkOrder
from db.queries.gaps import gaps
from db.queries.map import community_values, grid_card, grid_values
from db.queries.queue import Wanted, counts
from db.queries.roster import totals
from db.scope import Scope
from db.types import uuid7

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
LATE, SOON = NOW - timedelta(seconds=1), NOW


class Place:
    """A community with two grids, and shorthand for putting things there and asking for figures."""

    def __init__(self, engine, ids):
        self.engine, self.id, self.theirs = engine, ids["ours"], ids["theirs"]
        with open_session(engine, Scope.system({self.id})) as session:
            self.grids = {v.code: v.id for v in grid_values(session, NOW, self.id)}

    def put(self, *rows):
        def command(session, *, now):
            for row in rows:  # one by one: rows lean on each other by key, not by relationship
                session.add(row)
                session.flush()
            file(session, "test.put", now=now, community_id=self.id)

        carry_out(self.engine, Scope.system({self.id}), command, now=NOW)

    def households(self, n, grid="01", building=None):
        self.put(*(Household(community_id=self.id, grid_id=self.grids.get(grid), building_id=building, door=str(i), door_index=uuid7().bytes) for i in range(n)))

    def order(self, grid="01", *dues, closed=None, matter="电梯停运"):
        order = WorkOrder(
            community_id=self.id, id=uuid7(), number=str(uuid7()), kind="demand", category="public", channel="hall", matter=matter, status="accepted", grid_id=self.grids[grid],
            received_at=NOW - timedelta(2), recorded_at=NOW - timedelta(2), closed_at=closed,
        )  # fmt: skip
        self.put(order, *(self.clock(clause, due, "work_order", order.id, grid, work_order_id=order.id, closed_at=closed) for clause, due in zip(("a", "b"), dues, strict=False)))

    def person(self, grid="01", *groups, overdue=()):
        resident = Resident(community_id=self.id, id=uuid7(), grid_id=self.grids[grid], name="王淑珍", birth_year=1950)
        member = [SpecialGroup(community_id=self.id, grid_id=self.grids[grid], resident_id=resident.id, group=g, from_date=date(2026, 1, 1)) for g in groups]
        self.put(resident, *member, *(self.clock(clause, LATE, "resident", resident.id, grid, resident_id=resident.id, act="call") for clause in overdue))

    def clock(self, clause, due, kind, subject_id, grid, **more):
        started = NOW - timedelta(9)
        return Clock(
            community_id=self.id, clause_id=clause, effective_from=date(2000, 1, 1), subject_kind=kind, subject_id=subject_id, grid_id=self.grids[grid], started_at=started,
            warn_at=started, due_at=due, **more,
        )  # fmt: skip

    def ask(self, query, *arguments, role="station_head", grids=None):
        with open_session(self.engine, Scope(uuid7(), role, frozenset({self.id}), grids)) as session:
            return query(session, NOW, *arguments)

    def figures(self, grid="01", role="station_head"):
        return next(v.figures for v in self.ask(grid_values, self.id, role=role) if v.code == grid)

    def gap(self, kind):
        return next((one for one in self.ask(gaps, self.id) if one.kind == kind), None)


@pytest.fixture
def place(kept, two_communities):
    return kept(Place, two_communities)


def test_an_order_is_overdue_one_second_after_its_limit_not_at_it(place):
    place.order("01", SOON)
    assert (place.figures().open_orders, place.figures().overdue_orders) == (1, 0)
    place.order("01", LATE)
    assert (place.figures().open_orders, place.figures().overdue_orders) == (2, 1)


def test_an_order_with_two_limits_passed_is_one_overdue_order(place):
    place.order("01", LATE, LATE)
    assert place.figures().overdue_orders == 1


def test_a_closed_order_is_neither_open_nor_overdue(place):
    place.order("01", LATE, closed=NOW)
    assert (place.figures().open_orders, place.figures().overdue_orders) == (0, 0)


def test_a_person_in_two_groups_counts_once(place):
    place.person("01", "elder", "disabled")
    assert place.figures().special_residents == 1
    assert place.ask(grid_card, place.grids["01"]).groups == {"elder": 1, "disabled": 1, "child": 0}


def test_the_figures_are_those_of_the_queue_and_of_the_roster(place):
    place.order("01", LATE)
    place.order("02", SOON)
    place.person("01", "elder", overdue=("elder.call", "elder.visit"))
    found = {v.code: v.figures for v in place.ask(grid_values, place.id)}
    for code, grid_id in place.grids.items():
        late_orders = place.ask(counts, Wanted("all", grid_id=grid_id)).of(kind="order", bucket="late")
        assert found[code].overdue_orders == late_orders
    assert sum(f.overdue_care for f in found.values()) == sum(one.overdue for one in place.ask(totals).values()) == 2


def test_a_grid_worker_sees_own_grids_only_and_no_card_of_another(place):
    own = frozenset({place.grids["01"]})
    assert [v.code for v in place.ask(grid_values, place.id, role="grid_worker", grids=own)] == ["01"]
    assert place.ask(grid_card, place.grids["02"], role="grid_worker", grids=own) is None


def test_a_community_outside_the_scope_has_no_figures(place):
    assert place.ask(grid_values, place.theirs) == []
    assert [row.id for row in place.ask(community_values)] == [place.id]


# --- small counts ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("people", "shown"), [(0, FEW), (2, FEW), (3, MORE), (4, 4)])
def test_fewer_than_3_of_a_special_group_are_not_told_to_who_may_not_open_the_list(place, people, shown):
    """With grid 02 empty its count hides, and the smallest other one with it: that is 01's, unless grid 03 has fewer."""
    third = Grid(community_id=place.id, id=uuid7(), code="03", name="第03网格")
    place.put(third)
    place.grids["03"] = third.id
    for _ in range(3):
        place.person("03", "elder")
    for _ in range(people):
        place.person("01", "child")
    assert place.figures("01", role="street_officer").special_residents == shown
    assert place.figures("01", role="station_head").special_residents == people


@pytest.mark.parametrize("role", ["committee_member", "street_officer"])
def test_a_hidden_group_can_not_be_worked_out_from_the_total(place, role):
    for group, n in (("elder", 9), ("disabled", 5), ("child", 1)):
        for _ in range(n):
            place.person("01", group)
    card = place.ask(grid_card, place.grids["01"], role=role)
    assert card.groups == {"elder": 9, "disabled": MORE, "child": FEW}


@pytest.mark.parametrize("role", ["station_head", "grid_worker"])
def test_who_may_open_the_roster_sees_every_count(place, role):
    place.person("01", "child")
    own = frozenset({place.grids["01"]}) if role == "grid_worker" else None
    assert place.ask(grid_card, place.grids["01"], role=role, grids=own).groups["child"] == 1


# --- the card and the gaps ------------------------------------------------------------------------------------------
def test_the_card_lists_what_is_late_first_and_each_buildings_households(place):
    building = Building(community_id=place.id, id=uuid7(), grid_id=place.grids["01"], name="3号楼")
    place.put(building)
    place.households(4, building=building.id)
    place.order("01", NOW + timedelta(1), matter="路灯")
    place.order("01", LATE, matter="漏水")
    card = place.ask(grid_card, place.grids["01"])
    assert [(row.matter, row.overdue) for row in card.orders] == [("漏水", True), ("路灯", False)]
    assert card.buildings == (("3号楼", 4),)
    assert card.figures.households == 4


@pytest.mark.parametrize(("households", "outside"), [(199, True), (200, False), (400, False), (401, True)])
def test_a_grid_is_about_300_households_and_warned_of_outside_200_to_400(place, households, outside):
    place.households(households)
    rows = [name for name, _ in place.gap("grid_size").rows]
    assert ("01 第01网格" in rows) == outside


def test_households_and_buildings_without_a_grid_are_listed(place):
    lost = Building(community_id=place.id, id=uuid7(), grid_id=None, name="9号楼")
    place.put(lost)
    place.households(2, grid=None, building=lost.id)
    place.households(1, grid=None)
    assert (place.gap("household_no_grid").count, place.gap("household_no_grid").rows) == (3, (("9号楼", 2), ("—", 1)))
    assert place.gap("building_no_grid").rows == (("9号楼", None),)
    assert place.gap("household_no_building").count == 1


def hire(place, grid, post, name, **when):
    staff = Staff(community_id=place.id, id=uuid7(), name=name, kind="grid_worker", left_on=when.pop("left_on", None))
    place.put(staff, Post(community_id=place.id, grid_id=place.grids[grid], post=post, staff_id=staff.id, **{"from_date": date(2026, 1, 1), **when}))
    return staff


def test_every_grid_has_an_a_and_a_b_post_two_people(place):
    both = hire(place, "01", "A", "李芳")
    place.put(Post(community_id=place.id, grid_id=place.grids["01"], post="B", staff_id=both.id, from_date=date(2026, 1, 1)))
    hire(place, "02", "A", "赵伟")
    assert [name for name, _ in place.gap("grid_no_b").rows] == ["02 第02网格"]
    assert [name for name, _ in place.gap("grid_one_person").rows] == ["01 第01网格"]
    assert place.gap("grid_no_a") is None


@pytest.mark.parametrize(("to_date", "left_on", "empty"), [(date(2026, 11, 19), None, False), (date(2026, 11, 18), None, True), (None, date(2026, 11, 18), True)])
def test_a_post_is_held_until_the_first_day_without_it_and_by_nobody_who_has_left(place, to_date, left_on, empty):
    hire(place, "01", "A", "李芳", to_date=to_date, left_on=left_on)
    assert ("01 第01网格" in [name for name, _ in place.gap("grid_no_a").rows]) == empty


def test_the_card_says_until_when_the_holder_of_a_post_is_absent(place):
    staff = hire(place, "01", "A", "李芳")
    back = NOW + timedelta(2)
    place.put(Absence(community_id=place.id, staff_id=staff.id, starts_at=NOW - timedelta(1), ends_at=back))
    assert [(h.post, h.name, h.away_until) for h in place.ask(grid_card, place.grids["01"]).holders] == [("A", "李芳", back)]


def test_a_districts_table_sums_each_communitys_figures(place):
    place.households(201, grid="01")
    place.order("02", LATE)
    (row,) = place.ask(community_values)
    assert (row.grids, row.outside_band, row.figures.households, row.figures.overdue_orders) == (2, 1, 201, 1)
