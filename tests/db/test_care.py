"""Contacts and care clocks as rows, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import event, insert, select

from core.periods import quarter
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands.cadence import Subject
from db.commands.care import enrol, leave_group, record_contact, update_file
from db.commands.care_bulk import cadence_rows
from db.commands.filing import file
from db.commands.late_entries import decide_contact
from db.commands.sweep import sweep
from db.engine import open_session
from db.models.clocks import Clock
from db.models.late_entries import LateContact
from db.models.ledger import LedgerEntry
from db.models.residents import Contact, Resident, SpecialGroup
from db.queries import late_entries
from db.queries.awaited import awaited
from db.queries.care import contacts
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.roster import people
from tests.db.care_people import Place, at, found

JOINED = at("2026-11-02T09:00")
FIELDS = ("clause_id", "effective_from", "subject_kind", "subject_id", "resident_id", "grid_id", "desk", "act", "period_key", "times_required", "times_done",
          "started_at", "warn_at", "due_at", "met_at", "voided_at", "closed_at")  # fmt: skip


@pytest.fixture
def place(kept) -> Place:
    return kept(found)


@pytest.fixture
def elder(kept, place):
    """Enrolled on Monday 2 November 2026: week 45."""
    place.residents = kept(enrolled, place)
    return place.residents["李大爷"]


def enrolled(_engine, place) -> dict:
    resident_id = place.resident("李大爷")
    assert not isinstance(place.run(enrol, JOINED, place.worker(), resident_id=resident_id, group="elder", basis="年满60"), Refused)
    return place.residents


def call(place, resident_id, when: str, outcome="reached", *, now: str | None = None, act="call", scope=None):
    return place.run(record_contact, at(now or when), scope or place.worker(), resident_id=resident_id, act=act, outcome=outcome, happened_at=at(when), late_reason="漏登记")


def confirm(place, now: str, confirmed=True, *, of=None, scope=None):
    """The station head says whether the one entry that waits is true."""
    [entry] = [one for one in place.all(LateContact) if one.decided_at is None and of in (None, one.contact_id)]
    return place.run(decide_contact, at(now), scope or place.role("station_head"), entry_id=entry.id, confirmed=confirmed)


def test_enrolment_opens_a_call_a_visit_and_a_file_clock_and_nothing_is_due_yesterday(place, elder):
    clocks = {clock.clause_id: clock for clock in place.clocks(elder)}
    assert {one: clock.period_key for one, clock in clocks.items()} == {"elder.call": "2026-W45", "elder.visit": "2026-11", "file.update": "2026-Q4"}
    assert all(clock.due_at > JOINED and clock.grid_id == place.grids[0] for clock in clocks.values())


def test_a_call_meets_the_week_and_opens_the_next_one(place, elder):
    done = call(place, elder, "2026-11-04T10:00")
    assert (done.counted, done.met, done.clause_id, done.next_due) == (True, True, "elder.call", at("2026-11-16T00:00"))
    assert place.states(elder, "elder.call", at("2026-11-04T10:00")) == [("2026-W45", "met", 1), ("2026-W46", "waiting", 0)]
    assert place.states(elder, "elder.visit", at("2026-11-04T10:00")) == [("2026-11", "on_time", 0)], "a call is not a visit"


def test_a_visit_is_not_that_weeks_call(place, elder):
    call(place, elder, "2026-11-04T10:00", act="visit")
    assert place.states(elder, "elder.call", at("2026-11-04T10:00")) == [("2026-W45", "on_time", 0)]


@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number", "refused", "call_later"])
def test_an_unanswered_call_is_recorded_and_is_no_contact(place, elder, outcome):
    done = call(place, elder, "2026-11-04T10:00", outcome)
    assert (done.counted, done.met, done.next_due) == (False, False, at("2026-11-09T00:00"))
    assert [one.outcome for one in place.all(Contact)] == [outcome]
    assert place.states(elder, "elder.call", at("2026-11-04T10:00")) == [("2026-W45", "on_time", 0)]


def test_a_second_call_in_the_week_is_kept_and_changes_nothing_due(place, elder):
    call(place, elder, "2026-11-04T10:00")
    done = call(place, elder, "2026-11-05T10:00")
    assert (done.counted, done.done, done.next_due) == (True, 2, at("2026-11-16T00:00"))
    assert place.states(elder, "elder.call", at("2026-11-05T10:00")) == [("2026-W45", "met", 2), ("2026-W46", "waiting", 0)]


def test_a_call_two_weeks_late_closes_the_missed_week_and_counts_for_this_one(place, elder):
    call(place, elder, "2026-11-18T10:00")
    assert place.states(elder, "elder.call", at("2026-11-18T10:00")) == [
        ("2026-W45", "missed", 0), ("2026-W46", "missed", 0), ("2026-W47", "met", 1), ("2026-W48", "waiting", 0),
    ]  # fmt: skip


def test_a_late_entry_fills_the_week_in_which_the_call_happened(place, elder):
    call(place, elder, "2026-11-18T10:00")
    done = call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:00")
    assert (done.to_confirm, done.counted, done.next_due) == (True, False, at("2026-11-30T00:00"))
    assert [one[1] for one in place.states(elder, "elder.call", at("2026-11-18T11:00"))] == ["missed", "missed", "met", "waiting"], "until somebody confirms"
    assert confirm(place, "2026-11-18T11:00").state == "met"
    assert [one[1] for one in place.states(elder, "elder.call", at("2026-11-18T11:00"))] == ["met", "missed", "met", "waiting"]


def test_a_late_entry_for_the_overdue_week_opens_the_current_one(place, elder):
    done = call(place, elder, "2026-11-08T23:00", now="2026-11-12T11:00")
    assert (done.to_confirm, done.met, done.next_due) == (True, False, at("2026-11-09T00:00"))
    assert place.states(elder, "elder.call", at("2026-11-12T11:00")) == [("2026-W45", "overdue", 0)]
    confirm(place, "2026-11-12T11:00")
    assert place.states(elder, "elder.call", at("2026-11-12T11:00")) == [("2026-W45", "met", 1), ("2026-W46", "on_time", 0)]


@pytest.mark.parametrize(("now", "waits"), [("2026-11-09T00:00", False), ("2026-11-09T00:01", True)])
def test_what_is_entered_at_the_end_of_its_week_counts_and_a_minute_later_it_waits(place, elder, now, waits):
    done = call(place, elder, "2026-11-08T23:00", now=now)
    assert (done.to_confirm, done.met) == (waits, not waits)


def test_a_late_entry_says_why_and_one_for_a_week_that_is_met_changes_nothing(place, elder):
    call(place, elder, "2026-11-04T10:00")
    assert call(place, elder, "2026-11-05T10:00", now="2026-11-18T10:00").to_confirm is False
    late = {"resident_id": elder, "act": "call", "outcome": "reached", "happened_at": at("2026-11-12T10:00")}
    for reason in (None, "  "):
        assert place.run(record_contact, at("2026-11-18T10:00"), place.worker(), **late, late_reason=reason) == Refused("late_entries.say_why", "contact.late")
    assert not place.run(record_contact, at("2026-11-18T10:00"), place.worker(), **late | {"outcome": "no_answer"}).to_confirm, "an attempt fills nothing"
    assert len(place.all(Contact)) == 3 and place.all(LateContact) == []


def test_a_late_entry_that_is_not_accepted_stays_on_file_and_counts_for_nothing(place, elder):
    call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:00")
    assert confirm(place, "2026-11-18T12:00", False).state is None
    call(place, elder, "2026-11-18T13:00")
    assert [one[1:] for one in place.states(elder, "elder.call", at("2026-11-18T13:00"))] == [("missed", 0), ("missed", 0), ("met", 1), ("waiting", 0)]
    assert len(place.all(Contact)) == 2
    [entry] = place.all(LedgerEntry, LedgerEntry.command == "care.refuse_late")
    assert "漏登记" not in entry.facts and entry.subject_id == elder


def test_what_was_refused_may_be_entered_again_with_its_proof_and_what_waits_may_not(place, elder):
    call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:00")
    assert call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:30").reason == "care.recorded_before", "nobody has said anything yet"
    confirm(place, "2026-11-18T12:00", False)
    assert call(place, elder, "2026-11-06T10:00", now="2026-11-18T13:00").to_confirm
    assert confirm(place, "2026-11-18T14:00").state == "met"
    assert call(place, elder, "2026-11-06T10:00", now="2026-11-18T15:00").reason == "care.recorded_before"
    assert place.states(elder, "elder.call", at("2026-11-18T15:00"))[0] == ("2026-W45", "met", 1), "the refused one counts for nothing"


def test_nobody_confirms_their_own_late_entry_and_a_worker_nobodys(place, elder):
    head = place.role("station_head")
    call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:00", scope=head)
    assert confirm(place, "2026-11-18T12:00", scope=head).reason == "late_entries.by_another"
    assert confirm(place, "2026-11-18T12:00", scope=place.worker()) == Refused("common.not_allowed")
    assert confirm(place, "2026-11-18T12:00", scope=place.role("street_officer")).state == "met"
    [entry] = place.all(LateContact)
    assert place.run(decide_contact, at("2026-11-18T12:00"), head, entry_id=entry.id, confirmed=False) == Refused("late_entries.decided_before")


def test_head_and_committee_see_what_waits_and_the_share_of_late_entries(place, elder):
    call(place, elder, "2026-11-18T10:00")
    call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:00")
    now = at("2026-11-18T12:00")
    with open_session(place.engine, place.role("station_head")) as session:
        [line] = late_entries.waiting_contacts(session, now, place.community_id)
        [person] = people(session, now, [elder])
        [[row, _], _] = contacts(session, elder)
        assert late_entries.how_many_contacts(session, now, place.community_id) == len(awaited(session, now, place.community_id)) == 1
    assert (line.name, line.act, line.due_at, line.reason, line.own) == ("李大爷", "call", at("2026-11-09T00:00"), "漏登记", False)
    assert (person.unconfirmed, row.late) == (1, None)
    confirm(place, "2026-11-18T12:00")
    with open_session(place.engine, place.role("committee_member")) as session:
        found = checklist(session, now, place.community_id, "2026-Q4").line("contact.late")
        [told] = late_entries.contacts_of_period(session, place.community_id, quarter("2026-Q4"), limit=9)
    assert (found.verdict, found.met, found.pending, dict(found.values)) == ("kept", 1, 0, {"confirmed": 1, "refused": 0, "waiting": 0, "met": 2, "late": 1, "share": "50.0%"})
    assert (told.name, told.reason, told.stands) == ("李*爷", "***", "confirmed")


def test_a_late_entry_nobody_has_decided_when_the_quarter_is_over_breaks_its_line(place, elder):
    call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:00")
    with open_session(place.engine, place.role("committee_member")) as session:
        for now, verdict in (("2027-01-01T00:00", "nothing_due"), ("2027-01-01T00:01", "broken")):
            found = checklist(session, at(now), place.community_id, "2026-Q4").line("contact.late")
            rows = violations(session, at(now), place.community_id, "contact.late", "2026-Q4")
            assert (found.verdict, found.not_met, found.pending) == (verdict, len(rows), 1 - len(rows))


def test_a_child_needs_two_sessions_a_month(place):
    child = place.resident("小明", "2015-03-01")
    place.run(enrol, JOINED, resident_id=child, group="child")
    once = call(place, child, "2026-11-04T16:00", act="session")
    twice = call(place, child, "2026-11-06T16:00", act="session")
    assert [(one.met, one.done, one.required, one.next_due) for one in (once, twice)] == [
        (False, 1, 2, at("2026-12-01T00:00")), (True, 2, 2, at("2027-01-01T00:00")),
    ]  # fmt: skip


def test_a_session_before_the_child_moved_to_another_grid_counts_with_the_one_after(place):
    child = place.resident("小明", "2015-03-01")
    place.run(enrol, JOINED, resident_id=child, group="child")
    assert not call(place, child, "2026-11-04T16:00", act="session").met
    place.run(_move, at("2026-11-05T09:00"), resident_id=child, grid_id=place.grids[1])
    twice = call(place, child, "2026-11-06T16:00", act="session", scope=place.worker(1))
    assert (twice.met, twice.done, twice.required) == (True, 2, 2)


def test_a_late_entry_after_a_move_fills_the_week_that_the_old_grid_missed(place, elder):
    call(place, elder, "2026-11-18T10:00")
    place.run(_move, at("2026-11-18T10:30"), resident_id=elder, grid_id=place.grids[1])
    done = call(place, elder, "2026-11-06T10:00", now="2026-11-18T11:00", scope=place.worker(1))
    assert done.to_confirm
    confirm(place, "2026-11-18T11:00")
    assert [one[1] for one in place.states(elder, "elder.call", at("2026-11-18T11:00"))] == ["met", "missed", "met", "waiting"]
    assert [place.grids.index(clock.grid_id) for clock in place.clocks(elder, "elder.call")] == [0, 0, 0, 1], "a period belongs to the grid that held it"


def test_a_period_met_before_a_move_is_not_opened_again_for_somebody_who_joins_anew(place, elder):
    call(place, elder, "2026-11-18T10:00")
    place.run(leave_group, at("2026-11-18T10:20"), resident_id=elder, group="elder")
    place.run(_move, at("2026-11-18T10:30"), resident_id=elder, grid_id=place.grids[1])
    place.run(enrol, at("2026-11-18T11:00"), place.worker(1), resident_id=elder, group="elder")
    assert [one[:2] for one in place.states(elder, "elder.call", at("2026-11-18T11:00")) if one[1] != "void"] == [
        ("2026-W45", "missed"), ("2026-W46", "missed"), ("2026-W47", "met"), ("2026-W48", "waiting"),
    ]  # fmt: skip


def _move(session, *, now, resident_id, grid_id):
    """What an import that puts the resident's building into another grid does: clocks that are closed stay where they were."""
    moved = ((Resident, Resident.id == resident_id), (SpecialGroup, SpecialGroup.resident_id == resident_id), (Clock, (Clock.resident_id == resident_id) & Clock.closed_at.is_(None)))
    for model, which in moved:
        for row in session.scalars(select(model).where(which)):
            row.grid_id = grid_id
    file(session, "test.move", now=now, community_id=next(iter(session.scope.communities)))


