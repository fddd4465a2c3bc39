"""Away and back, gone and undone, on both engines."""

from datetime import date

import pytest
from sqlalchemy import select

from core.refusals import Refused
from db.commands.care import enrol, leave_group, record_contact
from db.commands.departures import come_back, hold, leave_roster, undo
from db.commands.filing import file
from db.commands.late_entries import decide_contact
from db.commands.sweep import sweep
from db.commands.transfers import move_along
from db.engine import open_session
from db.models.late_entries import LateContact
from db.models.ledger import LedgerEntry
from db.models.residents import Departure, Resident, SpecialGroup
from db.queries.departures import departures
from tests.db.care_people import Place, at, found

JOINED = at("2026-11-02T09:00")
COUNTED = ("clause_id", "period_key", "times_done", "started_at", "warn_at", "due_at", "met_at", "closed_at")
STATES = ("clause_id", "period_key", "times_done", "met_at", "closed_at", "voided_at")


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
    place.run(enrol, JOINED, place.worker(), resident_id=resident_id, group="elder")
    return place.residents


def call(place, resident_id, when: str, *, now: str | None = None):
    return place.run(record_contact, at(now or when), place.worker(), resident_id=resident_id, act="call", outcome="reached", happened_at=at(when))


def away(place, resident_id, now: str, begin: date, back: date | None = None, *, scope=None, kind="hospital"):
    """By the worker; without a day back by the station head, whose word holds until it is known."""
    scope = scope or (place.worker() if back else place.role("station_head"))
    return place.run(hold, at(now), scope, resident_id=resident_id, kind=kind, from_date=begin, until_date=back, reason="骨折")


def swept(place, now: str) -> int:
    """How many residents the sweep gave clocks or took them from."""
    return (place.run(sweep, at(now), community_id=place.community_id) or {}).get("settled", 0)


def counting(place, resident_id, clause_id="elder.call", now="2026-11-18T10:00") -> list[tuple[str, str]]:
    return [one[:2] for one in place.states(resident_id, clause_id, at(now)) if one[1] != "void"]


def version(place, departure_id) -> int:
    return place.all(Departure, Departure.id == departure_id)[0].version


def everything(place, resident_id) -> tuple:
    clocks = sorted(tuple(str(getattr(row, one)) for one in STATES) for row in place.clocks(resident_id))
    groups = [(row.group, row.from_date, row.to_date) for row in place.all(SpecialGroup)]
    return clocks, groups, [(row.left_on, row.left_reason) for row in place.all(Resident)]


def test_somebody_in_hospital_without_a_day_back_is_owed_nothing_until_they_are_home(place, elder):
    call(place, elder, "2026-11-04T10:00")
    done = away(place, elder, "2026-11-05T09:00", date(2026, 11, 5))
    assert not isinstance(done, Refused)
    assert counting(place, elder) == [("2026-W45", "met")]
    assert swept(place, "2026-11-30T09:00") == 0, "the sweep opens nothing again"
    assert place.run(sweep, at("2026-11-30T09:00"), community_id=place.community_id) is None, "and files nothing"
    assert counting(place, elder, "elder.visit") == [] and counting(place, elder, "file.update") == []
    home = place.run(come_back, at("2026-12-01T09:00"), place.worker(), departure_id=done.departure_id, version=version(place, done.departure_id), until_date=date(2026, 11, 30))
    assert not isinstance(home, Refused)
    now = "2026-12-01T09:00"
    assert counting(place, elder, now=now) == [("2026-W45", "met"), ("2026-W49", "on_time")]
    assert counting(place, elder, "elder.visit", now) == [("2026-12", "on_time")]
    assert counting(place, elder, "file.update", now) == [("2027-Q1", "waiting")], "34 of 92 days at home are fewer than half"


