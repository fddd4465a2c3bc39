"""Contacts of care by ledger: counted for their period or waiting for another person, and the same file twice changes nothing."""

from datetime import date, datetime

import pytest

from core.imports.headers import guess_table
from core.measures import Verdict
from core.refusals import Refused
from db.commands.care import enrol, record_contact
from db.commands.exports import export
from db.commands.filing import carry_out, file
from db.commands.late_entries import decide_together
from db.engine import open_session
from db.models.grids import Staff
from db.models.late_entries import LateContact
from db.models.ledger import LedgerEntry
from db.models.residents import Contact
from db.models.work_orders import WorkOrder
from db.queries.awaited import awaited
from db.queries.care import contacts
from db.queries.checklist import checklist
from db.queries.late_entries import entered_together
from db.types import uuid7
from tests.db.care_people import Place, at, found
from tests.db.test_imports import NOW, Office

HEAD = ["姓名", "走访方式", "走访时间", "走访结果", "走访人", "走访情况"]
ROWS = [
    HEAD,
    ["李大爷", "电话", datetime(2026, 11, 4, 9, 30), "接通", "员工B0", "身体好"],
    ["李大爷", "入户走访", "2026-11-10 15:00", "", "员工B0", ""],
    ["李大爷", "电话", "2026-11-12 10:00", "未接", "", ""],
    ["李大爷", "电话", "2026-11-17 10:00", "已接通", "", ""],
    ["没这人", "电话", "2026-11-17 10:00", "接通", "", ""],
    ["李大爷", "电话", "2026-11-01 23:59", "接通", "", ""],
    ["李大爷", "聊天", "2026-11-17 10:00", "接通", "", ""],
]


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def place(kept) -> Place:
    return kept(made)


def made(engine) -> Place:
    """On the roster since Monday 2 November; the call of the 17th was recorded at the desk."""
    place = found(engine)
    one = place.resident("李大爷")
    place.run(enrol, at("2026-11-02T09:00"), place.worker(), resident_id=one, group="elder")
    place.run(record_contact, at("2026-11-17T10:05"), place.worker(), resident_id=one, act="call", outcome="reached", happened_at=at("2026-11-17T10:00"))
    return place


def office_of(place) -> Office:
    return Office(place.engine, place.community_id)


def states(place):
    return [one[1] for one in place.states(place.residents["李大爷"], "elder.call", NOW)]


def test_contacts_come_in_by_ledger_and_the_same_contacts_again_change_nothing(place):
    office = office_of(place)
    upload = office.upload("contacts", ROWS)
    assert guess_table(upload.cells, NOW.date()) == "contacts"
    done = office.take_in(upload)
    assert (done.counts["new"], done.counts["unchanged"], done.counts["rejected"]) == (3, 1, 3)
    assert {(cell.row, cell.reason) for cell in office.preview(upload).found.bad} == {(6, "unknown_resident"), (7, "contact_before_enrolment"), (8, "contact_act")}
    visit = place.all(Contact, Contact.act == "visit")[0]
    assert (visit.outcome, visit.happened_at, visit.recorded_at, visit.staff_id) == ("reached", at("2026-11-10T15:00"), NOW, place.staff["B0"])
    assert place.states(place.residents["李大爷"], "elder.visit", NOW)[0] == ("2026-11", "met", 1), "its month still runs"
    before = (len(place.all(Contact)), len(place.all(LedgerEntry)), states(place))
    assert office.take_in(upload).batch_id is None
    again = [HEAD, ROWS[1], ["李大爷", "电话", "2026-11-04 09:30", "接通", "", "另一份台账"]]
    assert office.take_in(office.upload("contacts", again)).counts["new"] == 0
    assert (len(place.all(Contact)), len(place.all(LedgerEntry)), states(place)) == before