def test_somebody_in_two_groups_has_one_file_clock(place, elder):
    place.run(enrol, at("2026-11-05T09:00"), resident_id=elder, group="disabled")
    assert sorted(clock.clause_id for clock in place.clocks(elder)) == ["disabled.assess", "elder.call", "elder.visit", "file.update"]


def test_leaving_one_group_of_two_ends_only_what_the_other_does_not_ask_for(place, elder):
    place.run(enrol, JOINED, resident_id=elder, group="disabled")
    place.run(leave_group, at("2026-11-12T09:00"), resident_id=elder, group="elder")
    left = {clock.clause_id: (clock.closed_at is None, clock.voided_at is not None) for clock in place.clocks(elder) if clock.period_key != "2026-W45"}
    assert left == {"elder.visit": (False, True), "file.update": (True, False), "disabled.assess": (True, False)}
    assert [(c.period_key, c.voided_at) for c in place.clocks(elder, "elder.call")] == [("2026-W45", None)], "the week missed before leaving stays a miss"


def test_coming_back_in_the_same_week_does_not_ask_for_the_same_call_twice(place, elder):
    call(place, elder, "2026-11-04T10:00")
    place.run(leave_group, at("2026-11-04T11:00"), resident_id=elder, group="elder")
    place.run(enrol, at("2026-11-04T12:00"), resident_id=elder, group="elder")
    open_now = [clock for clock in place.clocks(elder, "elder.call") if clock.closed_at is None]
    assert [clock.period_key for clock in open_now] == ["2026-W46"]


