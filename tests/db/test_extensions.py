"""More time for a matter, on both engines: asked before the limit, granted by another person, told to the resident."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.calendar import YearNotice, local_day, packaged_calendar
from core.clocks import State, state
from core.refusals import Refused
from core.work_orders import kinds
from db.commands import extensions
from db.commands import work_orders as commands
from db.commands.clocks import restamp_open
from db.engine import ScopedSession, open_session
from db.models.clocks import Clock
from db.models.extensions import Extension
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrderEvent
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.exports import exported
from db.queries.extensions import how_many, marks, of_order, waiting
from db.queries.reckoning import reckoned
from db.queries.work_orders import order_card
from db.scope import Scope
from db.types import uuid7
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

DAY = timedelta(1)
LIMIT = NOW + 24 * HOUR
"""Of an ordinary demand received NOW (demand.feedback)."""
RULE = "extension.limit"
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""What a database can't see differently."""


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.fixture
def office(engine, two_communities):
    return Office(engine, two_communities["ours"])


def ask(office, order_id, *, who="a", now=NOW, n=5, reason="需现场勘查"):
    return office.do(who, extensions.ask, now=now, order_id=order_id, n=n, reason=reason)


def decide(office, *, who="head", now=NOW, granted=True, note=""):
    request = office.rows(Extension)[-1]
    return office.do(who, extensions.decide, now=now, extension_id=request.id, granted=granted, note=note)


def tell(office, *, now=NOW + HOUR, way="phone", who="a", told_at=None):
    return office.do(who, extensions.tell, now=now, extension_id=office.rows(Extension)[-1].id, way=way, told_at=told_at)


def listed(office, query, *arguments, who="head"):
    with open_session(office.engine, office.scope(who)) as session:
        return query(session, *arguments)


def only_clock(office, order_id) -> Clock:
    [clock] = office.rows(Clock, Clock.subject_id == order_id)
    return clock


# --- asking ---
def test_nothing_changes_until_it_is_granted(office):
    order_id = office.take_in("demand").order_id
    assert ask(office, order_id).granted is None
    clock = only_clock(office, order_id)
    assert (clock.due_at, clock.extended_by, state(clock, LIMIT + MINUTE)) == (LIMIT, None, State.overdue)
    assert decide(office).due_at == LIMIT + 5 * HOUR
    clock = only_clock(office, order_id)
    assert (clock.due_at, clock.original_due_at, clock.extended_by) == (LIMIT + 5 * HOUR, LIMIT, 5)
    assert clock.warn_at == NOW + 0.8 * 29 * HOUR, "the warning moves with the limit"
    assert state(clock, LIMIT + 5 * HOUR) == State.due_soon and state(clock, LIMIT + 5 * HOUR + MINUTE) == State.overdue


@SQLITE
@pytest.mark.parametrize(("at", "reason"), [(LIMIT, None), (LIMIT + MINUTE, "extensions.after_limit")])
def test_it_is_asked_for_before_the_limit_and_exactly_at_it_is_still_before(office, at, reason):
    order_id = office.take_in("demand").order_id
    answer = ask(office, order_id, now=at)
    assert answer == Refused(reason, RULE) if reason else answer.granted is None


@SQLITE
@pytest.mark.parametrize(("at", "reason"), [(LIMIT, None), (LIMIT + MINUTE, "extensions.lapsed")])
def test_what_nobody_has_granted_by_the_limit_lapses(office, at, reason):
    order_id = office.take_in("demand").order_id
    ask(office, order_id, now=LIMIT - HOUR)
    assert listed(office, how_many, at, office.id) == (0 if reason else 1)
    assert [one.stands for one in listed(office, of_order, at, office.id, order_id)] == ["lapsed" if reason else "waiting"]
    answer = decide(office, now=at)
    assert answer == Refused(reason, RULE) if reason else answer.due_at == LIMIT + 5 * HOUR
    assert state(only_clock(office, order_id), LIMIT + MINUTE) == (State.overdue if reason else State.due_soon)


@SQLITE
def test_it_is_extended_by_at_most_the_limit_s_own_length_and_with_a_reason(office):
    first, second = (office.take_in("demand").order_id for _ in range(2))
    for n in (-3, 0, 25):
        assert ask(office, first, n=n) == Refused("extensions.too_long_hour", RULE, {"n": 24})
    assert ask(office, first, reason=" ") == Refused("extensions.say_why", RULE)
    assert ask(office, first, n=24).granted is None and ask(office, second, n=1).granted is None


@SQLITE
def test_an_emergency_is_never_extended(office):
    urgent = [one.id for one in kinds().values() if one.urgent]
    assert urgent
    for kind in urgent:
        assert ask(office, office.take_in(kind).order_id, n=1) == Refused("extensions.not_in_minutes", RULE)


