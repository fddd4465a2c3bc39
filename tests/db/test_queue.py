"""The queue on both engines: whose, in which order, counted as listed, and by the index of open clocks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert

from core.periods import period_of
from db.commands import work_orders as commands
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Absence
from db.models.residents import Resident
from db.queries.queue import BUCKETS, KINDS, Wanted, counts, queue, unclocked
from db.scope import Scope
from db.types import uuid7
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

DAY = timedelta(1)


class Desk(Office):
    def care(self, act: str, clause_id: str, due, *, grid="01", started=None, name="王淑珍"):
        """A resident of the grid and its open clock; the resident's id."""
        resident_id = uuid7()

        def command(session, *, now):
            session.add(Resident(community_id=self.id, id=resident_id, grid_id=self.grids[grid], name=name, birth_year=1950))
            session.flush()
            session.add(Clock(**self._clock(clause_id, due, started, "resident", resident_id), act=act, grid_id=self.grids[grid], resident_id=resident_id))
            file(session, "test.care", now=now, community_id=self.id)

        carry_out(self.engine, Scope.system({self.id}), command, now=NOW)
        return resident_id

    def _clock(self, clause_id, due, started, subject_kind, subject_id) -> dict:
        started = started or min(NOW, due) - DAY
        return {
            "community_id": self.id, "clause_id": clause_id, "effective_from": date(2000, 1, 1), "subject_kind": subject_kind, "subject_id": subject_id,
            "started_at": started, "warn_at": started, "due_at": due,
        }  # fmt: skip

    def duty(self, clause_id: str, act: str, due, *, grid=None):
        def command(session, *, now):
            subject = ("grid", self.grids[grid]) if grid else ("community", self.id)
            session.add(Clock(**self._clock(clause_id, due, None, *subject), act=act, grid_id=self.grids.get(grid), desk="grid" if grid else "station"))
            file(session, "test.duty", now=now, community_id=self.id)

        carry_out(self.engine, Scope.system({self.id}), command, now=NOW)

    def list(self, who: str, now=NOW, **wanted):
        with open_session(self.engine, self.scope(who)) as session:
            return queue(session, now, Wanted(**wanted))

    def count(self, who: str, now=NOW, **wanted):
        with open_session(self.engine, self.scope(who)) as session:
            return counts(session, now, Wanted(**wanted))


@pytest.fixture
def desk(kept, two_communities):
    return kept(Desk, two_communities["ours"])


def test_one_list_by_due_time_with_what_is_late_first(desk):
    desk.care("visit", "elder.visit", NOW + 5 * DAY)
    desk.care("call", "elder.call", NOW - DAY)
    desk.take_in("demand")
    desk.duty("grid.patrol", "patrol", NOW + 14 * HOUR, grid="01")
    items = desk.list("a")
    assert [(one.kind, one.state.value) for one in items] == [("call", "overdue"), ("patrol", "due_soon"), ("order", "on_time"), ("visit", "due_soon")]
    assert [one.title for one in items] == ["王淑珍", None, "3号楼电梯停运", "王淑珍"]
    assert {one.grid for one in items} == {"第01网格"}


def test_a_period_that_has_not_begun_is_not_listed(desk):
    desk.care("call", "elder.call", NOW + 9 * DAY, started=NOW + MINUTE)
    assert desk.list("a") == [] and desk.count("a").by == {}
    assert len(desk.list("a", now=NOW + MINUTE)) == 1


def test_what_stands_still_is_counted_but_not_listed(desk):
    order_id = desk.take_in("complex").order_id
    desk.act(order_id, commands.accept)
    desk.act(order_id, commands.ask_materials, missing="户口本")
    assert [one.clause_id for one in desk.list("a")] == ["matter.supplement"]
    assert desk.count("a").paused == 1


def test_a_worker_sees_its_own_orders_and_the_grids_care(desk):
    desk.take_in("demand", place="01")
    desk.take_in("demand", place="02", who="b")
    desk.care("call", "elder.call", NOW + DAY, grid="02")
    assert [(one.kind, one.grid) for one in desk.list("a")] == [("order", "第01网格"), ("call", "第02网格")]
    assert len(desk.list("a", whose="all")) == 3


def test_the_work_of_an_absent_partner_falls_to_who_stands_in(desk):
    desk.take_in("demand", place="01")
    assert desk.list("b") == []

    def away(session, *, now):
        session.add(Absence(community_id=desk.id, staff_id=desk.staff["a"], starts_at=now, ends_at=now + HOUR))
        file(session, "test.away", now=now, community_id=desk.id)

    carry_out(desk.engine, Scope.system({desk.id}), away, now=NOW)
    assert len(desk.list("b")) == 1
    assert desk.list("b", now=NOW + HOUR) == []