@pytest.mark.parametrize(
    ("when", "now", "reason"),
    [("2026-11-04T10:01", "2026-11-04T10:00", "care.in_future"), ("2026-11-01T23:59", "2026-11-04T10:00", "care.before_enrolment"), ("2026-11-02T00:00", "2026-11-04T10:00", None)],
)
def test_a_contact_lies_between_enrolment_and_now(place, elder, when, now, reason):
    done = call(place, elder, when, now=now)
    assert (done.reason if isinstance(done, Refused) else None) == reason
    assert len(place.all(Contact)) == (reason is None)


@pytest.mark.parametrize(("role", "allowed"), [("station_head", True), ("committee_member", False), ("street_officer", False), ("administrator", False), ("property_company", False)])
def test_only_those_who_care_record_contacts(place, elder, role, allowed):
    done = call(place, elder, "2026-11-04T10:00", scope=place.role(role))
    assert isinstance(done, Refused) is not allowed


def test_another_grids_worker_does_not_find_the_resident(place, elder):
    assert call(place, elder, "2026-11-04T10:00", scope=place.worker(1)).reason == "common.not_found"


def test_the_basis_of_a_membership_stays_out_of_the_ledger(place):
    child = place.resident("小明", "2015-03-01")
    place.run(enrol, JOINED, resident_id=child, group="child", basis="父亲张三服刑")
    (entry,) = place.all(LedgerEntry, LedgerEntry.command == "care.enrol")
    assert "张三" not in entry.facts and '"basis_given": true' in entry.facts


