"""Ask that a matter stands still, grant or refuse it, let it go on. Each command is one transaction with one ledger entry; core.suspensions decides.

`settle` and `close` are steps of other commands: what is over by itself ends at its own moment, whoever comes by first, the sweep at the latest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.files import Upload
from core.refusals import Refused
from core.suspensions import CLAUSE, REASONS, holds, may_ask, may_decide, stands
from db.commands.clocks import open_clocks, pause, resume
from db.commands.files import Owner, put_files
from db.commands.grants import asked, decided, file_of, found, order_to_ask, to_decide
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrder
from db.queries.calendar import current_calendar
from db.queries.grants import decider
from db.types import uuid7


@dataclass(frozen=True)
class Standing:
    """What became of a request (`stands`, core.suspensions.stands), until when, and how many clocks stand still by it."""

    number: str
    stands: str
    until_at: datetime
    clocks: int = 0


def ask(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, reason: str, detail: str, evidence: str, until: datetime, uploads: Sequence[Upload] = ()
) -> Standing | Refused:
    """Ask that the order stands still until `until`; it does once another person has granted it. The evidence is words, or files, or both. Raises
    ValueError for a reason not in REASONS."""
    if reason not in REASONS:
        raise ValueError(f"{reason!r} is no reason: one of {', '.join(REASONS)}")
    order = order_to_ask(session, community_id, order_id)
    if isinstance(order, Refused):
        return order
    settle(session, order, now)
    before = _open(session, order)
    refused = may_ask(
        order.status, open_clocks(session, order), detail, evidence.strip() or len(uploads), until, waits=bool(before) and before.granted is None, runs=bool(before and before.granted),
        now=now, calendar=current_calendar(session),
    )  # fmt: skip
    if refused:
        return refused
    request_id = uuid7()
    session.add(
        Suspension(
            community_id=community_id, id=request_id, work_order_id=order_id, reason=reason, detail=detail.strip(), evidence=evidence.strip(), until_at=until,
            **asked(session, now),
        )  # fmt: skip
    )
    put(session, order, "ask_suspension", now, note=detail)
    linked = put_files(session, now, Owner(community_id, "suspension", request_id, order_id=order_id), uploads)
    if isinstance(linked, Refused):
        return linked
    file_of(session, "ask_suspension", now, order, reason=reason, until_at=until.isoformat(), **({"files": linked.facts} if linked.facts else {}))
    return Standing(order.number, "waiting", until)


def decide(session: ScopedSession, *, now: datetime, community_id: UUID, suspension_id: UUID, granted: bool, note: str = "") -> Standing | Refused:
    """Let the matter stand still from now on, or refuse it. Never by who asked."""
    both = to_decide(session, Suspension, community_id, suspension_id)
    if isinstance(both, Refused):
        return both
    request, order = both
    if refused := may_decide(request.asker, decider(session), lapsed=stands(request, now) == "lapsed"):
        return refused
    still = [one for one in open_clocks(session, order) if holds(one, now)] if granted else []
    if granted and not still:
        return Refused("suspensions.nothing_to_hold", CLAUSE)
    request.granted, request.ended_at = granted, None if granted else now
    decided(session, request, now)
    for clock in still:
        pause(session, clock, now, CLAUSE, request.until_at)
    act = "grant_suspension" if granted else "refuse_suspension"
    put(session, order, act, now, note=note)
    file_of(session, act, now, order, until_at=request.until_at.isoformat(), clocks=[one.clause_id for one in still])
    return Standing(order.number, stands(request, now), request.until_at, len(still))


def go_on(session: ScopedSession, *, now: datetime, community_id: UUID, suspension_id: UUID) -> Standing | Refused:
    """What the matter waited for is there: its clocks run again. Nobody has to grant that."""
    both = found(session, Suspension, "order_accept", community_id, suspension_id)
    if isinstance(both, Refused):
        return both
    request, order = both
    if stands(request, now) != "running":
        return Refused("suspensions.not_running", CLAUSE)
    request.ended_by = session.scope.actor_id
    _end(session, order, request, min(now, request.until_at), now)
    file_of(session, "end_suspension", now, order, ended_at=request.ended_at.isoformat())
    return Standing(order.number, "ended", request.until_at)


def settle(session: ScopedSession, order: WorkOrder, now: datetime) -> None:
    """Step of a command: what has come to its end by itself ends, at that end."""
    request = _open(session, order)
    if request and request.until_at <= now:
        _end(session, order, request, request.until_at, now)


def settle_all(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """Step of the sweep: the same for every order of a community. Returns how many ended."""
    over = (Suspension.community_id == community_id, Suspension.ended_at.is_(None), Suspension.until_at <= now)
    requests = session.scalars(select(Suspension).where(*over).order_by(Suspension.id)).all()
    for one in requests:
        _end(session, session.get_one(WorkOrder, (community_id, one.work_order_id)), one, one.until_at, now)
    return len(requests)


def close(session: ScopedSession, order: WorkOrder, at: datetime) -> None:
    """Step of a command that closes the order at `at`: nothing stands still any more."""
    if request := _open(session, order):
        request.ended_at = max(at, request.decided_at or request.asked_at)


def _end(session: ScopedSession, order: WorkOrder, request: Suspension, at: datetime, now: datetime) -> None:
    request.ended_at = max(at, request.decided_at or request.asked_at)
    if request.granted:
        for clock in open_clocks(session, order):
            resume(session, clock, at, CLAUSE)
        put(session, order, "end_suspension", now, at=request.ended_at)


def _open(session: ScopedSession, order: WorkOrder) -> Suspension | None:
    own = (Suspension.community_id == order.community_id, Suspension.work_order_id == order.id)
    return session.scalar(select(Suspension).where(*own, Suspension.ended_at.is_(None)))
