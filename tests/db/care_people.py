"""A small community for the tests of care and duties: two grids with their posts, a few residents, and commands as somebody would run them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Engine, select

from core.calendar import SHANGHAI
from core.clocks import state
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Building, Community, Grid, Household, Post, Staff
from db.models.residents import Resident
from db.scope import Scope
from db.types import uuid7


def at(text: str) -> datetime:
    """Local time in Shanghai, as an aware moment."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


FOUNDED = at("2025-01-01T08:00")


@dataclass
class Place:
    """A community on `engine`: grid ids, staff ids by name, and the residents taken in so far."""

    engine: Engine
    community_id: UUID
    grids: list[UUID]
    staff: dict[str, UUID]
    residents: dict[str, UUID] = field(default_factory=dict)

    @property
    def system(self) -> Scope:
        return Scope.system({self.community_id})

    def worker(self, grid: int = 0) -> Scope:
        """The B post of a grid."""
        return Scope(uuid7(), "grid_worker", frozenset({self.community_id}), frozenset({self.grids[grid]}), staff_id=self.staff[f"B{grid}"])

    def role(self, role: str) -> Scope:
        """Somebody of that role; a station head by an account that is the head's."""
        own = self.staff["head"] if role == "station_head" else None
        return Scope(uuid7(), role, frozenset({self.community_id}), people=role != "property_company", staff_id=own)

    def resident(self, name: str, born: str | None = "1950-05-05", grid: int | None = 0, **more) -> UUID:
        """Take a resident in."""
        values = {"name": name, "birth_date": born, "birth_year": int(born[:4]) if born else None, "grid_id": None if grid is None else self.grids[grid]} | more
        self.residents[name] = self.run(_take_in, at("2025-01-01T08:00"), values=values)
        return self.residents[name]

    def run(self, command, now: datetime, scope: Scope | None = None, **arguments):
        return carry_out(self.engine, scope or self.system, command, now=now, **arguments)

    def clocks(self, subject_id: UUID, clause_id: str | None = None) -> list[Clock]:
        """All clocks of a subject, by due time."""
        query = select(Clock).where(Clock.subject_id == subject_id).order_by(Clock.due_at, Clock.clause_id)
        with open_session(self.engine, self.system) as session:
            return list(session.scalars(query if clause_id is None else query.where(Clock.clause_id == clause_id)))

    def states(self, subject_id: UUID, clause_id: str, now: datetime) -> list[tuple[str, str, int]]:
        """(period, state, times done) of each clock."""
        return [(clock.period_key, state(clock, now).value, clock.times_done) for clock in self.clocks(subject_id, clause_id)]

    def all(self, model, *conditions) -> list:
        with open_session(self.engine, self.system) as session:
            return list(session.scalars(select(model).where(*conditions).order_by(*model.__mapper__.primary_key)))


def _take_in(session, *, now, values):
    community_id = next(iter(session.scope.communities))
    row = Resident(community_id=community_id, id=uuid7(), **values)
    session.add(row)
    file(session, "test.resident", now=now, community_id=community_id)
    return row.id


def found(engine: Engine) -> Place:
    """A community with two grids, A and B posts each, a building and a household."""
    community_id = uuid7()
    place = Place(engine, community_id, [uuid7(), uuid7()], {name: uuid7() for name in ("A0", "B0", "A1", "head")})
    place.staff["B1"] = uuid7()
    carry_out(engine, place.system, _found, now=FOUNDED, place=place)
    return place


def _found(session, *, now, place):
    community_id = place.community_id
    session.add(Community(community_id=community_id, code=str(community_id), name="测试社区", created_at=now))
    session.flush()
    session.add_all(Grid(community_id=community_id, id=one, code=f"{n + 1:02}", name=f"第{n + 1}网格") for n, one in enumerate(place.grids))
    session.add_all(Staff(community_id=community_id, id=one, name=f"员工{name}", kind="head" if name == "head" else "grid_worker") for name, one in place.staff.items())
    session.flush()
    for n, grid_id in enumerate(place.grids):
        session.add_all(Post(community_id=community_id, grid_id=grid_id, post=post, staff_id=place.staff[f"{post}{n}"], from_date=date(2025, 1, 1)) for post in "AB")
    building = Building(community_id=community_id, id=uuid7(), grid_id=place.grids[0], name="1号楼")
    session.add(building)
    session.flush()
    session.add(Household(community_id=community_id, id=uuid7(), grid_id=place.grids[0], building_id=building.id, door="2单元501", door_index=b"0" * 16))
    file(session, "test.found", now=now, community_id=community_id)
