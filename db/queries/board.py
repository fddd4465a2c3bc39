"""What everybody may read of a community's repairs: nothing that somebody typed, nobody's name, no door. See core.board."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from core import board
from core.catalogue import load_catalogue
from core.clocks import State, Tally, counted, state
from db.engine import ScopedSession
from db.models.board import PublicBoard
from db.models.clocks import Clock
from db.models.grids import Building, Community, Household
from db.models.work_orders import WorkOrder
from db.scope import Scope


@dataclass(frozen=True)
class Limited:
    """A limit of a repair: when it had to be met, when it was, and how it stands (core.clocks.State)."""

    due_at: datetime
    met_at: datetime | None
    state: State


@dataclass(frozen=True)
class Repair:
    """A repair as everybody may see it. `item`: key of the catalogue's item; `building` None: none, or one that would point at a household."""

    number: str
    item: str | None
    building: str | None
    received_at: datetime
    closed_at: datetime | None
    withdrawn: bool
    reopened: int
    on_site: tuple[Limited, ...]
    done: tuple[Limited, ...]


@dataclass(frozen=True)
class Board:
    """The repairs in progress, the longest waiting first, then those done, the latest first; and how the limits that fell due were kept."""

    repairs: tuple[Repair, ...]
    tallies: dict[str, Tally]

    @property
    def open(self) -> int:
        """How many are in progress."""
        return sum(one.closed_at is None for one in self.repairs)


def reader(*community_ids: UUID) -> Scope:
    """The scope of whoever walks by: some communities, no role, and no table about people."""
    return Scope(None, "nobody", frozenset(community_ids), people=False, label="notice board")


def places(session: ScopedSession) -> list[UUID]:
    """Every community there is, for a session without scope: the board is before any log-in, and PostgreSQL shows its row to a reader of it only."""
    return list(session.scalars(select(Community.community_id), execution_options={"rollup": True}))


def open_boards(session: ScopedSession) -> dict[str, tuple[UUID, str]]:
    """Code → id and name of the communities in scope whose board is open."""
    query = select(Community.code, Community.community_id, Community.name).join(PublicBoard, PublicBoard.community_id == Community.community_id)
    return {row.code: (row.community_id, row.name) for row in session.execute(query.where(PublicBoard.closed_at.is_(None)).order_by(Community.code))}


def open_since(session: ScopedSession, community_id: UUID) -> datetime | None:
    """Since when the board of a community is open; None: it is closed."""
    return session.scalar(select(PublicBoard.opened_at).where(PublicBoard.community_id == community_id, PublicBoard.closed_at.is_(None)))


def large_buildings(session: ScopedSession, now: datetime, community_id: UUID) -> frozenset[UUID]:
    """Buildings with so many households that naming one points at nobody."""
    query = select(Household.building_id).where(Household.community_id == community_id).group_by(Household.building_id)
    return frozenset(session.scalars(query.having(func.count() >= board.least_households(now))))


def repairs(session: ScopedSession, now: datetime, community_id: UUID, named: frozenset[UUID]) -> Board:
    """The board of a community. `named`: the buildings that may be named (`large_buildings`)."""
    columns = (WorkOrder.id, WorkOrder.number, WorkOrder.item, WorkOrder.building_id, WorkOrder.received_at, WorkOrder.closed_at, WorkOrder.finished_at, WorkOrder.reopened)
    query = select(*columns, Building.name).outerjoin(Building, (Building.community_id == WorkOrder.community_id) & (Building.id == WorkOrder.building_id))
    shown = or_(WorkOrder.closed_at.is_(None), WorkOrder.closed_at >= board.since(now))
    query = query.where(WorkOrder.community_id == community_id, WorkOrder.kind == board.KIND, shown)
    rows = session.execute(query.order_by(WorkOrder.closed_at.is_not(None), WorkOrder.received_at.desc()).limit(board.MOST)).all()
    limits = _limits(session, now, community_id, [row.id for row in rows])
    own = {item.id for group in load_catalogue() for item in group.items}
    made = [
        Repair(
            row.number, row.item if row.item in own else None, row.name if row.building_id in named else None, row.received_at, row.closed_at,
            row.closed_at is not None and row.finished_at is None, row.reopened, *(tuple(limits.get((row.id, clause_id), ())) for clause_id in board.CLOCKS),
        )
        for row in rows
    ]  # fmt: skip
    made.sort(key=lambda one: (one.closed_at is not None, -one.closed_at.timestamp() if one.closed_at else one.received_at.timestamp()))
    each = {clause_id: counted(one.state for (_, clause), some in limits.items() if clause == clause_id for one in some) for clause_id in board.CLOCKS}
    return Board(tuple(made), each)


def _limits(session: ScopedSession, now: datetime, community_id: UUID, ids: list[UUID]) -> dict[tuple[UUID, str], list[Limited]]:
    columns = (Clock.started_at, Clock.due_at, Clock.warn_at, Clock.paused_at, Clock.paused_until, Clock.met_at, Clock.closed_at, Clock.voided_at)
    query = select(Clock.work_order_id, Clock.clause_id, *columns).where(Clock.community_id == community_id, Clock.clause_id.in_(board.CLOCKS), Clock.work_order_id.in_(ids))
    found: dict[tuple[UUID, str], list[Limited]] = {}
    for row in session.execute(query.order_by(Clock.started_at, Clock.id)):
        if row.voided_at is None:
            found.setdefault((row.work_order_id, row.clause_id), []).append(Limited(row.due_at, row.met_at, state(row, now)))
    return found
