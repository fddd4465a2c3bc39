"""Who is told of what, when: levels in the clock's own calendar, quiet hours, and messages that point at nobody."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from core.alerts import HEAD, STREET, Audience, Level, Line, audience, compose, counts_in, is_quiet, is_urgent, next_try, reached, settings, third_at
from core.calendar import SHANGHAI, packaged_calendar
from core.rulebook import load_rulebook

BOOK, CALENDAR = load_rulebook(), packaged_calendar()
SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Running:
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    met_at: datetime | None = None
    voided_at: datetime | None = None
    closed_at: datetime | None = None


def levels(clock: Running, now: datetime, unit: str = "working_day") -> list[str]:
    return [one.name for one in reached(clock, now, lambda due_at: third_at(due_at, unit, CALENDAR))]


WEEK = Running(at("2026-11-16T09:00"), at("2026-11-20T00:00"), at("2026-11-21T00:00"))
"""Five working days from a Monday; due on Friday at 24:00."""


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-19T23:59:59", []),
        ("2026-11-20T00:00:00", ["due_soon"]),
        ("2026-11-21T00:00:00", ["due_soon"]),
        ("2026-11-21T00:00:01", ["overdue", "second"]),
        ("2026-11-26T00:00:00", ["overdue", "second"]),
        ("2026-11-26T00:00:01", ["overdue", "second", "third"]),
    ],
)
def test_exactly_at_the_limit_is_only_due_soon_and_the_street_hears_after_three_working_days(now, expected):
    """Saturday and Sunday don't count: Monday, Tuesday, Wednesday do."""
    assert levels(WEEK, at(now)) == expected


def test_the_street_hears_of_a_limit_of_hours_after_24_hours_day_and_night():
    due_at = at("2026-11-20T15:30")
    assert third_at(due_at, "hour", CALENDAR) == at("2026-11-21T15:30")


def test_the_street_waits_over_a_holiday_as_the_clock_itself_does():
    assert third_at(at("2026-10-01T00:00"), "working_day", CALENDAR) == at("2026-10-11T00:00"), "30 Sep was the last day; 8, 9 and the make-up Saturday 10 Oct count"


def test_an_emergency_goes_up_at_once_and_by_night():
    unit = counts_in(BOOK["emergency.report"], None)
    clock = Running(at("2026-11-18T22:00"), at("2026-11-18T22:12"), at("2026-11-18T22:15"))
    assert levels(clock, at("2026-11-18T22:15:01"), unit) == ["overdue", "second", "third"]
    assert is_urgent(unit, "emergency")


@pytest.mark.parametrize(("clause_id", "kind", "urgent"), [("demand.urgent_on_site", "urgent", True), ("demand.feedback", "urgent", True), ("demand.feedback", "demand", False), ("elder.call", None, False)])
def test_urgent_are_limits_in_minutes_and_orders_of_an_urgent_kind(clause_id, kind, urgent):
    assert is_urgent(counts_in(BOOK[clause_id], None), kind) is urgent


def test_nobody_is_told_of_a_clock_that_stands_still_waits_or_is_closed():
    late = at("2026-12-01T10:00")
    for one in (replace(WEEK, paused_at=at("2026-11-20T12:00")), replace(WEEK, closed_at=late, met_at=late), replace(WEEK, closed_at=late, voided_at=late)):
        assert levels(one, late) == []
    assert levels(WEEK, at("2026-11-16T08:00")) == []


def test_a_pause_begun_after_the_limit_silences_nothing():
    assert levels(replace(WEEK, paused_at=at("2026-11-21T08:00")), at("2026-11-21T09:00")) == ["overdue", "second"]


HOLDER, CHIEF = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("level", "holder_id", "told"),
    [
        (Level.due_soon, HOLDER, Audience(None, HOLDER)),
        (Level.overdue, HOLDER, Audience(None, HOLDER)),
        (Level.second, HOLDER, Audience(HEAD)),
        (Level.third, HOLDER, Audience(STREET)),
        (Level.due_soon, None, Audience(HEAD)),
        (Level.overdue, CHIEF, Audience(HEAD)),
        (Level.second, CHIEF, None),
        (Level.second, None, None),
    ],
)
def test_each_level_has_its_audience_and_the_head_is_not_told_twice(level, holder_id, told):
    assert audience(level, holder_id, frozenset({CHIEF})) == told


@pytest.mark.parametrize(("now", "quiet"), [("20:59:59", False), ("21:00:00", True), ("00:00:00", True), ("06:59:59", True), ("07:00:00", False), ("12:00:00", False)])
def test_quiet_hours_are_from_21_to_7(now, quiet):
    assert is_quiet(at(f"2026-11-18T{now}")) is quiet


def test_waits_grow_and_end():
    now, waits = at("2026-11-18T10:00"), []
    for attempts in range(1, settings().tries):
        waits.append(next_try(attempts, now) - now)
    assert waits == sorted(waits) and waits[0] == timedelta(minutes=1) and waits[-1] == timedelta(hours=4)
    assert next_try(settings().tries, now) is None


# --- messages -------------------------------------------------------------------------------------------------------
NOW = at("2026-11-18T10:00")


def line(level=Level.overdue, clause_id="demand.feedback", due="2026-11-18T07:00", clock_id: UUID | None = None, person=False, number="2026-000007") -> Line:
    return Line(clock_id or uuid4(), level, clause_id, at(due), None if person else number, None if person else "demand", "第3网格", person)


def said(*lines: Line, lang="zh", sees_people=True, link=None):
    return compose(lines, NOW, lang, community="清溪社区", link=link, sees_people=sees_people)


def test_a_message_names_number_kind_grid_clause_and_due_time_and_links_to_the_desk():
    message = said(line(), link="https://desk.example/alerts")
    assert message.title == "【清溪社区】预警：逾期1项"
    assert message.text.splitlines()[0] == "• 逾期 · 2026-000007 一般诉求 · 第3网格 · 居民一般诉求首次反馈（WS 三.1） · 2026-11-18 07:00前 · 逾期3小时"
    assert message.text.endswith("https://desk.example/alerts")
    assert said(line(), lang="en").title == "[清溪社区] Alert: 1 late"


def test_500_late_matters_are_one_message_that_names_eight_and_counts_the_rest():
    message = said(*(line() for _ in range(500)))
    assert message.title == "【清溪社区】预警：逾期500项"
    assert len(message.text.splitlines()) == settings().named + 1
    assert "492" in message.text.splitlines()[-1]


def test_a_clock_is_named_once_by_its_highest_level():
    one = uuid4()
    message = said(line(Level.due_soon, clock_id=one), line(Level.second, clock_id=one), line(Level.overdue, clock_id=one))
    assert message.title == "【清溪社区】预警：逾期1项" and "已报站长" in message.text and len(message.text.splitlines()) == 1


def test_care_is_counted_by_clause_and_points_at_no_grid():
    message = said(*(line(clause_id="elder.call", person=True) for _ in range(2)), line(Level.due_soon, "elder.visit", "2026-12-01T00:00", person=True))
    assert message.title == "【清溪社区】预警：逾期2项，即将到期1项"
    assert "网格" not in message.text and "2项" in message.text


def test_who_may_not_open_the_roster_gets_no_count_under_three():
    few, many = (said(*(line(Level.third, "elder.call", person=True) for _ in range(n)), line(Level.third), sees_people=False) for n in (2, 3))
    assert "<3" in few.text and "3项" in many.text
    assert few.title == many.title == "【清溪社区】预警：逾期1项", "a total would give it away by subtraction"
    assert "2项" not in few.text


def test_nothing_to_say_is_no_message():
    assert said() is None
