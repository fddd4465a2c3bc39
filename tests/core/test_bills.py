"""Bills: four stages, and a suspension refused before thirty days overdue, without both reminders, or without the day told. Worked out by hand."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from core.bills import CLAUSE, KINDS, STAGES, Stage, earliest, last_suspendable_day, limits, may_enter, may_remind, may_suspend, restore_by, stage
from core.calendar import packaged_calendar
from core.refusals import Refused
from core.words import LANGS

CALENDAR = packaged_calendar()
MINUTE, DAY = timedelta(minutes=1), timedelta(1)
DUE = date(2026, 10, 19)
"""A Monday; the thirtieth day overdue is Wednesday 18 November."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


OVER = at("2026-11-19T00:00")
"""24:00 of that Wednesday."""


@dataclass
class Bill:
    kind: str = "water"
    due_on: date = DUE
    paid_at: datetime | None = None
    suspended_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass
class Step:
    act: str
    happened_at: datetime
    last_pay_on: date | None = None


ALL = (Step("sms", at("2026-10-21T09:00")), Step("phone", at("2026-10-26T09:00")), Step("notice", at("2026-11-02T09:00"), date(2026, 11, 9)))


@pytest.mark.parametrize(("now", "permitted"), [(OVER - MINUTE, False), (OVER, True), (OVER + MINUTE, True)])
def test_a_service_may_be_suspended_not_before_30_days_overdue(now, permitted):
    refused = may_suspend(Bill(), ALL, now, CALENDAR)
    assert (refused is None) is permitted
    assert permitted or refused == Refused("bills.may_not_suspend", CLAUSE, {"missing": ("bills.lacks_days",), "earliest": "2026-11-18 24:00"})
    assert stage(Bill(), now, CALENDAR) == (Stage.suspension if permitted else Stage.dunning)


@pytest.mark.parametrize(
    ("due_on", "permitted"),
    [
        ("2024-01-30", "2024-03-01T00:00"),  # the thirtieth day is 29 February
        ("2025-01-29", "2025-03-01T00:00"),  # no such day: 28 February
        ("2025-11-30", "2025-12-31T00:00"),  # 30 December
        ("2025-12-02", "2026-01-05T00:00"),  # New Year's Day; the day after the holiday is Sunday 4 January, made up for
        ("2026-08-26", "2026-09-29T00:00"),  # Mid-Autumn Friday and the weekend
        ("2026-09-01", "2026-10-09T00:00"),  # National Day, over on the 7th
        ("2026-10-22", "2026-11-24T00:00"),  # a Saturday
    ],
)
def test_the_thirtieth_day_moves_off_days_off_and_counts_29_february(due_on, permitted):
    known = limits(date.fromisoformat(due_on), CALENDAR)
    assert (known.suspend_from, known.provisional) == (at(permitted), False)


def test_a_thirtieth_day_without_a_holiday_notice_is_provisional():
    assert limits(date(2026, 12, 10), CALENDAR).provisional


@pytest.mark.parametrize("missing", ["sms", "phone", "notice"])
def test_it_is_refused_without_a_text_message_a_phone_call_or_the_notice_of_the_last_payment_date(missing):
    refused = may_suspend(Bill(), [one for one in ALL if one.act != missing], OVER, CALENDAR)
    assert (refused.clause_id, refused.values["missing"]) == (CLAUSE, (f"bills.lacks_{missing}",))
    assert all(refused.values["earliest"] in refused.text(lang) for lang in LANGS)


def test_what_was_said_before_the_bill_was_overdue_and_a_call_nobody_answered_are_no_reminders():
    early = [Step("sms", at("2026-10-19T23:59")), Step("phone_failed", at("2026-10-26T09:00")), ALL[2]]
    assert may_suspend(Bill(), early, OVER, CALENDAR).values["missing"] == ("bills.lacks_sms", "bills.lacks_phone")
    assert may_suspend(Bill(), [Step("sms", at("2026-10-20T00:00")), *ALL[1:]], OVER, CALENDAR) is None


