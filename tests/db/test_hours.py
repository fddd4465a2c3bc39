"""Where an office keeps business hours, the last day of a limit ends at close of business (Civil Code, art. 203)."""

from datetime import time, timedelta

import pytest

from core.clocks import State, deadline_text, state
from core.refusals import Refused
from db.commands.communities import keep_hours
from db.commands.filing import carry_out
from db.engine import open_session
from db.models.ledger import LedgerEntry
from db.queries.communities import communities
from db.queries.reckoning import reckoned
from db.queries.work_orders import order_card
from db.scope import Scope
from db.types import uuid7
from tests.conftest import printed, type_in
from tests.db.test_clocks import accepted
from tests.db.test_work_orders import NOW, Office

MINUTE, CLOSE = timedelta(minutes=1), time(17, 30)


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def office(kept, two_communities) -> Office:
    return kept(Office, two_communities["ours"])


def keeps(office, closes_at=CLOSE, seen=None, now=NOW, role="administrator"):
    return carry_out(office.engine, Scope(uuid7(), role, frozenset({office.id})), keep_hours, now=now, community_id=office.id, closes_at=closes_at, seen=seen)


def test_a_limit_in_working_days_ends_at_close_of_business_and_one_in_hours_runs_on(office):
    (order_id, before), (_, urgent) = accepted(office, "complex", "matter.first_review"), accepted(office, "demand", "demand.feedback")
    assert deadline_text(before.due_at) == "2026-11-25 24:00"
    assert keeps(office) >= 1
    clock = office.clocks(order_id)["matter.first_review"]
    assert clock.due_at == before.due_at - timedelta(hours=6, minutes=30)
    assert [state(clock, clock.due_at + wait) for wait in (-MINUTE, timedelta(0), MINUTE)] == [State.due_soon, State.due_soon, State.overdue]
    assert office.clocks(urgent.work_order_id)["demand.feedback"].due_at == urgent.due_at
    _, later = accepted(office, "complex", "matter.first_review")
    assert later.due_at == clock.due_at, "what begins now ends then, too"
    with open_session(office.engine, Scope.system({office.id})) as session:
        shown = next(one for one in order_card(session, NOW, office.id, order_id).clocks if one.clause_id == "matter.first_review")
        assert "17:30" in reckoned(session, office.id, shown, "zh")[-1], "and its explanation says so"
    [entry] = office.rows(LedgerEntry, LedgerEntry.command == "community.hours")
    assert '"closes_at": "17:30"' in entry.facts
    assert keeps(office, None, CLOSE) >= 2 and office.clocks(order_id)["matter.first_review"].due_at == before.due_at


def test_what_is_late_stays_late_and_nothing_becomes_late_by_the_hours(office):
    order_id, clock = accepted(office, "complex", "matter.first_review")
    after_hours = clock.due_at - timedelta(hours=2)
    keeps(office, now=after_hours)
    assert office.clocks(order_id)["matter.first_review"].due_at == clock.due_at, "22:00 of the last day: it ends at 24:00 as it did"
    keeps(office, time(18), CLOSE, now=clock.due_at + MINUTE)
    assert state(office.clocks(order_id)["matter.first_review"], clock.due_at + MINUTE) == State.overdue


@pytest.mark.parametrize(
    ("closes_at", "seen", "role", "reason"),
    [
        (time(11, 59), None, "administrator", "communities.closing_odd"),
        (time(17, 30, 1), None, "administrator", "communities.closing_odd"),
        (None, None, "administrator", "communities.closing_same"),
        (CLOSE, time(17), "administrator", "common.changed_meanwhile"),
        (CLOSE, None, "station_head", "common.not_allowed"),
    ],
)
def test_hours_are_set_by_the_administrator_who_holds_no_limits_and_are_whole_minutes_after_noon(office, closes_at, seen, role, reason):
    done = keeps(office, closes_at, seen, role=role)
    assert isinstance(done, Refused) and done.reason == reason


def test_hours_are_set_and_taken_back_on_the_command_line(sqlite_url):
    printed(sqlite_url, "community", "create", "C1", "--name", "清溪社区")
    assert printed(sqlite_url, "community", "change", "C1", "--closes-at", "17:30") == "0 open limits moved\ncommunity C1 changed\n"
    assert printed(sqlite_url, "community", "list") == "C1\t清溪社区\t\t17:30\n"
    assert type_in(sqlite_url, "community", "change", "C1", "--closes-at", "half past").exit_code == 2
    printed(sqlite_url, "community", "change", "C1", "--closes-at", "none")
    assert printed(sqlite_url, "community", "list") == "C1\t清溪社区\t\n"


def test_the_administrator_sees_the_hours_of_each_community(office):
    keeps(office)
    with open_session(office.engine, Scope(uuid7(), "administrator", frozenset({office.id}))) as session:
        assert [one.closes_at for one in communities(session)] == [CLOSE]
