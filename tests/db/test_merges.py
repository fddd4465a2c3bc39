"""Two files of one person become one, and two again when they were two after all."""

import json
from datetime import date, timedelta

import pytest

from core.imports.judge import Row
from core.refusals import Refused
from db.commands.care import enrol, record_contact
from db.commands.changes import ask
from db.commands.departures import hold, leave_roster
from db.commands.late_entries import decide_contact
from db.commands.merges import followers, merge, say_two, undo
from db.commands.packages import add_member
from db.commands.sweep import sweep
from db.commands.work_orders import take_in
from db.engine import open_session
from db.keys import keyring
from db.models.clocks import Clock
from db.models.grids import Household
from db.models.late_entries import LateContact
from db.models.ledger import LedgerEntry
from db.models.merges import Merge
from db.models.packages import TeamMember
from db.models.residents import Contact, Departure, Resident, SpecialGroup
from db.models.work_orders import WorkOrder
from db.queries.care import person
from db.queries.imports.people import Residents
from db.queries.merges import how_many, merges, pairs
from db.queries.roster import found_people
from tests import ledgers
from tests.db.care_people import Place, at, found

NOW = at("2026-11-18T10:00")
JOINED = at("2026-10-26T09:00")
NUMBER = ledgers.id_number("19500315", 11)
PHONE = "13812345678"


def made(engine) -> Place:
    """One person twice: on the roster of both grids, called by both workers in different weeks; on one file also disabled."""
    place = found(engine)
    index = keyring().blind_index
    one = place.resident("李大爷", "1950-03-15", id_number=NUMBER, id_index=index(NUMBER, "resident.id_number"))
    other = place.resident("李大爷", "1950-03-15", grid=1, phone=PHONE, phone_index=index(PHONE, "resident.phone"))
    place.residents = {"one": one, "other": other}
    for n, who in enumerate((one, other)):
        place.run(enrol, JOINED, place.worker(n), resident_id=who, group="elder")
    place.run(enrol, at("2026-11-03T09:00"), place.worker(1), resident_id=other, group="disabled", detail="visual 2")
    calls(place, 0, "2026-10-28T09:00")
    calls(place, 1, "2026-11-04T09:00", "2026-11-17T09:00")
    place.run(sweep, at("2026-11-17T10:00"), community_id=place.community_id)
    return place


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def place(kept) -> Place:
    return kept(made)


@pytest.fixture
def two(place):
    """(the file that stays, the one that goes)"""
    return tuple(place.residents.values())


def calls(place, n, *moments, act="call", later=None):
    who = (*place.residents.values(),)[n]
    about = {"resident_id": who, "act": act, "outcome": "reached", "late_reason": "漏登记"}
    return [place.run(record_contact, later or at(one), place.worker(n), happened_at=at(one), **about) for one in moments]


def confirm(place, now):
    """The station head confirms what was entered after its period."""
    for entry in place.all(LateContact, LateContact.decided_at.is_(None)):
        assert place.run(decide_contact, now, place.role("station_head"), entry_id=entry.id, confirmed=True).state == "met"


def joins(place, two, now=NOW, scope=None, versions=None):
    rows = {row.id: row.version for row in place.all(Resident)}
    return place.run(merge, now, scope or place.role("station_head"), resident_id=two[0], merged_id=two[1], versions=versions or tuple(rows[one] for one in two))


def parts(place, now=NOW, scope=None):
    [row] = place.all(Merge, Merge.undone_at.is_(None))
    return place.run(undo, now, scope or place.role("station_head"), merge_id=row.id, version=row.version)


def standing(place, two) -> dict:
    """All that a merge could change, row by row."""
    with open_session(place.engine, place.system) as session:
        rows = [row for model in (Resident, SpecialGroup, Contact, Departure, TeamMember, WorkOrder, Clock) for row in session.query(model)]
        return {row.id: {name: value for name, value in vars(row).items() if name not in ("_sa_instance_state", "version")} for row in rows}


def test_two_files_that_agree_in_name_and_birth_date_are_found_and_shown_masked(place, two):
    with open_session(place.engine, place.role("station_head")) as session:
        [pair] = pairs(session, NOW)
    assert (pair.one.row.resident_id, pair.other.row.resident_id) == two
    assert (pair.found.score, dict(pair.found.parts), pair.same) == (80, {"name": 1, "birth_date": 1}, {"name", "birth_date"})
    assert (pair.one.fields["id_number"], pair.other.fields["phone"]) == (f"{NUMBER[:3]}{'*' * 13}{NUMBER[-2:]}", "138****5678")
    assert (pair.one.contacts, pair.other.contacts) == (1, 2)