def test_with_a_day_back_the_first_week_after_it_is_opened_at_once_and_waits(place, elder):
    away(place, elder, "2026-11-04T09:00", date(2026, 11, 4), date(2026, 11, 16))
    assert counting(place, elder, now="2026-11-04T10:00") == [("2026-W47", "waiting")]
    assert swept(place, "2026-11-15T09:00") == 0
    assert counting(place, elder, now="2026-11-16T10:00") == [("2026-W47", "on_time")]


def test_a_week_with_four_days_at_home_stays_due(place, elder):
    away(place, elder, "2026-11-06T09:00", date(2026, 11, 6))
    assert counting(place, elder, now="2026-11-06T10:00") == [("2026-W45", "on_time")]
    assert counting(place, elder, now="2026-11-10T10:00") == [("2026-W45", "overdue")]
    swept(place, "2026-11-18T10:00")
    assert counting(place, elder) == [("2026-W45", "missed")], "once, and none of the weeks in hospital"


@pytest.mark.parametrize(("updated", "open_now"), [(False, ("2026-Q2", "overdue")), (True, ("2026-Q3", "on_time"))])
def test_a_quarter_begun_for_a_group_that_has_ended_goes_on_for_the_other_through_a_stay(place, updated, open_now):
    """In two groups, the older one ended; then in hospital for a week."""
    both = place.resident("赵大爷")
    place.run(enrol, at("2026-01-05T09:00"), place.worker(), resident_id=both, group="elder")
    if updated:
        place.run(record_contact, at("2026-05-05T09:00"), place.worker(), resident_id=both, act="file_update", outcome="reached", happened_at=at("2026-05-05T09:00"))
    place.run(enrol, at("2026-08-03T09:00"), place.worker(), resident_id=both, group="disabled")
    place.run(leave_group, at("2026-08-14T09:00"), resident_id=both, group="elder")
    place.run(sweep, at("2026-08-14T10:00"), community_id=place.community_id)
    done = away(place, both, "2026-08-25T09:00", date(2026, 8, 25), date(2026, 9, 1), scope=place.role("station_head"))
    assert not isinstance(done, Refused)
    assert counting(place, both, "file.update", "2026-08-25T10:00")[-1] == open_now


def test_a_call_into_the_hospital_counts_for_its_week_in_whatever_order_it_is_entered(place, elder):
    away(place, elder, "2026-11-04T09:00", date(2026, 11, 4))
    assert call(place, elder, "2026-11-10T10:00").met
    assert counting(place, elder) == [("2026-W46", "met")]


def test_undoing_a_hold_gives_its_periods_back_as_if_it_had_never_been(place, elder):
    call(place, elder, "2026-11-04T10:00")
    before = everything(place, elder)
    done = away(place, elder, "2026-11-05T09:00", date(2026, 11, 5))
    assert everything(place, elder) != before
    place.run(undo, at("2026-11-05T10:00"), place.worker(), departure_id=done.departure_id, version=version(place, done.departure_id))
    assert everything(place, elder) == before


def test_what_a_hold_undone_too_late_had_covered_is_missed(place, elder):
    done = away(place, elder, "2026-11-04T09:00", date(2026, 11, 4))
    place.run(undo, at("2026-11-18T10:00"), place.worker(), departure_id=done.departure_id, version=version(place, done.departure_id))
    assert counting(place, elder) == [("2026-W45", "missed"), ("2026-W46", "overdue")]


@pytest.mark.parametrize("sweeps", [True, False])
def test_only_the_station_head_may_enter_a_hold_that_excuses_what_is_late(place, elder, sweeps):
    """Two weeks, and the month that is more than half over; whether or not a sweep has been there since."""
    if sweeps:
        swept(place, "2026-11-18T10:00")
    refused = away(place, elder, "2026-11-18T10:00", date(2026, 11, 3), scope=place.worker())
    assert (refused.reason, refused.values) == ("departures.would_excuse", {"n": 3})
    assert place.all(Departure) == [] and (not sweeps or counting(place, elder) == [("2026-W45", "missed"), ("2026-W46", "overdue")])
    assert not isinstance(away(place, elder, "2026-11-18T10:00", date(2026, 11, 3), scope=place.role("station_head")), Refused)
    assert counting(place, elder) == []


