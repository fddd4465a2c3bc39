"""Service packages: who and what somebody is to have, and what of it is missing. The gaps of SQL are those of core, on both engines."""

import csv
import json
from datetime import date
from random import Random

import pytest
from sqlalchemy import insert, select

from core.packages import PARTS, asked
from core.refusals import Refused
from db.commands.care import enrol, record_contact
from db.commands.departures import leave_roster, undo
from db.commands.exports import export
from db.commands.filing import file
from db.commands.packages import add_member, end_member, end_service, record_service, reveal_member
from db.engine import open_session
from db.models.grids import Staff
from db.models.ledger import LedgerEntry
from db.models.packages import ServiceRecord, TeamMember
from db.models.residents import Contact, Departure, Resident, SpecialGroup
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.map import grid_values
from db.queries.packages import gaps, lacking, package
from db.queries.roster import Wanted, first_ids, roster
from db.types import uuid7
from tests.db.care_people import Place, at, found

NOW = at("2026-11-18T10:00")
TODAY = date(2026, 11, 18)


@pytest.fixture
def place(sqlite_engine) -> Place:
    return found(sqlite_engine)


def on_roster(place, group: str, detail: str | None = None, name: str = "李大爷", **resident):
    resident_id = place.resident(name, **resident)
    assert not isinstance(place.run(enrol, NOW, resident_id=resident_id, group=group, detail=detail), Refused)
    return resident_id


def gap_ids(place, resident_id, now=NOW) -> list[str]:
    with open_session(place.engine, place.system) as session:
        own, listed = package(session, now, resident_id), lacking(session, now, [resident_id])
    assert own.gaps == listed.get(resident_id, ()), "file and list say the same"
    return [part.id for part in own.gaps]


def joins(place, resident_id, role, now=NOW, scope=None, **who):
    return place.run(add_member, now, scope or place.worker(), resident_id=resident_id, role=role, **(who or {"name": "王某"}))


def serves(place, resident_id, part, is_there=True, **more):
    return place.run(record_service, NOW, place.worker(), resident_id=resident_id, part=part, is_there=is_there, **more)


def version(place, model, id_) -> int:
    return place.all(model, model.id == id_)[0].version


def test_an_elder_has_one_social_worker_one_volunteer_and_n_family_members(place):
    elder = on_roster(place, "elder")
    assert gap_ids(place, elder) == ["social_worker", "volunteer", "family"]
    joins(place, elder, "social_worker", staff_id=place.staff["B0"])
    joins(place, elder, "volunteer", name="赵志愿")
    joins(place, elder, "family", name="李女")
    joins(place, elder, "family", name="李子", phone="13812345678")
    assert gap_ids(place, elder) == []
    with open_session(place.engine, place.worker()) as session:
        own = package(session, NOW, elder)
    assert [(one.role, one.name, one.phone) for one in own.members if one.role != "volunteer"][:2] == [("family", "李子", "138****5678"), ("family", "李女", None)]


def test_no_family_at_all_is_a_gap_until_it_is_on_record_that_none_is_known(place):
    elder = on_roster(place, "elder")
    assert "family" in gap_ids(place, elder)
    serves(place, elder, "family", is_there=False)
    assert "family" not in gap_ids(place, elder)
    joins(place, elder, "family", name="李女")
    assert [one.to_date for one in place.all(ServiceRecord)] == [TODAY], "somebody is known after all"
    assert serves(place, elder, "family", is_there=False) == Refused("packages.somebody_there")


def test_a_disabled_elders_household_has_worker_doctor_nurse_emergency_call_meals_and_fall_check(place):
    elder = on_roster(place, "elder", "disabled_elder")
    wanted = ["community_worker", "family_doctor", "home_nurse", "emergency_call", "meals", "fall_check"]
    assert gap_ids(place, elder)[3:] == wanted
    for role in wanted[:3]:
        joins(place, elder, role)
    serves(place, elder, "emergency_call")
    serves(place, elder, "fall_check")
    assert gap_ids(place, elder)[3:] == ["meals"]
    assert serves(place, elder, "emergency_call", is_there=False) == Refused("packages.no_such_part"), "nobody may do without"
    serves(place, elder, "meals", is_there=False)
    assert gap_ids(place, elder)[3:] == [], "who can walk needs none, and that is on record"