def test_a_contact_is_one_ledger_entry_without_a_name(place, elder):
    call(place, elder, "2026-11-04T10:00")
    entry = place.all(LedgerEntry, LedgerEntry.command == "care.record_contact")[0]
    assert "李" not in entry.facts and '"act": "call"' in entry.facts and entry.subject_id == elder


def test_the_file_update_counts_for_the_quarter_and_the_second_editor_is_told(place, elder):
    version = place.all(Resident)[0].version
    done = place.run(update_file, JOINED + timedelta(hours=1), place.worker(), resident_id=elder, expected_version=version, phone="138 0000 0001", health="高血压", detail="living_alone")
    assert done.met and done.clause_id == "file.update" and done.next_due == at("2027-04-01T00:00")
    resident, group = place.all(Resident)[0], place.all(SpecialGroup)[0]
    assert (resident.phone, resident.health, group.detail, resident.address) == ("13800000001", "高血压", "living_alone", None)
    entry = place.all(LedgerEntry, LedgerEntry.command == "care.update_file")[0]
    assert "13800000001" not in entry.facts and "高血压" not in entry.facts and "phone" in entry.facts
    late = place.run(update_file, JOINED + timedelta(hours=2), place.worker(), resident_id=elder, expected_version=version, phone="13900000002")
    assert late.reason == "common.changed_meanwhile"


