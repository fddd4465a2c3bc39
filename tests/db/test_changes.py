"""Protected fields change only with another person's word."""

import json
from dataclasses import replace
from datetime import date

import pytest

from core.refusals import Refused
from db.commands.care import enrol, leave_group, record_contact
from db.commands.changes import ask, decide, reveal_change
from db.commands.filing import file
from db.commands.sweep import sweep
from db.engine import open_session
from db.keys import keyring
from db.models.changes import ChangeRequest
from db.models.grids import Household
from db.models.ledger import LedgerEntry
from db.models.residents import Resident, SpecialGroup
from db.queries.care import personal_value
from db.queries.changes import how_many, of_resident, waiting
from db.queries.merges import pairs
from db.queries.reconciliation_compare import said_by_us
from db.queries.roster import found_people
from tests import ledgers
from tests.db.care_people import Place, at, found

NOW = at("2026-11-18T10:00")
OLD, NEW = ledgers.id_number("19500315", 11), ledgers.id_number("19510620", 12)


@pytest.fixture
def place(sqlite_engine) -> Place:
    return found(sqlite_engine)


@pytest.fixture
def elder(place):
    return place.resident("李大爷", "1950-03-15", id_number=OLD)


def asks(place, resident_id, field, value, scope=None):
    return place.run(ask, NOW, scope or place.worker(), resident_id=resident_id, field=field, value=value, reason="户口簿")


def decides(place, request_id, approved=True, scope=None):
    return place.run(decide, NOW, scope or place.role("station_head"), request_id=request_id, approved=approved)


def file_of(place, resident_id) -> Resident:
    return place.all(Resident, Resident.id == resident_id)[0]


def test_an_id_number_changes_when_a_second_person_approves_and_its_date_of_birth_with_it(place, elder):
    request = asks(place, elder, "id_number", f" {NEW.lower()} ")
    assert file_of(place, elder).id_number == OLD, "nothing changes until then"
    assert decides(place, request) == "id_number"
    row = file_of(place, elder)
    assert (row.id_number, row.birth_date, row.birth_year) == (NEW, "1951-06-20", 1951)
    with open_session(place.engine, place.worker()) as session:
        assert [one.resident_id for one in found_people(session, NOW, NEW)] == [elder], "and it is found by the new one"
    assert decides(place, request) == Refused("changes.decided_before")


def test_nobody_approves_a_request_of_their_own_not_by_another_account_either_but_may_take_it_back(place, elder):
    head = replace(place.role("station_head"), staff_id=place.staff["head"])
    request = asks(place, elder, "address", "汇河路9号", head)
    assert decides(place, request, scope=head) == Refused("changes.by_another")
    assert decides(place, request, scope=replace(place.role("station_head"), staff_id=place.staff["head"])) == Refused("changes.by_another")
    assert decides(place, request, False, scope=head) == "address"
    assert file_of(place, elder).address is None
    second = asks(place, elder, "address", "汇河路9号", head)
    assert decides(place, second, scope=place.role("street_officer")) == "address", "the street decides what the head asks for"
    assert file_of(place, elder).address == "汇河路9号"


def test_the_end_of_a_groups_membership_takes_two(place, elder):
    place.run(enrol, at("2026-11-02T09:00"), place.worker(), resident_id=elder, group="elder")
    assert place.run(leave_group, NOW, place.role("station_head"), resident_id=elder, group="elder") == Refused("changes.second_person")
    request = asks(place, elder, "group_end", "elder:2026-11-10")
    assert [one.to_date for one in place.all(SpecialGroup)] == [None] and place.clocks(elder, "elder.visit")[0].closed_at is None
    decides(place, request)
    assert [one.to_date for one in place.all(SpecialGroup)] == [date(2026, 11, 10)]
    assert all(clock.closed_at for clock in place.clocks(elder))


@pytest.mark.parametrize(("address", "elsewhere"), [("汇河路9号", True), ("清溪新村7号楼1单元101", True), ("清溪新村1号楼2单元501室", False), ("1号楼", False)])
def test_who_has_moved_out_of_our_buildings_lives_there_for_the_file_the_comparison_and_the_round(place, address, elsewhere):
    home = place.all(Household)[0]
    who = place.resident("李大爷", "1950-03-15", household_id=home.id)
    decides(place, asks(place, who, "address", address))
    row = file_of(place, who)
    assert (row.household_id is None) is elsewhere, "the round goes by the household"
    with open_session(place.engine, place.system) as session:
        told = said_by_us(session, place.community_id, "police", [who])[who][0]["address"]
        shown = personal_value(session, session.get(Resident, (place.community_id, who)), "address")
    assert (told, shown) == ((address, address) if elsewhere else ("1号楼2单元501", "1号楼 2单元501"))