def test_a_therapist_serves_one_resident_with_a_mental_disability_at_a_time(place):
    first, second = (on_roster(place, "disabled", "mental 2", name, born="1990-01-01") for name in ("甲", "乙"))
    assert gap_ids(place, first) == ["coordinator", "therapist", "job_post"]
    assert joins(place, first, "therapist", name="周康") == Refused("packages.needs_phone", "disabled.support")
    therapist = {"name": "周康", "phone": "13900000001"}
    member = joins(place, first, "therapist", **therapist)
    assert joins(place, second, "therapist", **therapist) == Refused("packages.one_to_one", "disabled.support")
    [tried] = [one for one in place.all(LedgerEntry) if one.command == "care.try_member"]
    assert tried.subject_id == second and "13900000001" not in tried.facts, "who asks whether a therapist serves somebody answers for it"
    place.run(end_member, NOW, place.worker(), member_id=member, version=version(place, TeamMember, member))
    assert not isinstance(joins(place, second, "therapist", **therapist), Refused)
    assert (gap_ids(place, first), gap_ids(place, second)) == (["coordinator", "therapist", "job_post"], ["coordinator", "job_post"])


def test_a_disabled_resident_has_a_coordinator_a_job_offered_and_aids_after_the_assessment(place):
    person = on_roster(place, "disabled", "physical 3", born="1990-01-01")
    old = on_roster(place, "disabled", "physical 3", "老人", born="1950-01-01")
    assert gap_ids(place, person) == ["coordinator", "job_post"] and gap_ids(place, old) == ["coordinator"]
    place.run(record_contact, NOW, place.worker(), resident_id=person, act="assessment", outcome="reached", happened_at=NOW)
    assert gap_ids(place, person) == ["coordinator", "job_post", "aids"]
    joins(place, person, "coordinator", staff_id=place.staff["head"])
    serves(place, person, "job_post")
    serves(place, person, "aids", note="轮椅")
    assert gap_ids(place, person) == []
    record = place.all(ServiceRecord, ServiceRecord.part == "aids")[0]
    place.run(end_service, NOW, place.worker(), record_id=record.id, version=record.version)
    assert gap_ids(place, person) == ["aids"]


def test_a_child_in_difficulty_has_a_team_of_social_worker_teacher_and_psychologist_and_several_groups_the_union(place):
    child = on_roster(place, "child", "left_behind", born="2015-03-03")
    assert gap_ids(place, child) == ["social_worker", "teacher", "psychologist"]
    place.run(enrol, NOW, resident_id=child, group="disabled", detail="visual 1")
    assert gap_ids(place, child) == ["coordinator", "social_worker", "teacher", "psychologist"]


def test_a_member_of_staff_who_leaves_is_a_gap_by_itself_and_whoever_follows_takes_the_place(place):
    elder = on_roster(place, "elder")
    joins(place, elder, "social_worker", staff_id=place.staff["B0"])

    def leaves(session, *, now):
        session.get(Staff, (place.community_id, place.staff["B0"])).left_on = date(2026, 11, 20)
        file(session, "test.leave", now=now, community_id=place.community_id)

    place.run(leaves, NOW)
    assert "social_worker" not in gap_ids(place, elder, at("2026-11-19T10:00"))
    later = at("2026-11-20T10:00")
    assert "social_worker" in gap_ids(place, elder, later)
    assert joins(place, elder, "social_worker", later, staff_id=place.staff["B0"]) == Refused("packages.not_staff")
    joins(place, elder, "social_worker", later, staff_id=place.staff["A0"])
    assert "social_worker" not in gap_ids(place, elder, later)
    assert sorted((one.to_date is None) for one in place.all(TeamMember)) == [False, True], "one at a time"


def test_an_exit_ends_team_and_services_and_undoing_it_restores_exactly_those(place):
    elder = on_roster(place, "elder", "disabled_elder")
    ended = joins(place, elder, "volunteer", name="旧人")
    joins(place, elder, "volunteer", name="新人")
    serves(place, elder, "emergency_call")
    before = [(one.id, one.to_date) for model in (TeamMember, ServiceRecord) for one in place.all(model)]
    gone = place.run(leave_roster, NOW, resident_id=elder, kind="moved", from_date=TODAY)
    assert {one.to_date for model in (TeamMember, ServiceRecord) for one in place.all(model)} == {TODAY}
    assert gap_ids(place, elder) == [], "nothing is owed to who has moved away"
    place.run(undo, NOW, departure_id=gone.departure_id, version=version(place, Departure, gone.departure_id))
    assert [(one.id, one.to_date) for model in (TeamMember, ServiceRecord) for one in place.all(model)] == before
    assert (ended, TODAY) in before