@pytest.mark.parametrize(("now", "excuses"), [("2026-11-19T23:59", 0), ("2026-11-20T00:00", 1), ("2026-11-22T23:59", 1), ("2026-11-23T00:00", 1), ("2026-11-23T00:01", 1)])
def test_a_hold_told_in_the_second_half_of_a_week_excuses_it_by_the_station_head_only(place, elder, now, excuses):
    """Away since Monday the 16th: on Thursday more than half of the week is still to come, on Friday no more."""
    for when in ("2026-11-04T10:00", "2026-11-10T10:00"):
        call(place, elder, when)
    place.run(record_contact, at("2026-11-10T10:00"), place.worker(), resident_id=elder, act="visit", outcome="reached", happened_at=at("2026-11-10T10:00"))
    done = away(place, elder, now, date(2026, 11, 16), scope=place.worker(), kind="away")
    assert (done.values["n"] if isinstance(done, Refused) else 0) == excuses
    assert not excuses or not isinstance(away(place, elder, now, date(2026, 11, 16), scope=place.role("station_head"), kind="away"), Refused)
    assert [one for one in counting(place, elder, now=now) if one[1] != "waiting"] == [("2026-W45", "met"), ("2026-W46", "met")]


def test_a_stay_whose_end_nobody_knows_holds_for_thirty_days_on_the_word_of_who_cares_alone(place, elder):
    """Then the calls fall due again by themselves; who still is away is entered anew. The station head's word holds until they are back. Default."""
    call(place, elder, "2026-11-15T10:00")
    done = away(place, elder, "2026-11-18T10:00", date(2026, 11, 18), scope=place.worker())
    assert done.until == date(2026, 12, 18) and place.all(Departure)[0].until_date == date(2026, 12, 18)
    assert counting(place, elder, now="2026-11-20T10:00")[1:] == [("2026-W46", "met"), ("2026-W52", "waiting")], "week 51 has three days after it"
    assert away(place, elder, "2026-12-17T10:00", date(2026, 12, 17), scope=place.worker()).reason == "departures.already_away"
    again = away(place, elder, "2026-12-18T10:00", date(2026, 12, 18), scope=place.worker())
    assert again.until == date(2027, 1, 17) and counting(place, elder, now="2026-12-18T10:00")[1:] == [("2026-W46", "met"), ("2027-W03", "waiting")]


def test_a_stay_whose_end_nobody_knows_is_open_where_the_station_head_says_so(place, elder):
    assert away(place, elder, "2026-11-18T10:00", date(2026, 11, 18)).until is None and place.all(Departure)[0].until_date is None


def test_a_day_back_that_is_said_stays_what_it_is(place, elder):
    assert away(place, elder, "2026-11-18T10:00", date(2026, 11, 18), date(2027, 2, 1)).until is None
    assert place.all(Departure)[0].until_date == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("begin", "back", "reason"),
    [
        (date(2026, 11, 1), None, "care.before_enrolment"),
        (date(2026, 11, 6), None, "care.in_future"),
        (date(2026, 11, 5), date(2026, 11, 5), "departures.bad_return"),
        (date(2026, 11, 5), date(2028, 1, 1), "departures.bad_return"),
        (date(2026, 11, 4), None, "departures.already_away"),
    ],
)
def test_a_hold_that_can_not_be_is_refused(place, elder, begin, back, reason):
    if reason == "departures.already_away":
        away(place, elder, "2026-11-05T09:00", date(2026, 11, 5), kind="away")
    assert away(place, elder, "2026-11-05T10:00", begin, back).reason == reason


