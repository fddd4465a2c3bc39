"""Where somebody lives: an address in one of the community's own buildings is a home of its grid, any other is kept as it is written.

Steps of other commands; they file nothing themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select

from core.addresses import place_of
from core.homes import SAME, by_address
from db.commands.transfers import move_along
from db.engine import ScopedSession
from db.keys import keyring
from db.models.grids import Building, Household
from db.models.residents import Resident
from db.queries.reconciliation_compare import Buildings, Stands, door_of
from db.types import uuid7


def live_at(session: ScopedSession, resident: Resident, address: str, now: datetime) -> None:
    """`resident` lives at `address` from now on: behind a door of ours they belong to its household and grid, and their care with them. Of an address that is none,
    the household they had stays only if it is the same home: nobody goes to the old door, and no list is compared with it."""
    building, door = _ours(session, resident.community_id, address)
    grid_id = building.grid_id if building else resident.grid_id
    if building and door:
        resident.household_id, resident.address = _home(session, resident.community_id, building, door), None
    else:
        resident.address = address
        if resident.household_id and by_address(address, _door(session, resident), None) != SAME:
            resident.household_id = None
    if resident.grid_id != grid_id:
        resident.grid_id = grid_id
        move_along(session, now=now, community_id=resident.community_id, moved={resident.id: grid_id})


def _ours(session: ScopedSession, community_id: UUID, address: str) -> tuple[Stands | None, str]:
    """The building of ours and the door an address names, as the desk writes them (阳光公寓 301) or as anybody does."""
    name, _, door = address.rpartition(" ")
    buildings, place = Buildings(session, community_id), place_of(address)
    exact = buildings.named(name)
    building = exact or buildings.of(place)
    return building, door if exact else door_of(place) if building else ""


def _door(session: ScopedSession, resident: Resident) -> str:
    """Building and door of the household."""
    own = select(Building.name, Household.door).join(Household, and_(Household.community_id == Building.community_id, Household.building_id == Building.id))
    found = session.execute(own.where(Household.community_id == resident.community_id, Household.id == resident.household_id).execution_options(rollup=True)).one_or_none()
    return "".join(found) if found else ""


def _home(session: ScopedSession, community_id: UUID, building: Stands, door: str) -> UUID:
    index = keyring().blind_index(door, "household.door")
    own = (Household.community_id == community_id, Household.building_id == building.id, Household.door_index == index)
    known = session.scalar(select(Household.id).where(*own).execution_options(rollup=True))
    if known is None:
        known = uuid7()
        session.add(Household(community_id=community_id, id=known, grid_id=building.grid_id, building_id=building.id, door=door, door_index=index))
        session.flush()
    return known
