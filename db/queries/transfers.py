"""Who moved from one grid into another."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from core.transfers import Move
from db.engine import ScopedSession
from db.models.grids import Grid, Staff
from db.models.residents import Resident
from db.models.transfers import Transfer


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
