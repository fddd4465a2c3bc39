"""Working days by the State Council's notices, and what an office may load."""

from datetime import date, datetime, timedelta

import chinese_calendar
import holidays
import pytest

from core.calendar import CalendarError, NoticeProblem, WorkCalendar, YearNotice, notice_from_mapping, notice_from_rows, packaged_calendar, packaged_notices
from core.imports.calendar import notice_from_cells
from core.yaml_files import parse_mapping

CALENDAR = packaged_calendar()
PUBLISHED = [date(2024, 1, 1) + timedelta(n) for n in range((date(2027, 1, 1) - date(2024, 1, 1)).days)]


def test_every_day_of_the_published_years_is_as_two_independent_calendars_say():
    other = holidays.China(years=(2024, 2025, 2026))
    ours = {day: CALENDAR.is_working_day(day) for day in PUBLISHED}
    assert ours == {day: chinese_calendar.is_workday(day) for day in PUBLISHED}
    assert ours == {day: other.is_working_day(day) for day in PUBLISHED}


def test_every_packaged_year_names_the_notice_it_comes_from():
    assert [notice.year for notice in packaged_notices()] == [2024, 2025, 2026]
    for notice in packaged_notices():
        assert f"国务院办公厅关于{notice.year}年部分节假日安排的通知" in notice.source
        assert notice.url.startswith("https://www.gov.cn/")


@pytest.mark.parametrize(
    ("day", "working", "why"),
    [
        (date(2025, 9, 28), True, "国庆节、中秋节"), (date(2025, 10, 8), False, "国庆节、中秋节"), (date(2026, 2, 14), True, "春节"), (date(2026, 2, 23), False, "春节"),
        (date(2026, 2, 24), True, ""), (date(2026, 10, 10), True, "国庆节"), (date(2026, 11, 21), False, ""), (date(2026, 11, 23), True, ""),
    ],
)  # fmt: skip
def test_a_day_says_what_it_is_and_why(day, working, why):
    assert CALENDAR.is_working_day(day) is working
    assert CALENDAR.is_statutory_day_off(day) is not working
    assert CALENDAR.note(day, "zh") == why


def test_the_table_counts_as_stepping_day_by_day_does():
    for day in PUBLISHED[::7]:
        step, found = day, []
        while len(found) < 7:
            step += timedelta(1)
            if CALENDAR.is_working_day(step):
                found.append(step)
        assert [CALENDAR.nth_working_day_after(day, n) for n in range(1, 8)] == found


def test_counting_back_finds_the_working_day_at_or_before():
    assert CALENDAR.nth_working_day_after(date(2026, 10, 7), 0) == date(2026, 9, 30)
    assert CALENDAR.nth_working_day_after(date(2026, 9, 30), 0) == date(2026, 9, 30)


def test_the_years_known_end_with_the_unbroken_run():
    assert CALENDAR.published_through == date(2026, 12, 31)
    assert WorkCalendar().published_through == date.min
    gap = CALENDAR.with_year(plain_notice(2028))
    assert gap.published_through == date(2026, 12, 31)
    assert gap.is_published(date(2028, 5, 1))
    assert not gap.is_published(date(2027, 5, 1))


def test_an_unpublished_year_is_plain_weekdays():
    assert CALENDAR.is_working_day(date(2027, 1, 1))
    assert not CALENDAR.is_working_day(date(2027, 1, 2))
    assert not CALENDAR.is_published(date(2027, 1, 1))


def test_a_loaded_year_replaces_what_was_known_of_it():
    changed = CALENDAR.with_year(plain_notice(2026))
    assert changed.is_working_day(date(2026, 10, 1))
    assert not CALENDAR.is_working_day(date(2026, 10, 1))


def plain_notice(year: int) -> YearNotice:
    return YearNotice(year, "test", "", {}, {})


def test_a_calendar_without_working_days_is_an_error_and_no_endless_loop():
    never = WorkCalendar(weekly_rest=frozenset(range(7)))
    with pytest.raises(CalendarError, match="none in reach"):
        never.nth_working_day_after(date(2026, 1, 1), 1)
    with pytest.raises(CalendarError, match="none in reach"):
        never.first_not_off(date(2026, 1, 1))


def test_a_date_beyond_the_calendar_is_an_error():
    with pytest.raises(CalendarError, match="1949–2149"):
        CALENDAR.nth_working_day_after(date(2200, 1, 1), 1)


# --- a year of the office's own ---
ROWS = [("日期", "类型", "说明"), (date(2027, 1, 1), "off", "元旦"), (datetime(2027, 1, 2), "放假", "元旦"), ("2027-01-03", "休", "元旦"), ("2027年1月9日", "补班", "元旦")]


def test_a_sheet_of_date_kind_and_note_is_a_notice():
    notice = notice_from_cells([["2027年放假安排", "", ""], *ROWS], "国办发明电〔2026〕1号")
    assert (notice.year, notice.source) == (2027, "国办发明电〔2026〕1号")
    assert set(notice.off) == {date(2027, 1, day) for day in (1, 2, 3)}
    assert notice.work == {date(2027, 1, 9): {"zh": "元旦", "en": "元旦"}}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("日期", "类型")], "calendar.no_rows"),
        ([*ROWS, ("2027-13-01", "off", "")], "calendar.bad_date"),
        ([*ROWS, ("共5天", "", "")], "calendar.bad_date"),
        ([*ROWS, ("2027-04-05", "maybe", "")], "calendar.bad_kind"),
        ([*ROWS, ("2027-01-01", "off", "")], "calendar.twice"),
        ([*ROWS, ("2027-01-01", "work", "")], "calendar.twice"),
        ([*ROWS, ("2027-01-11", "work", "")], "calendar.work_on_weekday"),
        ([*ROWS, ("2028-01-03", "off", "")], "calendar.wrong_year"),
    ],
)
def test_a_sheet_that_can_not_be_right_is_refused(rows, reason):
    with pytest.raises(NoticeProblem) as problem:
        notice_from_cells([list(row) for row in rows], "test")
    assert problem.value.reason == reason


def test_a_year_without_working_days_is_refused():
    everything = [(date(2027, 1, 1) + timedelta(n), "off", "") for n in range(365)]
    with pytest.raises(NoticeProblem) as problem:
        notice_from_rows(2027, "test", everything)
    assert problem.value.reason == "calendar.implausible"


def test_a_new_year_holiday_may_begin_in_december():
    notice = notice_from_rows(2027, "test", [(date(2026, 12, 31), "off", "元旦"), (date(2027, 1, 1), "off", "元旦")])
    assert not CALENDAR.with_year(notice).is_working_day(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("year: 2027\nsource: x\nholidays: []", "calendar.bad_file"),
        ("source: x\noff: []", "calendar.bad_file"),
        ("year: 2027\nsource: x\noff: [{from: 2027-01-03, to: 2027-01-01, name: 元旦}]", "calendar.bad_span"),
        ("year: 2027\nsource: x\noff: [2027-01-03]", "calendar.bad_span"),
        ("year: 2027\nsource: x\noff: [{date: 2027-01-02}]\nwork: [{date: 2027-01-02}]", "calendar.both_kinds"),
    ],
)
def test_a_year_file_that_can_not_be_right_is_refused(text, reason):
    with pytest.raises(NoticeProblem) as problem:
        notice_from_mapping(parse_mapping(text, "2027.yaml"))
    assert problem.value.reason == reason
