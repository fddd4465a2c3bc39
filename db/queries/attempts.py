"""Who can't be reached: failed attempts in a row, and the order to look for somebody at home."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from core.care import ATTEMPTED, FAILED, failed_attempts
from db.engine import ScopedSession
from db.models.residents import Contact
from db.models.work_orders import WorkOrder

KIND = "welfare_check"
_BACK = timedelta(60)
"""How far back a row of failed attempts is followed."""


_TRIED = (Contact.act.in_(ATTEMPTED), or_(Contact.day_only.is_(None), Contact.outcome.not_in(FAILED)))
"""A failed one of which only the day is known is no attempt of its own: it may be the same occasion as another."""
_RUNS = (
    select(Contact.resident_id, Contact.happened_at, Contact.outcome)
    .where(Contact.resident_id.in_(bindparam("ids", expanding=True)), *_TRIED, Contact.happened_at >= bindparam("since"))
    .order_by(Contact.happened_at.desc())
    .execution_options(kept=True)
)
_CHECKS = (
    select(WorkOrder.resident_id, WorkOrder.number)
    .where(WorkOrder.resident_id.in_(bindparam("ids", expanding=True)), WorkOrder.kind == KIND, WorkOrder.closed_at.is_(None))
    .execution_options(kept=True)
)


def failed_runs(session: ScopedSession, now: datetime, ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many attempts in a row have failed, of the residents `ids` in scope for whom the latest one did."""
    found: dict[UUID, list[tuple[datetime, str]]] = {}
    for resident_id, moment, outcome in session.execute(_RUNS, {"ids": tuple(ids), "since": now - _BACK}):
        found.setdefault(resident_id, []).append((moment, outcome))
    return {one: failed_attempts(own) for one, own in found.items() if own[0][1] in FAILED}


_ATTEMPTS = (
    select(Contact.happened_at, Contact.outcome)
    .where(Contact.community_id == bindparam("community_id"), Contact.resident_id == bindparam("resident_id"), *_TRIED)
    .order_by(Contact.happened_at.desc())
    .limit(30)
    .execution_options(rollup=True)
)


def attempts(session: ScopedSession, community_id: UUID, resident_id: UUID) -> list[tuple[datetime, str]]:
    """(moment, outcome) of the latest attempts to reach a resident, over all grids: they may have moved."""
    return [tuple(row) for row in session.execute(_ATTEMPTS, {"community_id": community_id, "resident_id": resident_id})]


def last_check(session: ScopedSession, community_id: UUID, resident_id: UUID, but: Iterable[UUID] = ()) -> tuple[datetime, bool] | None:
    """(since when, still open) of the latest order to look for a resident at home, `but` for these; None: there never was one. Over all grids."""
    own = (WorkOrder.community_id == community_id, WorkOrder.resident_id == resident_id, WorkOrder.kind == KIND, WorkOrder.id.not_in(tuple(but)))
    query = select(WorkOrder.received_at, WorkOrder.closed_at).where(*own).order_by(WorkOrder.received_at.desc()).limit(1)
    row = session.execute(query.execution_options(rollup=True)).first()
    return row and (row.received_at, row.closed_at is None)


def open_checks(session: ScopedSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Number of the open order to look for each of the residents `ids` at home."""
    return {resident_id: number for resident_id, number in session.execute(_CHECKS, {"ids": tuple(ids)})}
