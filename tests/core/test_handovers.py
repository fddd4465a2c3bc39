"""Whoever is asked first stays responsible until handed over: who may offer what to whom, and who was responsible when."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.handovers import may_answer, may_offer, responsible
from core.refusals import Refused

MOMENT = datetime(2026, 11, 18, 2, tzinfo=UTC)
OFFER = {"status": "accepted", "desk": "grid", "holder": 1, "actor": 1, "to": 2, "posted": (1, 2), "absent": (), "reason": "换班"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None), ({"status": "finished"}, "work_orders.not_while_finished"), ({"desk": "station"}, "handovers.by_the_head"), ({"holder": 2}, "handovers.not_yours"),
        ({"holder": None, "actor": None}, "handovers.not_yours"), ({"to": None}, "handovers.to_whom"), ({"to": 1}, "handovers.to_whom"), ({"to": 3}, "handovers.without_grid"),
        ({"absent": (2,)}, "handovers.absent"), ({"reason": " "}, "work_orders.say_why"),
    ],
)  # fmt: skip
def test_an_order_is_offered_by_its_holder_to_somebody_at_work_who_has_the_grid(changed, reason):
    refused = may_offer(**OFFER | changed)
    assert (refused and (refused.reason, refused.clause_id)) == (reason and (reason, "first_asked"))


def test_only_whom_it_is_offered_to_answers_and_a_no_has_its_reason():
    answer = lambda to=2, accepted=True, reason="", posted=(1, 2), stands="waiting": may_answer(stands, 2, to, accepted, posted=posted, reason=reason)  # noqa: E731
    assert answer() is None and answer(accepted=False, reason="忙") is None
    assert answer(to=1) == Refused("handovers.not_to_you", "first_asked")
    assert answer(accepted=False).reason == "handovers.say_why_not"
    assert answer(posted=(1,)).reason == "handovers.without_grid"
    assert answer(stands="lapsed").reason == "handovers.over"


def test_the_trail_says_who_was_responsible_when():
    trail = [SimpleNamespace(holder=who, recorded_at=MOMENT + timedelta(hours=n)) for n, who in ((0, "a"), (1, "a"), (2, "b"), (5, "a"), (3, "b"))]
    assert responsible(trail) == [("a", MOMENT), ("b", MOMENT + timedelta(hours=2)), ("a", MOMENT + timedelta(hours=5))]
