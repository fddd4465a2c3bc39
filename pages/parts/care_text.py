"""Care in words: when something is due, who somebody is, what a contact did. Shared by cards, table and file."""

from datetime import date, datetime, timedelta
from html import escape

from core.appointments import Agreed
from core.calendar import SHANGHAI, local_day, local_minute
from core.care import ATTEMPTS, KNOWN_DETAILS, NEXT
from core.clocks import State
from core.departures import EXITS
from core.queue import remaining
from db.commands.care import Recorded
from db.queries.roster import LastContact, RosterClock, RosterRow
from pages.parts.appointments import agreed_text, when_text
from pages.parts.desk import Desk
from pages.parts.package_text import lacking_text

_INSTANT = timedelta(microseconds=1)


def due_text(desk: Desk, clock: RosterClock, away: tuple | None = None) -> str:
    """How a clock stands, in a few signs: "2 d late", "today", "5 d left 1/2", "done", "agreed for 11-24 15:00". `away`: of RosterRow."""
    later = later_text(desk, clock.agreed, clock.put_off)
    if later and clock.state == State.overdue:
        words, n = remaining(clock.due_at, desk.now)
        return f"{desk.t(words, n=n)} · {later}"
    if later:
        return later
    if clock.begins and not away:
        return desk.t("roster.begins", day=f"{local_day(clock.begins):%m-%d}")
    if clock.state == State.waiting:
        return desk.t("roster.waits" if away else "roster.done")
    words, n = remaining(clock.due_at, desk.now)
    text = desk.t(words, n=n)
    return f"{text} {desk.t('roster.done_of', done=clock.done, required=clock.required)}" if clock.required > 1 else text


def later_text(desk: Desk, agreed: Agreed | None, put_off: datetime | None) -> str:
    """The appointment, or when to call again; "" for neither."""
    if agreed:
        return agreed_text(desk.lang, agreed, desk.now)
    return desk.t("care.put_off", at=f"{put_off.astimezone(SHANGHAI):%m-%d %H:%M}") if put_off else ""


def away_text(desk: Desk, away: tuple[str, date, date | None]) -> str:
    """"In hospital since 3 Nov, back 20 Nov", "died 3 Nov"."""
    kind, begin, back = away
    words = {"kind": desk.t(f"departures.{kind}"), "day": begin}
    if kind in EXITS:
        return desk.t("roster.away_on", **words)
    return desk.t("roster.away_until", back=back, **words) if back else desk.t("roster.away_since", **words)


def last_day(desk: Desk, moment: datetime) -> str:
    """A period's end as people say it: the day that ends at 24:00."""
    return f"{local_day(moment - _INSTANT):%Y-%m-%d}"


def groups_text(desk: Desk, row: RosterRow) -> str:
    """"Elder, lives alone · disabled"; particulars that are no word of ours stand as the ledger had them."""
    return " · ".join(member_text(desk, group, detail) for group, detail in row.groups)


def member_text(desk: Desk, group: str, detail: str | None) -> str:
    """A member of a group with the particular: "elder, lives alone"."""
    name = desk.t(f"care.member.{group}")
    return desk.t("care.member_detail", group=name, detail=detail_text(desk, detail)) if detail else name


def detail_text(desk: Desk, detail: str) -> str:
    """A group's particular in the reader's language, with the level of a disability; or as the office's own ledger wrote it."""
    kind, _, level = detail.partition(" ")
    if kind not in KNOWN_DETAILS:
        return detail
    word = desk.t(f"care.detail.{kind}")
    return desk.t("care.level", kind=word, n=level) if level else word


def place_text(desk: Desk, row: RosterRow) -> str:
    """Grid and building."""
    return " · ".join(part for part in (row.grid or desk.t("roster.no_grid"), row.building) if part)


def outcome_text(desk: Desk, act: str, outcome: str) -> str:
    """An outcome in words; who was reached by a visit was met."""
    in_person = act != "call" and outcome in ("reached", "no_answer")
    return desk.t(f"care.outcome.in_person.{outcome}") if in_person else desk.t(f"care.outcome.{outcome}")


def last_text(desk: Desk, last: LastContact | None) -> str:
    """The latest contact in one line that says so, and the next step it asks for."""
    if last is None:
        return desk.t("roster.no_last")
    said, then = desk.t("roster.last", contact=contact_text(desk, last)), next_text(desk, last.outcome)
    return f"{said} · {then}" if then else said


def next_text(desk: Desk, outcome: str) -> str:
    """What to do next after this outcome; "" where the clock says it."""
    return desk.t(f"care.next.{outcome}") if outcome in NEXT else ""


