"""Ask for more time, grant or refuse it, tell the resident. Each command is one transaction with one ledger entry; core.extensions decides.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from core.clocks import State, state
from core.extensions import WAYS, is_provisional, limit_of, may_ask, may_decide, may_tell, result_clock
from core.refusals import Refused
from core.work_orders import kinds
from db.commands.clocks import due_without_standing, open_clocks, restamp
from db.commands.grants import asked, decided, file_of, found, order_to_ask, to_decide
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.extensions import Extension
from db.models.work_orders import WorkOrder
from db.queries.calendar import current_calendar
from db.queries.grants import decider


@dataclass(frozen=True)
class Answered:
    """What became of a request. `granted` None: it waits; `due_at`: the limit as it is now; `provisional`: it ends on a day without a holiday notice."""

    number: str
    granted: bool | None
    due_at: datetime
    provisional: bool


def ask(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, n: int, reason: str) -> Answered | Refused:
    """Ask for `n` units more (of its clause's limit) for the limit of the order's result; it stays as it is until another person has granted it."""
    order = order_to_ask(session, community_id, order_id)
    if isinstance(order, Refused):
        return order
    clock = result_clock(kinds()[order.kind], open_clocks(session, order))
    limit = limit_of(clock) if clock else None
    if limit is None:
        return Refused("extensions.nothing_runs", "extension.limit")
    before = dict(session.execute(select(Extension.granted, func.count()).where(*_of(clock)).group_by(Extension.granted)).all())
    if refused := may_ask(clock, limit, n, reason, granted=before.get(True, 0), waiting=None in before, now=now):
        return refused
    request = {"wanted": n, "unit": limit.unit, "reason": reason.strip()}
    session.add(Extension(community_id=community_id, work_order_id=order_id, clock_id=clock.id, **request, **asked(session, now)))
    put(session, order, "ask_extension", now, note=reason)
    _file(session, "ask_extension", now, order, clock, n=n, unit=limit.unit)
    return Answered(order.number, None, clock.due_at, False)


def decide(session: ScopedSession, *, now: datetime, community_id: UUID, extension_id: UUID, granted: bool, note: str = "") -> Answered | Refused:
    """Grant what was asked for, or refuse it. Never by who asked, and not when the limit is over."""
    both = to_decide(session, Extension, community_id, extension_id)
    if isinstance(both, Refused):
        return both
    request, order, clock = *both, _clock(session, both[0])
    if refused := may_decide(clock, request.asker, decider(session), now):
        return refused
    request.granted = granted
    decided(session, request, now)
    if granted:
        _extend(session, request, clock, now)
    act = "grant_extension" if granted else "refuse_extension"
    put(session, order, act, now, note=note)
    _file(session, act, now, order, clock, n=request.wanted, unit=request.unit)
    return Answered(order.number, granted, clock.due_at, granted and is_provisional(request.unit, clock.due_at, current_calendar(session)))


def tell(session: ScopedSession, *, now: datetime, community_id: UUID, extension_id: UUID, way: str, told_at: datetime | None = None) -> Answered | Refused:
    """Record when (None: now) and in which of core.extensions.WAYS the resident was told. Raises ValueError for another way."""
    if way not in WAYS:
        raise ValueError(f"{way!r} is no way: one of {', '.join(WAYS)}")
    both = found(session, Extension, "order_accept", community_id, extension_id)
    if isinstance(both, Refused):
        return both
    request, order, clock = *both, _clock(session, both[0])
    if not request.granted or request.told_at is not None:
        return Refused("extensions.told_before" if request.told_at else "extensions.not_granted", "extension.told")
    told_at = told_at or now
    if refused := may_tell(told_at, request.decided_at, now):
        return refused
    request.told_at, request.told_way = max(told_at, request.decided_at), way
    put(session, order, "tell_extension", now, at=request.told_at)
    _file(session, "tell_extension", now, order, clock, way=way, told_at=request.told_at.isoformat())
    return Answered(order.number, True, clock.due_at, False)


def _clock(session: ScopedSession, request: Extension) -> Clock:
    return session.scalar(select(Clock).where(Clock.community_id == request.community_id, Clock.id == request.clock_id))


def _extend(session: ScopedSession, request: Extension, clock: Clock, now: datetime) -> None:
    still = state(clock, now) is State.paused
    # It may go on before the end it is granted to stand still until.
    request.was_due_at = clock.original_due_at = due_without_standing(session, clock) if still else clock.due_at
    clock.extended_by = request.wanted
    # Never earlier than it was, whatever the calendar says since.
    restamp(session, clock, clock.due_at)
    request.due_at = clock.due_at


def _of(clock: Clock) -> tuple:
    return Extension.community_id == clock.community_id, Extension.clock_id == clock.id


def _file(session: ScopedSession, act: str, now: datetime, order: WorkOrder, clock: Clock, **facts) -> None:
    file_of(session, act, now, order, clause=clock.clause_id, due_at=clock.due_at.isoformat(), **facts)
