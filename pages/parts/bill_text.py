"""What a bill says in a line, what a suspension still needs, and what was done, in words."""

from datetime import date, datetime

from core.bills import CLAUSE, NEEDED, UTILITIES, Stage
from core.calendar import local_day, local_minute
from core.clocks import deadline_text
from core.rulebook import load_rulebook
from db.queries.bills import BillLine, StepLine
from pages.parts.desk import Desk
from pages.parts.plain import plain


def days_overdue(day: date) -> int:
    """How many days overdue a bill must be before its service may be suspended, as the clause says on `day`."""
    return load_rulebook()[CLAUSE].on(day).figure.n


def name(desk: Desk, one) -> str:
    """Where and what for: `one` has building, door, kind and period."""
    return desk.t("bills.title_line", building=plain(one.building), door=plain(one.door), kind=desk.t(f"bills.kind_{one.kind}"), period=one.period)


def line(desk: Desk, one: BillLine) -> str:
    """A bill as a list shows it, in Markdown."""
    return f"**{name(desk, one)}**  \n{sums(desk, one)}  \n{stands(desk, one)}"


def sums(desk: Desk, one: BillLine) -> str:
    """How much, until when, or when it was paid."""
    amount = desk.t("bills.yuan", amount=f"{one.amount / 100:.2f}")
    if one.paid_at:
        return desk.t("bills.line_paid", amount=amount, at=local_minute(one.paid_at), way=desk.t(f"bills.way_{one.paid_way}"))
    if one.cancelled_at:
        return desk.t("bills.line_cancelled", amount=amount, at=local_minute(one.cancelled_at))
    late = (local_day(desk.now) - one.due_on).days
    return desk.t("bills.line_overdue", amount=amount, due=one.due_on, n=late) if late > 0 else desk.t("bills.line_pay", amount=amount, due=one.due_on)


def stands(desk: Desk, one: BillLine) -> str:
    """What is to be done next, coloured where it is late."""
    if one.stage is Stage.suspended:
        return " · ".join(filter(None, (desk.t("bills.line_suspended", at=local_minute(one.suspended_at)), _restore(desk, one))))
    if one.stage is Stage.reminder:
        return _reminder(desk, one)
    if one.stage not in (Stage.dunning, Stage.suspension):
        return ""
    signs = " ".join(f"{'✓' if act in one.done else '○'} {desk.t(f'bills.act_{act}')}" for act in NEEDED)
    if one.stage is Stage.dunning and {"sms", "phone"} - one.done.keys():
        colour = "red" if desk.now > one.limits.dun_by else "orange"
        return f":{colour}[{desk.t('bills.line_dun_by', by=deadline_text(one.limits.dun_by))}]  \n:gray[{signs}]"
    return f":gray[{signs}]"


def _restore(desk: Desk, one: BillLine) -> str | None:
    if one.restore_by is None:
        return None
    late = desk.now > one.restore_by
    return f":{'red' if late else 'orange'}[{desk.t('bills.line_restore_late' if late else 'bills.line_restore', by=local_minute(one.restore_by))}]"


def _reminder(desk: Desk, one: BillLine) -> str:
    if one.reminded_at:
        return f":green[{desk.t('bills.line_reminded', at=local_minute(one.reminded_at))}]"
    return f":orange[{desk.t('bills.line_listed', at=local_minute(one.listed_at))}]" if one.listed_at else ""


def needs(desk: Desk, one: BillLine) -> list[str]:
    """What a suspension needs, each with a sign whether it is there; of a property fee why there is none."""
    if one.kind not in UTILITIES:
        return [desk.t("bills.no_suspension")]
    days = desk.t("bills.need_days", n=days_overdue(one.due_on), at=deadline_text(one.limits.suspend_from))
    found = [_sign(desk.now >= one.limits.suspend_from, days + (f" · {desk.t('bills.provisional')}" if one.limits.provisional else ""))]
    found += [_sign(act in one.done, desk.t(f"bills.need_{act}") + _at(one.done.get(act))) for act in NEEDED]
    if one.told_day:
        found.append(_sign(local_day(desk.now) > one.told_day, desk.t("bills.need_day_told", day=one.told_day)))
    return found


def _at(moment: datetime | None) -> str:
    return f" · {local_minute(moment)}" if moment else ""


def _sign(there: bool, text: str) -> str:
    return f":green[✓] {text}" if there else f":orange[○ {text}]"


def step_text(desk: Desk, one: StepLine) -> str:
    """One step of the trail: what, when, by whom, and what belongs to it."""
    by = desk.t("bills.desk_did") if one.act == "listed" else plain(one.by)
    parts = [f"**{desk.t(f'bills.act_{one.act}')}**", local_minute(one.happened_at), by]
    parts += [desk.t(f"bills.way_{one.way}")] if one.way else []
    parts += [desk.t("bills.step_day", day=one.last_pay_on)] if one.last_pay_on else []
    parts += [desk.t("bills.step_permitted", at=deadline_text(one.permitted_at))] if one.permitted_at else []
    parts += [desk.t("bills.step_recorded", at=local_minute(one.recorded_at))] if (one.recorded_at - one.happened_at).total_seconds() > 3600 else []
    return " · ".join(filter(None, (*parts, plain(one.note))))
