"""Which orders may be worked together, and what joining leaves undone."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from core.joinings import TELLS, alike, may_act, may_join, may_undo

MOMENT = datetime(2026, 11, 18, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Order:
    id: int
    status: str = "accepted"
    kind: str = "demand"
    building_id: int | None = 3
    contact: str | None = "13812345678"
    chain: str | None = None
    received_at: datetime = MOMENT


ONE, LEAD = Order(2), Order(1)
NOBODY = {"joined": False, "leads": False, "lead_joined": False}


def reason(order=ONE, lead=LEAD, **stand):
    refused = may_join(order, lead, **NOBODY | stand)
    return refused and refused.reason


def test_the_same_kind_at_the_same_place_or_of_the_same_person_within_thirty_days_may_be_joined():
    assert reason() is None
    assert reason(replace(ONE, contact="13700000000")) is None and reason(replace(ONE, building_id=4, contact="138 1234 5678")) is None
    assert reason(replace(ONE, received_at=MOMENT + timedelta(30))) is None
    assert not alike(replace(ONE, received_at=MOMENT + timedelta(30) + MINUTE), LEAD) and not alike(replace(ONE, received_at=MOMENT - timedelta(30) - MINUTE), LEAD)
    for other in (replace(ONE, kind="advice"), replace(ONE, building_id=4, contact="13700000000"), replace(ONE, building_id=None, contact=None), LEAD):
        assert reason(other) == "joinings.not_alike"


def test_disputes_are_not_joined_who_else_complains_is_a_party():
    """Mediated once, with everybody; mediation.trail."""
    assert reason(replace(ONE, kind="dispute"), replace(LEAD, kind="dispute")) == "mediation.party_instead"


def test_one_level_only_and_nothing_joins_what_is_over():
    assert reason(joined=True) == "joinings.joined_already"
    assert reason(leads=True) == reason(lead_joined=True) == "joinings.one_level"
    assert reason(replace(ONE, status="finished")) == "work_orders.not_while_finished"
    assert reason(replace(ONE, status="awaiting_materials")) == "work_orders.not_while_awaiting_materials"
    assert {reason(lead=replace(LEAD, status=status)) for status in ("finished", "followed_up", "withdrawn")} == {"joinings.lead_closed"}
    assert reason(lead=replace(LEAD, status="awaiting_materials")) is None
    assert reason(replace(ONE, chain="benefits")) == "joinings.own_review"


def test_a_joined_order_is_not_closed_untold():
    def told(early=False, given="phone", said="已修好", act="finish", leads=False):
        refused = may_act(act, early=early, leads=leads, given=given, said=said)
        return refused and refused.reason

    assert [told(given=way) for way in TELLS] == [None] * 4
    assert told(early=True) == "joinings.lead_first"
    assert told(given=None) == told(given="shout") == "joinings.say_how_told"
    assert told(said=" ") == "joinings.say_what_told"
    assert told(act="ask_materials") == "joinings.of_the_lead"
    assert told(early=True, act="withdraw") is None and told(early=None, act="withdraw", leads=True) == "joinings.leads_others"
    assert told(early=None, given=None, said="") is None, "what is joined to none is finished as ever"


@pytest.mark.parametrize(("status", "why", "expected"), [("accepted", "不同原因", None), ("accepted", " ", "joinings.say_why"), ("finished", "x", "work_orders.not_while_finished")])
def test_a_joining_is_undone_with_a_reason_before_the_answer(status, why, expected):
    refused = may_undo(status, why)
    assert (refused and refused.reason) == expected