def test_after_merging_the_periods_are_those_of_one_person_from_the_start(place, two):
    assert joins(place, two).rows == 2, "the other file's calls"
    stays, goes = two
    assert place.states(stays, "elder.call", NOW) == [("2026-W44", "met", 1), ("2026-W45", "met", 1), ("2026-W46", "missed", 0), ("2026-W47", "met", 1), ("2026-W48", "waiting", 0)]
    assert [one[:2] for one in place.states(stays, "disabled.assess", NOW)] == [("2027-H1", "waiting")], "of the other file's group"
    assert {clock.closed_at is not None and clock.voided_at is not None for clock in place.clocks(goes)} == {True}
    assert {(row.resident_id, row.grid_id) for row in place.all(Contact)} == {(stays, place.grids[0])}
    assert sorted((row.group, row.resident_id == stays, row.to_date is None) for row in place.all(SpecialGroup)) == [("disabled", True, True), ("elder", False, False), ("elder", True, True)]
    open_ones = place.all(Clock, Clock.closed_at.is_(None), Clock.subject_id.in_(two))
    assert len({one.clause_id for one in open_ones}) == len(open_ones) and {one.grid_id for one in open_ones} == {place.grids[0]}


def test_the_merged_file_says_where_it_went_and_takes_nothing_in(place, two):
    joins(place, two)
    head = place.role("station_head")
    with open_session(place.engine, head) as session:
        assert person(session, NOW, two[1]).row.merged == two[0]
        assert {row.resident_id: row.merged for row in found_people(session, NOW, "李大爷")} == {two[0]: None, two[1]: two[0]}
        assert (person(session, NOW, two[0]).fields["phone"], how_many(session, NOW)) == ("138****5678", 0), "what the remaining file lacked came over"
        assert [(one.resident, one.undone_at) for one in merges(session, NOW, two[0])] == [("李大爷", None)]
    early = {"act": "call", "outcome": "reached", "happened_at": at("2026-11-10T09:00")}
    assert place.run(record_contact, NOW, head, resident_id=two[1], **early) == Refused("merges.went"), "not before it was merged either"
    assert place.run(ask, NOW, head, resident_id=two[1], field="address", value="x") == Refused("merges.went")
    assert isinstance(place.run(enrol, NOW, head, resident_id=two[1], group="disabled"), Refused)
    place.run(sweep, at("2026-11-19T10:00"), community_id=place.community_id)
    assert place.all(Clock, Clock.subject_id == two[1], Clock.closed_at.is_(None)) == [], "nothing falls due for it"


def test_a_ledger_that_still_has_the_merged_file_brings_nothing_back(place, two):
    [home] = place.all(Household)
    third = place.resident("李大爷", "1950-03-15", household_id=home.id)
    joins(place, (two[0], third))
    row = Row(1, {"name": "李大爷", "birth_date": date(1950, 3, 15), "building": "1号楼", "door": home.door, "phone": "13900000000", "groups": {"elder": None}})
    with open_session(place.engine, place.role("station_head")) as session:
        intake = Residents(session, place.community_id, NOW)
        intake.take(row)
    assert intake.plan.complaints == {1: [("name", "went_into_another", {}, False)]}
    assert not intake.plan.inserts and not intake.plan.updates


def test_undoing_at_once_gives_back_every_row_as_it_was(place, two):
    own = {"resident_id": two[1]}
    head, day = place.role("station_head"), {"from_date": date(2026, 11, 9), "until_date": date(2026, 11, 14)}
    entered = [
        place.run(hold, NOW, head, kind="hospital", **day, **own),
        place.run(add_member, NOW, place.worker(1), role="volunteer", name="王帮手", **own),
        place.run(take_in, NOW, head, kind="demand", matter="看看", applicant="李大爷", contact=PHONE, community_id=place.community_id, **own),
    ]
    assert [one for one in entered if isinstance(one, Refused)] == []
    before = standing(place, two)
    assert joins(place, two).rows == 5
    assert ("2026-W46", "void", 0) in place.states(two[0], "elder.call", NOW), "in hospital that week, whichever file says so"
    assert {row.resident_id for model in (Departure, TeamMember, WorkOrder) for row in place.all(model)} == {two[0]}
    parts(place)
    after = standing(place, two)
    assert {one: values for one, values in after.items() if one in before} == before
    assert all(values.get("voided_at") for one, values in after.items() if one not in before), "what the merge made counts no more"


def test_what_was_recorded_since_stays_with_the_file_that_remained(place, two):
    joins(place, two)
    calls(place, 0, "2026-11-25T09:00", "2026-11-10T09:00", later=at("2026-11-25T09:30"))
    confirm(place, at("2026-11-25T10:00"))
    later = at("2026-11-30T10:00")
    place.run(sweep, later, community_id=place.community_id)
    parts(place, later)
    states = dict(one[:2] for one in place.states(two[0], "elder.call", later))
    assert states == {"2026-W44": "met", "2026-W45": "missed", "2026-W46": "met", "2026-W47": "missed", "2026-W48": "met", "2026-W49": "on_time"}
    states = dict(one[:2] for one in place.states(two[1], "elder.call", later) if one[1] != "void")
    assert states == {"2026-W44": "missed", "2026-W45": "met", "2026-W46": "missed", "2026-W47": "met", "2026-W48": "overdue"}
    assert [one[:2] for one in place.states(two[1], "disabled.assess", later)] == [("2027-H1", "waiting")]
    assert [clock for clock in place.clocks(two[0], "disabled.assess") if clock.voided_at is None] == []
    assert {row.happened_at: row.resident_id for row in place.all(Contact)}[at("2026-11-25T09:00")] == two[0]