@pytest.mark.parametrize(("role", "holds", "exits"), [("station_head", True, True), ("committee_member", False, False), ("administrator", False, False), ("property_company", False, False)])
def test_holds_are_entered_by_those_who_care_and_exits_by_the_station_head(place, elder, role, holds, exits):
    now = at("2026-11-05T10:00")
    assert isinstance(place.run(hold, now, place.role(role), resident_id=elder, kind="away", from_date=date(2026, 11, 5)), Refused) is not holds
    assert isinstance(place.run(leave_roster, now, place.role(role), resident_id=elder, kind="moved", from_date=date(2026, 11, 5)), Refused) is not exits
    assert place.run(leave_roster, now, place.worker(), resident_id=elder, kind="moved", from_date=date(2026, 11, 5)).reason == "common.not_allowed"


def test_another_grids_worker_reaches_neither_the_person_nor_what_is_on_file(place, elder):
    done = away(place, elder, "2026-11-05T09:00", date(2026, 11, 5))
    assert away(place, elder, "2026-11-05T09:00", date(2026, 11, 5), scope=place.worker(1)).reason == "common.not_found"
    assert place.run(undo, at("2026-11-05T10:00"), place.worker(1), departure_id=done.departure_id, version=1).reason == "common.not_found"
    with open_session(place.engine, place.worker(1)) as session:
        assert departures(session, JOINED, elder) == []


def test_who_died_is_owed_nothing_more_and_what_was_late_by_then_is_a_miss(place, elder):
    swept(place, "2026-11-18T10:00")
    done = place.run(leave_roster, at("2026-11-18T10:00"), place.role("station_head"), resident_id=elder, kind="dead", from_date=date(2026, 11, 12))
    assert (done.closed, done.left) == (3, 1)
    assert counting(place, elder) == [("2026-W45", "missed")], "week 46 had not ended on the 12th"
    assert swept(place, "2026-12-20T10:00") == 0
    assert call(place, elder, "2026-11-19T10:00").reason == "care.has_left"


@pytest.mark.parametrize(("day", "missed"), [(date(2026, 11, 15), 1), (date(2026, 11, 16), 2)])
@pytest.mark.parametrize("sweeps", [True, False])
def test_a_week_that_is_over_with_the_day_before_an_exit_is_a_miss_of_its_own(place, elder, day, missed, sweeps):
    """Weeks 45 and 46; of the second, one day was left on the 15th. Whether or not a sweep has been there."""
    if sweeps:
        swept(place, "2026-11-17T10:00")
    gone(place, elder, day=day)
    assert counting(place, elder) == [("2026-W45", "missed"), ("2026-W46", "missed")][:missed]


def test_undoing_a_death_restores_exactly_what_it_closed(place, elder):
    place.run(enrol, JOINED, resident_id=elder, group="disabled")
    call(place, elder, "2026-11-04T10:00")
    swept(place, "2026-11-18T10:00")
    before = everything(place, elder)
    done = place.run(leave_roster, at("2026-11-18T10:00"), place.role("station_head"), resident_id=elder, kind="dead", from_date=date(2026, 11, 5))
    assert everything(place, elder) != before and [row.to_date for row in place.all(SpecialGroup)] == [date(2026, 11, 5)] * 2
    place.run(undo, at("2026-11-18T11:00"), place.role("station_head"), departure_id=done.departure_id, version=version(place, done.departure_id))
    assert everything(place, elder) == before
    assert place.run(undo, at("2026-11-18T11:00"), place.role("station_head"), departure_id=done.departure_id, version=version(place, done.departure_id)).reason == "departures.gone"


def gone(place, resident_id, now="2026-11-18T10:00", day=date(2026, 11, 18), kind="moved"):
    return place.run(leave_roster, at(now), place.role("station_head"), resident_id=resident_id, kind=kind, from_date=day)


