"""Deadline clocks on both engines: pauses that nest, limits that a change of calendar or clause may not touch."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.calendar import notice_from_rows, packaged_calendar
from core.clocks import State, state
from core.rulebook import Limit, load_rulebook
from db.commands import clocks as steps
from db.commands import work_orders as commands
from db.commands.calendar import load_for_office
from db.commands.filing import carry_out, file
from db.models.clocks import Clock, ClockPause
from db.scope import Scope
from tests.db.test_work_orders import HOUR, NOW, Office

DAY = timedelta(1)
NEW_YEAR = datetime(2026, 12, 29, 2, tzinfo=UTC)
"""Four days before a year nobody has published: what is accepted now ends in it."""


@pytest.fixture
def office(kept, two_communities):
    return kept(Office, two_communities["ours"])


def step(office, order_id, clause_id, action, *arguments):
    """A step of a command of its own, on one open clock."""

    def command(session, *, now):
        clock = next(one for one in steps.open_clocks(session, SimpleNamespace(community_id=office.id, id=order_id)) if one.clause_id == clause_id)
        action(session, clock, *arguments)
        file(session, "test.step", now=now, community_id=office.id)

    carry_out(office.engine, Scope.system({office.id}), command, now=NOW)
    return office.clocks(order_id)[clause_id]


def accepted(office, kind, clause_id, *, now=NOW):
    order_id = office.take_in(kind, now=now).order_id
    office.act(order_id, commands.accept, now=now)
    return order_id, office.clocks(order_id)[clause_id]


# --- pauses ---------------------------------------------------------------------------------------------------------
def test_a_clock_runs_again_when_the_last_of_its_pauses_ends_and_lost_their_union(office):
    """09–12 for papers, 10–13 for a suspension: a limit of 24 hours is 4 hours longer, not 6."""
    order_id = office.take_in("demand").order_id
    due_at = office.clocks(order_id)["demand.feedback"].due_at
    for action, at, reason, known in (
        (steps.pause, NOW + HOUR, "papers", 0), (steps.pause, NOW + 2 * HOUR, "suspended", 0), (steps.pause, NOW + 3 * HOUR, "suspended", 0),
        (steps.resume, NOW + 4 * HOUR, "papers", 3),
    ):  # fmt: skip
        clock = step(office, order_id, "demand.feedback", action, at, reason)
        assert (clock.paused_at, clock.due_at) == (NOW + HOUR, due_at + known * HOUR), "what is known to be lost already"
    clock = step(office, order_id, "demand.feedback", steps.resume, NOW + 5 * HOUR, "suspended")
    assert (clock.paused_at, clock.due_at) == (None, due_at + 4 * HOUR)
    assert sorted((one.started_at, one.ended_at) for one in office.rows(ClockPause)) == [(NOW + HOUR, NOW + 4 * HOUR), (NOW + 2 * HOUR, NOW + 5 * HOUR)]


def test_materials_that_come_end_their_own_pause_and_no_other(office):
    order_id, _ = accepted(office, "complex", "matter.first_review")
    office.act(order_id, commands.ask_materials, now=NOW + HOUR, missing="户口本")
    step(office, order_id, "matter.first_review", steps.pause, NOW + 2 * HOUR, "suspended")
    office.act(order_id, commands.receive_materials, now=NOW + DAY)
    assert state(office.clocks(order_id)["matter.first_review"], NOW + 99 * DAY) == State.paused


def test_pauses_end_in_the_same_save_that_resolves_the_order(office):
    """Paused with an hour left, done a month later: in time, with nothing left standing still."""
    order_id = office.take_in("demand").order_id
    for reason in ("papers", "suspended"):
        step(office, order_id, "demand.feedback", steps.pause, NOW + 23 * HOUR, reason)
    done = office.act(order_id, commands.record_step, now=NOW + 30 * DAY, act="feedback")
    clock = office.clocks(order_id)["demand.feedback"]
    assert done.in_time == ("demand.feedback",) and clock.paused_at is None
    assert (clock.met_at, clock.due_at) == (NOW + 30 * DAY, NOW + 30 * DAY + HOUR)
    assert {one.ended_at for one in office.rows(ClockPause)} == {NOW + 30 * DAY}


@pytest.mark.parametrize(("hours", "expected"), [(24, State.met), (25, State.missed)])
def test_a_pause_begun_at_the_limit_holds_and_one_begun_later_excuses_nothing(office, hours, expected):
    order_id = office.take_in("demand").order_id
    step(office, order_id, "demand.feedback", steps.pause, NOW + hours * HOUR, "papers")
    office.act(order_id, commands.record_step, now=NOW + 50 * HOUR, act="feedback")
    assert state(office.clocks(order_id)["demand.feedback"], NOW + 50 * HOUR) == expected


# --- changes of calendar and clause ---------------------------------------------------------------------------------
def year(off=(), work=()):
    return notice_from_rows(2027, "国办发明电〔2026〕1号", [*((day, "off", "元旦") for day in off), *((day, "work", "元旦") for day in work)])


def load(office, now, **days):
    return load_for_office(office.engine, Scope.system({office.id}), now=now, notice=year(**days)).moved


@pytest.mark.parametrize(("after", "moved"), [(timedelta(0), 1), (timedelta(minutes=1), 0)])
def test_a_holiday_loaded_at_the_limit_moves_it_and_a_minute_later_excuses_nothing(office, after, moved):
    order_id, clock = accepted(office, "complex", "matter.first_review", now=NEW_YEAR)
    assert clock.due_at == datetime(2027, 1, 5, 16, tzinfo=UTC), "counted on plain weekdays"
    assert load(office, clock.due_at + after, off=[date(2027, 1, 4)]) == moved
    assert office.clocks(order_id)["matter.first_review"].due_at == clock.due_at + moved * DAY


@pytest.mark.parametrize("paused", [False, True])
def test_a_working_weekend_loaded_too_late_makes_nobody_late(office, paused):
    """With Saturday worked, the limit would have been Monday night. On Tuesday, still in time, it stays Tuesday night."""
    order_id, clock = accepted(office, "complex", "matter.first_review", now=NEW_YEAR)
    tuesday = clock.due_at - HOUR
    if paused:
        step(office, order_id, "matter.first_review", steps.pause, tuesday, "suspended")
    assert load(office, tuesday, work=[date(2027, 1, 2)]) == 0
    assert state(office.clocks(order_id)["matter.first_review"], tuesday) == (State.paused if paused else State.due_soon)
    office.act(order_id, commands.record_step, now=tuesday + 90 * DAY * paused, act="first_review", note="同意")
    assert state(office.clocks(order_id)["matter.first_review"], tuesday) == State.met


def test_a_working_weekend_loaded_in_time_shortens_what_is_still_to_come(office):
    order_id, clock = accepted(office, "complex", "matter.first_review", now=NEW_YEAR)
    assert load(office, NEW_YEAR + DAY, work=[date(2027, 1, 2)]) == 1
    assert office.clocks(order_id)["matter.first_review"].due_at == clock.due_at - DAY


def test_what_stood_still_when_the_year_was_loaded_is_not_late_when_it_runs_again(office):
    order_id, clock = accepted(office, "complex", "matter.first_review", now=NEW_YEAR)
    step(office, order_id, "matter.first_review", steps.pause, clock.due_at - HOUR, "suspended")
    load(office, clock.due_at, work=[date(2027, 1, 2)])
    resumed = step(office, order_id, "matter.first_review", steps.resume, clock.due_at + 9 * DAY, "suspended")
    assert state(resumed, clock.due_at + 9 * DAY) not in (State.overdue, State.missed)


def test_a_limit_is_counted_again_by_the_value_of_its_clause_it_began_with():
    """The clause is sharpened to one day, from before the matter began: a limit that was running keeps its five."""
    clause = load_rulebook()["matter.first_review"]
    five = clause.values[-1]
    sharper = replace(clause, values=(five, replace(five, from_=date(2026, 11, 1), figure=Limit(1, "working_day"))))
    before, after = stamped(sharper, value_of=five.from_), stamped(sharper)
    assert (before.effective_from, before.due_at) == (five.from_, stamped(clause).due_at)
    assert (after.effective_from, after.due_at) == (date(2026, 11, 1), before.due_at - 6 * DAY)


def stamped(clause, **more):
    return steps.stamp(clause, NOW, packaged_calendar(), **more)


# --- reopening ------------------------------------------------------------------------------------------------------
def test_reopening_starts_a_new_result_clock_and_the_time_between_is_neither_pause_nor_delay(office):
    order_id = office.take_in("demand").order_id
    office.act(order_id, commands.accept)
    office.act(order_id, commands.finish, now=NOW + HOUR, told=True)
    reopened = NOW + 30 * DAY
    office.act(order_id, commands.follow_up, now=reopened, rating=1)
    first, second = sorted(office.rows(Clock, Clock.subject_id == order_id), key=lambda one: one.started_at)
    assert (first.started_at, first.met_at, first.due_at) == (NOW, NOW + HOUR, NOW + 24 * HOUR)
    assert (second.started_at, second.due_at, second.met_at) == (reopened, reopened + 24 * HOUR, None)
    assert office.rows(ClockPause) == []
