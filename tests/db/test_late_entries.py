"""Entered after the limit as done before it, on both engines: kept, late meanwhile, and decided by another person."""

import json
from datetime import datetime, timedelta

import pytest

from core.clocks import State, state
from core.refusals import Refused
from db.commands import late_entries as entries
from db.commands import work_orders as commands
from db.commands.explanations import explain
from db.engine import open_session
from db.models.clocks import Clock, ClockPause
from db.models.late_entries import LateEntry
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrderEvent
from db.queries.late_entries import how_many, of_order, waiting
from db.scope import Scope
from db.types import uuid7
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

DAY = timedelta(1)
LATER = NOW + 2 * HOUR


@pytest.fixture
def office(kept, two_communities):
    return kept(Office, two_communities["ours"])


@pytest.fixture
def said(kept, office):
    """An urgent demand (30 minutes), of which worker a enters two hours later that staff were on the spot after 30: (order id, what was answered)."""
    return kept(entered_late, office)


def entered_late(_engine, office):
    order_id = office.take_in("urgent").order_id
    return order_id, office.act(order_id, commands.record_step, now=LATER, act="on_site", happened_at=NOW + 30 * MINUTE)


def decide(office, who="head", confirmed=True, now=LATER + HOUR):
    [entry] = office.rows(LateEntry)
    return office.do(who, entries.decide, now=now, entry_id=entry.id, confirmed=confirmed)


def clock_of(office, order_id, clause_id="demand.urgent_on_site") -> Clock:
    return office.clocks(order_id)[clause_id]


def listed(office, query, *arguments, who="head"):
    with open_session(office.engine, office.scope(who)) as session:
        return query(session, *arguments)


def test_it_is_kept_with_both_moments_and_late_until_another_person_confirms(office, said):
    order_id, done = said
    assert (done.in_time, done.late, done.to_confirm) == ((), (), ("demand.urgent_on_site",))
    assert state(clock_of(office, order_id), LATER) == State.missed
    [entry], [event] = office.rows(LateEntry), office.rows(WorkOrderEvent, WorkOrderEvent.act == "on_site")
    assert (entry.happened_at, entry.recorded_at) == (event.happened_at, event.recorded_at) == (NOW + 30 * MINUTE, LATER)
    facts = [json.loads(one.facts) for one in office.rows(LedgerEntry, LedgerEntry.command == "work_order.on_site")]
    assert [one["to_confirm"] for one in facts] == [["demand.urgent_on_site"]]


def test_confirmed_it_is_met_when_it_happened(office, said):
    order_id, _ = said
    assert decide(office).state == State.met
    clock = clock_of(office, order_id)
    assert clock.met_at == clock.closed_at == NOW + 30 * MINUTE
    [filed] = office.rows(LedgerEntry, LedgerEntry.command == "work_order.confirm_late")
    facts = json.loads(filed.facts)
    assert (facts["clause"], facts["act"]) == ("demand.urgent_on_site", "on_site")
    assert [datetime.fromisoformat(facts[name]) for name in ("happened_at", "recorded_at")] == [NOW + 30 * MINUTE, LATER]


def test_not_accepted_it_is_missed_and_as_late_as_it_was_entered(office, said):
    order_id, _ = said
    assert decide(office, confirmed=False).state == State.missed
    assert clock_of(office, order_id).met_at == LATER, "lateness stops growing with the entry, not with the refusal"
    assert len(office.rows(LedgerEntry, LedgerEntry.command == "work_order.refuse_late")) == 1


@pytest.mark.parametrize(("happened", "entered", "waits"), [(30, 30, False), (30, 31, True), (31, 31, False), (31, 40, False), (0, 31, True)])
def test_only_what_would_turn_a_miss_into_a_hit_waits(office, happened, entered, waits):
    """demand.urgent_on_site: 30 minutes. Exactly at the limit is in time."""
    order_id = office.take_in("urgent").order_id
    done = office.act(order_id, commands.record_step, now=NOW + entered * MINUTE, act="on_site", happened_at=NOW + happened * MINUTE)
    assert bool(done.to_confirm) == waits == bool(office.rows(LateEntry))


def test_nobody_decides_an_entry_of_their_own_and_nobody_twice(office):
    order_id = office.take_in("urgent", who="head").order_id
    office.act(order_id, commands.record_step, who="head", now=LATER, act="on_site", happened_at=NOW)
    assert decide(office, "head").reason == "late_entries.by_another", "the same member of staff by another account"
    assert decide(office, "b") == Refused("common.not_allowed")
    street = Scope(uuid7(), "street_officer", frozenset({office.id}))
    [entry] = office.rows(LateEntry)
    assert listed(office, waiting, NOW, office.id)[0].own
    office.scope = lambda who: street
    assert office.do("street", entries.decide, entry_id=entry.id, confirmed=True).state == State.met
    assert office.do("street", entries.decide, entry_id=entry.id, confirmed=False) == Refused("late_entries.decided_before")
    assert office.do("street", entries.decide, entry_id=uuid7(), confirmed=False) == Refused("common.not_found")