def test_two_calls_recorded_at_once_both_count(place, elder):
    with ThreadPoolExecutor(2) as two:
        done = list(two.map(lambda n: call(place, elder, f"2026-11-04T10:0{n}", now="2026-11-04T11:00"), range(2)))
    assert all(one.counted for one in done)
    assert place.states(elder, "elder.call", at("2026-11-04T11:00")) == [("2026-W45", "met", 2), ("2026-W46", "waiting", 0)]


def test_two_sessions_a_month_are_two_and_not_one_that_two_people_typed_in(place):
    """At the same moment, from two desks: one is counted, the other is told by whom and when it was recorded."""
    child = place.resident("小明", "2016-05-05")
    place.run(enrol, JOINED, resident_id=child, group="child")
    head = replace(place.role("station_head"), staff_id=place.staff["head"])
    said = {"resident_id": child, "act": "session", "outcome": "reached"}
    with ThreadPoolExecutor(2) as two:
        typed = ((place.worker(), "2026-11-18T09:00:10"), (head, "2026-11-18T09:00:50"))
        done = list(two.map(lambda one: place.run(record_contact, at("2026-11-18T10:00"), one[0], happened_at=at(one[1]), **said), typed))
    [refused] = [one for one in done if isinstance(one, Refused)]
    assert (refused.reason, refused.values["at"]) == ("care.recorded_before", "2026-11-18 10:00") and refused.values["by"] in ("员工B0", "员工head")
    assert place.states(child, "child.session", at("2026-11-18T11:00")) == [("2026-11", "on_time", 1)]
    other = place.run(record_contact, at("2026-11-18T10:00"), place.worker(), happened_at=at("2026-11-18T09:01"), **said)
    assert other.met and not isinstance(place.run(record_contact, at("2026-11-18T10:00"), place.worker(), happened_at=at("2026-11-18T09:00"), **said | {"outcome": "no_answer"}), Refused)


