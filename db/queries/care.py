"""One person's file: groups, clocks and contacts, personal fields masked."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select

from core import masks
from core.addresses import lives_apart
from core.appointments import Agreed
from core.care import ADULT_AGE, ELDER_AGE, reached
from core.homes import lives_at
from core.roles import PERSONAL, may
from db.engine import ScopedSession
from db.models.grids import Building, Household, Staff
from db.models.residents import Contact, Resident, SpecialGroup
from db.models.work_orders import WorkOrder
from db.queries import late_entries
from db.queries.appointments import agreed_in
from db.queries.departures import DepartureRow, departures, held_periods, holds_of
from db.queries.roster import RosterRow, people
from db.queries.transfers import TransferRow, transfers


@dataclass(frozen=True)
class Membership:
    """A stay in a roster group, its days as text; `to_date`: first day without it, None: current. A day that is a birthday is masked like one."""

    group: str
    detail: str | None
    from_date: str
    to_date: str | None
    basis: str | None
    next_review: date | None


@dataclass(frozen=True)
class PersonFile:
    """Somebody's file (一人一档). `fields`: each of core.roles.PERSONAL masked for everybody (reveal shows one in full); None: not on file.
    `lives_apart`: elsewhere than registered; `moves` between grids; `held`: periods that stays in hospital or away took out of what is owed."""

    community_id: UUID
    row: RosterRow
    fields: dict[str, str | None]
    memberships: tuple[Membership, ...]
    left_on: date | None
    departures: tuple[DepartureRow, ...] = ()
    held: int = 0
    lives_apart: bool = False
    moves: tuple[TransferRow, ...] = ()


@dataclass(frozen=True)
class ContactRow:
    """A contact on file. `note` only for those who record contacts themselves. `late`: entered after its period, how it stands (core.late_entries.STANDS); None: it was not. `agreed`: the
    appointment made in it, and how that ended."""

    act: str
    outcome: str
    happened_at: datetime
    recorded_at: datetime
    by: str | None
    note: str | None
    id: UUID
    late: str | None = None
    agreed: tuple[Agreed, str | None] | None = None
    day_only: bool | None = None


def person(session: ScopedSession, now: datetime, resident_id: UUID) -> PersonFile | None:
    """The file of a resident in scope; None when there is none."""
    resident = session.scalar(select(Resident).where(Resident.id == resident_id))
    if resident is None:
        return None
    row = people(session, now, [resident_id])[0]
    secret = frozenset(PERSONAL) - {"name"}
    fields = {field: masks.masked(field, personal_value(session, resident, field), secret) for field in PERSONAL}
    memberships = session.scalars(select(SpecialGroup).where(SpecialGroup.resident_id == resident_id).order_by(SpecialGroup.from_date))
    own = tuple(Membership(one.group, one.detail, *_days(resident, one), one.basis, one.next_review) for one in memberships)
    away = departures(session, now, resident_id)
    holds = {resident_id: holds_of(session, resident.community_id, resident_id)} if away else {}
    apart = lives_apart(resident.registered_address, personal_value(session, resident, "address") if resident.registered_address else None)
    return PersonFile(
        resident.community_id, row, fields | {"name": row.name}, own, resident.left_on, tuple(away), len(held_periods(session, now, holds)) if away else 0, apart,
        tuple(transfers(session, resident_id)),
    )  # fmt: skip


def _days(resident: Resident, one: SpecialGroup) -> tuple[str, str | None]:
    """From and to: who joined at 60 or left at 18 would have their date of birth told by it."""
    by_age = {reached(resident.birth_year, resident.birth_date, age, date.max) for age in (ELDER_AGE, ADULT_AGE)}
    begun, ended = (day and (masks.birth_date(day.isoformat()) if day in by_age else day.isoformat()) for day in (one.from_date, one.to_date))
    return begun, ended


def contacts(session: ScopedSession, resident_id: UUID, *, limit: int = 10, offset: int = 0) -> tuple[list[ContactRow], bool]:
    """A page of somebody's contacts, newest first, and whether there are more."""
    notes = may(session.scope.role, "care_contact")
    columns = (Contact.act, Contact.outcome, Contact.happened_at, Contact.recorded_at, Staff.name, Contact.note, Contact.id, Contact.day_only)
    query = select(*columns).outerjoin(Staff, and_(Staff.community_id == Contact.community_id, Staff.id == Contact.staff_id))
    query = query.where(Contact.resident_id == resident_id).order_by(Contact.happened_at.desc(), Contact.id.desc()).limit(limit + 1).offset(offset)
    rows = session.execute(query).all()
    late = late_entries.standing(session, [row.id for row in rows])
    agreed = agreed_in(session, [row.id for row in rows if row.outcome == "agreed"])
    return [ContactRow(*row[:5], row[5] if notes else masks.free_text(row[5]), row.id, late.get(row.id), agreed.get(row.id), row.day_only) for row in rows[:limit]], len(rows) > limit


def order_contacts(session: ScopedSession, community_id: UUID, order_id: UUID) -> list[ContactRow]:
    """The latest contacts with the resident an order is about, newest first; none where it is about nobody in scope."""
    resident_id = session.scalar(select(WorkOrder.resident_id).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))
    return contacts(session, resident_id, limit=4)[0] if resident_id else []


def personal_value(session: ScopedSession, resident: Resident, field: str, *, rollup: bool = False) -> str | None:
    """A core.roles.PERSONAL field in full; the address as core.homes.lives_at has it. `rollup`: also of another grid."""
    if field != "address" or resident.household_id is None:
        return getattr(resident, field)
    home = select(Building.name, Household.door).select_from(Household)
    home = home.outerjoin(Building, and_(Building.community_id == Household.community_id, Building.id == Household.building_id))
    own = home.where(Household.community_id == resident.community_id, Household.id == resident.household_id).execution_options(rollup=rollup)
    found = session.execute(own).one_or_none()
    return lives_at(" ".join(part for part in found if part) if found else None, resident.address)
