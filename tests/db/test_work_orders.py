"""Orders on both engines: what the desk files, who may do what, two at once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select

from core.calendar import packaged_calendar
from core.clocks import State, state
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands import orders_shown
from db.commands import work_orders as commands
from db.commands.clocks import recompute
from db.commands.filing import carry_out, file
from db.commands.work_orders_bulk import Act, HistoricOrder, order_rows
from db.engine import open_session
from db.models.clocks import Clock, ClockPause
from db.models.grids import Absence, Building, Grid, Post, Staff
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.work_orders import order_card, orders
from db.scope import Scope
from db.types import uuid7

NOW = datetime.fromisoformat("2026-11-18T10:00:00+08:00")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIELDS = {"matter": "3号楼电梯停运", "applicant": "张小明", "contact": "13812345678"}


class Office:
    """A community with two grids (A and B post each other's partners), a head, a property company, and a building in each grid."""

    def __init__(self, engine, community_id: UUID):
        self.engine, self.id = engine, community_id
        self.staff = {name: uuid7() for name in ("a", "b", "head", "property")}
        self.buildings = {"01": uuid7(), "02": uuid7(), "none": uuid7()}
        carry_out(engine, Scope.system({community_id}), self._found, now=NOW)

    def _found(self, session, *, now):
        self.grids = {row.code: row.id for row in session.scalars(select(Grid).where(Grid.community_id == self.id))}
        kinds = {"a": "grid_worker", "b": "grid_worker", "head": "head", "property": "property"}
        session.add_all(Staff(community_id=self.id, id=one, name=name, kind=kinds[name]) for name, one in self.staff.items())
        session.add_all(Building(community_id=self.id, id=one, name=f"{name}号楼", grid_id=self.grids.get(name)) for name, one in self.buildings.items())
        session.flush()
        for grid, posts in (("01", "ab"), ("02", "ba")):
            for post, name in zip("AB", posts, strict=True):
                session.add(Post(community_id=self.id, grid_id=self.grids[grid], post=post, staff_id=self.staff[name], from_date=(now - timedelta(400)).date()))
        file(session, "test.office", now=now, community_id=self.id)

    def scope(self, name: str) -> Scope:
        role = {"a": "grid_worker", "b": "grid_worker", "head": "station_head", "property": "property_company"}[name]
        grids = frozenset(self.grids.values()) if role == "grid_worker" else None
        if name == "property":
            return Scope(uuid7(), role, frozenset({self.id}), order_desks=frozenset({"property"}), people=False, staff_id=self.staff[name])
        return Scope(uuid7(), role, frozenset({self.id}), grids, staff_id=self.staff[name])

    def do(self, who: str, command, *, now=NOW, **arguments):
        return carry_out(self.engine, self.scope(who), command, now=now, community_id=self.id, **arguments)

    def take_in(self, kind="demand", *, who="a", place="01", now=NOW, **more):
        return self.do(who, commands.take_in, now=now, kind=kind, building_id=self.buildings.get(place), **FIELDS | more)

    def act(self, order_id, command, *, who="a", now=NOW, **more):
        return self.do(who, command, now=now, order_id=order_id, version=self.order(order_id).version, **more)

    def order(self, order_id) -> WorkOrder:
        return self.rows(WorkOrder, WorkOrder.id == order_id)[0]

    def clocks(self, order_id) -> dict[str, Clock]:
        return {one.clause_id: one for one in self.rows(Clock, Clock.subject_id == order_id)}

    def rows(self, model, *conditions) -> list:
        with open_session(self.engine, Scope.system({self.id})) as session:
            return list(session.scalars(select(model).where(*conditions)))


@pytest.fixture
def office(kept, two_communities):
    return kept(Office, two_communities["ours"])


# --- taking in ------------------------------------------------------------------------------------------------------


def test_an_order_goes_to_the_responsible_post_with_its_clock_and_one_ledger_entry(office):
    taken = office.take_in("demand")
    assert (taken.number, taken.holder, taken.reason) == ("2026-000001", "a", "post_A")
    assert taken.due == (("demand.feedback", NOW + timedelta(hours=24)),)
    order, clock = office.order(taken.order_id), office.clocks(taken.order_id)["demand.feedback"]
    assert order.holder_id == clock.holder_id == order.first_asked_id == office.staff["a"]
    assert (clock.grid_id, clock.desk, clock.started_at) == (office.grids["01"], "grid", NOW)
    entries = office.rows(LedgerEntry, LedgerEntry.subject_id == taken.order_id)
    assert [one.command for one in entries] == ["work_order.take_in"]
    assert "张小明" not in entries[0].facts and "1381234" not in entries[0].facts


def test_matters_at_the_door_go_to_the_b_post(office):
    assert office.take_in("dispute").holder == "b"


def test_the_other_post_stands_in_for_an_absent_one(office):
    def away(session, *, now):
        session.add(Absence(community_id=office.id, staff_id=office.staff["a"], starts_at=now - HOUR, ends_at=now + HOUR))
        file(session, "test.away", now=now, community_id=office.id)

    carry_out(office.engine, Scope.system({office.id}), away, now=NOW)
    assert (office.take_in().holder, office.take_in().reason) == ("b", "stands_in")
    back = office.take_in(now=NOW + HOUR)
    assert (back.holder, back.reason) == ("a", "post_A"), "an absence ends at its last moment"


def test_without_a_grid_it_goes_to_the_station_head(office):
    assert (office.take_in(place=None).holder, office.take_in(place=None).reason) == ("head", "no_grid")
    assert office.take_in(who="head", place="none").reason == "no_grid"


def test_property_matters_go_to_the_property_company_only(office):
    repair, demand = office.take_in("repair"), office.take_in("demand")
    with open_session(office.engine, office.scope("property")) as session:
        assert [line.number for line in orders(session, NOW)] == [repair.number]
        assert order_card(session, NOW, office.id, demand.order_id) is None
    assert office.act(demand.order_id, commands.accept, who="property") == Refused("common.not_found")
    assert office.act(repair.order_id, commands.accept, who="property").status == "accepted"


def test_numbers_are_one_series_for_all_grids_and_a_new_one_each_year(office):
    assert office.take_in(place="01").number == "2026-000001"
    assert office.take_in(place="02", who="b").number == "2026-000002"
    assert office.take_in(now=NOW + timedelta(60)).number == "2027-000001"


def test_a_matter_entered_late_runs_from_when_it_was_received(office):
    taken = office.take_in(received_at=NOW - 3 * HOUR)
    assert taken.due[0][1] == NOW + 21 * HOUR
    assert office.order(taken.order_id).recorded_at == NOW
    assert office.take_in(received_at=NOW + MINUTE) == Refused("work_orders.in_future", "register.fields")


def test_a_refused_matter_leaves_nothing_behind(office):
    assert office.take_in(contact="").clause_id == "register.fields"
    assert office.rows(WorkOrder) == office.rows(Clock) == []
    assert office.take_in().number == "2026-000001"


@pytest.mark.parametrize("who", ["property"])
def test_who_may_not_take_in_is_refused_first(office, who):
    assert office.take_in(who=who) == Refused("common.not_allowed")


# --- working --------------------------------------------------------------------------------------------------------


def test_asking_for_materials_stops_the_matters_own_clock_and_never_twice(office):
    order_id = office.take_in("complex").order_id
    office.act(order_id, commands.accept)
    due = office.clocks(order_id)["matter.first_review"].due_at
    asked = office.act(order_id, commands.ask_materials, now=NOW + HOUR, missing="户口本、收入证明")
    assert asked.status == "awaiting_materials"
    clocks = office.clocks(order_id)
    assert clocks["matter.first_review"].paused_at == NOW + HOUR
    assert clocks["matter.supplement"].due_at == datetime(2026, 11, 23, 16, tzinfo=UTC)
    # Three working days later the materials come: the review's five working days are three longer, and none was lost meanwhile.
    back = NOW + timedelta(5)
    office.act(order_id, commands.receive_materials, now=back)
    clocks = office.clocks(order_id)
    assert clocks["matter.first_review"].paused_at is None
    assert clocks["matter.first_review"].due_at == due + timedelta(5), "Wednesday to Monday: the weekend is no working day either way"
    assert clocks["matter.supplement"].met_at == back
    assert [(one.started_at, one.ended_at) for one in office.rows(ClockPause)] == [(NOW + HOUR, back)]
    assert office.act(order_id, commands.ask_materials, now=back, missing="还有一样") == Refused("work_orders.asked_before", "materials.once")


def test_a_finished_order_is_followed_up_and_unsatisfied_reopens_it(office):
    order_id = office.take_in("repair").order_id
    office.act(order_id, commands.record_step, who="property", now=NOW + 2 * HOUR, act="on_site")
    finished = office.act(order_id, commands.finish, who="property", now=NOW + 70 * HOUR, result="已更换配件")
    assert finished.in_time == ("repair.done",)
    first = office.clocks(order_id)["repair.done"]
    reopened = office.act(order_id, commands.follow_up, now=NOW + 80 * HOUR, rating=2)
    order = office.order(order_id)
    assert (reopened.status, order.closed_at, order.reopened, order.rating) == ("accepted", None, 1, 2)
    both = office.rows(Clock, Clock.subject_id == order_id, Clock.clause_id == "repair.done")
    assert sorted(one.due_at for one in both) == [first.due_at, NOW + 152 * HOUR]
    assert next(one for one in both if one.id == first.id).met_at == NOW + 70 * HOUR, "the first result stays on record"
    office.act(order_id, commands.finish, who="property", now=NOW + 90 * HOUR)
    assert office.act(order_id, commands.follow_up, now=NOW + 99 * HOUR, rating=5).status == "followed_up"
    acts = [one.act for one in sorted(office.rows(WorkOrderEvent), key=lambda one: one.happened_at)]
    assert acts == ["take_in", "on_site", "finish", "follow_up", "finish", "follow_up"]


def test_done_late_is_on_record_as_missed(office):
    order_id = office.take_in("urgent").order_id
    done = office.act(order_id, commands.record_step, now=NOW + 31 * MINUTE, act="on_site")
    assert (done.in_time, done.late) == ((), ("demand.urgent_on_site",))


def test_what_is_entered_later_than_it_happened_counts_from_when_it_happened(office):
    """Up to the limit itself nobody has to confirm that; test_late_entries.py has what is entered after it."""
    order_id = office.take_in("demand").order_id
    done = office.act(order_id, commands.record_step, now=NOW + 24 * HOUR, act="feedback", happened_at=NOW + 2 * HOUR)
    assert (done.in_time, done.to_confirm) == (("demand.feedback",), ())
    assert office.clocks(order_id)["demand.feedback"].met_at == NOW + 2 * HOUR
    assert [one.recorded_at for one in office.rows(WorkOrderEvent, WorkOrderEvent.act == "feedback")] == [NOW + 24 * HOUR]


def test_a_first_contact_is_made_by_a_person_and_by_no_note_message_or_program(office):
    order_id = office.take_in("demand").order_id
    assert office.act(order_id, commands.record_note, act="note", text="请同事联系").status == "taken_in"
    assert office.act(order_id, commands.record_note, act="message", text="系统已自动回复").in_time == ()
    office.act(order_id, commands.accept)
    system = Scope.system({office.id})
    sent = {"now": NOW, "community_id": office.id, "order_id": order_id, "version": office.order(order_id).version}
    assert carry_out(office.engine, system, commands.record_step, act="feedback", **sent) == Refused("work_orders.by_a_person", "demand.feedback")
    assert carry_out(office.engine, system, commands.finish, told=True, **sent) == Refused("work_orders.first_feedback", "demand.feedback")
    assert office.act(order_id, commands.finish, result="已办").clause_id == "demand.feedback"
    assert office.clocks(order_id)["demand.feedback"].closed_at is None
    assert office.act(order_id, commands.finish, told=True, result="已电话告知").in_time == ("demand.feedback",)
    assert [one.act for one in sorted(office.rows(WorkOrderEvent), key=lambda one: one.id)] == ["take_in", "note", "message", "accept", "finish"]


def test_a_withdrawn_matter_counts_for_nobody(office):
    order_id = office.take_in("demand").order_id
    assert office.act(order_id, commands.withdraw, reason="重复登记") == Refused("common.not_allowed")
    assert office.act(order_id, commands.withdraw, who="head", reason="重复登记").status == "withdrawn"
    clock = office.clocks(order_id)["demand.feedback"]
    assert clock.voided_at == clock.closed_at == NOW and clock.met_at is None


@pytest.mark.parametrize(("hours", "expected"), [(24, State.void), (25, State.missed)])
def test_withdrawing_an_overdue_matter_does_not_undo_the_breach(office, hours, expected):
    """demand.feedback: 24 hours. Exactly at the limit is in time; a withdrawal dated back is as late as its record."""
    order_id, recorded = office.take_in("demand").order_id, NOW + timedelta(hours=hours)
    office.act(order_id, commands.withdraw, who="head", now=recorded, happened_at=NOW + HOUR, reason="重复登记")
    clock = office.clocks(order_id)["demand.feedback"]
    assert (state(clock, recorded), clock.met_at) == (expected, None)
    assert clock.closed_at == (recorded if expected == State.missed else NOW + HOUR)


def test_a_matter_withdrawn_while_its_clock_stands_still_counts_for_nobody(office):
    order_id, recorded = office.take_in("complex").order_id, NOW + timedelta(60)
    office.act(order_id, commands.accept)
    office.act(order_id, commands.ask_materials, missing="户口本")
    office.act(order_id, commands.withdraw, who="head", now=recorded, happened_at=NOW + HOUR, reason="不再申请")
    assert state(office.clocks(order_id)["matter.first_review"], recorded) == State.void


def test_an_order_is_returned_to_the_head_or_handed_over_with_a_reason_and_its_clocks_go_along(office):
    order_id = office.take_in("demand").order_id
    assert office.act(order_id, commands.give_back, reason=" ").clause_id == "first_asked"
    office.act(order_id, commands.give_back, reason="不属本网格")
    assert office.clocks(order_id)["demand.feedback"].holder_id == office.staff["head"]
    assert office.order(order_id).desk == office.clocks(order_id)["demand.feedback"].desk == "station"
    assert office.act(order_id, commands.hand_over, to=office.staff["b"], reason="请接手") == Refused("common.not_allowed")
    office.act(order_id, commands.hand_over, who="head", to=office.staff["b"], reason="请接手")
    assert (office.order(order_id).holder_id, office.order(order_id).desk) == (office.staff["b"], "grid")
    assert office.order(order_id).first_asked_id == office.staff["a"]
    assert [len(office.rows(WorkOrderEvent, WorkOrderEvent.act == act)) for act in ("give_back", "hand_over")] == [1, 1]


# --- two at once ----------------------------------------------------------------------------------------------------


def test_the_second_of_two_editors_is_told(office):
    order_id = office.take_in("demand").order_id
    seen = office.order(order_id).version
    assert office.do("a", commands.accept, order_id=order_id, version=seen).status == "accepted"
    assert office.do("b", commands.finish, order_id=order_id, version=seen) == Refused("common.changed_meanwhile")


def test_two_who_record_the_same_step_do_not_both_pass(office):
    order_id = office.take_in("repair").order_id
    office.act(order_id, commands.accept, who="property")
    seen = office.order(order_id).version
    arguments = {"order_id": order_id, "version": seen, "act": "on_site"}
    assert office.do("property", commands.record_step, **arguments).in_time == ("repair.on_site",)
    assert office.do("property", commands.record_step, **arguments) == Refused("common.changed_meanwhile")


# --- showing --------------------------------------------------------------------------------------------------------


def test_applicant_and_contact_are_masked_by_role_and_shown_in_full_on_the_ledger(office):
    order_id = office.take_in("repair", detail="5号楼201王大爷家").order_id
    shown = {}
    for who in ("a", "property"):
        with open_session(office.engine, office.scope(who)) as session:
            shown[who] = order_card(session, NOW, office.id, order_id)
    assert (shown["a"].applicant, shown["a"].contact) == ("张小明", "138****5678")
    assert (shown["property"].applicant, shown["property"].contact, shown["property"].detail) == ("张*明", "138****5678", "***")
    assert office.do("property", orders_shown.reveal, order_id=order_id, purpose="闲聊").reason == "care.no_purpose"
    full = office.do("property", orders_shown.reveal, order_id=order_id, purpose="contact")
    assert (full.applicant, full.contact) == ("张小明", "13812345678")
    assert [one.command for one in office.rows(LedgerEntry, LedgerEntry.role == "property_company")] == ["work_order.reveal"]


def test_lists_narrow_by_grid_kind_state_and_number(office):
    late = office.take_in("urgent").number
    office.take_in("demand", place="02", who="b")
    done = office.take_in("demand")
    office.act(done.order_id, commands.accept)
    office.act(done.order_id, commands.finish, told=True)
    later = NOW + HOUR
    with open_session(office.engine, office.scope("head")) as session:
        found = lambda **narrow: [line.number for line in orders(session, later, **narrow)]  # noqa: E731
        assert found(state="overdue") == [late]
        assert found(state="to_follow_up") == found(state="closed") == [done.number]
        assert set(found(state="open")) == {late, "2026-000002"}
        assert found(grid_id=office.grids["02"]) == ["2026-000002"]
        assert set(found(kind="demand")) == {"2026-000002", done.number}
        assert found(number="2026-000003") == [done.number]
        assert set(found(number="2026")) == {late, "2026-000002", done.number}


# --- histories ------------------------------------------------------------------------------------------------------


REOPENED = (
    Act("accept", NOW + HOUR), Act("ask_materials", NOW + 2 * HOUR, "户口本"), Act("receive_materials", NOW + timedelta(2)),
    Act("first_review", NOW + timedelta(3), "同意上报"), Act("finish", NOW + timedelta(4), "已办"), Act("follow_up", NOW + timedelta(5), rating=1),
)  # fmt: skip
WITHDRAWN_LATE = (Act("accept", NOW + HOUR), Act("withdraw", NOW + timedelta(30), "不再申请"))
WITHDRAWN_WAITING = (Act("accept", NOW + HOUR), Act("ask_materials", NOW + 2 * HOUR, "户口本"), Act("withdraw", NOW + timedelta(60), "不再申请"))


@pytest.mark.parametrize("acts", [REOPENED, WITHDRAWN_LATE, WITHDRAWN_WAITING], ids=["reopened", "withdrawn_late", "withdrawn_waiting"])
def test_a_history_played_back_is_what_the_desk_would_have_filed(office, acts):
    """The same acts at the desk and in bulk: equal orders, clocks, pauses and events, but for ids."""
    order_id = office.take_in("complex").order_id
    calls = {
        "accept": (commands.accept, {}), "ask_materials": (commands.ask_materials, {"missing": "户口本"}), "receive_materials": (commands.receive_materials, {}),
        "first_review": (commands.record_step, {"act": "first_review", "note": "同意上报"}), "finish": (commands.finish, {"result": "已办"}),
        "follow_up": (commands.follow_up, {"rating": 1}), "withdraw": (commands.withdraw, {"reason": "不再申请"}),
    }  # fmt: skip
    for one in acts:
        command, more = calls[one.act]
        who = "head" if one.act == "withdraw" else "a"
        assert not isinstance(office.act(order_id, command, who=who, now=one.at, **more), Refused)
    historic = HistoricOrder(
        office.id, "2025-000009", "complex", FIELDS["matter"], FIELDS["applicant"], FIELDS["contact"], NOW, acts, grid_id=office.grids["01"],
        building_id=office.buildings["01"], holder_id=office.staff["a"],
    )  # fmt: skip
    rows = order_rows(historic, packaged_calendar(), load_rulebook())

    def insert_rows(session, *, now):
        for model, some in ((WorkOrder, [rows.work_order]), (Clock, rows.clocks), (ClockPause, rows.pauses), (WorkOrderEvent, rows.events)):
            if some:
                session.execute(insert(model), some)
        file(session, "test.history", now=now, community_id=office.id)

    carry_out(office.engine, Scope.system({office.id}), insert_rows, now=NOW)
    other = rows.work_order["id"]
    moments = ("clause_id", "effective_from", "started_at", "warn_at", "due_at", "paused_at", "met_at", "voided_at", "closed_at", "times_done", "holder_id", "desk", "grid_id")
    of = lambda one: {tuple(getattr(row, name) for name in moments) for row in office.rows(Clock, Clock.subject_id == one)}  # noqa: E731
    assert of(order_id) == of(other)
    kept = ("status", "accepted_at", "finished_at", "closed_at", "rating", "reopened", "category", "desk", "first_asked_id")
    assert [getattr(office.order(order_id), name) for name in kept] == [getattr(office.order(other), name) for name in kept]
    steps = lambda one: [  # noqa: E731
        (row.act, row.from_status, row.to_status, row.note, row.rating)
        for row in sorted(office.rows(WorkOrderEvent, WorkOrderEvent.work_order_id == one), key=lambda row: row.happened_at)
    ]
    assert steps(order_id) == steps(other)


def test_an_old_ledger_that_says_nothing_of_a_step_counts_it_for_nobody():
    order = HistoricOrder(uuid7(), "x", "repair", "路灯", None, None, NOW, (Act("finish", NOW + HOUR),))
    clocks = {one["clause_id"]: one for one in order_rows(order, packaged_calendar(), load_rulebook()).clocks}
    assert clocks["repair.done"]["met_at"] == NOW + HOUR
    assert clocks["repair.on_site"]["voided_at"] == NOW + HOUR


def test_an_old_ledger_that_contradicts_itself_is_refused():
    order = HistoricOrder(uuid7(), "x", "demand", "咨询", None, None, NOW, (Act("finish", NOW - HOUR),))
    assert order_rows(order, packaged_calendar(), load_rulebook()).reason == "work_orders.before_last"


def test_recomputing_open_deadlines_leaves_history_alone_and_files_one_entry(office):
    open_id, done_id = office.take_in("demand").order_id, office.take_in("demand").order_id
    office.act(done_id, commands.accept)
    office.act(done_id, commands.finish, told=True)
    wrong = NOW + timedelta(30)

    def shift(session, *, now):
        for clock in session.scalars(select(Clock)):
            clock.due_at = wrong
        file(session, "test.shift", now=now, community_id=office.id)

    carry_out(office.engine, Scope.system({office.id}), shift, now=NOW)
    assert office.do("a", recompute) == Refused("common.not_allowed")
    assert office.do("head", recompute) == 1
    assert office.clocks(open_id)["demand.feedback"].due_at == NOW + timedelta(hours=24)
    assert office.clocks(done_id)["demand.feedback"].due_at == wrong
    with open_session(office.engine, Scope.system({office.id})) as session:
        assert session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.command == "clock.recompute")) == 1
