"""An appointment has a day and a time, comes first on its day, and shows when it was missed; what is late and put off stays late in every count."""

from datetime import date, time

import pytest

from core.appointments import Agreed, agreed_for
from core.refusals import Refused
from db.commands.care import enrol, record_contact
from db.commands.merges import merge, undo
from db.engine import open_session
from db.models.appointments import Appointment
from db.models.ledger import LedgerEntry
from db.models.residents import Resident
from db.queries.appointments import coming
from db.queries.care import contacts
from db.queries.queue import Wanted as Listed
from db.queries.queue import counts, queue
from db.queries.roster import Wanted, roster, totals
from db.queries.walks import walk
from tests.db.care_people import Place, at, found

JOINED = at("2026-11-02T09:00")
THURSDAY = date(2026, 11, 5)


@pytest.fixture
def place(kept) -> Place:
    place = kept(found)
    place.residents = kept(enrolled, place)
    return place


def enrolled(_engine, place) -> dict:
    """Three elders since Monday 2 November 2026."""
    for name in ("李大爷", "赵奶奶", "孙大爷"):
        place.resident(name)
        place.run(enrol, JOINED, place.worker(), resident_id=place.residents[name], group="elder")
    return place.residents


def tried(place, name: str, when: str, outcome: str, act="call", **more):
    return place.run(record_contact, at(when), place.worker(), resident_id=place.residents[name], act=act, outcome=outcome, happened_at=at(when), **more)


def agree(place, name: str, when: str, day: date, hour: int | None = None, act="call"):
    return tried(place, name, when, "agreed", act, agreed=agreed_for(day, time(hour) if hour is not None else None))


def ask(place, now: str, query, *more, scope=None):
    with open_session(place.engine, scope or place.worker()) as session:
        return query(session, at(now), *more)


def names(place, now: str, wanted=Wanted(act="call")) -> list[str]:
    return [row.name for row in ask(place, now, roster, wanted).rows]


def calls(place, now: str, **wanted) -> list[str]:
    return [item.title for item in ask(place, now, queue, Listed(kind="call", **wanted))]


def call_of(place, name: str, now: str):
    (row,) = (row for row in ask(place, now, roster).rows if row.name == name)
    return row.clocks[0]


def test_an_appointment_leaves_the_lists_until_its_day_and_comes_first_on_it_by_its_time(place):
    assert agree(place, "赵奶奶", "2026-11-03T10:00", THURSDAY, 15).agreed == agreed_for(THURSDAY, time(15))
    agree(place, "孙大爷", "2026-11-03T10:05", THURSDAY, 9)
    assert calls(place, "2026-11-04T23:59") == ["李大爷"] and names(place, "2026-11-04T23:59", Wanted(state="due", act="call")) == ["李大爷"]
    assert call_of(place, "赵奶奶", "2026-11-04T10:00").agreed == agreed_for(THURSDAY, time(15))
    for listed in (names(place, "2026-11-05T00:00"), names(place, "2026-11-05T00:00", Wanted(state="due", act="call")), calls(place, "2026-11-05T00:00")):
        assert listed == ["孙大爷", "赵奶奶", "李大爷"]
    assert calls(place, "2026-11-05T00:00", bucket="today") == ["孙大爷", "赵奶奶"]
    found = ask(place, "2026-11-05T00:00", counts)
    assert (found.of(kind="call", bucket="today"), found.of(kind="call", bucket="week"), found.of(kind="call")) == (2, 1, 3)
    assert place.states(place.residents["赵奶奶"], "elder.call", at("2026-11-05T00:00")) == [("2026-W45", "on_time", 0)], "what is due is due as before"


def test_the_round_begins_with_who_has_a_time_and_names_it(place):
    agree(place, "赵奶奶", "2026-11-03T10:00", THURSDAY, 15, "visit")
    agree(place, "孙大爷", "2026-11-03T10:05", THURSDAY, act="visit")
    first, *rest = ask(place, "2026-11-05T08:00", walk)
    assert (first.agreed, [row.name for row in first.people]) == (agreed_for(THURSDAY, time(15)), ["赵奶奶"])
    assert sorted(row.name for stop in rest for row in stop.people) == ["孙大爷", "李大爷"] and all(stop.agreed is None for stop in rest)


def test_an_appointment_that_was_missed_shows_itself_until_somebody_is_reached(place):
    agree(place, "赵奶奶", "2026-11-03T10:00", THURSDAY, 15)
    tried(place, "赵奶奶", "2026-11-05T15:05", "no_answer")
    assert not call_of(place, "赵奶奶", "2026-11-05T16:00").agreed.missed(at("2026-11-05T16:00"))
    assert call_of(place, "赵奶奶", "2026-11-05T16:01").agreed.missed(at("2026-11-05T16:01"))
    assert names(place, "2026-11-12T10:00")[0] == "赵奶奶", "also when its week is over"
    tried(place, "赵奶奶", "2026-11-12T10:00", "reached")
    assert call_of(place, "赵奶奶", "2026-11-12T10:01").agreed is None
    with open_session(place.engine, place.worker()) as session:
        told = [one.agreed for one in contacts(session, place.residents["赵奶奶"])[0]]
    assert told == [None, None, (agreed_for(THURSDAY, time(15)), "kept")]