def test_the_property_company_sees_its_orders_and_no_resident(desk):
    desk.care("call", "elder.call", NOW - DAY)
    desk.take_in("repair")
    desk.take_in("demand")
    assert [one.clause_id for one in desk.list("property")] == ["repair.on_site", "repair.done"]
    assert desk.list("property", whose="all") == desk.list("property")


def test_the_station_heads_own_list_is_the_stations(desk):
    desk.duty("meeting.party_committee", "meeting_party_committee", NOW + DAY)
    desk.take_in("demand", place=None)
    desk.take_in("demand", place="01")
    assert [one.kind for one in desk.list("head")] == ["order", "duty"]
    assert len(desk.list("head", whose="all")) == 3


def test_every_count_opens_exactly_its_rows(desk):
    sunday = period_of("week", NOW).end
    for due in (NOW - DAY, NOW - MINUTE, NOW, NOW + 14 * HOUR, NOW + 14 * HOUR + MINUTE, sunday, sunday + MINUTE):
        desk.care("call", "elder.call", due)
        desk.care("visit", "elder.visit", due)
    desk.duty("grid.patrol", "patrol", NOW + 14 * HOUR, grid="01")
    desk.take_in("repair", place="01")
    desk.take_in("demand", place="01")
    found = desk.count("a")
    assert [found.of(kind="call", bucket=bucket) for bucket in BUCKETS] == [2, 2, 2, 1]
    for kind in (None, *KINDS):
        for bucket in (None, *BUCKETS):
            assert found.of(kind=kind, bucket=bucket) == len(desk.list("a", kind=kind, bucket=bucket)), (kind, bucket)


def test_an_open_order_no_clock_runs_for_is_not_lost(desk):
    """A complex matter has no clock before it is accepted, a demand none between its feedback and its result."""
    new, waiting = desk.take_in("complex"), desk.take_in("demand")
    desk.act(waiting.order_id, commands.record_step, act="feedback")
    assert desk.list("a") == []
    assert desk.count("a").unclocked == 2
    with open_session(desk.engine, desk.scope("a")) as session:
        assert [line.number for line in unclocked(session, NOW)] == [new.number, waiting.number]
        assert [line.number for line in unclocked(session, NOW, status="taken_in")] == [new.number]
    with open_session(desk.engine, desk.scope("b")) as session:
        assert unclocked(session, NOW) == []
    desk.act(new.order_id, commands.accept)
    assert (desk.count("a").unclocked, len(desk.list("a"))) == (1, 1)


def test_the_list_narrows_to_a_grid_and_a_clause(desk):
    desk.care("call", "elder.call", NOW + DAY, grid="01")
    desk.care("call", "elder.call", NOW + DAY, grid="02")
    desk.care("visit", "elder.visit", NOW + DAY, grid="02")
    assert len(desk.list("a", grid_id=desk.grids["02"])) == 2
    assert len(desk.list("a", clause_id="elder.call")) == 2
    assert desk.count("a", clause_id="elder.call").of() == 2


def test_finished_orders_nobody_followed_up_are_counted(desk):
    order_id = desk.take_in("demand").order_id
    desk.act(order_id, commands.accept)
    desk.act(order_id, commands.finish, told=True)
    assert desk.count("a").to_follow_up == 1
    desk.act(order_id, commands.follow_up, rating=5)
    assert desk.count("a").to_follow_up == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_open_clocks_are_looked_at_however_many_are_closed(desk):
    closed = {"desk": "grid", "act": "call", "closed_at": NOW, "met_at": NOW, "version": 1, "grid_id": desk.grids["01"]}

    def command(session, *, now):
        rows = [desk._clock("elder.call", NOW - n * HOUR, None, "resident", uuid7()) | closed | {"id": uuid7()} for n in range(3000)]
        session.execute(insert(Clock), rows)
        file(session, "test.closed", now=now, community_id=desk.id)

    for _ in range(8):
        desk.care("call", "elder.call", NOW + DAY)
    carry_out(desk.engine, Scope.system({desk.id}), command, now=NOW)
    asked = []
    event.listen(desk.engine, "before_cursor_execute", lambda _c, _cursor, statement, values, *_: asked.append((statement, values)))
    for who in ("a", "head", "property"):
        desk.list(who, whose="all")
        desk.count(who)
    of_clocks = [one for one in asked if "FROM clock" in one[0]]
    assert len(of_clocks) == 11
    with desk.engine.connect() as connection:
        for statement, values in of_clocks:
            plan = " ".join(row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            assert "_clock_open_" in plan, plan
