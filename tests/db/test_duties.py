"""Duties of grids and of the community as rows, on both engines."""

import pytest

from core.refusals import Refused
from db.commands.duties import record_duty
from db.commands.sweep import sweep_all
from db.models.duties import DutyRecord
from tests.db.care_people import Place, at, found

NOW = at("2026-11-18T10:00")


@pytest.fixture
def place(kept) -> Place:
    return kept(swept)


def swept(engine) -> Place:
    made = found(engine)
    sweep_all(engine, at("2026-11-02T08:00"))
    return made


def test_every_grid_is_patrolled_once_a_day(place):
    sweep_all(place.engine, NOW)
    done = place.run(record_duty, NOW, place.worker(), clause_id="grid.patrol", grid_id=place.grids[0], happened_at=at("2026-11-18T09:00"))
    assert (done.counted, done.met, done.next_due) == (True, True, at("2026-11-20T00:00"))
    states = [state for _, state, _ in place.states(place.grids[0], "grid.patrol", NOW)]
    assert states == ["missed"] * 16 + ["met", "waiting"]
    assert [state for _, state, _ in place.states(place.grids[1], "grid.patrol", NOW)][-1] == "overdue"


def test_a_patrol_counts_for_its_own_grid_only(place):
    refused = place.run(record_duty, NOW, place.worker(1), clause_id="grid.patrol", grid_id=place.grids[0], happened_at=NOW)
    assert refused.reason == "common.not_found"
    assert place.all(DutyRecord) == []


def test_a_meeting_a_month_is_met_by_one_meeting(place):
    done = place.run(record_duty, NOW, place.role("station_head"), clause_id="meeting.party_committee", happened_at=at("2026-11-10T15:00"), attendees=9, note="年度总结安排")
    assert (done.met, done.next_due) == (True, at("2027-01-01T00:00"))
    record = place.all(DutyRecord)[0]
    assert (record.attendees, record.note, record.grid_id) == (9, "年度总结安排", None)


def test_a_meeting_entered_late_fills_its_own_quarter(place):
    later = at("2027-01-12T10:00")
    sweep_all(place.engine, later)
    done = place.run(record_duty, later, place.role("station_head"), clause_id="meeting.partners", happened_at=at("2026-12-20T15:00"), attendees=5)
    assert done.met
    assert place.states(place.community_id, "meeting.partners", later) == [("2026-Q4", "met", 1), ("2027-Q1", "on_time", 0)]


def test_the_quarterly_check_is_the_supervision_committees(place):
    ours = {"clause_id": "supervision.check", "happened_at": NOW}
    assert place.run(record_duty, NOW, place.role("station_head"), **ours).reason == "common.not_allowed"
    assert place.run(record_duty, NOW, place.role("committee_member"), **ours).met


@pytest.mark.parametrize(("role", "allowed"), [("grid_worker", False), ("station_head", True), ("committee_member", False), ("street_officer", False), ("property_company", False)])
def test_the_communitys_duties_are_recorded_by_the_station(place, role, allowed):
    done = place.run(record_duty, NOW, place.role(role), clause_id="drill.general", happened_at=NOW, attendees=21)
    assert isinstance(done, Refused) is not allowed


def test_a_duty_of_tomorrow_is_refused(place):
    done = place.run(record_duty, NOW, clause_id="drill.general", happened_at=at("2026-11-19T10:00"), attendees=21)
    assert (done.reason, done.clause_id) == ("duties.in_future", "drill.general")
