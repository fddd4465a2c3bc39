"""Where somebody lives: an address in one of the community's own buildings is a home of its grid, any other is kept as it is written.

Steps of other commands; they file nothing themselves."""

from collections.abc import Sequence
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


def live_at(session: ScopedSession, resident: Resident, address: str, now: datetime, buildings: Buildings | None = None) -> None:
    """`resident` lives at `address` from now on: behind a door of ours they belong to its household and grid, and their care with them. Of an address that is none,
    the household they had stays only if it is the same home: nobody goes to the old door, and no list is compared with it. Who moves into a building that is in no grid
    yet stays in their own until it is: nobody drops out of everybody's list. `buildings`: the community's, where the caller has them."""
    building, door = _ours(buildings or Buildings(session, resident.community_id), address)
    grid_id = building and building.grid_id or resident.grid_id
    if building and door:
        resident.household_id, resident.address = _home(session, resident.community_id, building, door), None
    else:
        resident.address = address
        if resident.household_id and by_address(address, _door(session, resident), None) != SAME:
            resident.household_id = None
    if resident.grid_id != grid_id:
        resident.grid_id = grid_id
        move_along(session, now=now, community_id=resident.community_id, moved={resident.id: grid_id})


def renumber(session: ScopedSession, people: Sequence[Resident], address: str, now: datetime, buildings: Buildings) -> bool:
    """A building has the number of `address` now, where `people` are all who live in it: its homes go along, those that stand empty too, so that no flat is counted twice.
    False: nothing was touched, for it is no building's matter (others stay, or it is one home only), or the new one has such a door already."""
    community_id, ids = people[0].community_id, {one.household_id for one in people}
    into, doors = _ours(buildings, address)[0], (Household.community_id == community_id, Household.id.in_(ids - {None}))
    old = set(session.scalars(select(Household.building_id).where(*doors)))
    if into is None or None in ids or len(old) != 1 or old & {None, into.id}:
        return False
    [old_id] = old
    homes = session.scalars(select(Household).where(Household.community_id == community_id, Household.building_id == old_id)).all()
    inside = {one.id for one in homes}
    there = select(Resident.id).where(Resident.community_id == community_id, Resident.household_id.in_(inside), Resident.left_on.is_(None))
    taken = select(Household.id).where(Household.community_id == community_id, Household.building_id == into.id, Household.door_index.in_([one.door_index for one in homes]))
    if len(ids) < 2 or set(session.scalars(there)) - {one.id for one in people} or session.scalar(taken.limit(1)):
        return False
    before, after = (session.get(Building, (community_id, one)) for one in (old_id, into.id))
    after.grid_id, after.polygon, after.walk = after.grid_id or before.grid_id, after.polygon or before.polygon, after.walk or before.walk
    for home in homes:
        home.building_id, home.grid_id = after.id, after.grid_id
    _settle_in(session, community_id, [one for one in people if one.grid_id != after.grid_id], after.grid_id, now)
    for one in people:
        one.address = None
    session.flush()
    return True


def _settle_in(session: ScopedSession, community_id: UUID, people: Sequence[Resident], grid_id: UUID | None, now: datetime) -> None:
    for one in people:
        one.grid_id = grid_id
    move_along(session, now=now, community_id=community_id, moved={one.id: grid_id for one in people})


def _ours(buildings: Buildings, address: str) -> tuple[Stands | None, str]:
    """The building of ours and the door an address names, as the desk writes them (阳光公寓 301) or as anybody does."""
    name, _, door = address.rpartition(" ")
    place = place_of(address)
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
