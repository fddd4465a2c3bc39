"""The review chain at the desk, on both engines: what is filed, who is refused, what the checklist makes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from core.clocks import State, state
from core.measures import Verdict
from core.refusals import Refused
from db.commands import work_orders as commands
from db.commands.filing import carry_out, file
from db.commands.reviews import review, send_again
from db.engine import open_session
from db.models.ledger import LedgerEntry
from db.models.reviews import Review
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.reviews import of_order, waiting, who_may
from db.scope import Scope
from tests.db.test_alerts import Warned
from tests.db.test_work_orders import HOUR, NOW

ITEM = "relief.minimum_living"


class Station(Warned):
    """The office, with a street officer above it; everybody has an account."""

    def review(self, order_id, who, *, passed=True, opinion="同意", now=NOW + HOUR):
        return self.act(order_id, review, who=who, now=now, passed=passed, opinion=opinion)

    def line(self, clause_id):
        with open_session(self.engine, self.scope("head")) as session:
            return checklist(session, NOW + timedelta(days=2), self.id, "2026-Q4").line(clause_id)

    def waits_for(self, who):
        with open_session(self.engine, self.scope(who)) as session:
            return [(one.order_id, one.step) for one in waiting(session, NOW)]


@pytest.fixture
def office(engine, two_communities):
    return Station(engine, two_communities["ours"])


@pytest.fixture
def order_id(office):
    taken = office.take_in("", item=ITEM).order_id
    office.act(taken, commands.accept)
    return taken


def test_a_matter_goes_through_its_chain_each_step_with_opinion_who_and_when(office, order_id):
    assert office.act(order_id, commands.finish, given="phone") == Refused("reviews.first_first_review", "review.chain")
    assert office.act(order_id, commands.record_step, act="first_review", note="同意").reason == "reviews.by_chain"
    assert office.review(order_id, "a").reason == "reviews.own_matter"
    assert office.review(order_id, "b", opinion=" ") == Refused("work_orders.say_opinion", "review.trail")
    assert [office.waits_for(who) for who in ("a", "b", "head", "street")] == [[], [(order_id, "first_review")], [(order_id, "first_review")], []]
    assert office.review(order_id, "b", opinion="材料属实").in_time == ("matter.first_review",)
    assert state(office.clocks(order_id)["matter.first_review"], NOW + HOUR) is State.met
    assert office.review(order_id, "b").reason == "reviews.other_step"
    assert office.review(order_id, "head").next == "approval"
    assert office.review(order_id, "head").reason == "reviews.other_step"
    assert office.waits_for("street") == [(order_id, "approval")] and office.review(order_id, "street").next is None
    assert office.act(order_id, commands.finish, now=NOW + 2 * HOUR).reason == "reviews.say_how_given"
    office.act(order_id, commands.finish, now=NOW + 2 * HOUR, given="pick_up")
    assert office.order(order_id).given_by == "pick_up"
    with open_session(office.engine, office.scope("head")) as session:
        lines = of_order(session, NOW, office.id, order_id)
    assert [(one.step, one.by, one.opinion, one.at) for one in lines][:2] == [("first_review", "b", "材料属实", NOW + HOUR), ("second_review", "head", "同意", NOW + HOUR)]
    filed = [one.command for one in sorted(office.rows(LedgerEntry, LedgerEntry.subject_id == order_id), key=lambda one: one.id)]
    assert filed == [f"work_order.{act}" for act in ("take_in", "accept", "first_review", "second_review", "approval", "finish")]


def test_what_is_sent_back_lies_with_the_handler_until_it_is_sent_again(office, order_id):
    office.review(order_id, "b")
    assert office.review(order_id, "head", passed=False, opinion="") == Refused("reviews.say_why", "review.trail")
    assert office.review(order_id, "head", passed=False, opinion="收入证明不清").result == "returned"
    assert office.waits_for("b") == [] and office.order(order_id).status == "accepted"
    assert office.act(order_id, commands.finish, given="phone").reason == "reviews.returned_first"
    assert office.act(order_id, send_again, note=" ").reason == "reviews.say_what_changed"
    assert office.act(order_id, send_again, note="已换新证明").next == "first_review"
    assert office.act(order_id, send_again, note="再来").reason == "reviews.not_returned"
    kept = [(one.act, one.note) for one in sorted(office.rows(WorkOrderEvent, WorkOrderEvent.work_order_id == order_id), key=lambda one: one.id)]
    assert kept[2:] == [("first_review", "同意"), ("review_returned", "收入证明不清"), ("review_sent", "已换新证明")]
    assert len(office.rows(Review)) == 3


def test_who_has_reviewed_a_matter_cant_be_handed_it_to_finish_it(office, order_id):
    for who in ("b", "head", "street"):
        office.review(order_id, who)
    office.act(order_id, commands.hand_over, who="head", to=office.staff["b"], reason="请办结")
    for who in ("a", "b"):
        assert office.act(order_id, commands.finish, who=who, now=NOW + 2 * HOUR, given="phone").reason == "reviews.handled_by_reviewer"


def test_a_step_that_nobody_may_take_falls_to_the_street_so_that_no_matter_without_a_grid_is_stuck(office, order_id):
    """No worker reaches a matter outside the grids, and the station head holds it."""
    outside = office.take_in("", item=ITEM, place="none", who="head").order_id
    office.act(outside, commands.accept, who="head")
    assert office.order(outside).grid_id is None and office.review(outside, "head").reason == "reviews.own_matter"
    assert [office.waits_for(who) for who in ("head", "street")] == [[(order_id, "first_review")], [(outside, "first_review")]]
    assert office.review(order_id, "street").reason == "reviews.not_this_role", "others may take that one"
    with open_session(office.engine, office.scope("head")) as session:
        assert [who_may(session, office.id, one) for one in (order_id, outside)] == [("grid_worker", "station_head"), ("street_officer",)], "and the order says so"
    assert [office.review(outside, "street").next for _ in range(3)] == ["second_review", "approval", None], "the only officer there is"
    assert office.act(outside, commands.finish, who="street", given="phone").reason == "common.not_allowed"
    office.act(outside, commands.finish, who="head", now=NOW + 2 * HOUR, given="phone")
    with open_session(office.engine, office.scope("head")) as session:
        listed = [one.work_order_id for one in violations(session, NOW + timedelta(days=2), office.id, "review.chain", "2026-Q4")]
    assert listed == [outside], "one person took all steps: the committee sees it"


def test_two_who_review_at_once_are_told_apart_and_other_matters_have_no_chain(office, order_id):
    version = office.order(order_id).version
    office.review(order_id, "b")
    assert office.do("head", review, order_id=order_id, version=version, passed=True, opinion="同意") == Refused("common.changed_meanwhile")
    plain = office.take_in("complex").order_id
    office.act(plain, commands.accept)
    assert office.review(plain, "b").reason == "reviews.no_chain"
    assert office.review(plain, "property").reason == "common.not_allowed"


def test_the_checklist_counts_finished_matters_with_a_chain_and_opens_those_whose_steps_are_not_all_another_persons(office, order_id):
    assert office.line("review.chain").verdict == Verdict.nothing_due
    for who in ("b", "head", "street"):
        office.review(order_id, who)
    office.act(order_id, commands.finish, now=NOW + 2 * HOUR, given="phone")
    line = office.line("review.chain")
    assert (line.population, line.met, line.missed, line.verdict) == (1, 1, 0, Verdict.kept)
    assert (office.line("review.trail").population, office.line("review.trail").met) == (3, 3)
    for change in (
        update(Review).where(Review.step == "second_review").values(reviewer_staff_id=office.staff["a"]),
        update(Review).where(Review.step == "second_review").values(reviewer_staff_id=office.staff["b"]),
        update(Review).where(Review.step == "approval").values(result="returned"),
        update(WorkOrder).values(given_by=None),
    ):
        assert behind_the_desk(office, change) == [order_id]


def behind_the_desk(office, change):
    """The orders the checklist opens while `change` holds, which no command would make; it is undone."""
    system = Scope.system({office.id})

    def command(session, *, now):
        session.execute(change.execution_options(synchronize_session=False, bulk="undone at once"))
        file(session, "test.change", now=now, community_id=office.id)
        with_change.extend(one.work_order_id for one in violations(session, NOW + timedelta(days=2), office.id, "review.chain", "2026-Q4"))
        return Refused("common.not_found")

    with_change: list = []
    carry_out(office.engine, system, command, now=NOW)
    return with_change
