"""When a quarter's reconciliation is done: everything is decided, and what a decision asks of a protected field has another person's word."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from core.periods import period_of
from core.periods import quarter as quarter_of
from core.reconciliation import APPLIED, ASKED, CLAUSE, SOURCES
from db.commands.duties import fulfil
from db.engine import ScopedSession
from db.models.changes import ChangeRequest
from db.models.clocks import Clock
from db.models.grids import Community
from db.models.reconciliation import ReconciliationDifference as Difference
from db.models.reconciliation import ReconciliationRun as Run
from db.queries.clock_state import is_met


def settle(session: ScopedSession, community_id: UUID, key: str, now: datetime) -> bool:
    """Step: the quarter's clock is met once both lists of the running quarter are compared, nothing is undecided, and nothing waits for a second person. A quarter
    that is over is not met any more."""
    if period_of("quarter", now).key != key:
        return False
    runs = {run.source: run for run in session.scalars(select(Run).where(Run.community_id == community_id, Run.quarter == key, Run.superseded_at.is_(None)))}
    if any(source not in runs or runs[source].digest is None for source in SOURCES):
        return False
    open_now = (Difference.community_id == community_id, Difference.run_id.in_([run.id for run in runs.values()]), or_(Difference.closed_at.is_(None), Difference.outcome == ASKED))
    if session.scalar(select(func.count()).select_from(Difference).where(*open_now)):
        return False
    done = (Clock.community_id == community_id, Clock.subject_id == community_id, Clock.clause_id == CLAUSE, Clock.due_at == quarter_of(key).end, is_met())
    return session.scalar(select(Clock.id).where(*done)) is not None or fulfil(session, community_id, CLAUSE, now).met


def answered(session: ScopedSession, request: ChangeRequest, now: datetime) -> dict:
    """Step: somebody has decided `request`. Once all that a difference asked for is decided, it is applied, or undecided again if something was refused. Returns what
    the ledger is told."""
    if request.difference_id is None:
        return {}
    own = (Difference.community_id == request.community_id, Difference.id == request.difference_id)
    session.scalar(select(Community.community_id).where(Community.community_id == request.community_id).with_for_update())
    row = session.scalar(select(Difference).where(*own).with_for_update().execution_options(rollup=True))
    session.flush()
    facts = {"difference": row.id}
    said = _said(session, row) if row.outcome == ASKED else {None}
    if None in said:
        return facts
    if False in said:
        run = session.scalar(select(Run).where(Run.community_id == row.community_id, Run.id == row.run_id))
        row.decision = row.outcome = row.note = row.decided_at = row.decided_by = None
        row.closed_at = run.superseded_at
        return facts | {"undecided": True}
    row.outcome = APPLIED
    session.flush()
    key = session.scalar(select(Run.quarter).where(Run.community_id == row.community_id, Run.id == row.run_id))
    return facts | {"met": settle(session, row.community_id, key, now)}


def _said(session: ScopedSession, row: Difference) -> set[bool | None]:
    """What was said to the requests of the latest decision: an earlier decision's may have been refused."""
    own = select(ChangeRequest.difference_turn, ChangeRequest.approved).where(ChangeRequest.community_id == row.community_id, ChangeRequest.difference_id == row.id)
    said = session.execute(own).all()
    latest = max(turn for turn, _ in said)
    return {approved for turn, approved in said if turn == latest}
