"""Who is owed what (rulebook sections 2 and 7), what a contact may be, and ages."""

from datetime import date, datetime, timedelta

import pytest

from core.calendar import SHANGHAI
from core.care import acts_owed, age_band, age_on, birthday, check_age, check_contact, check_fields, counts, of_age, plan, reached
from core.rulebook import load_rulebook

RULES, DAY = load_rulebook(), date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)


def ids(*groups: str) -> list[str]:
    return [clause.id for clause in plan(groups, RULES, DAY)]


@pytest.mark.parametrize(
    ("groups", "owed"),
    [
        (["elder"], ["elder.call", "elder.visit", "file.update"]),
        (["disabled"], ["disabled.assess", "file.update"]),
        (["child"], ["child.session", "file.update"]),
        (["disabled", "elder"], ["elder.call", "elder.visit", "file.update", "disabled.assess"]),
        (["child", "disabled"], ["disabled.assess", "file.update", "child.session"]),
        ([], []),
    ],
)
def test_somebody_in_two_groups_is_owed_each_act_once(groups, owed):
    assert ids(*groups) == owed


@pytest.mark.parametrize(
    ("clause", "times", "per", "act"),
    [
        ("elder.call", 1, "week", "call"),
        ("elder.visit", 1, "month", "visit"),
        ("file.update", 1, "quarter", "file_update"),
        ("disabled.assess", 1, "half_year", "assessment"),
        ("child.session", 2, "month", "session"),
    ],
)
def test_the_figures_are_those_of_ws_2_2(clause, times, per, act):
    figure = RULES[clause].on(DAY).figure
    assert (figure.times, figure.per, figure.act, str(RULES[clause].source)) == (times, per, act, "WS 二.2")


def test_acts_are_shown_in_one_order():
    assert acts_owed(["disabled", "elder"], RULES, DAY) == ("call", "visit", "assessment", "file_update")


@pytest.mark.parametrize(("outcome", "expected"), [("reached", True), *((one, False) for one in ("no_answer", "wrong_number", "refused", "agreed", "call_later"))])
def test_only_who_was_reached_was_cared_for(outcome, expected):
    assert counts(outcome) is expected


ENROLLED = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("happened_at", "reason"),
    [
        (NOW, None),
        (NOW + timedelta(microseconds=1), "care.in_future"),
        (datetime(2026, 11, 1, tzinfo=SHANGHAI), None),
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=SHANGHAI), "care.before_enrolment"),
    ],
)
def test_a_contact_lies_between_enrolment_and_now(happened_at, reason):
    refused = check_contact("call", "reached", happened_at, NOW, ENROLLED, None)
    assert (refused and refused.reason) == reason


@pytest.mark.parametrize(
    ("day", "reason"), [(datetime(2026, 11, 10, 23, 59, tzinfo=SHANGHAI), None), (datetime(2026, 11, 11, tzinfo=SHANGHAI), "care.has_left")]
)
def test_nobody_is_called_after_the_day_they_moved_away(day, reason):
    refused = check_contact("call", "reached", day, NOW, ENROLLED, date(2026, 11, 10))
    assert (refused and refused.reason) == reason


def test_who_is_not_on_the_roster_gets_no_contact():
    assert check_contact("call", "reached", NOW, NOW, None, None).reason == "care.not_on_roster"
    assert check_contact("dance", "reached", NOW, NOW, ENROLLED, None).reason == "care.no_such_act"
    assert check_contact("call", "maybe", NOW, NOW, ENROLLED, None).reason == "care.no_such_act"


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(1966, 11, 18), 60, date(2026, 11, 18)),
        (date(1968, 2, 29), 60, date(2028, 2, 29)),
        (date(2008, 2, 29), 18, date(2026, 2, 28)),
        (date(2008, 3, 1), 18, date(2026, 3, 1)),
    ],
)
def test_an_age_is_reached_on_the_birthday_and_29_february_on_the_months_last_day(born, age, day):
    assert birthday(born, age) == day
    assert (age_on(born, day - timedelta(1)), age_on(born, day)) == (age - 1, age)


@pytest.mark.parametrize(
    ("year", "born", "day"),
    [(1966, "1966-11-18", date(2026, 11, 18)), (1966, "1966-11-19", None), (1966, None, None), (1965, None, date(2025, 12, 31)), (None, None, None)],
)
def test_sixty_is_reached_on_the_day_or_without_a_date_when_the_year_is_over(year, born, day):
    assert reached(year, born, 60, DAY) == day


@pytest.mark.parametrize(("year", "band"), [(2010, "0-17"), (1990, "18-59"), (1966, "60-69"), (1950, "70-79"), (1946, "80+"), (None, None)])
def test_age_bands_come_from_the_year_alone(year, band):
    assert age_band(year, DAY) == band


def test_a_file_takes_only_a_telephone_number_as_such():
    assert check_fields("0535-6123456", "living_alone") is None
    assert check_fields("", "") is None
    assert check_fields("12-34 abc", None).reason == "care.bad_phone"
    assert check_fields(None, "rich").reason == "care.no_such_detail"


@pytest.mark.parametrize(
    ("group", "year", "born", "from_date", "reason"),
    [
        ("elder", 1966, "1966-11-18", date(2026, 11, 18), None),
        ("elder", 1966, "1966-11-19", date(2026, 11, 18), "care.not_old_yet"),
        ("elder", 1964, "1964-02-29", date(2024, 2, 28), "care.not_old_yet"),
        ("elder", 1965, "1965-02-28", date(2025, 2, 28), None),
        ("elder", 1966, None, date(2026, 1, 1), None),
        ("elder", 1967, None, date(2026, 11, 18), "care.not_old_yet"),
        ("elder", None, None, date(2026, 11, 18), None),
        ("child", 2008, "2008-11-18", date(2026, 11, 18), "care.is_grown_up"),
        ("child", 2008, "2008-11-19", date(2026, 11, 18), None),
        ("child", 2008, None, date(2026, 11, 18), None),
        ("child", 2007, None, date(2026, 1, 1), "care.is_grown_up"),
        ("disabled", 1990, "1990-01-01", date(2026, 11, 18), None),
    ],
)
def test_elders_are_sixty_on_the_day_they_join_and_children_under_eighteen(group, year, born, from_date, reason):
    refused = check_age(group, year, born, from_date, date(2026, 11, 18))
    assert (refused and refused.reason) == reason


def test_nobody_is_offered_a_group_their_age_rules_out():
    bands = ("0-17", "18-59", "60-69", "70-79", "80+", None)
    assert [band for band in bands if of_age("child", band)] == ["0-17", "18-59", None]
    assert [band for band in bands if of_age("elder", band)] == ["60-69", "70-79", "80+", None]
    assert all(of_age("disabled", band) for band in bands)
