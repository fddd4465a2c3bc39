"""Today's round: who has an appointment, by its time; then whom to visit or call, late ones first, in the order in which one passes their doors."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select

from core.appointments import Agreed
from core.calendar import local_day
from core.clocks import State
from core.walks import SIZE, door_order, middle, walking_order
from db.engine import ScopedSession
from db.models.grids import Building, Household
from db.models.residents import Resident
from db.queries.roster import RosterRow, Wanted, first_ids, people
from db.queries.roster_order import agreed_first

ACTS = ("visit", "call", "session", "assessment")


@dataclass(frozen=True)
class Stop:
    """A building on the way (None: the building is not known), and who is to be seen there, by door; or one person, at a time that was `agreed` on. Names and places as the roster
    shows them."""

    building: str | None
    people: tuple[RosterRow, ...]
    agreed: Agreed | None = None


def walk(session: ScopedSession, now: datetime, grid_id: UUID | None = None, size: int = SIZE) -> list[Stop]:
    """A round of at most `size` people in scope, or of one grid: who is late comes before who is due, but the way decides the order."""
    ids: dict[UUID, None] = dict.fromkeys(agreed_first(session, now, Wanted(grid_id=grid_id)))
    for state, act in ((state, act) for state in ("overdue", "due_soon", "due") for act in ACTS):
        if len(ids) < 2 * size:
            ids |= dict.fromkeys(first_ids(session, now, Wanted(state=state, act=act, grid_id=grid_id), size))
    rows = [row for row in people(session, now, list(ids)) if row.away is None and any(is_on_the_way(clock, now) for clock in row.clocks)][:size]
    homes = _homes(session, [row.resident_id for row in rows])
    known = sorted({(walk, name, building_id) for building_id, walk, name, _, _ in homes.values() if building_id})
    points = {building_id: middle(json.loads(polygon)) if polygon else None for building_id, _, _, polygon, _ in homes.values() if building_id}
    stops: dict[UUID | None, list[RosterRow]] = {one: [] for one in walking_order({building_id: points[building_id] for _, _, building_id in known})}
    timed = sorted(((at, n) for n, row in enumerate(rows) if (at := _at_a_time(row, now))), key=lambda one: (one[0].moment, one[1]))
    at_times = [Stop(rows[n].building, (rows[n],), at) for at, n in timed]
    for row in (row for n, row in enumerate(rows) if n not in {n for _, n in timed}):
        stops.setdefault(homes[row.resident_id][0], []).append(row)
    return [*at_times, *(Stop(own[0].building, tuple(sorted(own, key=lambda row: door_order(homes[row.resident_id][4])))) for own in stops.values() if own)]


def is_on_the_way(clock, now: datetime) -> bool:
    """Whether a RosterClock is something to do today: agreed on for today, or begun and not put off; and more than paper."""
    today = clock.agreed is not None and clock.agreed.day == local_day(now)
    return clock.act in ACTS and (today or clock.state != State.waiting and clock.put_off is None)


def _at_a_time(row: RosterRow, now: datetime) -> Agreed | None:
    """The first appointment of today with a time that is still to come or waited for."""
    own = (clock.agreed for clock in row.clocks if clock.agreed and clock.agreed.at and clock.agreed.day == local_day(now) and not clock.agreed.missed(now))
    return min(own, key=lambda one: one.moment, default=None)


def _homes(session: ScopedSession, ids: list[UUID]) -> dict[UUID, tuple]:
    """Resident → (building or None, its place on a round, name, polygon, door)."""
    query = select(Resident.id, Building.id, Building.walk, Building.name, Building.polygon, Household.door)
    query = query.outerjoin(Household, and_(Household.community_id == Resident.community_id, Household.id == Resident.household_id))
    query = query.outerjoin(Building, and_(Building.community_id == Household.community_id, Building.id == Household.building_id)).where(Resident.id.in_(ids))
    return {resident_id: tuple(rest) for resident_id, *rest in session.execute(query)}
