"""Review chains: the order of the steps, who may take one, and when the result may be given (NP 二)."""

from uuid import uuid4

import pytest

from core.reviews import Review, chains, may_finish, may_review, may_send, met_by, stand
from core.work_orders import kinds

SIMPLE, COMPLEX = chains()["certificate"], chains()["assistance"]
HANDLER, PARTNER, COLLEAGUE, HEAD = ((uuid4(), uuid4()) for _ in range(4))


def passed(step, by, round=0):
    return Review(step, "passed", round, by)


FIRST, SECOND, APPROVAL = passed("first_review", PARTNER), passed("second_review", COLLEAGUE), passed("approval", HEAD)
BACK, AGAIN = Review("second_review", "returned", 0, COLLEAGUE), Review("second_review", "sent", 0, HANDLER)


@pytest.mark.parametrize(
    ("chain", "filed", "waits"),
    [
        (SIMPLE, (), "first_review"),
        (SIMPLE, (FIRST,), "approval"),
        (SIMPLE, (FIRST, APPROVAL), None),
        (COMPLEX, (FIRST,), "second_review"),
        (COMPLEX, (FIRST, SECOND), "approval"),
        (COMPLEX, (FIRST, BACK), None),
        (COMPLEX, (FIRST, BACK, AGAIN), "first_review"),
        (COMPLEX, (FIRST, BACK, AGAIN, FIRST), "second_review"),
    ],
)
def test_only_complex_or_important_matters_have_a_second_review_and_what_is_sent_back_begins_anew(chain, filed, waits):
    assert stand(chain, filed, 0).next == waits
    assert stand(chain, filed, 1).next == "first_review", "a reopened matter comes to a new result"


def reason(filed, actor, role="grid_worker", status="accepted", chain=COMPLEX):
    refused = may_review(chain, filed, 0, status, role, actor, [(None, HANDLER[1]), (HANDLER[0], HANDLER[1])])
    assert refused is None or refused.clause_id == "review.chain"
    return refused and refused.reason


def test_the_reviewer_is_never_the_handler_by_no_account_of_theirs():
    assert reason((), HANDLER) == "reviews.own_matter"
    assert reason((), (uuid4(), HANDLER[1])) == reason((), (HANDLER[0], None)) == "reviews.own_matter"
    assert reason((), PARTNER) is None
    assert reason((), (None, None), "system") == "reviews.not_this_role"


def test_an_account_of_nobody_reviews_nothing_and_what_it_worked_the_street_reviews():
    unlinked, street = (uuid4(), None), (uuid4(), None)
    assert reason((), unlinked) == reason((FIRST, SECOND), unlinked, "station_head", chain=SIMPLE) == "grants.actor_unknown"
    worked = [(None, HANDLER[1]), unlinked]
    takes = lambda role, who: may_review(COMPLEX, (), 0, "accepted", role, who, worked, lambda: [("grid_worker", PARTNER), ("station_head", HEAD)])  # noqa: E731
    assert takes("grid_worker", PARTNER).reason == takes("station_head", HEAD).reason == "reviews.worker_unknown"
    assert takes("street_officer", street) is None
    assert may_finish(COMPLEX, (FIRST, SECOND, APPROVAL), 0, unlinked, HANDLER[1], "pick_up").reason == "staff.not_linked"


def test_nobody_takes_two_steps_of_one_chain_not_even_after_it_was_sent_back():
    assert reason((FIRST,), PARTNER) == "reviews.other_step"
    assert reason((FIRST, BACK, AGAIN, FIRST), PARTNER) == "reviews.other_step"
    assert reason((FIRST, BACK, AGAIN), PARTNER) is None, "the same step again"
    assert reason((FIRST, BACK, AGAIN), COLLEAGUE) == "reviews.other_step"


def test_the_street_takes_what_nobody_else_may_and_two_steps_only_where_no_other_officer_is_left():
    street, other = (uuid4(), None), (uuid4(), None)

    def street_may(filed, *people):
        everybody = [("street_officer", street), *people]
        return may_review(COMPLEX, filed, 0, "accepted", "street_officer", street, [HANDLER], lambda: everybody) is None

    assert not street_may((), ("grid_worker", PARTNER)) and not street_may((), ("station_head", HEAD))
    assert street_may(()) and street_may((), ("station_head", HANDLER)) and street_may((), ("property_company", PARTNER))
    mine = passed("first_review", street)
    assert street_may((mine,)) and not street_may((mine,), ("street_officer", other)), "the other officer, before one takes two"
    assert not street_may((mine, passed("second_review", other)), ("station_head", HEAD))
    assert may_review(COMPLEX, (), 0, "accepted", "street_officer", HANDLER, [HANDLER], list).reason == "reviews.own_matter", "never the handler"


def test_a_step_is_taken_by_its_roles_and_while_the_matter_is_in_hand():
    assert reason((FIRST, SECOND), HEAD) == "reviews.not_this_role"
    assert reason((FIRST, SECOND), HEAD, "street_officer") is None
    assert reason((), PARTNER, status="awaiting_materials") == "work_orders.not_while_awaiting_materials"
    assert reason((FIRST, SECOND, APPROVAL), HEAD, "station_head") == reason((FIRST, BACK), HEAD, "station_head") == "reviews.none_waits"


@pytest.mark.parametrize(
    ("filed", "actor", "given", "why"),
    [
        ((), HANDLER, "phone", "reviews.first_first_review"),
        ((FIRST,), HANDLER, "phone", "reviews.first_second_review"),
        ((FIRST, SECOND), HANDLER, "phone", "reviews.first_approval"),
        ((FIRST, BACK), HANDLER, "phone", "reviews.returned_first"),
        ((FIRST, SECOND, APPROVAL), HEAD, "phone", "reviews.handled_by_reviewer"),
        ((FIRST, SECOND, APPROVAL), HANDLER, None, "reviews.say_how_given"),
        ((FIRST, SECOND, APPROVAL), HANDLER, "text", "reviews.say_how_given"),
        ((FIRST, SECOND, APPROVAL), HANDLER, "pick_up", None),
    ],
)
def test_the_result_comes_after_the_approval_from_somebody_who_reviewed_nothing_by_a_way_of_the_chain(filed, actor, given, why):
    refused = may_finish(COMPLEX, filed, 0, actor, HANDLER[1], given)
    assert (refused and refused.reason) == why


def test_only_what_was_sent_back_is_sent_again():
    assert may_send(COMPLEX, (FIRST, BACK), 0, "accepted") is None
    assert may_send(COMPLEX, (FIRST,), 0, "accepted").reason == "reviews.not_returned"


def test_a_passed_step_meets_the_clock_that_waits_for_it():
    assert met_by("first_review", kinds()["complex"], ("matter.first_review",)) == ("matter.first_review",)
    assert met_by("approval", kinds()["subsidy"], ("subsidy.review",)) == ("subsidy.review",)
    assert met_by("second_review", kinds()["complex"], ("matter.first_review",)) == met_by("first_review", kinds()["simple"], ("matter.simple",)) == ()
