"""Deadlines and how a clock stands: boundaries and pauses. test_clocks_by_minute.py holds them against a slow reference."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest

from core.calendar import SHANGHAI, CalendarError, WorkCalendar, packaged_calendar
from core.clocks import State, counted, due, explain, lateness, state
from core.rulebook import Limit

CALENDAR = packaged_calendar()
FIVE_DAYS = Limit(5, "working_day")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Clock:
    started_at: datetime = local("2026-11-18T10:00")
    warn_at: datetime = local("2026-11-18T12:24")
    due_at: datetime = local("2026-11-18T13:00")
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    closed_at: datetime | None = None
    met_at: datetime | None = None
    voided_at: datetime | None = None


MINUTE = timedelta(minutes=1)


# --- how a clock stands ---
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-18T09:59", State.waiting), ("2026-11-18T10:00", State.on_time), ("2026-11-18T12:23", State.on_time),
        ("2026-11-18T12:24", State.due_soon), ("2026-11-18T12:59", State.due_soon), ("2026-11-18T13:00", State.due_soon),
        ("2026-11-18T13:01", State.overdue),
    ],
)  # fmt: skip
def test_an_open_clock_is_in_time_up_to_the_limit_and_overdue_a_minute_later(now, expected):
    assert state(Clock(), local(now)) is expected


@pytest.mark.parametrize(("late", "expected"), [(-MINUTE, State.met), (0 * MINUTE, State.met), (MINUTE, State.missed)])
def test_what_is_done_at_the_limit_is_met_and_a_minute_later_missed(late, expected):
    done = Clock().due_at + late
    assert state(Clock(met_at=done, closed_at=done), local("2026-12-01T00:00")) is expected


def test_a_period_closed_undone_is_missed():
    assert state(Clock(closed_at=local("2026-11-18T14:00")), local("2026-11-18T15:00")) is State.missed


def test_a_void_clock_counts_nowhere_even_if_it_was_met():
    gone = local("2026-11-18T11:00")
    assert state(Clock(voided_at=gone, closed_at=gone, met_at=gone), gone) is State.void


def test_a_paused_clock_is_not_overdue():
    assert state(Clock(paused_at=local("2026-11-18T12:00")), local("2026-11-20T00:00")) is State.paused


def test_a_pause_begun_at_the_limit_holds_and_one_begun_later_excuses_nothing():
    assert state(Clock(paused_at=Clock().due_at), local("2026-11-20T00:00")) is State.paused
    assert state(Clock(paused_at=Clock().due_at + MINUTE), local("2026-11-20T00:00")) is State.overdue


def test_a_rate_divides_by_what_is_met_missed_and_overdue_and_still_open():
    tally = counted([State.met, State.met, State.missed, State.overdue, State.on_time, State.due_soon, State.paused, State.waiting, State.void])
    assert (tally.met, tally.missed, tally.overdue_open, tally.due) == (2, 1, 1, 4)
    assert tally.rate == 0.5


def test_a_rate_of_nothing_due_is_none_and_not_a_hundred_percent():
    assert counted([State.on_time, State.void]).rate is None


# --- deadlines ---
@pytest.mark.parametrize(("pause", "ends"), [(("13:00", "15:00"), "15:00"), (("12:59", "15:00"), "15:01"), (("13:01", "15:00"), "13:00")])
def test_a_limit_reached_as_a_pause_begins_ends_with_the_pause(pause, ends):
    """Else the clock would be found overdue when it runs again, by a breach during the pause."""
    pauses = [tuple(local(f"2026-11-18T{moment}") for moment in pause)]
    assert due(local("2026-11-18T10:00"), Limit(3, "hour"), CALENDAR, pauses=pauses).due_at == local(f"2026-11-18T{ends}")


def test_a_deadline_is_kept_in_utc():
    assert due(local("2026-11-18T10:00"), FIVE_DAYS, CALENDAR).due_at == datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert due(local("2026-11-18T10:00"), Limit(3, "hour"), CALENDAR).due_at.tzinfo is UTC


def test_a_start_in_utc_is_reckoned_on_the_day_it_is_in_beijing():
    """16:00 UTC on Tuesday is midnight: Wednesday is the first day, not counted."""
    assert due(datetime(2026, 11, 17, 15, 59, tzinfo=UTC), FIVE_DAYS, CALENDAR).due_at == local("2026-11-25T00:00")
    assert due(datetime(2026, 11, 17, 16, 0, tzinfo=UTC), FIVE_DAYS, CALENDAR).due_at == local("2026-11-26T00:00")


def test_a_naive_start_or_pause_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        due(datetime(2026, 11, 18), FIVE_DAYS, CALENDAR)
    with pytest.raises(ValueError, match="no time zone"):
        due(local("2026-11-18T10:00"), FIVE_DAYS, CALENDAR, pauses=[(datetime(2026, 11, 18), datetime(2026, 11, 19))])


def test_a_pause_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before it begins"):
        due(local("2026-11-18T10:00"), FIVE_DAYS, CALENDAR, pauses=[(local("2026-11-19T10:00"), local("2026-11-19T09:00"))])


@pytest.mark.parametrize("unit", ["day", "working_day", "month", "year"])
def test_a_calendar_without_working_days_is_an_error_and_no_endless_loop(unit):
    never = WorkCalendar(weekly_rest=frozenset(range(7)))
    with pytest.raises(CalendarError):
        due(local("2026-11-18T10:00"), Limit(3, unit), never)


def test_hours_need_no_working_day():
    never = WorkCalendar(weekly_rest=frozenset(range(7)))
    assert due(local("2026-11-18T10:00"), Limit(3, "hour"), never).due_at == local("2026-11-18T13:00")


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2024-02-29T10:00", Limit(1, "year"), "2025-03-01T00:00"),  # no 29 Feb 2025: 28 Feb, a Friday
        ("2024-01-31T10:00", Limit(1, "month"), "2024-03-01T00:00"),  # 29 Feb, a Thursday
        ("2026-01-31T10:00", Limit(1, "month"), "2026-03-01T00:00"),  # 28 Feb, a make-up Saturday: no day off
        ("2026-08-31T10:00", Limit(1, "month"), "2026-10-01T00:00"),  # 30 Sep, the last day before the holiday
        ("2026-09-01T10:00", Limit(1, "month"), "2026-10-09T00:00"),  # 1 Oct, off: 8 Oct
        ("2025-12-31T10:00", Limit(2, "month"), "2026-03-01T00:00"),
        ("2026-11-13T10:00", Limit(7, "day"), "2026-11-21T00:00"),  # Friday
        ("2026-11-14T10:00", Limit(7, "day"), "2026-11-24T00:00"),  # Saturday: Monday
        ("2026-05-02T10:00", Limit(7, "day"), "2026-05-10T00:00"),  # 9 May, a make-up Saturday: it ends there
    ],
)
def test_days_months_and_years_end_on_the_corresponding_day_or_after_the_holiday(start, limit, end):
    assert due(local(start), limit, CALENDAR).due_at == local(end)


def test_a_day_limit_is_provisional_only_if_its_end_is_not_published():
    assert not due(local("2026-12-01T10:00"), Limit(30, "day"), CALENDAR).provisional
    assert due(local("2026-12-02T10:00"), Limit(30, "day"), CALENDAR).provisional
    assert not due(local("2026-12-31T23:00"), Limit(72, "hour"), CALENDAR).provisional


def test_closing_hours_end_the_last_day_and_not_an_hour_clock():
    closes = time(17, 30)
    assert due(local("2026-11-16T10:00"), FIVE_DAYS, CALENDAR, closes_at=closes).due_at == local("2026-11-23T17:30")
    assert due(local("2026-11-16T10:00"), Limit(24, "hour"), CALENDAR, closes_at=closes).due_at == local("2026-11-17T10:00")


def test_a_pause_that_outlasts_closing_time_gives_the_next_working_day():
    pauses = [(local("2026-11-23T10:00"), local("2026-11-24T18:00"))]
    assert due(local("2026-11-16T10:00"), FIVE_DAYS, CALENDAR, closes_at=time(17, 30), pauses=pauses).due_at == local("2026-11-25T17:30")


@pytest.mark.parametrize(
    ("limit", "warned"),
    [
        (Limit(10, "hour"), "2026-11-16T18:00"),
        (Limit(10, "hour", warn=0.5), "2026-11-16T15:00"),
        (Limit(10, "hour", warn=Limit(30, "minute")), "2026-11-16T19:30"),
        (Limit(5, "working_day"), "2026-11-21T00:00"),
        (Limit(5, "working_day", warn=Limit(2, "working_day")), "2026-11-20T00:00"),
        (Limit(5, "working_day", warn=0.6), "2026-11-20T00:00"),
        (Limit(5, "working_day", warn=Limit(4, "hour")), "2026-11-23T20:00"),
        (Limit(1, "working_day"), "2026-11-17T00:00"),
        (Limit(1, "working_day", warn=Limit(9, "working_day")), "2026-11-16T10:00"),
        (Limit(14, "day", warn=Limit(3, "day")), "2026-11-28T00:00"),
        (Limit(1, "month", warn=0.5), "2026-12-02T00:00"),
    ],
)
def test_the_warning_comes_in_the_clock_s_own_time(limit, warned):
    assert due(local("2026-11-16T10:00"), limit, CALENDAR).warn_at == local(warned)


# --- explanations ---
def test_an_explanation_names_each_day_in_both_languages():
    reached = due(local("2026-09-23T11:00"), Limit(3, "working_day"), CALENDAR)
    assert explain(reached, "zh") == [
        "9月23日周三：起算当日，不计入",
        "9月24日周四：工作日，第1天",
        "9月25日周五：放假（中秋节），不计入",
        "9月26日周六：放假（中秋节），不计入",
        "9月27日周日：放假（中秋节），不计入",
        "9月28日周一：工作日，第2天",
        "9月29日周二：工作日，第3天",
        "9月29日周二：24:00截止",
    ]
    assert explain(reached, "en")[-1] == "29 Sep Tue: ends at 24:00"


def test_an_explanation_shows_what_stood_still_and_what_moved_on():
    pauses = [(local("2026-09-24T10:00"), local("2026-09-25T10:00"))]
    lines = explain(due(local("2026-09-23T11:00"), Limit(7, "day"), CALENDAR, pauses=pauses), "en")
    assert "25 Sep Fri: clock stands still, not counted" in lines
    assert lines[-9:] == [
        "1 Oct Thu: 7",
        "2 Oct Fri: day off (National Day), the end moves on",
        "3 Oct Sat: day off (National Day), the end moves on",
        "4 Oct Sun: day off (National Day), the end moves on",
        "5 Oct Mon: day off (National Day), the end moves on",
        "6 Oct Tue: day off (National Day), the end moves on",
        "7 Oct Wed: day off (National Day), the end moves on",
        "8 Oct Thu: the end moves to this day",
        "8 Oct Thu: ends at 24:00",
    ]


def test_an_hour_clock_explains_itself():
    pauses = [(local("2026-11-18T11:00"), local("2026-11-18T12:30"))]
    assert explain(due(local("2026-11-18T10:00"), Limit(3, "hour"), CALENDAR, pauses=pauses), "en") == [
        "18 Nov Wed 10:00: clock starts",
        "18 Nov Wed 11:00: clock stands still",
        "18 Nov Wed 12:30: clock runs again",
        "18 Nov Wed 14:30: 3 hours have run, ends",
    ]


def test_a_provisional_deadline_says_so():
    lines = explain(due(local("2026-12-28T10:00"), FIVE_DAYS, CALENDAR), "en")
    assert "1 Jan Fri: weekday, no notice yet, 4" in lines
    assert lines[-1].startswith("Provisional")


def test_the_explanation_counts_up_to_the_limit_and_ends_where_the_deadline_does():
    for n in range(1, 30):
        reached = due(local("2026-01-30T10:00"), Limit(n, "working_day"), CALENDAR)
        assert [step.count for step in reached.days if step.count] == [*range(1, n + 1)]
        assert reached.days[-1].at == reached.due_at



# --- how late ---
def test_lateness_grows_while_a_clock_is_overdue_and_stops_when_it_is_met():
    hour = timedelta(hours=1)
    assert [lateness(Clock(), Clock().due_at + n * hour) for n in (-1, 0, 1, 5)] == [0 * hour, 0 * hour, hour, 5 * hour]
    done = Clock().due_at + 2 * hour
    assert lateness(Clock(met_at=done, closed_at=done), done + 99 * hour) == 2 * hour
    assert lateness(Clock(closed_at=done), done + 99 * hour) == 2 * hour
    assert lateness(Clock(paused_at=Clock().due_at), done) == lateness(Clock(voided_at=done, closed_at=done), done) == 0 * hour