@SQLITE
def test_only_the_limit_of_the_result_is_extended_not_the_first_step_s(office):
    """A complaint: its complainant is contacted within the hour, whatever is granted for the result."""
    order_id = office.take_in("complaint").order_id
    assert ask(office, order_id, n=3).granted is None
    decide(office)
    clocks = office.clocks(order_id)
    assert clocks["complaint.contact"].due_at == NOW + HOUR
    assert (clocks["complaint.feedback"].original_due_at, clocks["complaint.feedback"].due_at) == (local("2026-11-24T00:00"), local("2026-11-27T00:00"))
    office.act(order_id, commands.record_step, act="contacted")
    office.act(order_id, commands.finish, now=NOW + HOUR)
    assert ask(office, order_id) == Refused("extensions.nothing_runs", RULE)


def test_a_limit_is_extended_once_and_one_request_waits_at_a_time(office):
    order_id = office.take_in("demand").order_id
    ask(office, order_id)
    assert ask(office, order_id, who="b") == Refused("extensions.waits_already", RULE)
    assert decide(office, granted=False).granted is False
    assert only_clock(office, order_id).due_at == LIMIT
    assert ask(office, order_id).granted is None, "a request that was refused leaves room for a better one"
    decide(office)
    assert ask(office, order_id) == Refused("extensions.granted_before", RULE)
    assert decide(office) == Refused("grants.decided_before")


@SQLITE
def test_nobody_grants_what_they_asked_for_not_by_another_account_either(office):
    ask(office, office.take_in("demand", who="head").order_id, who="head")
    assert decide(office).reason == "grants.by_another", "each scope of the office is an account of its own, the member of staff is the same"
    assert decide(office, granted=False).reason == "grants.by_another"
    assert decide(office, who="b") == Refused("common.not_allowed")
    office.scope = lambda who: Scope(uuid7(), "street_officer", frozenset({office.id}))
    assert decide(office, who="street").granted


# --- in the clock's own calendar ---
@SQLITE
def test_a_limit_of_working_days_is_extended_by_working_days_across_the_make_up_days(office):
    """Accepted on Friday 25 September 2026: five working days end after the National Day week; three more are working days too."""
    at = local("2026-09-25T10:00")
    order_id = office.take_in("complex", now=at).order_id
    office.act(order_id, commands.accept, now=at)
    before = only_clock(office, order_id).due_at
    ask(office, order_id, now=at, n=3)
    decide(office, now=at)
    clock = only_clock(office, order_id)
    last = local_day(before - MINUTE)
    assert local_day(clock.due_at - MINUTE) == packaged_calendar().nth_working_day_after(last, 3)
    with open_session(office.engine, office.scope("a")) as session:
        card = order_card(session, at, office.id, order_id)
        lines = reckoned(session, office.id, card.clocks[0], "zh")
    assert (card.clocks[0].original_due_at, card.clocks[0].extended_by) == (before, 3)
    assert len(lines) > 8 and "8" in "".join(lines), "the explanation counts all eight days"


@SQLITE
def test_what_ends_on_a_day_without_a_notice_is_provisional(office):
    at = local("2026-12-24T10:00")
    order_id = office.take_in("complex", now=at).order_id
    office.act(order_id, commands.accept, now=at)
    assert only_clock(office, order_id).due_at == local("2027-01-01T00:00"), "24:00 of the last published day"
    ask(office, order_id, now=at, n=1)
    assert decide(office, now=at).provisional
    assert [one.provisional for one in listed(office, of_order, at, office.id, order_id)] == [True]


@SQLITE
def test_a_new_notice_moves_an_extended_limit_and_leaves_what_was_due_before_on_record(office):
    """Two days on top of 31 December 2026: 1 and 4 January while 2027 is unpublished, 4 and 5 once the 1st to the 3rd are off."""
    at = local("2026-12-24T10:00")
    order_id = office.take_in("complex", now=at).order_id
    office.act(order_id, commands.accept, now=at)
    ask(office, order_id, now=at, n=2)
    assert decide(office, now=at).due_at == local("2027-01-05T00:00")
    notice = YearNotice(2027, "test", "", {date(2027, 1, n): {"zh": "元旦", "en": "New Year"} for n in (1, 2, 3)}, {})
    with ScopedSession(office.engine, Scope.system({office.id}), writes=True) as session:
        assert restamp_open(session, at, office.id, packaged_calendar().with_year(notice)) == 1
        [clock] = session.scalars(select(Clock).where(Clock.subject_id == order_id))
        assert (clock.due_at, clock.original_due_at, clock.extended_by) == (local("2027-01-06T00:00"), local("2027-01-01T00:00"), 2)
        session.rollback()


@SQLITE
def test_an_extension_and_a_pause_add_up_in_either_order(office):
    def ends(first):
        order_id = office.take_in("complex").order_id
        office.act(order_id, commands.accept)
        for act in (first, "extend" if first == "pause" else "pause"):
            if act == "pause":
                office.act(order_id, commands.ask_materials, missing="户口本")
            else:
                ask(office, order_id, n=2)
                decide(office)
        office.act(order_id, commands.receive_materials, now=NOW + 2 * DAY)
        return office.clocks(order_id)["matter.first_review"].due_at

    # Wednesday 18 November: 19 and 20 stand still, seven working days from the 23rd.
    assert ends("pause") == ends("extend") == local("2026-12-02T00:00")