def test_a_late_call_of_the_other_file_confirmed_while_they_are_one_is_that_files_alone_when_they_are_two_again(place, two):
    """Of week 46, which neither file had met: entered before the merge, confirmed after it."""
    later = at("2026-11-18T09:00")
    assert calls(place, 1, "2026-11-10T09:00", later=later)[0].to_confirm
    joins(place, two)
    confirm(place, at("2026-11-19T10:00"))
    assert ("2026-W46", "met", 1) in place.states(two[0], "elder.call", NOW)
    parts(place, at("2026-11-20T10:00"))
    states = [{one[:2] for one in place.states(who, "elder.call", at("2026-11-20T11:00")) if one[1] != "void"} for who in two]
    assert ("2026-W46", "overdue") in states[0] and ("2026-W46", "met") in states[1]


def test_a_late_call_fills_a_week_that_only_the_other_file_had_and_a_stay_away_took_out(place):
    first, second = place.resident("张大妈", "1948-01-02", grid=1), place.resident("张大妈", "1948-01-02")
    place.run(enrol, JOINED, place.worker(1), resident_id=first, group="elder")
    place.run(enrol, at("2026-11-04T09:00"), place.worker(), resident_id=second, group="elder")
    place.run(hold, at("2026-11-02T09:00"), place.role("station_head"), resident_id=first, kind="away", from_date=date(2026, 10, 26), until_date=date(2026, 11, 2))
    joins(place, (second, first))
    assert place.states(second, "elder.call", NOW)[0] == ("2026-W44", "void", 0)
    late = place.run(record_contact, NOW, place.worker(), resident_id=second, act="call", outcome="reached", happened_at=at("2026-10-28T09:00"), late_reason="漏登记")
    assert late.to_confirm and place.states(second, "elder.call", NOW)[0] == ("2026-W44", "void", 0)
    confirm(place, NOW)
    assert place.states(second, "elder.call", NOW)[0] == ("2026-W44", "met", 1)
    parts(place)
    assert place.states(first, "elder.call", NOW)[0] == ("2026-W44", "void", 0)


def test_a_later_merge_is_undone_first_and_one_of_somebody_gone_not_at_all(place, two):
    third = place.resident("李大爷", "1950-03-15", grid=1)
    joins(place, two)
    [first] = place.all(Merge)
    joins(place, (two[0], third), NOW + timedelta(minutes=1))
    head = place.role("station_head")
    assert place.run(undo, NOW, head, merge_id=first.id, version=first.version) == Refused("merges.later_first")
    place.run(undo, NOW, head, merge_id=place.all(Merge)[1].id, version=1)
    place.run(leave_roster, NOW, head, resident_id=two[0], kind="moved", from_date=date(2026, 11, 18))
    assert parts(place).reason == "merges.stays_left"


def test_only_the_station_head_merges_what_is_alike_and_nobody_has_said_are_two_people(place, two):
    for role in ("grid_worker", "committee_member", "street_officer", "administrator", "property_company"):
        scope = place.worker() if role == "grid_worker" else place.role(role)
        assert joins(place, two, scope=scope) == Refused("common.not_allowed")
    assert joins(place, two, versions=(1, 2)) == Refused("common.changed_meanwhile")
    stranger = place.resident("张三", "1950-03-15")
    assert joins(place, (two[0], stranger)) == Refused("merges.not_alike")
    place.run(ask, NOW, place.worker(1), resident_id=two[1], field="address", value="汇河路9号")
    assert joins(place, two) == Refused("merges.change_waits")
    head = place.role("station_head")
    place.run(say_two, NOW, head, one_id=two[1], other_id=two[0])
    assert joins(place, two) == Refused("merges.are_two")
    with open_session(place.engine, head) as session:
        assert pairs(session, NOW) == []
    twin = place.resident("李大爷", "1950-03-15", id_number="x", id_index=b"1" * 16)
    assert joins(place, (two[0], twin)) == Refused("merges.not_alike"), "two ID numbers are two people"


def test_a_merge_and_its_undoing_are_one_filing_each_without_personal_data(place, two):
    joins(place, two)
    parts(place)
    entries = [one for one in place.all(LedgerEntry) if one.command in ("care.merge", "care.undo_merge")]
    assert [set(json.loads(one.facts)) for one in entries] == [{"merge", "merged", "rows", "clocks"}] * 2
    [row] = place.all(Merge)
    assert not any(secret in row.changed for secret in (NUMBER, PHONE, "李大爷", "1950-03-15"))


def test_whatever_points_to_a_file_follows_the_person_unless_it_is_said_to_stay():
    assert {model.__tablename__ for model in followers()} >= {"contact", "departure", "work_order", "team_member", "service_record"}