def test_a_group_that_ended_in_june_leaves_no_misses_of_july_and_later(place):
    """Told in November. What fell due before, and what was met, stays; what another group of theirs asks for, too."""
    child, both = (place.resident(name, "2016-05-05") for name in ("小明", "小红"))
    for who, groups in ((child, ["child"]), (both, ["child", "disabled"])):
        for group in groups:
            place.run(enrol, at("2026-05-04T09:00"), place.worker(), resident_id=who, group=group)
        for hour in (9, 10):
            when = at(f"2026-09-08T{hour:02}:00")
            place.run(record_contact, when, place.worker(), resident_id=who, act="session", outcome="reached", happened_at=when)
        place.run(sweep, NOW, community_id=place.community_id)
        decides(place, asks(place, who, "group_end", "child:2026-06-15"))

    def counting(who, clause_id):
        return [one[:2] for one in place.states(who, clause_id, NOW) if one[1] != "void"]

    assert counting(child, "child.session") == counting(both, "child.session") == [("2026-05", "missed"), ("2026-09", "met")]
    assert counting(child, "file.update") == [], "the quarter that was running ended with the group"
    assert counting(both, "file.update") == [("2026-Q2", "missed"), ("2026-Q3", "overdue")]
    place.run(sweep, NOW, community_id=place.community_id)
    assert counting(both, "file.update") == [("2026-Q2", "missed"), ("2026-Q3", "overdue")], "and no sweep brings them back"


def test_a_request_that_can_t_be_right_is_refused_when_it_is_asked(place, elder):
    other = place.resident("王大妈", "1951-06-20", grid=1, id_number=NEW, id_index=_index(NEW))
    assert asks(place, elder, "id_number", NEW) == Refused("changes.id_taken"), "by somebody of another grid"
    [tried] = [one for one in place.all(LedgerEntry) if one.command == "care.try_change"]
    assert NEW not in tried.facts and (tried.role, tried.subject_id, tried.rows) == ("grid_worker", elder, 0), "who asks whether a number is on file answers for it"
    assert asks(place, elder, "id_number", OLD[:-1] + ("0" if OLD[-1] != "0" else "1")) == Refused("changes.bad_id")
    assert asks(place, elder, "id_number", OLD) == Refused("changes.same")
    assert asks(place, elder, "birth_date", "1950-03-16") == Refused("changes.not_in_id")
    assert asks(place, elder, "birth_date", "2026-11-19") == Refused("changes.bad_date")
    assert asks(place, elder, "group_end", "elder:2026-11-10") == Refused("care.not_in_group")
    assert asks(place, elder, "phone", "13812345678") == Refused("care.no_such_field")
    assert asks(place, other, "address", "x") == Refused("common.not_found"), "a worker of another grid"
    asks(place, elder, "address", "汇河路9号")
    assert asks(place, elder, "address", "汇河路10号") == Refused("changes.waits_already")


@pytest.mark.parametrize("typed", ["19500313", "1950-W11-1", "2020-W53-7"])
def test_a_birth_date_is_stored_as_year_month_and_day_however_it_was_typed(place, typed):
    """So two files that may be one can still be compared, and the year is that of the day."""
    born = date.fromisoformat(typed)
    one, other = place.resident("李大爷", "1950-03-15", phone_index=b"1" * 16), place.resident("李大爷", f"{born.year}-03-12", phone_index=b"1" * 16)
    decides(place, asks(place, one, "birth_date", typed))
    row = file_of(place, one)
    assert (row.birth_date, row.birth_year) == (born.isoformat(), born.year)
    with open_session(place.engine, place.role("station_head")) as session:
        assert {side.row.resident_id for pair in pairs(session, NOW) for side in (pair.one, pair.other)} == {one, other}


def test_a_file_that_has_changed_since_is_not_overwritten(place, elder):
    request = asks(place, elder, "address", "汇河路9号")

    def moves(session, *, now):
        session.get(Resident, (place.community_id, elder)).address = "汇河路7号"
        file(session, "test.move", now=now, community_id=place.community_id)

    place.run(moves, NOW)
    assert decides(place, request) == Refused("changes.moved_on")
    assert file_of(place, elder).address == "汇河路7号"


