"""A matter stands still for a reason, on both engines: granted by another person, until the day granted, over by itself."""

from datetime import datetime

import pytest

from core.clocks import State, state
from core.refusals import Refused
from db.commands import extensions, suspensions
from db.commands import work_orders as commands
from db.commands.filing import carry_out
from db.commands.sweep import sweep
from db.engine import open_session
from db.models.clocks import Clock, ClockPause
from db.models.extensions import Extension
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrderEvent
from db.queries.alerts import rising
from db.queries.outcomes import outcomes
from db.queries.queue import Wanted, counts, queue, standing
from db.queries.suspensions import how_many, of_order, waiting
from db.scope import Scope
from tests.db.test_extensions import DAY, SQLITE
from tests.db.test_extensions import decide as decide_extension
from tests.db.test_outcomes import SPAN
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

RULE = "suspension.limit"
WHY = {"reason": "authority", "detail": "等待民政局核实", "evidence": "鲁民函〔2026〕11号"}


def day(text: str) -> datetime:
    """24:00 of a day of 2026."""
    return datetime.fromisoformat(f"2026-{text}T00:00+08:00") + DAY


UNTIL = day("11-20")
"""NOW is Wednesday 18 November 2026, 10:00."""


@pytest.fixture
def office(engine, two_communities):
    return Office(engine, two_communities["ours"])


@pytest.fixture
def order_id(office):
    """A review of five working days, accepted NOW: due on the 25th, 24:00."""
    order_id = office.take_in("complex").order_id
    office.act(order_id, commands.accept)
    return order_id


def ask(office, order_id, *, who="a", now=NOW, until=UNTIL, **more):
    return office.do(who, suspensions.ask, now=now, order_id=order_id, until=until, **WHY | more)


def decide(office, *, who="head", now=NOW, granted=True):
    return office.do(who, suspensions.decide, now=now, suspension_id=office.rows(Suspension)[-1].id, granted=granted)


def go_on(office, now, who="a"):
    return office.do(who, suspensions.go_on, now=now, suspension_id=office.rows(Suspension)[-1].id)


def swept(office, now):
    return carry_out(office.engine, Scope.system({office.id}), sweep, now=now, community_id=office.id)


def listed(office, query, *arguments, who="head"):
    with open_session(office.engine, office.scope(who)) as session:
        return query(session, *arguments)


def review(office, order_id) -> Clock:
    return office.clocks(order_id)["matter.first_review"]


def test_the_clock_stands_still_only_from_the_moment_it_is_granted(office, order_id):
    assert ask(office, order_id).stands == "waiting"
    assert review(office, order_id).paused_at is None
    later = NOW + HOUR
    assert decide(office, now=later).clocks == 1
    clock = review(office, order_id)
    assert (clock.paused_at, state(clock, UNTIL - MINUTE)) == (later, State.paused)
    [pause] = office.rows(ClockPause)
    assert (pause.started_at, pause.ended_at, pause.reason, pause.until_at) == (later, None, RULE, UNTIL)


def test_it_ends_by_itself_at_the_end_granted_however_late_the_sweep_comes(office, order_id):
    """19 and 20 November stand still; five working days more: 23 to 27."""
    ask(office, order_id)
    decide(office)
    assert swept(office, UNTIL - MINUTE).get("suspensions") == 0
    assert swept(office, day("11-30"))["suspensions"] == 1
    clock, [one], [pause] = review(office, order_id), office.rows(Suspension), office.rows(ClockPause)
    assert (clock.paused_at, clock.due_at, one.ended_at, pause.ended_at) == (None, day("11-27"), UNTIL, UNTIL)
    assert state(clock, day("11-30")) == State.overdue, "what ran out while nobody swept is late"
    [event] = office.rows(WorkOrderEvent, WorkOrderEvent.act == "end_suspension")
    assert (event.happened_at, event.recorded_at, event.actor_id) == (UNTIL, day("11-30"), None)
    assert not (swept(office, day("11-30")) or {}).get("suspensions"), "once"


