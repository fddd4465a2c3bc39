"""Ask for more time, grant or refuse it, tell the resident. Each command is one transaction with one ledger entry; core.extensions decides.

Whoever decides looks at the order's row first and holds it: two requests at once, or two answers, come one after the other.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from core.clocks import State, state
from core.extensions import WAYS, is_provisional, limit_of, may_ask, may_decide, may_tell, result_clock
from core.refusals import Refused
from core.roles import may
from core.work_orders import kinds
from db.commands.clocks import due_without_standing, open_clocks, restamp
from db.commands.filing import file
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.extensions import Extension
from db.models.work_orders import WorkOrder
from db.queries.calendar import current_calendar


@dataclass(frozen=True)
class Answered:
    """What became of a request. `granted` None: it waits; `due_at`: the limit as it is now; `provisional`: it ends on a day without a holiday notice."""

    number: str
    granted: bool | None
    due_at: datetime
    provisional: bool


def ask(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, n: int, reason: str) -> Answered | Refused:
    """Ask for `n` units more (of its clause's limit) for the limit of the order's result; it stays as it is until another person has granted it."""
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    order = held(session, community_id, order_id)
    if order is None:
        return Refused("common.not_found")
    clock = result_clock(kinds()[order.kind], open_clocks(session, order))
    limit = limit_of(clock) if clock else None
    if limit is None:
        return Refused("extensions.nothing_runs", "extension.limit")
    before = dict(session.execute(select(Extension.granted, func.count()).where(*_of(clock)).group_by(Extension.granted)).all())
    if refused := may_ask(clock, limit, n, reason, granted=before.get(True, 0), waiting=None in before, now=now):
        return refused
    scope = session.scope
    session.add(
        Extension(
            community_id=community_id, work_order_id=order_id, clock_id=clock.id, wanted=n, unit=limit.unit, reason=reason.strip(),
            asked_at=now, asked_by=scope.actor_id, asked_staff_id=scope.staff_id,
        )  # fmt: skip
    )
    put(session, order, "ask_extension", now, note=reason)
    _file(session, "ask_extension", now, order, clock, n=n, unit=limit.unit)
    return Answered(order.number, None, clock.due_at, False)


def decide(session: ScopedSession, *, now: datetime, community_id: UUID, extension_id: UUID, granted: bool, note: str = "") -> Answered | Refused:
    """Grant what was asked for, or refuse it. Never by who asked, and not when the limit is over."""
    if not may(session.scope.role, "order_grant"):
        return Refused("common.not_allowed")
    found = _found(session, community_id, extension_id)
    if found is None:
        return Refused("common.not_found")
    request, order, clock = found
    if request.decided_at is not None:
        return Refused("extensions.decided_before")
    if refused := may_decide(clock, (request.asked_by, request.asked_staff_id), (session.scope.actor_id, session.scope.staff_id), now):
        return refused
    request.granted, request.decided_at, request.decided_by = granted, now, session.scope.actor_id
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
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    found = _found(session, community_id, extension_id)
    if found is None:
        return Refused("common.not_found")
    request, order, clock = found
    if not request.granted or request.told_at is not None:
        return Refused("extensions.told_before" if request.told_at else "extensions.not_granted", "extension.told")
    told_at = told_at or now
    if refused := may_tell(told_at, request.decided_at, now):
        return refused
    request.told_at, request.told_way = max(told_at, request.decided_at), way
    put(session, order, "tell_extension", now, at=request.told_at)
    _file(session, "tell_extension", now, order, clock, way=way, told_at=request.told_at.isoformat())
    return Answered(order.number, True, clock.due_at, False)


def held(session: ScopedSession, community_id: UUID, order_id: UUID) -> WorkOrder | None:
    """The order, its row held until the end of the transaction; None when it is not there or not in scope."""
    return session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id).with_for_update())


def _found(session: ScopedSession, community_id: UUID, extension_id: UUID) -> tuple[Extension, WorkOrder, Clock] | None:
    own = (Extension.community_id == community_id, Extension.id == extension_id)
    order_id = session.scalar(select(Extension.work_order_id).where(*own))
    order = order_id and held(session, community_id, order_id)
    if order is None:
        return None
    request = session.scalar(select(Extension).where(*own))
    return request, order, session.scalar(select(Clock).where(Clock.community_id == community_id, Clock.id == request.clock_id))


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
    file(
        session, f"work_order.{act}", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id, number=order.number,
        clause=clock.clause_id, due_at=clock.due_at.isoformat(), **facts,
    )  # fmt: skip
