"""Two people of the demo have a second file each, from the time they moved in with their children: one is found and not decided, one has been merged."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select

from db.commands.care import enrol, record_contact
from db.commands.filing import carry_out, file
from db.commands.merges import merge
from db.engine import ScopedSession, open_session
from db.keys import keyring
from db.models.residents import Resident, SpecialGroup
from db.scope import Scope
from db.types import uuid7


def file_doubles(engine: Engine, scope: Scope, grids: list[UUID], now: datetime) -> None:
    """Of the last grid's elders; their second files lie in the grid before it."""
    with open_session(engine, scope) as session:
        homes = list(session.scalars(select(Resident.household_id).where(Resident.grid_id == grids[-2:][0]).order_by(Resident.id).limit(2)))
        elders = select(SpecialGroup.resident_id).where(SpecialGroup.grid_id == grids[-1], SpecialGroup.group == "elder", SpecialGroup.to_date.is_(None))
        people = list(session.scalars(elders.order_by(SpecialGroup.resident_id).limit(2)))
    entered = now - timedelta(days=2)
    for n, (resident_id, home) in enumerate(zip(people, homes, strict=True)):
        double = carry_out(engine, scope, _second_file, now=entered, resident_id=resident_id, household_id=home, grid_id=grids[-2:][0])
        carry_out(engine, scope, enrol, now=entered, resident_id=double, group="elder")
        carry_out(engine, scope, record_contact, now=entered, resident_id=double, act="call", outcome="reached", happened_at=entered - timedelta(minutes=20))
        if n:
            versions = tuple(_version(engine, scope, one) for one in (resident_id, double))
            carry_out(engine, scope, merge, now=now - timedelta(days=1), resident_id=resident_id, merged_id=double, versions=versions)


def _second_file(session: ScopedSession, *, now: datetime, resident_id: UUID, household_id: UUID, grid_id: UUID) -> UUID:
    known = session.scalar(select(Resident).where(Resident.id == resident_id))
    row = Resident(
        community_id=known.community_id, id=uuid7(), grid_id=grid_id, household_id=household_id, name=known.name, sex=known.sex, birth_year=known.birth_year,
        birth_date=known.birth_date, phone=known.phone, phone_index=keyring().blind_index(known.phone, "resident.phone"), relation="父母",
    )  # fmt: skip
    session.add(row)
    file(session, "demo.second_file", now=now, community_id=known.community_id, subject_kind="resident", subject_id=row.id)
    return row.id


def _version(engine: Engine, scope: Scope, resident_id: UUID) -> int:
    with open_session(engine, scope) as session:
        return session.scalar(select(Resident.version).where(Resident.id == resident_id))
