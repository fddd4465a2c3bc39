"""Calendar periods in Beijing time."""

from datetime import UTC, datetime, timedelta

import pytest

from core.calendar import SHANGHAI
from core.periods import PERS, period, period_of, quarter


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


KEYS = {
    "day": ("2026-11-22", (2026, 11, 22), (2026, 11, 23)),
    "week": ("2026-W47", (2026, 11, 16), (2026, 11, 23)),
    "month": ("2026-11", (2026, 11, 1), (2026, 12, 1)),
    "quarter": ("2026-Q4", (2026, 10, 1), (2027, 1, 1)),
    "half_year": ("2026-H2", (2026, 7, 1), (2027, 1, 1)),
    "year": ("2026", (2026, 1, 1), (2027, 1, 1)),
}


@pytest.mark.parametrize("per", PERS)
def test_a_period_begins_and_ends_at_local_midnight(per):
    key, start, end = KEYS[per]
    found = period_of(per, local(2026, 11, 22, 15, 30))
    assert (found.key, found.start, found.end) == (key, local(*start), local(*end))
    assert found.start.tzinfo is UTC


@pytest.mark.parametrize("per", PERS)
def test_the_first_minute_is_inside_and_the_end_belongs_to_the_next_period(per):
    found = period_of(per, local(2026, 11, 22, 15, 30))
    assert period_of(per, found.start) == found
    assert period_of(per, found.start - timedelta(minutes=1)) == found.previous()
    assert period_of(per, found.end - timedelta(minutes=1)) == found
    assert period_of(per, found.end) == found.next()
    assert found.next().previous() == found


@pytest.mark.parametrize("per", PERS)
def test_a_key_finds_its_period_again_over_ten_years(per):
    one = period_of(per, local(2020, 1, 1))
    while one.end < local(2030, 1, 1):
        assert period(per, one.key) == one
        assert one.end == one.next().start
        one = one.next() if per != "day" else period_of("day", one.start + timedelta(days=17))


def test_midnight_in_beijing_is_four_in_the_afternoon_in_utc():
    assert period_of("day", datetime(2026, 11, 22, 15, 59, tzinfo=UTC)).key == "2026-11-22"
    assert period_of("day", datetime(2026, 11, 22, 16, 0, tzinfo=UTC)).key == "2026-11-23"


@pytest.mark.parametrize(("day", "key"), [((2026, 12, 31), "2026-W53"), ((2027, 1, 3), "2026-W53"), ((2027, 1, 4), "2027-W01"), ((2024, 12, 30), "2025-W01")])
def test_weeks_around_new_year_are_iso_weeks(day, key):
    assert period_of("week", local(*day)).key == key


def test_half_years_and_quarters_turn_on_the_first_of_the_month():
    assert period_of("half_year", local(2026, 6, 30, 23, 59)).key == "2026-H1"
    assert period_of("half_year", local(2026, 7, 1)).key == "2026-H2"
    assert [period_of("quarter", local(2026, month, 1)).key for month in (3, 4, 6, 7, 9, 10)] == [f"2026-Q{n}" for n in (1, 2, 2, 3, 3, 4)]


def test_a_leap_february_has_29_days():
    february = period("month", "2028-02")
    assert (february.end - february.start).days == 29
    assert february.last_day.day == 29


def test_a_period_warns_when_four_fifths_of_it_are_over():
    assert period("day", "2026-11-22").warn_at == local(2026, 11, 22, 19, 12)
    assert quarter("2026-Q4").start < quarter("2026-Q4").warn_at < quarter("2026-Q4").end


@pytest.mark.parametrize(("per", "key"), [("quarter", "2026-Q5"), ("week", "2025-W53"), ("day", "2026-02-30"), ("month", "2026-13"), ("year", "26"), ("fortnight", "2026")])
def test_a_key_that_names_nothing_is_refused(per, key):
    with pytest.raises(ValueError):
        period(per, key)


def test_a_naive_moment_and_an_unknown_period_are_refused():
    with pytest.raises(ValueError, match="no time zone"):
        period_of("day", datetime(2026, 11, 22))
    with pytest.raises(ValueError, match="fortnight"):
        period_of("fortnight", local(2026, 11, 22))