@pytest.mark.parametrize("role", ["committee_member", "street_officer", "property_company", "administrator"])
def test_only_who_keeps_the_files_changes_a_package(place, role):
    elder = on_roster(place, "elder")
    scope = place.role(role)
    assert joins(place, elder, "volunteer", scope=scope) == Refused("common.not_allowed")
    assert place.run(record_service, NOW, scope, resident_id=elder, part="meals", is_there=True) == Refused("common.not_allowed")
    for command, name in ((end_member, "member_id"), (end_service, "record_id")):
        assert place.run(command, NOW, scope, **{name: uuid7()}, version=1) == Refused("common.not_allowed")


def test_a_worker_of_another_grid_reaches_no_team(place):
    elder = on_roster(place, "elder")
    member = joins(place, elder, "family", name="李女", phone="13812345678")
    other = place.worker(1)
    assert joins(place, elder, "volunteer", scope=other) == Refused("common.not_found")
    assert place.run(end_member, NOW, other, member_id=member, version=1) == Refused("common.not_found")
    assert place.run(reveal_member, NOW, other, member_id=member, purpose="contact") == Refused("common.not_found")
    with open_session(place.engine, other) as session:
        assert package(session, NOW, elder).members == () and not gaps(session, NOW).parts


def test_what_would_complete_a_quarter_that_is_over_is_entered_by_the_station_head(place):
    elder = on_roster(place, "elder")
    early = date(2026, 9, 1)
    assert joins(place, elder, "volunteer", name="王某", from_date=early) == Refused("packages.too_early", values={"day": "2026-10-01"})
    assert not isinstance(joins(place, elder, "volunteer", scope=place.role("station_head"), name="王某", from_date=early), Refused)


def test_the_ledger_names_nobody_of_a_team_and_a_number_is_shown_for_a_purpose(place):
    elder = on_roster(place, "elder")
    member = joins(place, elder, "family", name="李女儿", phone="13812345678")
    serves(place, elder, "family", is_there=False, note="独自生活")
    assert place.run(reveal_member, NOW, place.worker(), member_id=member, purpose="") == Refused("care.no_purpose")
    assert place.run(reveal_member, NOW, place.worker(), member_id=member, purpose="contact") == "13812345678"
    facts = [json.loads(one.facts) for one in place.all(LedgerEntry) if one.command in ("care.add_member", "care.reveal_member")]
    assert facts == [{"member": str(member), "role": "family", "replaced": 0}, {"member": str(member), "purpose": "contact"}]
    with place.engine.connect() as link:
        stored = link.exec_driver_sql("SELECT name, phone FROM team_member").one()
    assert "李女儿".encode() not in bytes(stored[0]) and b"138" not in bytes(stored[1])


def test_packages_go_out_with_what_is_missing_masked_and_only_for_who_may_open_the_roster(place):
    elder = on_roster(place, "elder")
    joins(place, elder, "family", name="李女", phone="13812345678")
    asked_for = {"now": NOW, "community_id": place.community_id, "name": "packages", "kind": "csv", "lang": "zh"}
    made = export(place.engine, place.role("station_head"), **asked_for)
    assert [(line[0], line[-5], line[-4], line[-3], line[-2]) for line in list(csv.reader(made.content.decode("utf-8-sig").splitlines()))[1:]] == [
        ("李大爷", "社工", "缺", "", ""), ("李大爷", "志愿者", "缺", "", ""), ("李大爷", "家属", "", "李女", "138****5678"),
    ]  # fmt: skip
    assert export(place.engine, place.role("committee_member"), **asked_for) == Refused("common.not_allowed")