def test_another_appointment_takes_the_place_of_the_first_and_a_refusal_ends_it(place):
    agree(place, "赵奶奶", "2026-11-03T10:00", THURSDAY)
    agree(place, "赵奶奶", "2026-11-03T11:00", date(2026, 11, 6))
    tried(place, "赵奶奶", "2026-11-04T10:00", "refused")
    assert [(one.day.day, one.ended_as) for one in place.all(Appointment)] == [(5, "moved"), (6, "dropped")]
    assert calls(place, "2026-11-04T10:01").count("赵奶奶") == 1, "back on the list"


def test_an_appointment_for_a_call_before_its_week_has_begun_is_on_that_days_list(place):
    tried(place, "赵奶奶", "2026-11-03T10:00", "reached")
    agree(place, "赵奶奶", "2026-11-03T10:05", THURSDAY, 9)
    assert "赵奶奶" not in calls(place, "2026-11-04T12:00") and calls(place, "2026-11-05T08:00")[0] == "赵奶奶"
    assert ask(place, "2026-11-05T08:00", counts).of(kind="call", bucket="today") == 1


def test_what_is_late_and_put_off_leaves_todays_list_and_stays_late_in_every_count(place):
    late = "2026-11-09T10:00"
    assert ask(place, late, counts).of(kind="call", bucket="late") == 3
    assert tried(place, "赵奶奶", late, "call_later", again_at=at("2026-11-11T09:00")).put_off == at("2026-11-11T09:00")
    agree(place, "孙大爷", late, date(2026, 11, 10), 9)
    found = ask(place, "2026-11-09T11:00", counts)
    assert (found.of(kind="call", bucket="late"), found.of(kind="call"), found.left_out("call")) == (3, 1, 2)
    assert calls(place, "2026-11-09T11:00") == ["李大爷"] and sorted(calls(place, "2026-11-09T11:00", bucket="late")) == sorted(["孙大爷", "李大爷", "赵奶奶"])
    shown = ask(place, "2026-11-09T11:00", roster, Wanted(act="call"))
    assert (ask(place, "2026-11-09T11:00", totals)["call"].overdue, shown.rows[0].name, len(names(place, "2026-11-09T11:00", Wanted(state="overdue", act="call")))) == (3, "李大爷", 3)
    assert [row.name for stop in ask(place, "2026-11-09T11:00", walk) for row in stop.people if any(clock.act == "call" and not clock.put_off for clock in row.clocks)] == ["李大爷"]
    assert place.states(place.residents["赵奶奶"], "elder.call", at("2026-11-09T11:00"))[0][1] == "overdue"
    assert calls(place, "2026-11-11T09:00")[0] == "孙大爷" and len(calls(place, "2026-11-11T09:00")) == 3, "back, the missed appointment first"


@pytest.mark.parametrize(("agreed", "reason"), [(None, "appointments.which_day"), (Agreed(date(2026, 11, 2)), "appointments.is_past"), (Agreed(date(2026, 11, 16)), "appointments.too_far")])
def test_an_appointment_names_a_day_ahead_within_the_next_period(place, agreed, reason):
    done = tried(place, "赵奶奶", "2026-11-03T10:00", "agreed", agreed=agreed)
    assert isinstance(done, Refused) and done.reason == reason and place.all(Appointment) == []


def test_an_appointment_is_on_the_ledger_by_its_time_and_seen_by_nobody_elses_grid(place):
    agree(place, "赵奶奶", "2026-11-03T10:00", THURSDAY, 15)
    (entry,) = place.all(LedgerEntry, LedgerEntry.command == "care.record_contact")
    assert "2026-11-05T15:00" in entry.facts and "赵" not in entry.facts
    assert ask(place, "2026-11-05T08:00", coming) and not ask(place, "2026-11-05T08:00", coming, scope=place.worker(1))
    assert not ask(place, "2026-11-05T08:00", coming, scope=place.role("property_company"))


def test_of_two_files_that_become_one_one_appointment_stands_and_undoing_gives_both_back(place):
    agree(place, "赵奶奶", "2026-11-03T10:00", THURSDAY)
    agree(place, "孙大爷", "2026-11-03T10:00", date(2026, 11, 6))
    stays, goes = (place.all(Resident, Resident.name == name)[0] for name in ("赵奶奶", "孙大爷"))
    place.run(_same_name, at("2026-11-03T11:00"), ids=(stays.id, goes.id))
    head = place.role("station_head")
    versions = tuple(place.all(Resident, Resident.id == one.id)[0].version for one in (stays, goes))
    done = place.run(merge, at("2026-11-03T12:00"), head, resident_id=stays.id, merged_id=goes.id, versions=versions)
    assert sorted((one.day.day, one.resident_id == stays.id, one.ended_as) for one in place.all(Appointment)) == [(5, True, None), (6, True, "moved")]
    place.run(undo, at("2026-11-03T13:00"), head, merge_id=done.merge_id, version=1)
    assert sorted((one.day.day, one.resident_id == stays.id, one.ended_as) for one in place.all(Appointment)) == [(5, True, None), (6, False, None)]


def _same_name(session, *, now, ids):
    from db.commands.filing import file

    rows = [session.get(Resident, (next(iter(session.scope.communities)), one)) for one in ids]
    for row in rows:
        row.name = "赵奶奶"
    file(session, "test.rename", now=now, community_id=rows[0].community_id)