def test_it_runs_again_at_the_very_minute_after_the_granted_end_though_nobody_has_swept(office, order_id):
    """A night over a limit of 24 hours: nothing is late while it stands still, and nothing stands still afterwards."""
    demand = office.take_in("demand").order_id
    office.act(demand, commands.accept)
    ask(office, demand)
    decide(office, now=NOW + 23 * HOUR)
    clock = office.clocks(demand)["demand.feedback"]
    assert clock.due_at == UNTIL + HOUR, "an hour was left"
    for moment, stands in ((UNTIL - MINUTE, State.paused), (UNTIL, State.due_soon), (UNTIL + HOUR, State.due_soon), (UNTIL + HOUR + MINUTE, State.overdue)):
        still = stands is State.paused
        assert state(clock, moment) == stands
        assert [item.state for item in listed(office, queue, moment, Wanted(), who="a") if item.subject_id == demand] == ([] if still else [stands])
        assert [item.subject_id for item in listed(office, standing, moment, Wanted(), who="a")] == ([demand] if still else [])
        assert listed(office, counts, moment, Wanted(), who="a").paused == still
        assert [line.stands for line in listed(office, of_order, moment, office.id, demand)] == ["running" if still else "ended"]
        raised = [one.level.name for one in listed(office, rising, moment, office.id) if one.clock_id == clock.id]
        assert raised == ([] if still else ["overdue", "second"] if stands is State.overdue else ["due_soon"])
    assert go_on(office, UNTIL) == Refused("suspensions.not_running", RULE)
    swept(office, UNTIL + HOUR + MINUTE)
    assert office.clocks(demand)["demand.feedback"].due_at == UNTIL + HOUR, "the sweep only notes it"


@SQLITE
def test_whoever_acts_before_the_sweep_finds_it_ended_too(office, order_id):
    ask(office, order_id)
    decide(office)
    done = office.act(order_id, commands.record_step, now=day("11-27") + MINUTE, act="first_review", note="同意")
    assert done.late == ("matter.first_review",)
    assert review(office, order_id).due_at == day("11-27")


@SQLITE
def test_it_goes_on_before_its_end_when_the_worker_says_so(office, order_id):
    ask(office, order_id)
    assert go_on(office, NOW) == Refused("suspensions.not_running", RULE)
    decide(office)
    go_on(office, NOW + DAY)
    assert (review(office, order_id).paused_at, review(office, order_id).due_at) == (None, day("11-26")), "the 19th stood still"
    assert go_on(office, NOW + DAY) == Refused("suspensions.not_running", RULE)
    assert ask(office, order_id, now=NOW + DAY).stands == "waiting", "another one is asked for and granted anew"


@SQLITE
def test_it_lasts_ten_working_days_at_most(office, order_id):
    """suspension.limit, the product's default: 19 November to 2 December."""
    for until in (NOW, NOW - DAY, day("12-02") + MINUTE):
        assert ask(office, order_id, until=until).reason == "suspensions.until_when"
    assert ask(office, order_id, until=day("12-02")).stands == "waiting"


@SQLITE
def test_it_needs_what_exactly_and_evidence_and_an_accepted_matter(office, order_id):
    assert ask(office, order_id, detail=" ") == Refused("suspensions.say_why", RULE)
    assert ask(office, order_id, evidence="") == Refused("suspensions.say_evidence", RULE)
    fresh = office.take_in("demand").order_id
    assert ask(office, fresh) == Refused("work_orders.not_while_taken_in", RULE)
    with pytest.raises(ValueError, match="no reason"):
        ask(office, order_id, reason="mood")


@SQLITE
def test_limits_of_minutes_and_what_is_late_never_stand_still(office):
    urgent = office.take_in("urgent").order_id
    office.act(urgent, commands.accept)
    assert ask(office, urgent) == Refused("suspensions.nothing_to_hold", RULE)
    demand = office.take_in("demand").order_id
    office.act(demand, commands.accept)
    late = NOW + 24 * HOUR + MINUTE
    assert ask(office, demand, now=late, until=UNTIL) == Refused("suspensions.nothing_to_hold", RULE)
    assert ask(office, demand, now=NOW).stands == "waiting"
    assert decide(office, now=late) == Refused("suspensions.nothing_to_hold", RULE), "asked for in time, granted too late"
    assert decide(office, now=late, granted=False).stands == "refused"