def test_gaps_of_the_list_the_counts_and_the_file_are_one_definition(engine):
    place, chance = found(engine), Random(7)
    ids = place.run(_crowd, NOW, place=place, chance=chance)
    with open_session(engine, place.system) as session:
        listed, counted = lacking(session, NOW, ids), gaps(session, NOW)
        files = {one: package(session, NOW, one) for one in ids}
        shown = roster(session, NOW, Wanted(state="gaps"), 500)
        on_map = sum(one.figures.package_gaps for one in grid_values(session, NOW, place.community_id))
        by_part = {part.key: len(first_ids(session, NOW, Wanted(state="gaps", lack=part.key), 500)) for part in PARTS}
        clauses = {one.clause_id: (one.met, one.missed) for one in checklist(session, NOW, place.community_id, "2026-Q4").lines if one.clause_id in by_clause(files)}
        rows = {clause_id: {one.subject_id for one in violations(session, NOW, place.community_id, clause_id, "2026-Q4", limit=500)} for clause_id in clauses}
    with_gaps = {one for one, own in files.items() if own.gaps}
    assert {one: own.gaps for one, own in files.items() if own.gaps} == listed
    assert {row.resident_id for row in shown.rows} == with_gaps and on_map == len(with_gaps)
    assert {key: n for key, n in by_part.items() if n} == dict(counted.parts) and sum(sum(one.values()) for one in counted.grids.values()) == sum(counted.parts.values())
    assert all(row.lacking == files[row.resident_id].gaps for row in shown.rows)
    assert clauses == by_clause(files)
    assert rows == {clause_id: {one for one, own in files.items() if any(part.clause_id == clause_id for part in own.gaps)} for clause_id in clauses}
    assert len({part.key for own in listed.values() for part in own}) == len(PARTS), "the crowd lacks everything somewhere"


def by_clause(files) -> dict[str, tuple[int, int]]:
    found = {}
    for clause_id in ("elder.team", "elder.disabled_household", "disabled.support", "child.team"):
        asking = [own for own in files.values() if any(part.clause_id == clause_id for part in own.wanted)]
        bad = sum(any(part.clause_id == clause_id for part in own.gaps) for own in asking)
        found[clause_id] = (len(asking) - bad, bad)
    return found


def _crowd(session, *, now, place, chance):
    """Seventy people in all groups, some of whose members have left, begin tomorrow or ended today."""
    yesterday, tomorrow = date(2026, 11, 17), date(2026, 11, 19)
    people, groups, members, services, contacts = [], [], [], [], []
    session.get(Staff, (place.community_id, place.staff["A1"])).left_on = TODAY
    for n in range(70):
        born, grid_id, id_ = chance.choice((1940, 1967, 1990, 2008, 2009, 2015, None)), chance.choice(place.grids), uuid7()
        home = {"community_id": place.community_id, "grid_id": grid_id}
        people.append({**home, "id": id_, "name": f"人{n}", "birth_year": born, "left_on": chance.choice((None,) * 7 + (TODAY, tomorrow)), "version": 1})
        own = [(group, chance.choice(details)) for group, details in DETAILS.items() if chance.random() < 0.5]
        groups += [{**home, "id": uuid7(), "resident_id": id_, "group": group, "detail": detail, "from_date": yesterday, "to_date": chance.choice((None, None, None, TODAY))} for group, detail in own]
        if chance.random() < 0.5:
            contacts.append({**home, "id": uuid7(), "resident_id": id_, "act": "assessment", "outcome": chance.choice(("reached", "refused")), "happened_at": now, "recorded_at": now})
        for part in asked(own, born, True, TODAY):
            if chance.random() < 0.7:
                row = {"community_id": place.community_id, "id": uuid7(), "resident_id": id_, "from_date": chance.choice((yesterday, TODAY, tomorrow)), "to_date": chance.choice((None, None, tomorrow)), "version": 1}
                staff_id = chance.choice((None, place.staff["A0"], place.staff["A1"]))
                if part.kind == "member":
                    members.append({**row, "role": part.id, "staff_id": staff_id, "name": None if staff_id else "某人"})
                else:
                    services.append({**row, "part": part.id, "is_there": chance.random() < 0.8 or not part.or_none})
    for model, rows in ((Resident, people), (SpecialGroup, groups), (Contact, contacts), (TeamMember, members), (ServiceRecord, services)):
        session.execute(insert(model), rows)
    file(session, "test.crowd", now=now, community_id=place.community_id)
    return [one["id"] for one in people]


DETAILS = {"elder": (None, "living_alone", "disabled_elder"), "disabled": ("mental", "mental 1", "mentally", "visual 2"), "child": ("left_behind", None)}


def test_a_quarter_before_anybody_kept_teams_here_is_not_measured(place):
    elder = on_roster(place, "elder")
    with open_session(place.engine, place.system) as session:
        assert checklist(session, NOW, place.community_id, "2026-Q3").line("elder.team").verdict == "not_measured"
        assert checklist(session, NOW, place.community_id, "2026-Q4").line("elder.team").verdict == "broken"
        assert session.scalar(select(Resident.id).where(Resident.id == elder))
