"""Into another grid: what goes along, and what stays. Steps of other commands; they file nothing themselves."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.transfers import period_held_most
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.residents import SpecialGroup
from db.models.transfers import Transfer
from db.queries.clock_state import is_unclosed
from db.queries.transfers import moves_of
from db.types import uuid7

_CHUNK = 500


def move_along(session: ScopedSession, *, now: datetime, community_id: UUID, moved: Mapping[UUID, UUID | None]) -> int:
    """The residents `moved` live in that grid from today on (None: in no grid): their groups and unclosed clocks go along, closed ones stay. Of who is on the roster the
    move is on file. Returns how many of them."""
    before: dict[UUID, UUID | None] = {}
    ids = list(moved)
    for part in (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)):
        for one in session.scalars(select(SpecialGroup).where(SpecialGroup.community_id == community_id, SpecialGroup.resident_id.in_(part))):
            before.setdefault(one.resident_id, one.grid_id)
            one.grid_id = moved[one.resident_id]
        for clock in session.scalars(select(Clock).where(Clock.community_id == community_id, Clock.resident_id.in_(part), is_unclosed())):
            clock.grid_id = moved[clock.resident_id]
    about = {"community_id": community_id, "moved_on": local_day(now), "recorded_at": now, "staff_id": session.scope.staff_id}
    made = [Transfer(id=uuid7(), resident_id=one, from_grid_id=grid_id, to_grid_id=moved[one], **about) for one, grid_id in before.items() if grid_id != moved[one]]
    session.add_all(made)
    session.flush()
    return len(made)


def give_miss(session: ScopedSession, clock: Clock) -> None:
    """A resident's clock that closes unmet belongs to the grid that held most of its period, whichever had to make up for it."""
    missed = clock.subject_kind == "resident" and clock.closed_at is not None and clock.met_at is None and clock.voided_at is None
    moves = moves_of(session, clock.community_id, clock.subject_id) if missed and clock.period_key else ()
    if moves:
        clock.grid_id = period_held_most(moves, clock.started_at, clock.due_at)