@pytest.mark.parametrize(("now", "permitted"), [("2026-11-25T23:59", False), ("2026-11-26T00:00", True)])
def test_nobody_is_cut_off_before_the_day_they_were_told_is_over(now, permitted):
    steps = [*ALL, Step("notice", at("2026-11-18T10:00"), date(2026, 11, 25))]
    refused = may_suspend(Bill(), steps, at(now), CALENDAR)
    assert (refused is None) is permitted
    assert permitted or (refused.values["missing"], refused.values["earliest"]) == (("bills.lacks_day_told",), "2026-11-25 24:00")
    assert earliest(Bill(), steps, CALENDAR) == at("2026-11-26T00:00")


def test_a_property_fee_is_never_pressed_for_by_suspending_a_service():
    assert may_suspend(Bill("property_fee"), ALL, OVER + 300 * DAY, CALENDAR) == Refused("bills.never_for_fees", CLAUSE)
    assert stage(Bill("property_fee"), OVER + 300 * DAY, CALENDAR) == Stage.dunning


def test_what_is_paid_or_suspended_already_is_not_suspended():
    assert may_suspend(Bill(paid_at=OVER), ALL, OVER, CALENDAR).reason == "bills.not_owed"
    assert may_suspend(Bill(suspended_at=OVER), ALL, OVER, CALENDAR).reason == "bills.suspended_already"


@pytest.mark.parametrize(
    ("now", "expected"),
    [("2026-10-15T23:59", Stage.pay), ("2026-10-16T00:00", Stage.reminder), ("2026-10-20T00:00", Stage.reminder), ("2026-10-20T00:01", Stage.dunning), ("2026-11-19T00:00", Stage.suspension)],
)
def test_pay_then_automatic_reminder_then_overdue_dunning_then_suspension(now, expected):
    """The last payment day is the 19th: reminded three days before (default); exactly at its end it is in time."""
    assert stage(Bill(), at(now), CALENDAR) == expected
    assert limits(DUE, CALENDAR).dun_by == at("2026-10-30T00:00"), "ten days overdue, by default"


def test_the_last_day_that_has_been_overdue_for_thirty_days_is_the_same_moment():
    for n in range(60):
        now = OVER - 30 * DAY + n * DAY
        day = last_suspendable_day(now, CALENDAR)
        assert limits(day, CALENDAR).suspend_from <= now < limits(day + DAY, CALENDAR).suspend_from


def test_a_service_runs_again_within_24_hours_of_payment_by_default():
    assert restore_by(at("2026-12-31T15:00"), CALENDAR) == at("2027-01-01T15:00")


def test_a_notice_names_a_day_to_come_and_nothing_is_recorded_before_it_happens():
    now = at("2026-11-02T09:00")
    for day in (None, date(2026, 11, 1)):
        assert may_remind(Bill(), "notice", now, day, now) == Refused("bills.notice_needs_day", CLAUSE)
    assert may_remind(Bill(), "notice", now, date(2026, 11, 2), now) is None
    assert may_remind(Bill(), "sms", now + MINUTE, None, now).reason == "bills.in_future"
    assert may_remind(Bill(paid_at=now), "sms", now, None, now).reason == "bills.not_owed"
    with pytest.raises(ValueError, match="no reminder"):
        may_remind(Bill(), "letter", now, None, now)


@pytest.mark.parametrize(("period", "amount", "due_on", "reason"), [
    ("2026-10", 1, DUE, None), ("2026-Q4", 1, DUE, None), ("2026-2027", 1, DUE, None), ("2026-13", 1, DUE, "bills.bad_period"), ("张三", 1, DUE, "bills.bad_period"),
    ("2026-10", 0, DUE, "bills.bad_amount"), ("2026-10", 1, date(2062, 10, 19), "bills.bad_due_on"),
])  # fmt: skip
def test_a_bill_says_its_period_its_amount_and_a_day_near_enough(period, amount, due_on, reason):
    refused = may_enter(KINDS[0], period, amount, due_on, OVER)
    assert (refused and (refused.reason, refused.clause_id)) == (reason and (reason, STAGES))