@SQLITE
def test_nobody_grants_what_they_asked_for_and_one_waits_or_runs_at_a_time(office, order_id):
    ask(office, order_id, who="head")
    assert decide(office).reason == "grants.by_another"
    assert decide(office, who="a") == Refused("common.not_allowed")
    assert ask(office, order_id) == Refused("suspensions.waits_already", RULE)
    assert ask(office, order_id, now=UNTIL).reason == "suspensions.until_when", "the one that waited has lapsed by then"
    with_street = Scope(office.staff["a"], "street_officer", frozenset({office.id}))
    granted = carry_out(office.engine, with_street, suspensions.decide, now=NOW, community_id=office.id, suspension_id=office.rows(Suspension)[-1].id, granted=True)
    assert granted.stands == "running"
    assert ask(office, order_id) == Refused("suspensions.runs_already", RULE)


@SQLITE
def test_it_nests_with_missing_materials_and_with_more_time(office, order_id):
    """Suspended on the 19th and 20th, materials missing from the 19th to the 24th, two days granted on top: 25, 26, 27, 30 and 1 to 3 December."""
    ask(office, order_id)
    decide(office)
    office.act(order_id, commands.ask_materials, now=NOW + HOUR, missing="户口本")
    office.do("a", extensions.ask, now=NOW + HOUR, order_id=order_id, n=2, reason="材料较多")
    assert decide_extension(office, now=NOW + HOUR).granted and office.rows(Extension)
    swept(office, UNTIL + DAY)
    assert review(office, order_id).paused_at == NOW, "materials are still missing"
    assert office.clocks(order_id)["matter.supplement"].paused_at is None, "the resident's own days run"
    office.act(order_id, commands.receive_materials, now=NOW + 6 * DAY)
    assert (review(office, order_id).paused_at, review(office, order_id).due_at) == (None, day("12-03"))


def test_an_order_finished_while_it_stands_still_is_in_time_and_over(office):
    order_id = office.take_in("demand").order_id
    office.act(order_id, commands.accept, who="b")
    ask(office, order_id, who="b")
    decide(office)
    done = office.act(order_id, commands.finish, who="b", now=NOW + 2 * DAY, result="已清运", told=True)
    assert done.in_time == ("demand.feedback",)
    [one], [pause] = office.rows(Suspension), office.rows(ClockPause)
    assert one.ended_at == pause.ended_at == NOW + 2 * DAY
    assert [line.stands for line in listed(office, of_order, NOW + 2 * DAY, office.id, order_id)] == ["ended"]
    office.act(order_id, commands.follow_up, who="b", now=NOW + 2 * DAY, rating=1)
    [again] = office.rows(Clock, Clock.subject_id == order_id, Clock.closed_at.is_(None))
    assert again.paused_at is None


def test_the_queue_shows_why_it_stands_still_and_until_when(office, order_id):
    ask(office, order_id)
    assert listed(office, how_many, NOW, office.id) == 1
    [line] = listed(office, waiting, NOW, office.id)
    assert (line.reason, line.detail, line.evidence, line.until_at, line.waits_for, line.own) == (*WHY.values(), UNTIL, "station_head", False)
    assert listed(office, waiting, UNTIL, office.id) == [], "by then it has lapsed"
    decide(office)
    [item] = listed(office, standing, NOW, Wanted(), who="a")
    assert (item.subject_id, item.state, item.suspended) == (order_id, State.paused, ("authority", UNTIL))
    assert listed(office, counts, NOW, Wanted(), who="a").paused == 1
    [outcome] = [one for one in listed(office, outcomes, NOW, office.id, "kind", *SPAN).values() if one.received]
    assert (outcome.share("suspended"), outcome.share("paused"), outcome.share("extended")) == ((1, 1), (1, 1), (0, 1))