def test_what_a_ledger_brings_of_a_week_that_is_over_waits_and_is_confirmed_together(place):
    office = office_of(place)
    late = ["李大爷", "电话", "2026-11-11 10:00", "接通", "", ""]
    office.take_in(office.upload("contacts", [*ROWS[:5], late]))
    assert states(place) == ["missed", "missed", "met", "waiting"] and len(place.all(LateContact)) == 2
    with open_session(place.engine, office.scope) as session:
        [one] = entered_together(session, place.community_id)
        assert [word.kind for word in awaited(session, NOW, place.community_id)] == ["late_contact"], "one ledger is one thing to hear of"
    assert (one.n, one.own) == (2, True)
    which = {"community_id": place.community_id, "recorded_at": one.recorded_at, "entered_by": one.entered_by, "confirmed": True}
    assert carry_out(place.engine, office.scope, decide_together, now=NOW, expected=2, **which).reason == "late_entries.by_another"
    street = place.role("street_officer")
    assert place.run(decide_together, NOW, street, expected=1, **which) == Refused("common.changed_meanwhile")
    assert place.run(decide_together, NOW, street, expected=2, **which) == 2
    assert states(place) == ["met", "met", "met", "waiting"]


def test_a_contact_of_nobody_on_the_staff_or_of_one_of_two_of_a_name_is_remarked_on_and_filed_under_nobody(place):
    """Whoever had left by the day is not taken for the other."""

    def two(session, *, now):
        for name, left in (("王芳", None), ("王芳", None), ("员工B0", date(2026, 11, 3))):
            session.add(Staff(community_id=place.community_id, id=uuid7(), name=name, kind="social_worker", left_on=left))
        file(session, "test.staff", now=now, community_id=place.community_id)

    place.run(two, NOW)
    office, rows = office_of(place), [["李大爷", "入户走访", f"2026-11-{day} 15:00", "", by, ""] for day, by in (("09", "员工B0"), (10, "王方"), (11, "王芳"), (12, ""))]
    upload = office.upload("contacts", [HEAD, *rows])
    assert {(cell.row, cell.field, cell.reason, cell.refuses) for cell in office.preview(upload).found.bad} == {(3, "by", "unknown_staff", False), (4, "by", "several_staff", False)}
    assert office.take_in(upload).counts["new"] == 4
    assert [one.staff_id for one in place.all(Contact, Contact.act == "visit")] == [place.staff["B0"], None, None, None]


def session_on_file(place) -> str:
    """A child, two sessions a month; the worker recorded that of 9 November, 9:02."""
    child = place.resident("小明", "2016-05-05")
    place.run(enrol, at("2026-11-02T09:00"), place.worker(), resident_id=child, group="child")
    assert record(place, child, "2026-11-09T09:02").done == 1
    return child


def record(place, who, when, act="session", outcome="reached"):
    return place.run(record_contact, NOW, place.worker(), resident_id=who, act=act, outcome=outcome, happened_at=at(when))


def sessions(place, *cells):
    return office_of(place).upload("contacts", [HEAD, *(["小明", "辅导", cell, outcome, "员工B0", ""] for cell, outcome in cells)])


def test_a_line_without_a_time_is_the_same_as_any_contact_of_that_day_and_counts_once(place):
    child, office = session_on_file(place), office_of(place)
    assert office.take_in(sessions(place, ("2026-11-09", "见到本人"))).batch_id is None
    assert place.states(child, "child.session", NOW) == [("2026-11", "on_time", 1)]
    upload = sessions(place, (date(2026, 11, 10), "见到本人"), ("2026-11-09", "未见到"))
    assert office.take_in(upload).counts["new"] == 2, "another day, and another outcome"
    assert office.take_in(upload).batch_id is None
    known = {one.happened_at: (one.outcome, one.day_only) for one in place.all(Contact, Contact.resident_id == child)}
    assert known == {at("2026-11-09T09:02"): ("reached", None), at("2026-11-10T00:00"): ("reached", True), at("2026-11-09T00:00"): ("no_answer", True)}
    assert place.states(child, "child.session", NOW)[0] == ("2026-11", "met", 2)


