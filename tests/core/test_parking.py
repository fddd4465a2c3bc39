"""Illegal parking: the first penalty not before 72 hours after the standard was made public, and only after a hearing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from core import masks
from core.calendar import packaged_calendar
from core.parking import CLAUSE, first_penalty_at, may_hear, may_penalise, may_publish, plate_of
from core.refusals import Refused

CALENDAR = packaged_calendar()
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@dataclass
class Standard:
    published_at: datetime = at("2026-11-20T09:00")
    heard_at: datetime | None = at("2026-11-21T16:00")
    withdrawn_at: datetime | None = None


FIRST = at("2026-11-23T09:00")
"""72 hours on, Saturday and Sunday included."""


@pytest.mark.parametrize(("when", "permitted"), [(FIRST - MINUTE, False), (FIRST, True), (FIRST + MINUTE, True)])
def test_the_first_penalty_is_not_before_72_hours_and_only_after_a_hearing(when, permitted):
    refused = may_penalise(Standard(), when, FIRST + MINUTE, CALENDAR)
    assert refused is None if permitted else refused == Refused("parking.too_early", CLAUSE, {"earliest": "2026-11-23 09:00"})
    assert may_penalise(Standard(heard_at=None), when, FIRST + MINUTE, CALENDAR) == Refused("parking.no_hearing", CLAUSE, {"earliest": "2026-11-23 09:00"})


@pytest.mark.parametrize(("published", "first"), [("2028-02-27T10:00", "2028-03-01T10:00"), ("2027-02-27T10:00", "2027-03-02T10:00"), ("2026-12-30T23:59", "2027-01-02T23:59")])
def test_72_hours_run_day_and_night_over_29_february_the_year_s_end_and_holidays(published, first):
    assert first_penalty_at(at(published), CALENDAR) == at(first)


def test_a_hearing_after_the_72_hours_counts_from_when_it_is_on_record():
    late = Standard(heard_at=FIRST + 3 * MINUTE)
    assert may_penalise(late, FIRST + 2 * MINUTE, FIRST + 9 * MINUTE, CALENDAR).values == {"earliest": "2026-11-23 09:03"}
    assert may_penalise(late, FIRST + 3 * MINUTE, FIRST + 9 * MINUTE, CALENDAR) is None


def test_nobody_is_penalised_for_parking_before_the_standard_was_in_force_however_late_it_is_typed_in():
    assert may_penalise(Standard(), FIRST - MINUTE, FIRST + timedelta(9), CALENDAR).reason == "parking.too_early"
    assert may_penalise(Standard(), FIRST + MINUTE, FIRST, CALENDAR).reason == "parking.in_future"
    gone = Standard(withdrawn_at=FIRST + MINUTE)
    assert may_penalise(gone, FIRST, FIRST + timedelta(9), CALENDAR) is None
    assert may_penalise(gone, FIRST + MINUTE, FIRST + timedelta(9), CALENDAR).reason == "parking.withdrawn"


def test_a_hearing_says_when_how_many_and_what():
    now, fresh = FIRST, Standard(heard_at=None)
    assert may_hear(fresh, now, 12, "多数同意", now) is None
    assert may_hear(fresh, now, 0, "多数同意", now).reason == may_hear(fresh, now, 12, " ", now).reason == "parking.say_who_and_what"
    assert may_hear(fresh, now + MINUTE, 12, "多数同意", now).reason == "parking.in_future"
    assert may_hear(Standard(), now, 12, "多数同意", now).reason == "parking.heard_already"
    assert (may_publish("占道", 2000).reason, may_publish("占用消防通道每次收取管理费", 0).reason) == ("parking.say_what", "parking.bad_fee")


@pytest.mark.parametrize(("typed", "plate"), [("鲁S·A1234", "鲁SA1234"), (" 鲁a d12345 ", "鲁AD12345"), ("鲁S1234学", "鲁S1234学"), ("张三的车", None), ("", None)])
def test_a_plate_is_kept_in_one_writing_and_shown_masked(typed, plate):
    assert plate_of(typed) == plate
    assert masks.plate("鲁SA1234") == "鲁S***34"