def back_again(place, now="2026-11-19T10:00"):
    """The latest departure that stands was a mistake."""
    row = [one for one in place.all(Departure) if one.undone_at is None][-1]
    done = place.run(undo, at(now), place.role("station_head"), departure_id=row.id, version=row.version)
    assert not isinstance(done, Refused), done
    return done


def test_who_was_thought_gone_and_moved_to_another_grid_meanwhile_is_due_there(place, elder):
    """What is open goes along; the week missed before stays with the grid that held it."""
    swept(place, "2026-11-17T10:00")
    gone(place, elder)

    def move(session, *, now):
        session.get(Resident, (place.community_id, elder)).grid_id = place.grids[1]
        move_along(session, now=now, community_id=place.community_id, moved={elder: place.grids[1]})
        file(session, "test.move", now=now, community_id=place.community_id)

    place.run(move, at("2026-11-18T12:00"))
    assert not place.run(sweep, at("2026-11-18T13:00"), community_id=place.community_id)
    back_again(place)
    assert {one.grid_id for one in place.clocks(elder) if one.closed_at is None} == {place.grids[1]}
    assert [one.grid_id for one in place.clocks(elder) if one.closed_at] == [place.grids[0]]
    done = place.run(record_contact, at("2026-11-19T12:00"), place.worker(1), resident_id=elder, act="call", outcome="reached", happened_at=at("2026-11-19T12:00"))
    assert (done.counted, done.met) == (True, True)


@pytest.mark.parametrize("exit_day", [date(2026, 11, 15), date(2026, 11, 16)])
def test_a_late_contact_that_was_confirmed_while_somebody_was_thought_gone_is_kept_when_they_turn_up(place, elder, exit_day):
    """Of week 46, which ended with the 15th: void by the exit on that day, a miss by one on the next."""
    call(place, elder, "2026-11-04T10:00")
    about = {"resident_id": elder, "act": "call", "outcome": "reached", "happened_at": at("2026-11-12T10:00"), "late_reason": "漏登记"}
    assert place.run(record_contact, at("2026-11-18T09:00"), place.worker(), **about).to_confirm
    gone(place, elder, day=exit_day)
    [entry] = place.all(LateContact)
    assert not isinstance(place.run(decide_contact, at("2026-11-18T11:00"), place.role("station_head"), entry_id=entry.id, confirmed=True), Refused)
    back_again(place)
    assert counting(place, elder, now="2026-11-19T12:00") == [("2026-W45", "met"), ("2026-W46", "met"), ("2026-W47", "on_time")]


def test_a_contact_entered_while_somebody_was_thought_gone_counts_when_they_turn_up(place, elder):
    gone(place, elder, day=date(2026, 11, 17))
    about = {"resident_id": elder, "act": "visit", "outcome": "reached", "happened_at": at("2026-11-16T10:00")}
    place.run(record_contact, at("2026-11-18T12:00"), place.worker(), **about)
    back_again(place)
    assert counting(place, elder, "elder.visit", now="2026-12-08T10:00") == [("2026-11", "met"), ("2026-12", "on_time")]


def test_a_stay_undone_while_somebody_was_thought_gone_takes_nothing_out_when_they_turn_up(place, elder):
    call(place, elder, "2026-11-15T10:00")
    stay = away(place, elder, "2026-11-16T09:00", date(2026, 11, 16))
    gone(place, elder)
    assert not isinstance(place.run(undo, at("2026-11-19T09:00"), place.role("station_head"), departure_id=stay.departure_id, version=1), Refused)
    back_again(place)
    assert counting(place, elder, now="2026-11-19T12:00")[-1] == ("2026-W47", "on_time")


def test_a_visit_of_the_last_day_counts_for_its_month_whether_it_is_entered_before_the_death_or_after(place, elder):
    """Before it, it would have met November; the week in which nobody called is void."""
    gone(place, elder, day=date(2026, 11, 17), kind="dead")
    done = place.run(record_contact, at("2026-11-18T12:00"), place.worker(), resident_id=elder, act="visit", outcome="reached", happened_at=at("2026-11-17T10:00"))
    assert (done.counted, done.met) == (True, True)
    assert (counting(place, elder, "elder.visit"), counting(place, elder, "file.update")) == ([("2026-11", "met")], [])
    assert swept(place, "2026-12-20T10:00") == 0


