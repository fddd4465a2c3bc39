"""Where somebody lives: an address in one of the community's own buildings is a home of its grid, any other is kept as it is written.

Steps of other commands; they file nothing themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.addresses import place_of
from db.commands.transfers import move_along
from db.engine import ScopedSession
from db.keys import keyring
from db.models.grids import Household
from db.models.residents import Resident
from db.queries.reconciliation_compare import Buildings, Stands, door_of
from db.types import uuid7


def live_at(session: ScopedSession, resident: Resident, address: str, now: datetime) -> None:
    """`resident` lives at `address` from now on: behind a door of ours they belong to its household and grid, and their care with them."""
    place = place_of(address)
    building = Buildings(session, resident.community_id).of(place)
    if building is None or not door_of(place):
        resident.address = address
        return
    resident.household_id, resident.address = _home(session, resident.community_id, building, door_of(place)), None
    if resident.grid_id != building.grid_id:
        resident.grid_id = building.grid_id
        move_along(session, now=now, community_id=resident.community_id, moved={resident.id: building.grid_id})


def _home(session: ScopedSession, community_id: UUID, building: Stands, door: str) -> UUID:
    index = keyring().blind_index(door, "household.door")
    own = (Household.community_id == community_id, Household.building_id == building.id, Household.door_index == index)
    known = session.scalar(select(Household.id).where(*own).execution_options(rollup=True))
    if known is None:
        known = uuid7()
        session.add(Household(community_id=community_id, id=known, grid_id=building.grid_id, building_id=building.id, door=door, door_index=index))
        session.flush()
    return known
