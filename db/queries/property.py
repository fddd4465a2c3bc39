"""Bills and parking on the checklist: each clause's count and the rows that break it, from the same conditions."""

from datetime import datetime
from uuid import UUID

from core import bills, parking
from core.clocks import State
from core.periods import Period
from db.engine import ScopedSession
from db.queries import bills as billed
from db.queries import parking as parked
from db.queries.bills import BillLine, Suspended
from db.queries.parking import PenaltyLine

CLAUSES = (bills.CLAUSE, bills.STAGES, parking.CLAUSE)
"""The clauses that rows of these tables prove, whatever their shape."""
Proof = Suspended | BillLine | PenaltyLine


def counted(session: ScopedSession, clause_id: str, now: datetime, community_id: UUID, period: Period) -> tuple[int, int, int]:
    """(good, bad, pending) rows of one of CLAUSES in the period."""
    if clause_id == bills.STAGES:
        return billed.staged_counts(session, now, community_id, period)
    if clause_id == parking.CLAUSE:
        return *parked.proven_counts(session, community_id, period), 0
    return *billed.suspended_counts(session, community_id, period), 0


def proofs(session: ScopedSession, clause_id: str, now: datetime, community_id: UUID, period: Period, *, limit: int = 20, offset: int = 0) -> list[Proof]:
    """The rows of a clause with what proves them: those that break it first; of bill.stages these alone, for the others are every paid bill."""
    if clause_id == bills.STAGES:
        return billed.unstaged(session, now, community_id, period, limit=limit, offset=offset)
    rows = parked.proven if clause_id == parking.CLAUSE else billed.suspensions
    return rows(session, community_id, period, limit=limit, offset=offset)


def broken(session: ScopedSession, clause_id: str, now: datetime, community_id: UUID, period: Period, limit: int, offset: int) -> list[dict]:
    """The rows that break a clause, as `counted` counts them: subject, what it is called, limit, what was done when."""
    if clause_id == bills.STAGES:
        rows = billed.unstaged(session, now, community_id, period, limit=limit, offset=offset)
        return [{"subject_kind": "bill", "subject_id": one.id, "what": _named(one), "state": State.missed, "due_at": one.limits.dun_by} for one in rows]
    if clause_id == parking.CLAUSE:
        rows = parked.proven(session, community_id, period, limit=limit, offset=offset, broken_only=True)
        named = [(one.id, f"{one.plate} {one.place}", one.permitted_at, one.happened_at) for one in rows]
        return [{"subject_kind": "parking_penalty", "subject_id": id_, "what": what, "state": State.missed, "due_at": due_at, "closed_at": at} for id_, what, due_at, at in named]
    rows = billed.suspensions(session, community_id, period, limit=limit, offset=offset, broken_only=True)
    return [{"subject_kind": "bill", "subject_id": one.bill_id, "what": _named(one), "state": State.missed, "due_at": one.permitted_at, "closed_at": one.at} for one in rows]


def _named(one: Suspended | BillLine) -> str:
    return f"{one.building} {one.door} {one.period}"