@SQLITE
def test_a_new_result_after_reopening_has_a_limit_and_an_extension_of_its_own(office):
    order_id = office.take_in("demand").order_id
    ask(office, order_id, who="b")
    decide(office)
    office.act(order_id, commands.accept, who="b")
    office.act(order_id, commands.finish, who="b", result="已清运", told=True)
    office.act(order_id, commands.follow_up, who="b", rating=1, now=NOW + HOUR)
    assert ask(office, order_id, who="b", now=NOW + HOUR).granted is None
    first, second = sorted(office.rows(Clock, Clock.subject_id == order_id), key=lambda one: one.started_at)
    assert (first.extended_by, second.extended_by) == (5, None)


# --- the resident ---
def test_an_extension_the_resident_was_not_told_of_is_a_gap(office):
    """extension.told"""
    order_id = office.take_in("demand").order_id
    ask(office, order_id)
    assert tell(office) == Refused("extensions.not_granted", "extension.told")
    decide(office)
    gap = lambda: listed(office, checklist, NOW + HOUR, office.id, "2026-Q4").line("extension.told")  # noqa: E731
    assert (gap().due, gap().not_met) == (1, 1)
    assert [one.work_order_id for one in listed(office, violations, NOW + HOUR, office.id, "extension.told", "2026-Q4")] == [order_id]
    assert listed(office, marks, NOW, [order_id], who="a") == {order_id: "untold"}
    assert tell(office, told_at=NOW - MINUTE) == Refused("extensions.told_when", "extension.told"), "nobody is told before it is granted"
    assert tell(office, told_at=NOW + 2 * HOUR) == Refused("extensions.told_when", "extension.told")
    tell(office, told_at=NOW + 30 * MINUTE)
    assert tell(office) == Refused("extensions.told_before", "extension.told")
    [line] = listed(office, of_order, NOW + HOUR, office.id, order_id, who="a")
    assert (line.told_at, line.told_way, line.was_due_at, line.due_at) == (NOW + 30 * MINUTE, "phone", LIMIT, LIMIT + 5 * HOUR)
    assert (gap().due, gap().not_met) == (1, 0) and listed(office, marks, NOW, [order_id], who="a") == {}


# --- who sees what ---
def test_the_worker_sees_for_whom_it_waits_and_the_head_what_is_asked(office):
    order_id = office.take_in("demand").order_id
    ask(office, order_id)
    [line] = listed(office, waiting, NOW, office.id)
    assert (line.order_id, line.clause_id, line.wanted, line.unit, line.reason, line.own) == (order_id, "demand.feedback", 5, "hour", "需现场勘查", False)
    [line] = listed(office, of_order, NOW, office.id, order_id, who="a")
    assert (line.stands, line.waits_for) == ("waiting", "station_head")
    assert listed(office, marks, NOW, [order_id], who="a") == {order_id: "waiting"}
    assert listed(office, of_order, NOW, office.id, order_id, who="property") == [], "an order out of reach tells nothing"
    assert office.do("property", extensions.ask, order_id=order_id, n=1, reason="理由") == Refused("common.not_found")


@SQLITE
def test_each_step_is_on_the_trail_and_on_the_ledger_without_its_reason(office):
    order_id = office.take_in("demand").order_id
    ask(office, order_id, reason="张小明不在家")
    decide(office, note="同意")
    tell(office)
    acts = ["ask_extension", "grant_extension", "tell_extension"]
    events = sorted(office.rows(WorkOrderEvent, WorkOrderEvent.act.in_(acts)), key=lambda one: one.happened_at)
    assert {(one.act, one.note) for one in events} == {("ask_extension", "张小明不在家"), ("grant_extension", "同意"), ("tell_extension", None)}
    entries = [one for one in office.rows(LedgerEntry) if one.command.endswith("_extension")]
    assert [one.command for one in entries] == [f"work_order.{act}" for act in acts]
    assert not any("张小明" in one.facts for one in entries)


@SQLITE
def test_a_table_taken_out_says_by_how_much_and_what_the_limit_was(office):
    order_id = office.take_in("complaint").order_id
    office.take_in("demand")
    ask(office, order_id, n=3)
    decide(office)
    tell(office)
    for lang, extended in (("zh", "3个工作日"), ("en", "3 working day(s)")):
        table = listed(office, exported, NOW, "work_orders", office.id, lang)
        first, second = ([*row[-4:]] for row in table.rows)
        assert first == [extended, "2026-11-23 24:00", "2026-11-26 24:00", "2026-11-18 11:00:00"] and second == [None] * 4
