"""Deadline clocks: open, meet, void, pause, resume, and the command that recomputes those still open.

All but `recompute` are steps of another command's transaction and file nothing themselves. A clock is stamped with its clause and
the date of the clause's value; `due_at` is computed from its start and its pauses, never moved by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select

from core.calendar import WorkCalendar, local_day
from core.clocks import Span, State, due, state
from core.refusals import Refused
from core.roles import may
from core.rulebook import Clause, Limit, Rulebook, load_rulebook
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


def stamp(clause: Clause, start: datetime, calendar: WorkCalendar, *, closes_at: time | None = None, pauses: Sequence[Span] = ()) -> Stamp | None:
    """The deadline of `clause` begun at `start`; None where the clause sets none on that day (repealed, or no limit)."""
    dated = clause.on(local_day(start))
    if dated is None or not isinstance(dated.figure, Limit):
        return None
    reached = due(start, dated.figure, calendar, closes_at=closes_at, pauses=pauses)
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


def pause(session: ScopedSession, clock: Clock, at: datetime, reason: str) -> None:
    """`clock` stands still from `at`; nothing happens to one that stands still already."""
    if clock.paused_at is None:
        clock.paused_at = at
        session.add(ClockPause(community_id=clock.community_id, clock_id=clock.id, started_at=at, reason=reason))


def resume(session: ScopedSession, clock: Clock, at: datetime) -> None:
    """`clock` runs again from `at`; its deadline is computed anew from the history of its pauses."""
    if clock.paused_at is None:
        return
    session.flush()
    for one in _pauses(session, clock):
        if one.ended_at is None:
            one.ended_at = max(at, one.started_at)
    clock.paused_at = None
    _recompute(session, clock)


def _pauses(session: ScopedSession, clock: Clock) -> list[ClockPause]:
    return list(session.scalars(select(ClockPause).where(ClockPause.community_id == clock.community_id, ClockPause.clock_id == clock.id)))


def _recompute(session: ScopedSession, clock: Clock) -> bool:
    """Whether the deadline or the clause value changed."""
    spans = [(one.started_at, one.ended_at) for one in _pauses(session, clock) if one.ended_at is not None]
    return _restamp(clock, spans, load_rulebook(), current_calendar(session), closing_time(session, clock.community_id))


def _restamp(clock: Clock, spans: Sequence[Span], rulebook: Rulebook, calendar: WorkCalendar, closes_at: time | None) -> bool:
    stamped = stamp(rulebook[clock.clause_id], clock.started_at, calendar, closes_at=closes_at, pauses=spans)
    if stamped is None or stamped == Stamp(clock.effective_from, clock.warn_at, clock.due_at):
        return False
    clock.effective_from, clock.warn_at, clock.due_at = stamped.effective_from, stamped.warn_at, stamped.due_at
    return True


def recompute(session: ScopedSession, *, now: datetime, community_id: UUID) -> int | Refused:
    """Compute every open deadline of a community again, by the calendar and the rulebook as they are now (a holiday notice was
    loaded, a clause changed). Returns how many moved; closed clocks are history and stay."""
    if not may(session.scope.role, "recompute"):
        return Refused("common.not_allowed")
    moved = restamp_open(session, community_id, current_calendar(session))
    file(session, "clock.recompute", now=now, community_id=community_id, moved=moved)
    return moved


def restamp_open(session: ScopedSession, community_id: UUID, calendar: WorkCalendar) -> int:
    """Step of a command: every open deadline of a community by `calendar` and the rulebook as it is now; returns how many moved."""
    rulebook, closes_at = load_rulebook(), closing_time(session, community_id)
    spans: dict[UUID, list[Span]] = {}
    own = (Clock.community_id == community_id, is_unclosed(), Clock.work_order_id.is_not(None))
    history = select(ClockPause.clock_id, ClockPause.started_at, ClockPause.ended_at).join(
        Clock, (Clock.community_id == ClockPause.community_id) & (Clock.id == ClockPause.clock_id)
    )
    for clock_id, begin, end in session.execute(history.where(*own, ClockPause.ended_at.is_not(None))):
        spans.setdefault(clock_id, []).append((begin, end))
    clocks = session.scalars(select(Clock).where(*own))
    return sum(_restamp(clock, spans.get(clock.id, ()), rulebook, calendar, closes_at) for clock in clocks)
