"""Bills of a household: pay, automatic reminder, overdue dunning, suspension (HB 二(一)), and when a service may be suspended at all (HB 一(一)).

The last payment day is the day that is not counted: the day after it is the first day overdue. The thirtieth ends at 24:00, and moves off days off as
every period of the Civil Code does, also one that somebody waits for (core.clocks): cutting off later harms nobody. Only what was done once the
bill was overdue counts as a reminder of it. A property fee is no utility bill, and is never pressed for by suspending one (Civil Code art. 944).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from core.calendar import WorkCalendar, local_day
from core.clocks import deadline_text, due
from core.periods import local_midnight
from core.refusals import Refused
from core.rulebook import Limit, load_rulebook

CLAUSE, STAGES = "arrears.suspend", "bill.stages"
KINDS = ("water", "electricity", "gas", "heating", "property_fee")
UTILITIES = frozenset(KINDS) - {"property_fee"}
WAYS = ("online", "counter", "transfer", "deduction")
"""How a bill was paid, as people record it."""
LEDGER = "ledger"
"""How, where a ledger that came in says that it was."""
REMINDERS = ("sms", "phone", "phone_failed", "notice")
"""What a person records: text message sent, spoken on the phone, not reached, notice of the last payment date given. Who was not reached has not been reminded."""
NEEDED = ("sms", "phone", "notice")
"""What a suspension needs. HB 一(一)"""
LISTED = "listed"
"""What the desk does by itself: puts the bill on the list of reminders to send. It sends nothing."""
ONE_DAY = timedelta(1)
_PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4]|-\d{4})?")


class Stage(StrEnum):
    """Where a bill stands; the words are bills.stage_<value>."""

    pay = "pay"
    reminder = "reminder"
    dunning = "dunning"
    suspension = "suspension"
    suspended = "suspended"
    closed = "closed"


@dataclass(frozen=True)
class Limits:
    """The moments of a bill's stages (UTC). `listed_from`: the automatic reminder; `overdue_at`: the end of the last payment day; `dun_by`: both
    reminders are made by then; `suspend_from`: thirty days are over. `provisional`: counted on days without a holiday notice."""

    listed_from: datetime
    overdue_at: datetime
    dun_by: datetime
    suspend_from: datetime
    provisional: bool


@lru_cache(maxsize=2_000)
def limits(due_on: date, calendar: WorkCalendar) -> Limits:
    """The moments of a bill whose last payment day is `due_on`."""
    book, start = load_rulebook(), local_midnight(due_on)
    parts = book[STAGES].on(due_on).parts
    over = due(start, book[CLAUSE].on(due_on).figure, calendar)
    return Limits(
        local_midnight(due_on - timedelta(parts["reminder"].n)), local_midnight(due_on + ONE_DAY), due(start, parts["dunning"], calendar).due_at, over.due_at, over.provisional
    )


def last_reminded_day(now: datetime) -> date:
    """The latest last payment day whose automatic reminder is to be sent by now."""
    today = local_day(now)
    return today + timedelta(load_rulebook()[STAGES].on(today).parts["reminder"].n)


def last_suspendable_day(now: datetime, calendar: WorkCalendar) -> date:
    """The latest last payment day of a bill that has been overdue for thirty days at `now`."""
    day = local_day(now) - ONE_DAY
    while limits(day, calendar).suspend_from > now:
        day -= ONE_DAY
    return day


def restore_by(paid_at: datetime, calendar: WorkCalendar) -> datetime:
    """By when a suspended service runs again once its bill is paid."""
    limit: Limit = load_rulebook()[STAGES].on(local_day(paid_at)).parts["restore"]
    return due(paid_at, limit, calendar).due_at


def stage(bill, now: datetime, calendar: WorkCalendar) -> Stage:
    """How `bill` (kind, due_on, suspended_at, closed_at) stands. The SQL twin is db.queries.bills.at_stage."""
    if bill.closed_at is not None:
        return Stage.closed
    if bill.suspended_at is not None:
        return Stage.suspended
    known = limits(bill.due_on, calendar)
    if now <= known.overdue_at:
        return Stage.reminder if now >= known.listed_from else Stage.pay
    return Stage.suspension if bill.kind in UTILITIES and now >= known.suspend_from else Stage.dunning


def counted(steps: Iterable, due_on: date) -> dict[str, object]:
    """Of a bill's `steps` (act, happened_at) the latest one of each of NEEDED made once it was overdue: only these are reminders of an overdue bill."""
    since = local_midnight(due_on + ONE_DAY)
    return {one.act: one for one in sorted(steps, key=lambda one: one.happened_at) if one.act in NEEDED and one.happened_at >= since}


def may_enter(kind: str, period: str, amount: int, due_on: date, now: datetime) -> Refused | None:
    """Why a bill may not be entered. `amount` in fen (1/100 yuan); `period` like 2026-10, 2026-Q4, 2026 or 2026-2027. Raises ValueError for a kind not in KINDS."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of bill: one of {', '.join(KINDS)}")
    if not _PERIOD.fullmatch(period):
        return Refused("bills.bad_period", STAGES)
    if amount <= 0:
        return Refused("bills.bad_amount", STAGES)
    return None if abs(due_on - local_day(now)) <= timedelta(3 * 366) else Refused("bills.bad_due_on", STAGES)


def may_remind(bill, act: str, at: datetime, last_pay_on: date | None, now: datetime) -> Refused | None:
    """Why a reminder may not be recorded. Raises ValueError for an act not in REMINDERS."""
    if act not in REMINDERS:
        raise ValueError(f"{act!r} is no reminder: one of {', '.join(REMINDERS)}")
    if bill.paid_at is not None or bill.closed_at is not None:
        return Refused("bills.not_owed", STAGES)
    if at > now:
        return Refused("bills.in_future", STAGES)
    if act == "notice" and (last_pay_on is None or last_pay_on < local_day(at)):
        return Refused("bills.notice_needs_day", CLAUSE)
    return None


def earliest(bill, steps: Iterable, calendar: WorkCalendar) -> datetime:
    """The first moment at which the service may be suspended, as far as time alone decides: thirty days overdue, and the day told to the resident over."""
    told = counted(steps, bill.due_on).get("notice")
    known = limits(bill.due_on, calendar).suspend_from
    return max(known, local_midnight(told.last_pay_on + ONE_DAY)) if told else known


def may_suspend(bill, steps: Iterable, now: datetime, calendar: WorkCalendar) -> Refused | None:
    """Why the service may not be suspended now: what is missing, and the earliest moment. At that very moment it may be."""
    if bill.kind not in UTILITIES:
        return Refused("bills.never_for_fees", CLAUSE)
    if bill.paid_at is not None or bill.closed_at is not None:
        return Refused("bills.not_owed", CLAUSE)
    if bill.suspended_at is not None:
        return Refused("bills.suspended_already", CLAUSE)
    known, done = limits(bill.due_on, calendar), counted(steps, bill.due_on)
    lacks = [*(["days"] if now < known.suspend_from else []), *(one for one in NEEDED if one not in done)]
    at = earliest(bill, done.values(), calendar)
    if "notice" in done and known.suspend_from <= now < at:
        lacks.append("day_told")
    if not lacks:
        return None
    missing = tuple(f"bills.lacks_{one}" for one in lacks)
    return Refused("bills.may_not_suspend", CLAUSE, {"missing": missing, "earliest": deadline_text(at)})