def test_the_station_head_finds_what_waits_with_who_entered_what_when(office, said):
    order_id, _ = said
    assert listed(office, how_many, NOW, office.id) == 1
    [line] = listed(office, waiting, NOW, office.id)
    assert (line.order_id, line.clause_id, line.act, line.due_at) == (order_id, "demand.urgent_on_site", "on_site", NOW + 30 * MINUTE)
    assert (line.happened_at, line.recorded_at, line.own, line.confirmed) == (NOW + 30 * MINUTE, LATER, False, None)
    decide(office)
    assert listed(office, how_many, NOW, office.id) == 0 and listed(office, waiting, NOW, office.id) == []
    assert [one.confirmed for one in listed(office, of_order, NOW, office.id, order_id, who="a")] == [True]
    assert listed(office, of_order, NOW, office.id, order_id, who="property") == [], "an order out of reach tells nothing"


def test_a_result_entered_late_closes_the_order_and_confirming_it_after_reopening_changes_the_first_result_only(office):
    order_id = office.take_in("demand").order_id
    office.act(order_id, commands.accept, who="b")
    office.act(order_id, commands.finish, who="b", now=NOW + 2 * DAY, happened_at=NOW + HOUR, result="已清运", told=True)
    assert office.order(order_id).finished_at == NOW + HOUR
    office.act(order_id, commands.follow_up, who="b", now=NOW + 2 * DAY, rating=1)
    assert decide(office, now=NOW + 3 * DAY).state == State.met
    first, second = sorted(office.rows(Clock, Clock.subject_id == order_id), key=lambda one: one.started_at)
    assert (first.met_at, second.met_at, second.started_at) == (NOW + HOUR, None, NOW + 2 * DAY)


def test_a_late_result_of_a_complaint_is_explained_also_when_it_is_said_to_have_been_in_time(office):
    order_id = office.take_in("complaint").order_id
    office.act(order_id, commands.record_step, act="contacted")
    late = {"now": NOW + 10 * DAY, "happened_at": NOW + HOUR}
    assert office.act(order_id, commands.finish, **late) == Refused("work_orders.explain_late", "complaint.feedback")
    office.do("a", explain, now=late["now"], order_id=order_id, text="当日已电话答复，漏登记")
    assert office.act(order_id, commands.finish, **late).to_confirm == ("complaint.feedback",)


# --- a pause entered late ---
@pytest.fixture
def paused_late(office):
    """A review of five working days, overdue; then it is entered that materials were asked for on the first day."""
    order_id = office.take_in("complex").order_id
    office.act(order_id, commands.accept)
    asked = office.act(order_id, commands.ask_materials, now=NOW + 20 * DAY, happened_at=NOW + HOUR, missing="户口本")
    assert asked.to_confirm == ("matter.first_review",)
    return order_id


def test_a_pause_entered_after_the_limit_excuses_nothing_until_it_is_confirmed(office, paused_late):
    now = NOW + 20 * DAY
    assert state(clock_of(office, paused_late, "matter.first_review"), now) == State.overdue
    assert decide(office, now=now).state == State.paused
    office.act(paused_late, commands.receive_materials, now=now + DAY)
    clock = clock_of(office, paused_late, "matter.first_review")
    assert state(clock, now + DAY) in (State.on_time, State.due_soon)


def test_a_pause_not_accepted_leaves_the_matter_overdue(office, paused_late):
    now = NOW + 20 * DAY
    assert decide(office, now=now, confirmed=False).state == State.overdue
    office.act(paused_late, commands.receive_materials, now=now + DAY)
    office.act(paused_late, commands.record_step, now=now + DAY, act="first_review", note="同意")
    assert state(clock_of(office, paused_late, "matter.first_review"), now + DAY) == State.missed


def test_a_pause_confirmed_when_all_is_over_counts_from_when_it_was_said_to_when_the_materials_came(office, paused_late):
    now = NOW + 20 * DAY
    office.act(paused_late, commands.receive_materials, now=now, happened_at=NOW + 19 * DAY)
    office.act(paused_late, commands.record_step, now=now, act="first_review", note="同意")
    assert state(clock_of(office, paused_late, "matter.first_review"), now) == State.missed
    [entry] = office.rows(LateEntry, LateEntry.act == "ask_materials")
    assert office.do("head", entries.decide, now=now, entry_id=entry.id, confirmed=True).state == State.met
    assert [(one.started_at, one.ended_at) for one in office.rows(ClockPause)] == [(NOW + HOUR, NOW + 19 * DAY)]
