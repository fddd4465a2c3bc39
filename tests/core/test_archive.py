"""What a file carries, how long it is kept, and who may read it when."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.archive import closes_at, file_number, kept_until, kept_years, may_ask, may_decide, may_open, next_numbers, stands, wait, year_of
from core.grants import Decider
from core.work_orders import CATEGORIES

NOW = datetime.fromisoformat("2026-11-18T10:00:00+08:00")
TODAY = date(2026, 11, 18)
MINUTE = timedelta(minutes=1)


def reading(**changed):
    one = {"asked_by": 1, "asked_staff_id": 11, "read_on": TODAY, "granted": None, "decided_at": None, "opened_at": None, "closes_at": None}
    return SimpleNamespace(**one | changed)


def test_a_file_carries_category_year_retention_period_and_number():
    assert file_number("public_service", 2026, 12) == "2026-GG-0012"
    assert year_of(datetime.fromisoformat("2026-12-31T23:59:00+08:00")) == 2026 and year_of(datetime.fromisoformat("2027-01-01T00:00:00+08:00")) == 2027
    assert {category: kept_years(category, TODAY) for category in CATEGORIES} == {
        "public_service": 30, "property_management": 10, "neighbour_disputes": 30, "policy_advice": 10, "culture": 10,
    }  # fmt: skip
    assert kept_until(2026, 10) == date(2036, 12, 31) and wait() == timedelta(7)


def test_numbers_run_in_each_category_and_year_without_gaps():
    a, b, later = ("culture", 2026), ("culture", 2027), ("policy_advice", 2026)
    assert next_numbers({a: 3}, [a, b, a, later, b]) == [4, 1, 5, 1, 2]
    assert next_numbers({}, []) == []


def test_a_request_says_who_what_for_and_on_which_day():
    asked = lambda reader="张三", purpose="核对", day=TODAY: (refused := may_ask(reader, purpose, day, NOW)) and refused.reason  # noqa: E731
    assert asked() is None
    assert (asked(reader=" "), asked(purpose=""), asked(day=TODAY - timedelta(1))) == ("archive.say_who", "archive.say_what_for", "archive.day_is_past")


@pytest.mark.parametrize(
    ("changed", "actor", "watcher", "reason"),
    [
        ({}, (2, 12), 13, None), ({}, (2, 12), 12, None), ({}, (1, 12), 13, "archive.by_another"), ({}, (2, 11), 13, "archive.by_another"), ({}, (2, 12), None, "archive.name_watcher"),
        ({}, (2, 12), 11, "archive.name_watcher"), ({"decided_at": NOW}, (2, 12), 13, "grants.decided_before"), ({"read_on": TODAY - timedelta(1)}, (2, 12), 13, "archive.day_is_past"),
    ],
)  # fmt: skip
def test_it_is_approved_by_another_person_who_names_somebody_else_to_watch(changed, actor, watcher, reason):
    refused = may_decide(reading(**changed), Decider(*actor, "station_head"), True, watcher, NOW)
    assert (refused and (refused.reason, refused.clause_id)) == (reason and (reason, "archive.access"))
    assert reason or may_decide(reading(**changed), Decider(*actor, "station_head"), False, None, NOW) is None, "a no needs nobody to watch"


def test_it_opens_on_the_day_approved_for_who_asked_and_closes_by_itself():
    granted = {"granted": True, "decided_at": NOW}
    opens = lambda actor=1, now=NOW, **changed: (refused := may_open(reading(**changed), actor, now)) and refused.reason  # noqa: E731
    assert opens(**granted) is None
    assert opens(actor=2, **granted) == "archive.not_yours"
    assert opens() == opens(granted=False) == "archive.not_granted"
    assert opens(now=NOW - timedelta(1), **granted) == opens(now=NOW + timedelta(1), **granted) == "archive.not_that_day"
    shut = closes_at(NOW)
    assert shut == NOW + timedelta(hours=2)
    opened = granted | {"opened_at": NOW, "closes_at": shut}
    assert opens(now=shut, **opened) is None and opens(now=shut + MINUTE, **opened) == "archive.over"
    assert [stands(reading(**opened), now) for now in (shut - MINUTE, shut, shut + MINUTE)] == ["open", "open", "over"]


def test_it_never_stays_open_beyond_its_day():
    late = datetime.fromisoformat("2026-11-18T23:30:00+08:00")
    assert closes_at(late) == datetime.fromisoformat("2026-11-19T00:00:00+08:00")


def test_what_nobody_opened_on_its_day_lapses():
    tomorrow = NOW + timedelta(1)
    assert [stands(reading(granted=yes, decided_at=NOW), tomorrow) for yes in (True, None, False)] == ["lapsed", "lapsed", "refused"]
