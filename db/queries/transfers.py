"""Who moved from one grid into another, and whose miss an overdue clock is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, literal, null, select
from sqlalchemy.orm import aliased

from core.calendar import local_day
from core.transfers import Move, period_held_most
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.grids import Grid, Staff
from db.models.residents import Resident
from db.models.transfers import Transfer
from db.queries.clock_state import is_care, is_overdue

_LOOK_BACK = timedelta(800)
"""What is overdue and open is of the last elapsed period: no older move can lie in it."""


@dataclass(frozen=True)
class TransferRow:
    """A move on file; the grids by name (None: in no grid)."""

    moved_on: date
    before: str | None
    after: str | None
    by: str | None


def moves_of(session: ScopedSession, community_id: UUID, resident_id: UUID) -> list[Move]:
    """A resident's moves in their order, over all grids: where a period belongs doesn't hang on who asks."""
    own = (Transfer.community_id == community_id, Transfer.resident_id == resident_id)
    query = select(Transfer.moved_on, Transfer.from_grid_id, Transfer.to_grid_id).where(*own).order_by(Transfer.moved_on, Transfer.id)
    with session.no_autoflush:
        return [tuple(row) for row in session.execute(query)]


def transfers(session: ScopedSession, resident_id: UUID) -> list[TransferRow]:
    """The moves of a resident in scope, the latest first."""
    before, after = aliased(Grid), aliased(Grid)
    query = select(Transfer.moved_on, before.name, after.name, Staff.name).select_from(Transfer)
    query = query.join(Resident, and_(Resident.community_id == Transfer.community_id, Resident.id == Transfer.resident_id))
    for model, column in ((before, Transfer.from_grid_id), (after, Transfer.to_grid_id), (Staff, Transfer.staff_id)):
        query = query.outerjoin(model, and_(model.community_id == Transfer.community_id, model.id == column))
    # rollup: the grid somebody came from is told by its name alone; whose moves these are, the first query has asked.
    if session.scalar(select(Resident.id).where(Resident.id == resident_id)) is None:
        return []
    query = query.where(Resident.community_id.in_(tuple(session.scope.communities)), Transfer.resident_id == resident_id).order_by(Transfer.moved_on.desc(), Transfer.id.desc())
    return [TransferRow(*row) for row in session.execute(query.execution_options(rollup=True))]


def misses_elsewhere(session: ScopedSession, now: datetime) -> dict[UUID, UUID | None]:
    """Overdue clocks in scope whose miss will be another grid's than the one that has the task, with that grid: as core.transfers gives it when they close. The few there
    are, are read once a session."""
    key = ("transfers.misses_elsewhere", now)
    if key not in session.info:
        same = and_(Transfer.community_id == Clock.community_id, Transfer.resident_id == Clock.resident_id)
        query = select(Clock.community_id, Clock.id, Clock.resident_id, Clock.grid_id, Clock.started_at, Clock.due_at).distinct().join(Transfer, same)
        own = (Transfer.community_id.in_(tuple(session.scope.communities)), Transfer.moved_on > local_day(now) - _LOOK_BACK)
        rows = session.execute(query.where(*own, is_overdue(now), is_care())).all()
        moves = _moves(session, {row.resident_id for row in rows})
        owners = {row.id: (row.grid_id, period_held_most(moves[row.resident_id], row.started_at, row.due_at)) for row in rows}
        session.info[key] = {one: owner for one, (has, owner) in owners.items() if owner != has}
    return session.info[key]


def _moves(session: ScopedSession, ids: set[UUID]) -> dict[UUID, list[Move]]:
    found: dict[UUID, list[Move]] = defaultdict(list)
    query = select(Transfer.resident_id, Transfer.moved_on, Transfer.from_grid_id, Transfer.to_grid_id).where(Transfer.resident_id.in_(ids))
    for resident_id, *move in session.execute(query.order_by(Transfer.moved_on, Transfer.id)) if ids else ():
        found[resident_id].append(tuple(move))
    return found


def counted_grid(session: ScopedSession, now: datetime) -> ColumnElement[UUID]:
    """The grid an overdue clock is counted in, in lists, map, overview and checklist alike: whose miss it is. To whoever reaches some grids only: whose work, for the
    person is out of the other's reach."""
    return Clock.grid_id if session.scope.grids is not None else miss_grid(session, now)


def miss_grid(session: ScopedSession, now: datetime) -> ColumnElement[UUID]:
    """The grid a clock's miss counts for, open or closed; `grid_id` alone is where the task is."""
    ids: dict[UUID | None, list[UUID]] = defaultdict(list)
    for clock_id, grid_id in misses_elsewhere(session, now).items():
        ids[grid_id].append(clock_id)
    named = [(Clock.id.in_(own), null() if grid_id is None else literal(grid_id, Clock.grid_id.type)) for grid_id, own in ids.items()]
    return case(*named, else_=Clock.grid_id) if named else Clock.grid_id
