"""Orders worked together: the work is done once, each complainant keeps record and clocks and is told for himself."""

import pytest

from core.clocks import State, Tally, state
from core.refusals import Refused
from db.commands import joinings
from db.commands import work_orders as commands
from db.engine import open_session
from db.models.clocks import Clock
from db.models.joinings import Joining
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.duplicates import similar, to_join
from db.queries.joinings import complainants, lead_with_result, to_tell
from db.queries.outcomes import outcomes
from db.queries.queue import Wanted, queue
from db.scope import Scope
from tests.db.test_extensions import SQLITE
from tests.db.test_outcomes import SPAN
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

NEIGHBOUR = {"applicant": "李小红", "contact": "13700000000"}
SAID = {"told": True, "given": "phone", "result": "已清运"}


class Together(Office):
    """A demand of one resident, and the same of a neighbour an hour later, joined when it was taken in."""

    def __init__(self, engine, community_id):
        super().__init__(engine, community_id)
        self.lead = self.take_in("demand").order_id
        self.joined = self.take_in("demand", now=NOW + HOUR, lead_id=self.lead, **NEIGHBOUR).order_id

    def asked(self, query, *arguments, who="a"):
        with open_session(self.engine, self.scope(who)) as session:
            return query(session, *arguments)

    def finish(self, order_id, at, **said):
        if self.order(order_id).status == "taken_in":
            self.act(order_id, commands.accept, now=at)
        return self.act(order_id, commands.finish, now=at, **said)

    def feedback(self, order_id):
        return self.clocks(order_id)["demand.feedback"]


@pytest.fixture
def office(kept, two_communities):
    return kept(Together, two_communities["ours"])


def test_joined_at_take_in_each_complainant_keeps_record_and_clock_with_one_ledger_entry(office):
    joined = office.order(office.joined)
    assert (joined.applicant, joined.contact, joined.matter, joined.received_at) == ("李小红", "13700000000", "3号楼电梯停运", NOW + HOUR), "register.fields"
    assert (office.feedback(office.joined).started_at, office.feedback(office.joined).due_at) == (NOW + HOUR, NOW + 25 * HOUR)
    [entry] = office.rows(LedgerEntry, LedgerEntry.subject_id == office.joined)
    assert entry.command == "work_order.take_in" and '"lead": "2026-000001"' in entry.facts
    notes = {(one.work_order_id, one.act): one.note for one in office.rows(WorkOrderEvent)}
    assert (notes[office.joined, "join"], notes[office.lead, "lead"]) == ("2026-000001", "2026-000002")


@SQLITE
def test_joining_meets_holds_and_excuses_no_clock_and_neither_does_the_leading_orders_result(office):
    before = office.feedback(office.joined)
    office.finish(office.lead, NOW + 2 * HOUR, told=True, result="已清运")
    clock = office.feedback(office.joined)
    assert [getattr(clock, name) for name in ("due_at", "paused_at", "met_at", "closed_at")] == [before.due_at, None, None, None]
    assert state(clock, NOW + 25 * HOUR) is State.due_soon and state(clock, NOW + 25 * HOUR + MINUTE) is State.overdue


@SQLITE
@pytest.mark.parametrize(("minutes", "expected"), [(-1, State.met), (0, State.met), (1, State.missed)])
def test_the_complainants_clock_is_met_when_he_is_told_and_not_before(office, minutes, expected):
    """demand.feedback: 24 hours, from his own call an hour after the first one's."""
    office.finish(office.lead, NOW + 2 * HOUR, told=True, result="已清运")
    at = NOW + 25 * HOUR + minutes * MINUTE
    office.finish(office.joined, at, **SAID)
    assert state(office.feedback(office.joined), at) is expected
    order = office.order(office.joined)
    assert (order.status, order.given_by, order.finished_at) == ("finished", "phone", at)


@SQLITE
def test_a_joined_order_is_not_closed_before_its_lead_nor_untold_nor_by_a_date_before_the_result(office):
    office.act(office.joined, commands.accept, now=NOW + HOUR)
    finish = lambda **said: office.act(office.joined, commands.finish, now=NOW + 3 * HOUR, **said)  # noqa: E731
    assert finish(**SAID).reason == "joinings.lead_first"
    office.finish(office.lead, NOW + 2 * HOUR, told=True, result="已清运")
    assert finish(told=True, result="已清运").reason == "joinings.say_how_told"
    assert finish(told=True, given="phone").reason == "joinings.say_what_told"
    assert finish(**SAID, happened_at=NOW + 2 * HOUR - MINUTE).reason == "joinings.lead_first"
    assert finish(given="text", told=True, result="已清运").clause_id == "demand.feedback", "a text is no first contact"
    assert finish(**SAID, happened_at=NOW + 2 * HOUR).in_time == ("demand.feedback",)