def test_nobody_dies_before_they_were_last_spoken_to(place, elder):
    call(place, elder, "2026-11-10T10:00")
    done = place.run(leave_roster, at("2026-11-18T10:00"), place.role("station_head"), resident_id=elder, kind="dead", from_date=date(2026, 11, 9))
    assert (done.reason, done.values) == ("departures.seen_after", {"day": "2026-11-10"})


def test_the_reason_is_encrypted_and_stays_out_of_the_ledger(place, elder):
    away(place, elder, "2026-11-05T09:00", date(2026, 11, 5), scope=place.worker())
    (entry,) = place.all(LedgerEntry, LedgerEntry.command == "care.hold")
    assert "骨折" not in entry.facts and "hospital" not in entry.facts
    with open_session(place.engine, place.worker()) as session:
        (row,) = departures(session, at("2026-11-05T09:00"), elder)
    assert (row.kind, row.reason, row.by, row.lasts) == ("hospital", "骨折", "员工B0", True)


def test_joining_another_group_in_hospital_opens_nothing_until_the_return(place, elder):
    done = away(place, elder, "2026-11-05T09:00", date(2026, 11, 5))
    place.run(enrol, at("2026-11-06T09:00"), place.worker(), resident_id=elder, group="disabled")
    assert counting(place, elder, "disabled.assess") == [] and counting(place, elder) == []
    place.run(come_back, at("2026-11-16T09:00"), place.worker(), departure_id=done.departure_id, version=version(place, done.departure_id), until_date=date(2026, 11, 16))
    assert [counting(place, elder, one) for one in ("elder.call", "disabled.assess")] == [[("2026-W47", "on_time")], [("2027-H1", "waiting")]]


def test_what_was_done_in_hospital_after_joining_there_counts_for_its_period(place):
    place.run(enrol, at("2026-07-02T09:00"), resident_id=(other := place.resident("王大爷")), group="elder")
    stay = away(place, other, "2026-07-03T09:00", date(2026, 7, 3))
    place.run(enrol, at("2026-07-20T09:00"), resident_id=other, group="disabled")
    place.run(record_contact, at("2026-07-29T09:00"), resident_id=other, act="assessment", outcome="reached", happened_at=at("2026-07-25T09:00"))
    place.run(come_back, at("2026-08-10T09:00"), departure_id=stay.departure_id, version=version(place, stay.departure_id), until_date=date(2026, 8, 10))
    assert [one[:3] for one in place.states(other, "disabled.assess", at("2026-11-18T10:00"))][:1] == [("2026-H2", "met", 1)]


def test_moving_to_another_grid_in_hospital_takes_the_stay_along(place, elder):
    done = away(place, elder, "2026-11-05T09:00", date(2026, 11, 5))

    def move(session, *, now):
        session.get(Resident, (place.community_id, elder)).grid_id = place.grids[1]
        for row in session.scalars(select(SpecialGroup)):
            row.grid_id = place.grids[1]
        file(session, "test.move", now=now, community_id=place.community_id)

    place.run(move, at("2026-11-06T09:00"))
    assert swept(place, "2026-11-20T09:00") == 0 and counting(place, elder) == []
    place.run(come_back, at("2026-11-23T09:00"), place.worker(1), departure_id=done.departure_id, version=version(place, done.departure_id), until_date=date(2026, 11, 23))
    assert counting(place, elder, now="2026-11-23T10:00") == [("2026-W48", "on_time")]
    assert [row.grid_id for row in place.clocks(elder, "elder.call") if row.voided_at is None] == [place.grids[1]]