@pytest.mark.parametrize("role", ["committee_member", "property_company", "administrator", "grid_worker"])
def test_only_the_station_head_and_the_street_decide(place, elder, role):
    request = asks(place, elder, "address", "汇河路9号", place.role("station_head"))
    assert decides(place, request, scope=place.worker() if role == "grid_worker" else place.role(role)) == Refused("common.not_allowed")


def test_what_waits_is_masked_and_the_ledger_holds_no_value(place, elder):
    request = asks(place, elder, "id_number", NEW)
    with open_session(place.engine, place.role("street_officer")) as session:
        [seen] = waiting(session, NOW, place.community_id)
        assert how_many(session, NOW, place.community_id) == 1
    assert (seen.name, seen.wanted, seen.reason) == ("李*爷", f"{NEW[:3]}{'*' * 13}{NEW[-2:]}", "***")
    assert place.run(reveal_change, NOW, place.role("street_officer"), request_id=request, purpose="correct_file") == Refused("common.not_allowed")
    assert place.run(reveal_change, NOW, place.role("station_head"), request_id=request, purpose="correct_file") == (OLD, NEW)
    decides(place, request, False)
    entries = [one for one in place.all(LedgerEntry) if one.command.endswith("_change")]
    assert [one.command for one in entries] == ["care.ask_change", "care.reveal_change", "care.refuse_change"]
    assert {tuple(sorted(json.loads(one.facts))) for one in entries} == {("field", "request"), ("field", "purpose", "request")}
    with open_session(place.engine, place.worker(1)) as session:
        assert of_resident(session, elder) == [] and how_many(session, NOW, place.community_id) == 0
    with place.engine.connect() as link:
        assert NEW.encode() not in bytes(link.exec_driver_sql("SELECT wanted FROM change_request").scalar_one())
    assert place.all(ChangeRequest)[0].approved is False


def _index(number: str) -> bytes:
    return keyring().blind_index(number, "resident.id_number")


@pytest.mark.parametrize(("born", "stays"), [("1966-11-18", True), ("1966-11-19", False), ("1980-05-05", False)])
def test_who_is_not_60_yet_by_a_birth_date_set_right_never_was_among_the_elders_and_joins_them_at_60(place, born, stays):
    """On 18 November: 60 today, tomorrow, in fourteen years. What was missed meanwhile nobody owed them; who was called stays called."""
    one = place.resident("张大爷", "1950-05-05")
    place.run(enrol, at("2026-10-01T09:00"), resident_id=one, group="elder")
    place.run(record_contact, at("2026-11-10T09:00"), resident_id=one, act="call", outcome="reached", happened_at=at("2026-11-10T09:00"))
    decides(place, asks(place, one, "birth_date", born))
    place.run(sweep, NOW, community_id=place.community_id)
    began = date(2026, 10, 1)
    assert [(row.from_date, row.to_date) for row in place.all(SpecialGroup)] == [(began, None if stays else began)]
    counting = [state for _, state, _ in place.states(one, "elder.call", NOW) if state != "void"]
    assert counting == (["missed"] * 6 + ["met", "on_time"] if stays else ["met"])
    place.run(sweep, at("2026-11-19T08:00"), community_id=place.community_id)
    again = [row.from_date for row in place.all(SpecialGroup) if row.to_date is None]
    assert again == ([began] if stays else [date(2026, 11, 19)] if born == "1966-11-19" else [])


def test_who_was_grown_up_before_they_were_entered_as_a_child_never_was_one(place):
    one = place.resident("小明", "2012-05-05")
    place.run(enrol, at("2026-10-01T09:00"), resident_id=one, group="child")
    decides(place, asks(place, one, "birth_date", "2006-05-05"))
    place.run(sweep, NOW, community_id=place.community_id)
    [row] = place.all(SpecialGroup)
    assert (row.from_date, row.to_date) == (date(2026, 10, 1), date(2026, 10, 1)), "not in 2024, before it began"
    assert {clock.voided_at for clock in place.clocks(one)} == {at("2026-10-01T00:00")} and {clock.closed_at for clock in place.clocks(one)} == {at("2026-10-01T00:00")}