def test_what_is_on_file_without_a_time_is_the_same_as_any_of_that_day_typed_or_from_a_ledger_and_shows_no_midnight(place):
    child, office = session_on_file(place), office_of(place)
    office.take_in(sessions(place, ("2026-11-10", "见到本人")))
    assert office.take_in(sessions(place, ("2026-11-10 15:30", "见到本人"))).batch_id is None
    assert record(place, child, "2026-11-10T15:30").reason == record(place, child, "2026-11-10T23:59").reason == "care.recorded_that_day"
    assert not isinstance(record(place, child, "2026-11-10T15:30", outcome="no_answer"), Refused), "an attempt is no session"
    assert not isinstance(record(place, child, "2026-11-11T00:00"), Refused), "the next day"
    out = export(place.engine, place.role("station_head"), now=NOW, community_id=place.community_id, name="contacts", kind="csv", lang="zh").content.decode("utf-8-sig")
    assert ",2026-11-10," in out and "2026-11-10 00:00" not in out
    with open_session(place.engine, place.worker()) as session:
        assert [one.day_only for one in contacts(session, child)[0]] == [None, None, True, None]


@pytest.mark.parametrize(("cell", "day_only"), [("2026-11-10", True), (datetime(2026, 11, 10), True), ("2026-11-10 00:00:00", True), ("2026-11-10 00:00:01", None), ("2026-11-10 00:01", None)])
def test_midnight_to_the_second_is_a_day_without_a_time(place, cell, day_only):
    office_of(place).take_in(office_of(place).upload("contacts", [HEAD, ["李大爷", "入户走访", cell, "", "", ""]]))
    assert place.all(Contact, Contact.act == "visit")[0].day_only is day_only


def test_what_was_refused_without_a_time_may_be_said_again_with_it(place):
    office, street = office_of(place), place.role("street_officer")
    late = {"community_id": place.community_id, "recorded_at": NOW, "entered_by": office.scope.actor_id}
    day, timed = (office.upload("contacts", [HEAD, ["李大爷", "电话", cell, "接通", "", ""]]) for cell in ("2026-11-11", "2026-11-11 10:00"))
    office.take_in(day)
    assert office.take_in(timed).batch_id is None
    assert place.run(decide_together, NOW, street, expected=1, confirmed=False, **late) == 1
    assert office.take_in(day).batch_id is None and office.take_in(timed).counts["new"] == 1


def test_visits_without_times_are_not_too_dense_and_how_many_is_said(place):
    """14 of one worker and day, as most ledgers have them."""
    people = [place.resident(f"老{one}") for one in "赵钱孙李周吴郑王冯陈褚卫蒋沈"]
    for one in people:
        place.run(enrol, at("2026-11-02T09:00"), place.worker(), resident_id=one, group="elder")
    office = office_of(place)
    office.take_in(office.upload("contacts", [HEAD, *([name, "入户走访", "2026-11-17", "", "员工B0", ""] for name in place.residents if name.startswith("老"))]))
    with open_session(place.engine, place.role("committee_member")) as session:
        line = checklist(session, NOW, place.community_id, "2026-Q4").line("contact.dense")
    assert (line.verdict, line.due, line.values["untimed"]) == (Verdict.nothing_due, 0, 14)


@pytest.mark.parametrize(("third", "sent"), [("2026-11-18 00:01", 1), ("2026-11-17 23:59", 0), ("2026-11-18", 0)])
def test_a_failed_attempt_of_today_in_a_ledger_is_the_third_and_one_of_yesterday_or_without_a_time_sends_nobody(place, third, sent):
    one, office = place.resident("王奶奶"), office_of(place)
    place.run(enrol, at("2026-11-02T09:00"), place.worker(), resident_id=one, group="elder")
    record(place, one, "2026-11-15T09:00", "call", "no_answer")
    for cell, orders in (("2026-11-16 09:00", 0), (third, sent)):
        office.take_in(office.upload("contacts", [HEAD, ["王奶奶", "电话", cell, "未接", "", ""]]))
        assert len(place.all(WorkOrder, WorkOrder.kind == "welfare_check")) == orders
    if third == "2026-11-17 23:59":
        assert record(place, one, "2026-11-18T09:00", "call", "no_answer").check, "among the three it counts"


def test_contacts_go_out_for_who_may_open_the_roster(place):
    made = export(place.engine, place.role("station_head"), now=NOW, community_id=place.community_id, name="contacts", kind="csv", lang="zh")
    assert made.rows == 1 and "李大爷,,,,电话,2026-11-17 10:00:00,接通,员工B0" in made.content.decode("utf-8-sig")
    assert export(place.engine, place.role("committee_member"), now=NOW, community_id=place.community_id, name="contacts", kind="csv", lang="zh") == Refused("common.not_allowed")