def test_who_is_to_be_told_stands_on_the_queue_until_told_and_is_rated_by_each(office):
    [_, card] = office.asked(queue, NOW + HOUR, Wanted())
    assert (card.subject_id, card.joined) == (office.joined, "joined")
    assert office.asked(to_tell, NOW + HOUR) == []
    office.finish(office.lead, NOW + 2 * HOUR, told=True, result="已清运")
    [one] = office.asked(to_tell, NOW + 3 * HOUR)
    assert (one.number, one.lead) == ("2026-000002", "2026-000001") and office.asked(to_tell, NOW + 3 * HOUR, who="b") == []
    assert office.asked(lead_with_result, office.id, office.joined).result == "已清运"
    assert [(one.number, one.told_at) for one in office.asked(complainants, office.id, office.lead)] == [("2026-000002", None)]
    office.finish(office.joined, NOW + 3 * HOUR, **SAID)
    assert office.asked(to_tell, NOW + 3 * HOUR) == []
    office.act(office.lead, commands.follow_up, now=NOW + 5 * HOUR, rating=5)
    assert office.act(office.joined, commands.follow_up, now=NOW + 5 * HOUR, rating=1).status == "accepted"
    assert (office.order(office.lead).status, office.order(office.joined).reopened) == ("followed_up", 1), "per complainant"
    assert state(next(one for one in office.rows(Clock, Clock.closed_at.is_(None))), NOW + 5 * HOUR) is State.on_time
    assert office.finish(office.joined, NOW + 6 * HOUR, **SAID).status == "finished"


@SQLITE
def test_a_reopened_lead_holds_back_who_was_not_told_and_leaves_alone_who_was(office):
    office.finish(office.lead, NOW + 2 * HOUR, told=True, result="已清运")
    office.act(office.lead, commands.follow_up, now=NOW + 3 * HOUR, rating=1)
    assert office.finish(office.joined, NOW + 3 * HOUR, **SAID).reason == "joinings.lead_first"
    office.finish(office.lead, NOW + 4 * HOUR, told=True, result="再次清运")
    assert office.finish(office.joined, NOW + 4 * HOUR, **SAID).status == "finished"


def test_one_level_the_same_community_in_reach_and_undone_with_a_reason(office):
    third = office.take_in("demand", now=NOW + HOUR, applicant="王五", contact="13600000000").order_id
    join = lambda order_id, lead_id, who="a": office.do(who, joinings.join, now=NOW + HOUR, order_id=order_id, lead_id=lead_id)  # noqa: E731
    assert join(third, office.joined).reason == join(office.lead, third).reason == "joinings.one_level"
    assert join(office.joined, third).reason == "joinings.joined_already"
    assert join(third, office.lead, who="property") == Refused("common.not_found")
    assert office.act(office.joined, commands.ask_materials, missing="照片").reason == "joinings.of_the_lead"
    assert office.act(office.lead, commands.withdraw, who="head", now=NOW + 2 * HOUR, reason="重复").reason == "joinings.leads_others"
    assert [one.id for one in office.asked(to_join, office.id, third)] == [office.lead]
    assert join(third, office.lead).lead == "2026-000001"
    undo = lambda why: office.do("a", joinings.undo, now=NOW + 2 * HOUR, order_id=third, reason=why)  # noqa: E731
    assert undo(" ").reason == "joinings.say_why" and undo("不是同一处").number == "2026-000003"
    assert undo("再来").reason == "joinings.not_joined"
    assert join(third, office.lead).number == "2026-000003", "and may be joined again"
    assert [one.ended_at for one in sorted(office.rows(Joining, Joining.work_order_id == third), key=lambda one: one.id)] == [NOW + 2 * HOUR, None]


@SQLITE
def test_what_is_taken_in_for_another_kind_or_another_community_leaves_nothing_behind(office, two_communities):
    n = len(office.rows(WorkOrder))
    assert office.take_in("advice", now=NOW + HOUR, lead_id=office.lead).reason == "joinings.not_alike"
    assert office.take_in("demand", now=NOW + HOUR, lead_id=two_communities["theirs"]) == Refused("common.not_found")
    assert len(office.rows(WorkOrder)) == n
    with open_session(office.engine, Scope.system({office.id})) as session:
        found = similar(session, NOW + HOUR, office.id, "demand", office.buildings["01"], "x")
    assert [(one.number, one.leading) for one in found] == [("2026-000002", False), ("2026-000001", True)]


@SQLITE
def test_statistics_count_each_complainants_order_and_say_how_many_are_worked_together(office):
    office.finish(office.lead, NOW + 2 * HOUR, told=True, result="已清运")
    later = NOW + 26 * HOUR
    with open_session(office.engine, office.scope("head")) as session:
        service = outcomes(session, later, office.id, "kind", *SPAN)["public_service"]
    assert (service.received, service.tally, service.share("joined")) == (2, Tally(1, 0, 1), (1, 2)), "the untold neighbour is late, whatever the lead is"