def contact_text(desk: Desk, last: LastContact | None) -> str:
    """One contact: when, what, how it ended, by whom."""
    if last is None:
        return desk.t("roster.no_last")
    by = desk.t("roster.by", who=last.by) if last.by else ""
    when = last.happened_at.astimezone(SHANGHAI).strftime("%m-%d" if last.day_only else "%m-%d %H:%M")
    return desk.t("roster.contact", when=when, act=desk.t(f"care.act.{last.act}"), outcome=outcome_text(desk, last.act, last.outcome), by=by)


def recorded_text(desk: Desk, name: str, act: str, outcome: str, done: Recorded) -> str:
    """What a contact did, what is due next, and what to do next where it failed."""
    said, then = _recorded(desk, name, act, done), "" if done.check or done.agreed else next_text(desk, outcome)
    return f"{said}{'' if desk.lang == 'zh' else ' '}{then}" if then else said


def _recorded(desk: Desk, name: str, act: str, done: Recorded) -> str:
    words = {"name": name, "act": desk.t(f"care.act.{act}")}
    if done.check:
        return desk.t("roster.recorded_check", number=done.check, n=ATTEMPTS, **words)
    if done.to_confirm:
        return desk.t("late_entries.contact_filed", **words)
    if done.agreed:
        return desk.t("appointments.recorded", at=when_text(done.agreed), **words)
    if done.put_off:
        return desk.t("roster.recorded_later", at=local_minute(done.put_off), **words)
    if done.next_due is None:
        return desk.t("roster.recorded_only", **words)
    due = last_day(desk, done.next_due)
    if (done.met or done.counted) and done.next_due < desk.now:
        return desk.t("roster.recorded_still_late", due=due, **words)
    if done.met or (done.counted and done.done >= done.required):
        return desk.t("roster.recorded_met", due=due, **words)
    if done.counted:
        return desk.t("roster.recorded_part", due=due, done=done.done, required=done.required, **words)
    return desk.t("roster.recorded_late" if done.next_due < desk.now else "roster.recorded_not", **({"due": due} if done.next_due >= desk.now else {}), **words)


def first_text(desk: Desk, row: RosterRow) -> str:
    """Why somebody stands before others, or who said so; "" for nothing."""
    level, by = row.said or (None, None)
    if level:
        return desk.t(f"risks.{level}_line", by=by or desk.t("risks.somebody"))
    return desk.t("risks.line", factors=factors_text(desk, row)) if row.factors else ""


def factors_text(desk: Desk, row: RosterRow) -> str:
    """"Lives alone, 80 or over, home from hospital 2026-11-03"; "" for none."""
    what, day = row.changed or (None, None)
    return desk.t("risks.comma").join(desk.t(f"risks.change_{what}", day=day) if one == "changed" else desk.t(f"risks.{one}") for one in row.factors)


def card_html(desk: Desk, row: RosterRow) -> str:
    """A person's card: who, where, how each act stands, the latest contact."""
    chips = "".join(f'<span class="care-{_tone(clock, row.away, desk.now)}">{desk.t(f"care.act.{clock.act}")} {due_text(desk, clock, row.away)}</span>' for clock in row.clocks)
    chips = (f'<span class="care-soon">{away_text(desk, row.away)}</span>' if row.away else "") + chips
    holder = desk.t("roster.holder", who=row.holder) if row.holder else desk.t("roster.no_holder")
    age = f' <span class="care-age">{row.age_band}</span>' if row.age_band else ""
    if row.failed > 1:
        chips += f'<span class="care-late">{desk.t("care.attempts_failed", n=row.failed)}</span>'
    if row.check:
        chips += f'<span class="care-soon">{desk.t("care.being_looked_for", number=row.check)}</span>'
    if row.unconfirmed:
        chips += f'<span class="care-soon">{desk.t("late_entries.unconfirmed", n=row.unconfirmed)}</span>'
    if row.review:
        late = row.review < local_day(desk.now)
        chips += f'<span class="care-{"late" if late else "soon"}">{desk.t("basis_reviews.late" if late else "basis_reviews.due", day=row.review)}</span>'
    if row.lacking:
        chips += f'<span class="care-soon">{lacking_text(desk, row.lacking)}</span>'
    lines = [one for one in (place_text(desk, row) + " · " + holder, last_text(desk, row.last), first_text(desk, row)) if one]
    small = "".join(f'<div class="care-line">{escape(line)}</div>' for line in lines)
    return f'<div class="care-who"><b>{escape(row.name)}</b>{age} <span class="care-group">{escape(groups_text(desk, row))}</span></div><div class="care-chips">{chips}</div>{small}'


def _tone(clock: RosterClock, away: tuple | None, now: datetime) -> str:
    if clock.agreed and clock.agreed.missed(now) and clock.state != State.overdue:
        return "soon"
    return {State.overdue: "late", State.due_soon: "soon", State.waiting: "due" if away or clock.begins else "done"}.get(clock.state, "due")
