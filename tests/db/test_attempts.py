"""Nobody is given up after no answer: call again later, and look at home after the third failed attempt; on both engines."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.refusals import Refused
from core.work_orders import kinds
from db.commands.care import enrol, record_contact
from db.commands.departures import come_back, hold, leave_roster, undo
from db.commands.work_orders import finish, record_step
from db.engine import open_session
from db.models.clocks import Clock
from db.models.ledger import LedgerEntry
from db.models.residents import Contact, Departure
from db.models.work_orders import WorkOrder
from db.queries.care import order_contacts
from db.queries.queue import counts, queue
from db.queries.roster import Wanted, roster
from tests.db.care_people import Place, at, found

JOINED = at("2026-11-02T09:00")


@pytest.fixture
def place(kept) -> Place:
    return kept(found)


@pytest.fixture
def elder(kept, place):
    """Enrolled on Monday 2 November 2026: week 45."""
    place.residents = kept(enrolled, place)
    return place.residents["李大爷"]


def enrolled(_engine, place) -> dict:
    resident_id = place.resident("李大爷", phone="13800000001")
    place.run(enrol, JOINED, place.worker(), resident_id=resident_id, group="elder")
    return place.residents


def tried(place, resident_id, when: str, outcome="no_answer", *, act="call", scope=None, **more):
    return place.run(record_contact, at(when), scope or place.worker(), resident_id=resident_id, act=act, outcome=outcome, happened_at=at(when), **more)


def due(place, now: str, act="call") -> tuple[int, int]:
    """How many calls the queue lists and counts for the worker."""
    with open_session(place.engine, place.worker()) as session:
        return sum(item.kind == act for item in queue(session, at(now))), counts(session, at(now)).of(kind=act)


def row(place, now: str):
    with open_session(place.engine, place.worker()) as session:
        return roster(session, at(now), Wanted()).rows[0]


def checks(place) -> list[WorkOrder]:
    return place.all(WorkOrder, WorkOrder.kind == "welfare_check")


def test_who_asks_to_be_called_later_leaves_the_lists_until_then_and_the_week_stays_due(place, elder):
    assert due(place, "2026-11-04T10:00") == (1, 1)
    done = tried(place, elder, "2026-11-04T10:00", "call_later", again_at=at("2026-11-05T09:00"))
    assert (done.put_off, done.next_due, done.counted) == (at("2026-11-05T09:00"), at("2026-11-09T00:00"), False)
    assert due(place, "2026-11-05T08:59") == (0, 0) and due(place, "2026-11-05T08:59", "visit") == (1, 1), "of this act alone"
    assert due(place, "2026-11-05T09:00") == (1, 1)
    with open_session(place.engine, place.worker()) as session:
        assert [one.name for one in roster(session, at("2026-11-04T11:00"), Wanted(state="due", act="call")).rows] == []
        assert roster(session, at("2026-11-05T09:00"), Wanted(state="due", act="call")).rows[0].name == "李大爷"
    assert place.states(elder, "elder.call", at("2026-11-04T11:00")) == [("2026-W45", "on_time", 0)]
    assert row(place, "2026-11-04T11:00").clocks[0].put_off == at("2026-11-05T09:00")


def test_calling_later_without_a_time_is_two_hours_and_never_beyond_the_week(place, elder):
    assert tried(place, elder, "2026-11-04T10:00", "call_later").put_off == at("2026-11-04T12:00")
    assert tried(place, elder, "2026-11-08T23:00", "call_later", again_at=at("2026-11-12T09:00")).put_off == at("2026-11-09T00:00")
    assert due(place, "2026-11-09T00:01") == (1, 1), "overdue now"
    assert tried(place, elder, "2026-11-09T10:00", "call_later", again_at=at("2026-11-20T09:00")).put_off == at("2026-11-12T10:00"), "what is late, for three days"
    assert tried(place, elder, "2026-11-09T10:00", "call_later", again_at=at("2026-11-09T09:00")).reason == "care.later_is_past"


def test_another_attempt_puts_the_call_back_on_the_list(place, elder):
    tried(place, elder, "2026-11-04T10:00", "call_later", again_at=at("2026-11-06T09:00"))
    tried(place, elder, "2026-11-04T15:00", "no_answer")
    assert due(place, "2026-11-04T15:01") == (1, 1)


def test_the_third_failed_attempt_in_a_row_makes_one_order_with_24_hours_to_the_grids_b_post(place, elder):
    tried(place, elder, "2026-11-03T10:00")
    tried(place, elder, "2026-11-04T10:00", "wrong_number")
    assert row(place, "2026-11-04T10:01").failed == 2 and checks(place) == []
    done = tried(place, elder, "2026-11-05T10:00", act="visit")
    (order,) = checks(place)
    assert (done.check, order.resident_id, order.grid_id, order.holder_id, order.desk) == (order.number, elder, place.grids[0], place.staff["B0"], "grid")
    (clock,) = place.all(Clock, Clock.work_order_id == order.id)
    assert (clock.clause_id, clock.due_at) == ("welfare.check", at("2026-11-06T10:00"))
    assert "李大爷" not in order.matter and order.applicant == "李大爷"
    assert (row(place, "2026-11-05T10:01").failed, row(place, "2026-11-05T10:01").check) == (3, order.number)
    with open_session(place.engine, place.worker()) as session:
        listed = {item.kind: item for item in queue(session, at("2026-11-05T10:01"))}
    assert listed["order"].title.endswith("李大爷") and listed["call"].failed == 3
    entry = place.all(LedgerEntry, LedgerEntry.command == "care.record_contact")[-1]
    assert order.number in entry.facts and "李大爷" not in entry.facts


def test_a_fourth_attempt_makes_no_second_order_until_the_first_is_done_and_three_more_fail(place, elder):
    for day in (3, 4, 5, 6):
        tried(place, elder, f"2026-11-0{day}T10:00")
    (order,) = checks(place)
    assert tried(place, elder, "2026-11-06T15:00", "reached").met
    assert checks(place)[0].status == "taken_in", "reaching them closes nothing by itself"
    with open_session(place.engine, place.worker()) as session:
        assert [one.outcome for one in order_contacts(session, order.community_id, order.id)][:2] == ["reached", "no_answer"], "but the order shows it"
    about = {"community_id": order.community_id, "order_id": order.id}
    place.run(record_step, at("2026-11-06T16:00"), place.worker(), version=order.version, act="on_site", **about)
    place.run(finish, at("2026-11-06T16:05"), place.worker(), version=checks(place)[0].version, result="本人平安", **about)
    for day in (10, 11):
        tried(place, elder, f"2026-11-{day}T10:00")
    assert len(checks(place)) == 1
    assert tried(place, elder, "2026-11-12T10:00").check and len(checks(place)) == 2


def test_three_attempts_within_two_hours_are_one_and_an_answer_in_between_begins_anew(place, elder):
    for minute in (0, 30, 59):
        tried(place, elder, f"2026-11-03T10:{minute:02}")
    assert row(place, "2026-11-03T11:00").failed == 1
    tried(place, elder, "2026-11-03T13:00")
    tried(place, elder, "2026-11-03T14:00", "call_later")
    tried(place, elder, "2026-11-04T10:00")
    assert checks(place) == [] and row(place, "2026-11-04T10:01").failed == 1


def test_nobody_is_looked_for_at_home_who_is_known_to_be_in_hospital(place, elder):
    place.run(hold, at("2026-11-03T09:00"), place.worker(), resident_id=elder, kind="hospital", from_date=at("2026-11-03T09:00").date())
    for day in (3, 4, 5):
        assert not isinstance(tried(place, elder, f"2026-11-0{day}T10:00"), Refused)
    assert checks(place) == []


@pytest.mark.parametrize(("group", "born", "act"), [("child", "2015-05-05", "session"), ("disabled", "1990-05-05", "assessment")])
def test_the_third_failed_attempt_is_one_whichever_act_was_owed(place, group, born, act):
    """WS 二.2: a child's session, a disabled resident's assessment; going through the file reaches nobody."""
    one = place.resident("小明", born)
    place.run(enrol, JOINED, place.worker(), resident_id=one, group=group)
    tried(place, one, "2026-11-03T10:00", act=act)
    tried(place, one, "2026-11-04T10:00", act="file_update")
    assert tried(place, one, "2026-11-05T10:00", act=act).check is None and row(place, "2026-11-05T10:01").failed == 2
    assert tried(place, one, "2026-11-06T10:00", act=act).check == checks(place)[0].number
    tried(place, one, "2026-11-07T10:00", "reached", act=act)
    assert row(place, "2026-11-07T10:01").failed == 0


def out(place, resident_id, begin: str, back: str | None = None):
    back = back and at(back).date()
    return place.run(hold, at(begin), place.worker(), resident_id=resident_id, kind="away", from_date=at(begin).date(), until_date=back)


def home(place, command, now: str, **more):
    row = place.all(Departure)[-1]
    return place.run(command, at(now), place.role("station_head"), departure_id=row.id, version=row.version, **more)


def test_a_stay_that_was_a_mistake_swallows_no_order_to_look_at_home(place, elder):
    for day in (3, 4):
        tried(place, elder, f"2026-11-0{day}T10:00")
    out(place, elder, "2026-11-05T09:00", "2026-11-07T00:00")
    assert tried(place, elder, "2026-11-05T10:00").check is None
    done = home(place, undo, "2026-11-05T12:00")
    assert done.check == checks(place)[0].number and checks(place)[0].received_at == at("2026-11-05T12:00")
    assert done.check in place.all(LedgerEntry, LedgerEntry.command == "care.undo")[0].facts


@pytest.mark.parametrize(("back", "orders"), [("2026-11-05", 1), ("2026-11-06", 0)])
def test_attempts_while_somebody_was_away_send_nobody_and_those_since_they_are_back_do(place, elder, back, orders):
    """Away from the 3rd on; the third attempt was on the 5th."""
    out(place, elder, "2026-11-03T09:00")
    for hour in (9, 12, 15):
        tried(place, elder, f"2026-11-05T{hour:02}:30")
    done = home(place, come_back, "2026-11-06T10:00", until_date=at(f"{back}T00:00").date())
    assert (done.check is not None, len(checks(place))) == (bool(orders), orders)


@pytest.mark.parametrize("kind", ["dead", "moved"])
def test_nobody_is_looked_for_any_more_who_is_gone_and_anew_who_is_not_after_all(place, elder, kind):
    for day in (3, 4, 5):
        tried(place, elder, f"2026-11-0{day}T10:00")
    gone = place.run(leave_roster, at("2026-11-05T12:00"), place.role("station_head"), resident_id=elder, kind=kind, from_date=at("2026-11-05T00:00").date())
    assert not isinstance(gone, Refused)
    [order] = checks(place)
    [clock] = place.all(Clock, Clock.work_order_id == order.id)
    assert order.status == "withdrawn" and clock.voided_at == at("2026-11-05T12:00"), "nothing falls due of it"
    done = home(place, undo, "2026-11-05T14:00")
    assert (done.check, [one.status for one in checks(place)]) == (checks(place)[1].number, ["withdrawn", "taken_in"])


def test_attempts_recorded_at_once_make_one_order(place, elder):
    tried(place, elder, "2026-11-03T10:00")
    tried(place, elder, "2026-11-04T10:00")
    with ThreadPoolExecutor(2) as two:
        list(two.map(lambda hour: tried(place, elder, f"2026-11-05T{hour}:00"), (10, 15)))
    assert len(checks(place)) == 1 and len(place.all(Contact)) == 4


def test_whoever_looks_has_24_hours_by_a_clause_that_is_marked_as_ours():
    assert kinds()["welfare_check"].steps == ("on_site",)
