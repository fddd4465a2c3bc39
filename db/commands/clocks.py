"""Deadline clocks: open, meet, void, pause, resume, and the command that recomputes those still open.

All but `recompute` are steps of another command's transaction and file nothing themselves. A clock is stamped with its clause and
the date of the clause's value; `due_at` is computed from its start, its pauses and what another person granted on top (core.extensions), never
moved by hand.

Pauses may nest, each with its reason: the clock runs again when the last of them ends. One whose end is known moves the limit when it begins,
so that the clock stands right from that end on, whoever notes it when. A change of calendar or clause moves only limits
that are still to come: it makes no past order late, and excuses none that is late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import func, select

from core.calendar import WorkCalendar, local_day
from core.clocks import Span, State, due, state
from core.extensions import longer
from core.refusals import Refused
from core.roles import may
from core.rulebook import Clause, Limit, load_rulebook
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.clocks import Clock, ClockPause
from db.models.grids import Community
from db.models.work_orders import WorkOrder
from db.queries.calendar import current_calendar
from db.queries.clock_state import is_unclosed
from db.types import uuid7


@dataclass(frozen=True)
class Stamp:
    """What a clock carries of its clause: the date of the clause's value, when to warn, when it is due (both UTC)."""

    effective_from: date
    warn_at: datetime
    due_at: datetime


def stamp(
    clause: Clause,
    start: datetime,
    calendar: WorkCalendar,
    *,
    closes_at: time | None = None,
    pauses: Sequence[Span] = (),
    value_of: date | None = None,
    extended_by: int | None = None,
) -> Stamp | None:
    """The deadline of `clause` begun at `start`, by its value from the date `value_of` on (None: the one that held that day), `extended_by` so many
    of its units; None where the clause sets none (repealed, or no limit)."""
    dated = next((one for one in clause.values if one.from_ == value_of), None) or clause.on(local_day(start))
    if dated is None or not isinstance(dated.figure, Limit):
        return None
    reached = due(start, longer(dated.figure, extended_by), calendar, closes_at=closes_at, pauses=pauses)
    return Stamp(dated.from_, reached.warn_at, reached.due_at)


def open_deadline(session: ScopedSession, clause_id: str, order: WorkOrder, start: datetime) -> Clock | None:
    """A clock of `order` that runs from `start`, held by whoever holds the order; None when the clause sets no limit then."""
    stamped = stamp(load_rulebook()[clause_id], start, current_calendar(session), closes_at=closing_time(session, order.community_id))
    if stamped is None:
        return None
    clock = Clock(
        community_id=order.community_id, id=uuid7(), grid_id=order.grid_id, desk=order.desk, clause_id=clause_id, effective_from=stamped.effective_from,
        subject_kind="work_order", subject_id=order.id, work_order_id=order.id, resident_id=order.resident_id, holder_id=order.holder_id,
        started_at=start, warn_at=stamped.warn_at, due_at=stamped.due_at,
    )  # fmt: skip
    session.add(clock)
    return clock


def closing_time(session: ScopedSession, community_id: UUID) -> time | None:
    """Close of business of the community's office; None: days end at 24:00."""
    return session.scalar(select(Community.closes_at).where(Community.community_id == community_id))


def open_clocks(session: ScopedSession, order: WorkOrder) -> list[Clock]:
    """The clocks of `order` that still run or stand still, by due time."""
    own = (Clock.community_id == order.community_id, Clock.subject_id == order.id)
    return list(session.scalars(select(Clock).where(*own, is_unclosed()).order_by(Clock.due_at)))


def meet(session: ScopedSession, clock: Clock, at: datetime) -> None:
    """What the clause asks for happened at `at`, in time or late; a pause ends with it."""
    resume(session, clock, at)
    clock.times_done = clock.times_required
    clock.met_at = clock.closed_at = at


def void(session: ScopedSession, clock: Clock, at: datetime, now: datetime) -> None:
    """The clock lost its object at `at` (matter withdrawn), recorded at `now`: it counts neither for nor against anyone.

    One that was overdue when that was recorded closes as missed: neither a withdrawal nor its back-dating undoes a breach."""
    missed = state(clock, now) == State.overdue
    resume(session, clock, at)
    clock.closed_at = now if missed else at
    clock.voided_at = None if missed else at


def pause(session: ScopedSession, clock: Clock, at: datetime, reason: str, until: datetime | None = None) -> None:
    """`clock` stands still from `at` for `reason`, also while it stands still for another; nothing happens if it does for this one already.
    `until`: never longer, whenever its end is entered."""
    if clock.paused_at is not None and any(one.reason == reason for one in _standing(session, clock)):
        return
    clock.paused_at = min(clock.paused_at or at, at)
    session.add(ClockPause(community_id=clock.community_id, clock_id=clock.id, started_at=at, reason=reason, until_at=until))
    clock.paused_until = _known_end(_standing(session, clock))
    if until is not None and clock.paused_at <= clock.due_at:
        restamp(session, clock, clock.due_at)


def resume(session: ScopedSession, clock: Clock, at: datetime, reason: str | None = None) -> None:
    """What `clock` stands still for ends at `at`: `reason`, or all (None). With the last it runs again, its deadline computed anew from the
    history of its pauses; one that was late before it stood still stays so."""
    if clock.paused_at is None:
        return
    standing = _standing(session, clock)
    ending = [one for one in standing if reason in (None, one.reason)]
    if not ending:
        return
    for one in ending:
        one.ended_at = max(min(at, one.until_at or at), one.started_at)
    left = [one for one in standing if one.ended_at is None]
    in_time = clock.paused_at <= clock.due_at
    clock.paused_at, clock.paused_until = (clock.paused_at, _known_end(left)) if left else (None, None)
    if in_time:
        restamp(session, clock, min(at, max(one.ended_at for one in ending)))


