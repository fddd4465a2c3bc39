"""Between workers an order is offered and passes once accepted; until then its holder answers for it (first_asked)."""

import pytest
from sqlalchemy import select

from core.refusals import Refused
from db.commands import handovers
from db.commands import work_orders as commands
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.grids import Absence, Post
from db.models.handovers import HandOver
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrderEvent
from db.queries.handovers import marks, of_order, offered_to_me, receivers, stranded
from db.queries.queue import Wanted, queue
from db.scope import Scope
from tests.db.test_extensions import SQLITE
from tests.db.test_work_orders import HOUR, NOW, Office


class Pair(Office):
    """A demand that `a` holds in a grid where `b` has the other post."""

    def __init__(self, engine, community_id):
        super().__init__(engine, community_id)
        self.order_id = self.take_in("demand").order_id

    def offer(self, *, who="a", to="b", reason="换班", now=NOW):
        return self.do(who, handovers.offer, now=now, order_id=self.order_id, to=self.staff[to], reason=reason)

    def answer(self, who="b", *, accepted=True, reason="", now=NOW + HOUR):
        return self.do(who, handovers.answer, now=now, offer_id=max(one.id for one in self.rows(HandOver)), accepted=accepted, reason=reason)

    def asked(self, query, *arguments, who="a"):
        with open_session(self.engine, self.scope(who)) as session:
            return query(session, *arguments)

    def holders(self):
        return {self.order(self.order_id).holder_id, *(one.holder_id for one in self.clocks(self.order_id).values())}

    def change(self, make):
        def command(session, *, now):
            make(session)
            file(session, "test.change", now=now, community_id=self.id)

        carry_out(self.engine, Scope.system({self.id}), command, now=NOW)


@pytest.fixture
def office(kept, two_communities):
    return kept(Pair, two_communities["ours"])


def test_whoever_is_asked_first_stays_responsible_until_the_other_has_accepted(office):
    due = office.clocks(office.order_id)["demand.feedback"].due_at
    assert office.offer().stands == "waiting" and office.holders() == {office.staff["a"]}
    assert [(one.number, one.from_name) for one in office.asked(offered_to_me, who="b")] == [("2026-000001", "a")]
    assert office.asked(marks, [office.order_id]) == {office.order_id}
    assert [one.offered for one in office.asked(queue, NOW, Wanted())] == [True], "and it stands in its holder's queue"
    assert office.answer("a").reason == office.answer("head").reason == "handovers.not_to_you"
    assert office.answer().stands == "accepted"
    assert office.holders() == {office.staff["b"]} and office.order(office.order_id).first_asked_id == office.staff["a"]
    assert office.clocks(office.order_id)["demand.feedback"].due_at == due, "the clocks run on as they were"
    trail = [(one.act, one.holder_id) for one in sorted(office.rows(WorkOrderEvent), key=lambda one: one.id)]
    assert trail == [("take_in", office.staff["a"]), ("offer_hand_over", office.staff["a"]), ("accept_hand_over", office.staff["b"])]
    filed = sorted(office.rows(LedgerEntry, LedgerEntry.subject_id == office.order_id), key=lambda one: one.id)
    assert [one.command for one in filed][1:] == ["work_order.offer_hand_over", "work_order.accept_hand_over"]
    assert office.answer().reason == "handovers.over"


@SQLITE
def test_declined_with_a_reason_or_taken_back_it_stays_and_may_be_offered_again(office):
    office.offer()
    assert office.offer().reason == "handovers.waits_already"
    assert office.answer(accepted=False) == Refused("handovers.say_why_not", "first_asked")
    assert office.answer(accepted=False, reason="手上有急件").stands == "declined" and office.holders() == {office.staff["a"]}
    office.offer(now=NOW + 2 * HOUR)
    back = lambda who: office.do(who, handovers.take_back, now=NOW + 3 * HOUR, offer_id=max(one.id for one in office.rows(HandOver)))  # noqa: E731
    assert back("b").reason == "handovers.not_yours" and back("a").stands == "taken_back"
    assert [one.stands for one in office.asked(of_order, NOW, office.id, office.order_id)] == ["declined", "taken_back"]


@SQLITE
def test_what_the_head_hands_over_or_gets_back_passes_at_once_and_the_offer_lapses(office):
    office.offer()
    office.act(office.order_id, commands.give_back, reason="不属本网格")
    assert office.answer().reason == "handovers.over" and office.asked(offered_to_me, who="b") == []
    office.act(office.order_id, commands.hand_over, who="head", to=office.staff["a"], reason="请办理")
    assert office.offer(now=NOW + HOUR).stands == "waiting"
    assert [one.outcome for one in sorted(office.rows(HandOver), key=lambda one: one.id)] == ["lapsed", None], "though it came back to whom it was offered by"
    office.act(office.order_id, commands.accept, now=NOW + HOUR)
    office.act(office.order_id, commands.finish, now=NOW + HOUR, told=True)
    office.act(office.order_id, commands.follow_up, now=NOW + 2 * HOUR, rating=1)
    assert office.asked(offered_to_me, who="b") == [], "nor does reopening bring one back"


@SQLITE
def test_an_offer_to_somebody_absent_or_without_the_grid_is_refused(office):
    assert office.offer(to="head").reason == "handovers.without_grid" and office.offer(who="b", to="a").reason == "handovers.not_yours"
    assert [one.name for one in office.asked(receivers, NOW, office.id, office.grids["01"])] == ["b"]
    office.change(lambda session: session.add(Absence(community_id=office.id, staff_id=office.staff["b"], starts_at=NOW - HOUR, ends_at=NOW + HOUR)))
    assert office.offer().reason == "handovers.absent" and office.offer(now=NOW + HOUR).stands == "waiting"


def test_what_is_held_by_somebody_who_moved_to_another_grid_is_shown_to_them_and_to_the_head(office):
    assert office.asked(stranded, NOW) == office.asked(stranded, NOW, who="head") == []

    def moves(session):
        [post] = session.scalars(select(Post).where(Post.grid_id == office.grids["01"], Post.staff_id == office.staff["a"]))
        post.to_date = NOW.date()

    office.change(moves)
    scope = Scope(office.id, "grid_worker", frozenset({office.id}), frozenset({office.grids["02"]}), staff_id=office.staff["a"])
    with open_session(office.engine, scope) as session:
        assert queue(session, NOW, Wanted()) == [], "the hole: in nobody's own queue"
        assert [(one.number, one.grid, one.holder) for one in stranded(session, NOW)] == [("2026-000001", "第01网格", "a")]
    [one] = office.asked(stranded, NOW, who="head")
    assert office.asked(stranded, NOW, who="b") == [], "nobody else's"
    office.act(one.order_id, commands.hand_over, who="head", to=office.staff["b"], reason="已换网格")
    assert office.asked(stranded, NOW, who="head") == [] and office.holders() == {office.staff["b"]}


@SQLITE
def test_two_answers_at_once_do_not_both_pass_and_other_roles_are_refused(office):
    office.offer()
    assert office.answer("property") in (Refused("common.not_found"), Refused("common.not_allowed"))
    assert office.answer().stands == "accepted" and office.answer(accepted=False, reason="x").reason == "handovers.over"
    assert office.act(office.order_id, commands.accept, who="b", now=NOW + HOUR).status == "accepted"