SQLITE_MOST = pytest.mark.parametrize(("engine", "seed"), [*(("sqlite", n) for n in range(6)), ("postgres", 6), ("postgres", 7)], indirect=["engine"])
"""Histories at random: what becomes of them is decided in Python, so a few on PostgreSQL will do, and other ones."""


def _rows(clocks) -> list[tuple]:
    return sorted(tuple(clock[one] if isinstance(clock, dict) else getattr(clock, one) for one in FIELDS) for clock in clocks)


@SQLITE_MOST
def test_bulk_clocks_are_those_that_recording_one_by_one_leaves(place, seed):
    chance, now = Random(seed), at("2026-11-18T10:00")
    resident_id = place.resident("李大爷")
    joined = at("2026-08-03T09:00") + timedelta(days=chance.randrange(40))
    place.run(enrol, joined, resident_id=resident_id, group="elder")
    moments = sorted(joined + (now - joined) * chance.random() for _ in range(chance.randrange(22)))
    acts = [(moment, chance.choice(("call", "call", "call", "visit", "file_update"))) for moment in moments]
    for moment, act in acts:
        place.run(record_contact, moment, resident_id=resident_id, act=act, outcome="reached", happened_at=moment)
    place.run(sweep, now, community_id=place.community_id)
    subject = Subject(place.community_id, "resident", resident_id, place.grids[0])
    made = []
    for clause_id, act in (("elder.call", "call"), ("elder.visit", "visit"), ("file.update", "file_update")):
        made += cadence_rows(subject, clause_id, joined.date(), [moment for moment, one in acts if one == act], now, load_rulebook())
    assert _rows(made) == _rows(place.clocks(resident_id))


@SQLITE_MOST
def test_contacts_entered_in_any_order_leave_the_same_states(place, seed):
    chance, now = Random(seed), at("2026-11-18T10:00")
    first, second, joined = place.resident("甲"), place.resident("乙"), at("2026-10-05T09:00")
    for one in (first, second):
        place.run(enrol, joined, resident_id=one, group="elder")
    moments = sorted(joined + (now - joined) * chance.random() for _ in range(6))
    for moment in moments:
        place.run(record_contact, moment, resident_id=first, act="call", outcome="reached", happened_at=moment)
    chance.shuffle(moments)
    done = [place.run(record_contact, now, resident_id=second, act="call", outcome="reached", happened_at=moment, late_reason="补录") for moment in moments]
    late = [one.contact_id for one in done if one.to_confirm]
    for one in chance.sample(late, len(late)):
        confirm(place, "2026-11-18T10:00", of=one)
    place.run(sweep, now, community_id=place.community_id)
    assert place.states(first, "elder.call", now) == place.states(second, "elder.call", now)


def test_bulk_clocks_are_accepted_by_the_database_and_leaving_voids_what_was_not_due(place):
    resident_id = place.resident("李大爷")
    rows = cadence_rows(Subject(place.community_id, "resident", resident_id, place.grids[0]), "elder.call", date(2026, 10, 5), [], at("2026-11-18T10:00"), left_on=date(2026, 10, 21))

    def put(session, *, now):
        session.execute(insert(Clock), rows)
        file(session, "test.put", now=now, community_id=place.community_id)

    place.run(put, at("2026-11-18T10:00"))
    assert [one[:2] for one in place.states(resident_id, "elder.call", at("2026-11-18T10:00"))] == [("2026-W41", "missed"), ("2026-W42", "missed")]


def test_recording_reads_the_open_clock_and_never_the_whole_past(place, elder):
    seen: list[str] = []
    event.listen(place.engine, "before_cursor_execute", lambda _c, _k, statement, *_: seen.append(statement))
    call(place, elder, "2026-11-04T10:00")
    assert len([one for one in seen if one.startswith("SELECT")]) <= 16