def carry_pauses(session: ScopedSession, old: Clock, new: Clock) -> None:
    """What `old` stood still for, `new`, which takes its place from the same start on, stood still for too, as far as it was in time then."""
    session.flush()
    for span in sorted(_pauses(session, old), key=lambda one: one.started_at):
        if span.started_at < new.started_at or span.started_at > new.due_at:
            continue
        session.add(ClockPause(community_id=new.community_id, clock_id=new.id, started_at=span.started_at, ended_at=span.ended_at, reason=span.reason, until_at=span.until_at))
        if span.ended_at is None:
            new.paused_at = min(new.paused_at or span.started_at, span.started_at)
            new.paused_until = _known_end(_standing(session, new))
        restamp(session, new, new.started_at)


def restamp(session: ScopedSession, clock: Clock, since: datetime) -> None:
    """The deadline of `clock` anew from its pauses as far as their end is known, by the clause's value it began with; not before `since`, up to
    when it can't have been late, whatever has changed in the calendar."""
    session.flush()
    spans = [(one.started_at, one.ended_at or one.until_at) for one in _pauses(session, clock)]
    stamped = _by_history(session, clock, spans)
    if stamped is not None:
        clock.warn_at, clock.due_at = stamped.warn_at, max(stamped.due_at, since)


def due_without_standing(session: ScopedSession, clock: Clock) -> datetime:
    """What `clock`, standing still, would be due at if it ran again at the moment it came to stand still."""
    over = [(one.started_at, one.ended_at) for one in _pauses(session, clock)]
    stamped = _by_history(session, clock, over)
    return min(clock.due_at, stamped.due_at) if stamped else clock.due_at


def _by_history(session: ScopedSession, clock: Clock, spans: Sequence[tuple[datetime, datetime | None]]) -> Stamp | None:
    known = [(begin, end) for begin, end in spans if end is not None]
    closes_at, clause = closing_time(session, clock.community_id), load_rulebook()[clock.clause_id]
    return stamp(clause, clock.started_at, current_calendar(session), closes_at=closes_at, pauses=known, value_of=clock.effective_from, extended_by=clock.extended_by)


def _known_end(standing: Sequence[ClockPause]) -> datetime | None:
    """When the last of these ends by itself; None: not all of them do."""
    ends = [one.until_at for one in standing]
    return None if None in ends else max(ends)


def _standing(session: ScopedSession, clock: Clock) -> list[ClockPause]:
    session.flush()
    return [one for one in _pauses(session, clock) if one.ended_at is None]


def _pauses(session: ScopedSession, clock: Clock) -> list[ClockPause]:
    return list(session.scalars(select(ClockPause).where(ClockPause.community_id == clock.community_id, ClockPause.clock_id == clock.id)))


def recompute(session: ScopedSession, *, now: datetime, community_id: UUID) -> int | Refused:
    """Compute every open deadline of a community again, by the calendar and the rulebook as they are now (a holiday notice was
    loaded, a clause changed). Returns how many moved; closed clocks are history and stay, and so do those overdue."""
    if not may(session.scope.role, "recompute"):
        return Refused("common.not_allowed")
    moved = restamp_open(session, now, community_id, current_calendar(session))
    file(session, "clock.recompute", now=now, community_id=community_id, moved=moved)
    return moved


def restamp_open(session: ScopedSession, now: datetime, community_id: UUID, calendar: WorkCalendar) -> int:
    """Step of a command: every open deadline of a community that is still to come, by `calendar` and the rulebook as it is now. What is late
    stays late, and a limit that would be past by the new count stays where it was. Returns how many moved."""
    rulebook, closes_at = load_rulebook(), closing_time(session, community_id)
    spans: dict[UUID, list[Span]] = {}
    own = (Clock.community_id == community_id, is_unclosed(), Clock.work_order_id.is_not(None))
    ends = func.coalesce(ClockPause.ended_at, ClockPause.until_at)
    history = select(ClockPause.clock_id, ClockPause.started_at, ends).join(
        Clock, (Clock.community_id == ClockPause.community_id) & (Clock.id == ClockPause.clock_id)
    )
    for clock_id, begin, end in session.execute(history.where(*own, ends.is_not(None))):
        spans.setdefault(clock_id, []).append((begin, end))
    clocks = session.scalars(select(Clock).where(*own))
    return sum(_moved(clock, now, _anew(clock, rulebook[clock.clause_id], calendar, closes_at, spans.get(clock.id, ()))) for clock in clocks)


def _anew(clock: Clock, clause: Clause, calendar: WorkCalendar, closes_at: time | None, pauses: Sequence[Span]) -> Stamp | None:
    """What was granted on top of a value was granted in its units: an extended clock keeps its value, whatever the clause says by now."""
    value_of = clock.effective_from if clock.extended_by else None
    return stamp(clause, clock.started_at, calendar, closes_at=closes_at, pauses=pauses, value_of=value_of, extended_by=clock.extended_by)


def _moved(clock: Clock, now: datetime, stamped: Stamp | None) -> bool:
    """Whether `clock` took the deadline `stamped`."""
    if stamped is None or stamped == Stamp(clock.effective_from, clock.warn_at, clock.due_at):
        return False
    # Up to when it was in time for certain: now, or when it came to stand still.
    if min(clock.due_at, stamped.due_at) < (clock.paused_at if state(clock, now) == State.paused else now):
        return False
    clock.effective_from, clock.warn_at, clock.due_at = stamped.effective_from, stamped.warn_at, stamped.due_at
    return True
