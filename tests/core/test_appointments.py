"""Appointments and what is put off: boundaries."""

from datetime import date, time

import pytest

from core.appointments import Agreed, agreed_for, check_appointment, put_off_until
from core.rulebook import load_rulebook
from tests.db.care_people import at

NOW = at("2026-11-18T10:00")
CALL = load_rulebook()["elder.call"]


@pytest.mark.parametrize(("day", "time_", "reason"), [
    (date(2026, 11, 17), None, "appointments.is_past"), (date(2026, 11, 18), time(10), "appointments.is_past"), (date(2026, 11, 18), time(10, 1), None),
    (date(2026, 11, 18), None, None), (date(2026, 11, 29), None, None), (date(2026, 11, 30), None, "appointments.too_far"),
])  # fmt: skip
def test_an_appointment_lies_ahead_and_no_later_than_the_end_of_the_next_week_for_a_weekly_call(day, time_, reason):
    refused = check_appointment(agreed_for(day, time_), CALL, NOW)
    assert (refused and refused.reason) == reason


def test_agreed_without_a_day_is_no_appointment():
    assert check_appointment(None, CALL, NOW).reason == "appointments.which_day"


@pytest.mark.parametrize(("agreed", "now", "missed"), [
    (agreed_for(date(2026, 11, 18), time(15)), "2026-11-18T16:00", False), (agreed_for(date(2026, 11, 18), time(15)), "2026-11-18T16:01", True),
    (Agreed(date(2026, 11, 18)), "2026-11-18T23:59", False), (Agreed(date(2026, 11, 18)), "2026-11-19T00:00", True),
])  # fmt: skip
def test_an_appointment_is_missed_an_hour_after_its_time_or_when_its_day_is_over(agreed, now, missed):
    assert agreed.missed(at(now)) is missed


@pytest.mark.parametrize(("due", "wanted", "until"), [
    ("2026-11-23T00:00", "2026-11-20T09:00", "2026-11-20T09:00"), ("2026-11-23T00:00", "2026-11-25T09:00", "2026-11-23T00:00"),
    ("2026-11-16T00:00", "2026-11-21T10:00", "2026-11-21T10:00"), ("2026-11-16T00:00", "2026-11-21T10:01", "2026-11-21T10:00"), ("2026-11-16T00:00", "2026-11-18T10:00", None),
])  # fmt: skip
def test_what_is_due_is_put_off_to_its_limit_at_most_and_what_is_late_for_three_days(due, wanted, until):
    assert put_off_until(at(due), at(wanted), NOW) == (until and at(until))
