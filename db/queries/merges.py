"""Files that may be of one person, and files that were made one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from core import masks
from core.addresses import place_of
from core.merges import Alike, alike
from core.reconciliation import Person
from core.roles import PERSONAL, masked
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.merges import Merge, TwoPeople
from db.models.residents import Contact, Resident
from db.models.work_orders import WorkOrder
from db.queries.care import personal_value
from db.queries.roster import RosterRow, people

_OTHER = aliased(Resident)


@dataclass(frozen=True)
class FileSide:
    """One of two files side by side. `fields`: each of core.roles.PERSONAL masked for everybody, None: not on file; `contacts`, `orders`: how many."""

    row: RosterRow
    fields: dict[str, str | None]
    contacts: int
    orders: int


@dataclass(frozen=True)
class Pair:
    """Two files that may be of one person, the older one first. `same`: fields in which they agree in full, compared unmasked."""

    one: FileSide
    other: FileSide
    found: Alike
    same: frozenset[str]


@dataclass(frozen=True)
class MergeRow:
    """A merge. `resident`, `merged`: names as the reader's role may see them, None: out of reach; `by`: who did it; `version`: of the row, for undoing it."""

    id: UUID
    resident_id: UUID
    merged_id: UUID
    resident: str | None
    merged: str | None
    merged_at: datetime
    by: str | None
    undone_at: datetime | None
    version: int


def pairs(session: ScopedSession, now: datetime, *, limit: int = 20) -> list[Pair]:
    """The files in scope that may be of one person, the most alike first; without pairs that somebody has said are two people."""
    found = sorted(_alike(session), key=lambda one: (-one[2].score, one[0].id))[:limit]
    ids = [row.id for one, other, _ in found for row in (one, other)]
    sides = _sides(session, now, ids)
    return [Pair(sides[one.id], sides[other.id], how, _same(session, one, other)) for one, other, how in found if one.id in sides and other.id in sides]


def how_many(session: ScopedSession, now: datetime) -> int:
    """How many pairs are offered."""
    return len(_alike(session))


def merges(session: ScopedSession, now: datetime, resident_id: UUID | None = None, *, limit: int = 10) -> list[MergeRow]:
    """The latest merges in scope, or all of a resident, from either side; what was undone too."""
    went = aliased(Resident)
    query = select(Merge, Resident.name, went.name, Account.display_name)
    query = query.outerjoin(Resident, and_(Resident.community_id == Merge.community_id, Resident.id == Merge.resident_id))
    query = query.outerjoin(went, and_(went.community_id == Merge.community_id, went.id == Merge.merged_id)).outerjoin(Account, Account.id == Merge.merged_by)
    if resident_id is not None:
        query = query.where(or_(Merge.resident_id == resident_id, Merge.merged_id == resident_id))
    hidden = masked(session.scope.role)
    return [
        MergeRow(
            row.id, row.resident_id, row.merged_id, masks.masked("name", name, hidden), masks.masked("name", other, hidden), row.merged_at, by, row.undone_at, row.version,
        )
        for row, name, other, by in session.execute(query.order_by(Merge.merged_at.desc(), Merge.id.desc()).limit(limit))
    ]  # fmt: skip


def standing(session: ScopedSession, community_id: UUID, ids: Sequence[UUID], since: datetime) -> bool:
    """Whether a merge later than `since` of one of the residents `ids` stands."""
    of_them = or_(Merge.resident_id.in_(ids), Merge.merged_id.in_(ids))
    return session.scalar(select(Merge.id).where(Merge.community_id == community_id, of_them, Merge.undone_at.is_(None), Merge.merged_at > since).limit(1)) is not None


def are_two(session: ScopedSession, community_id: UUID, pair: Iterable[UUID]) -> bool:
    """Whether somebody has said that the pair is two people."""
    one, other = sorted(pair)
    return session.scalar(select(TwoPeople.id).where(TwoPeople.community_id == community_id, TwoPeople.one_id == one, TwoPeople.other_id == other)) is not None


def compared(session: ScopedSession, one: Resident, other: Resident) -> Alike | None:
    """How alike two files are; None: not enough, or two people by their ID numbers."""
    return alike(_person(session, one), _person(session, other), (one.phone_index, other.phone_index))


def _alike(session: ScopedSession) -> list[tuple[Resident, Resident, Alike]]:
    """One of the two has no ID number, for two numbers are two people and no two files have the same one: those few are looked for by indexes, among the
    same name or home and year of birth, or the same telephone; only then the points are counted."""
    same_name, same_year = _OTHER.name == Resident.name, _OTHER.birth_year == Resident.birth_year
    same_phone = and_(_OTHER.phone_index == Resident.phone_index, or_(same_name, same_year))
    ways = (and_(same_name, same_year), same_phone, and_(_OTHER.household_id == Resident.household_id, or_(same_year, same_name)))
    here = (Resident.id_index.is_(None), Resident.left_on.is_(None), _OTHER.left_on.is_(None))
    pair = and_(_OTHER.community_id == Resident.community_id, _OTHER.id != Resident.id)
    query = select(Resident.id, _OTHER.id)
    found = {tuple(sorted(one)): None for way in ways for one in session.execute(query.join(_OTHER, and_(pair, way)).where(*here))}
    if not found:
        return []
    ids = {one for both in found for one in both}
    said = {tuple(row) for row in session.execute(select(TwoPeople.one_id, TwoPeople.other_id).where(TwoPeople.one_id.in_(ids)))}
    known = {row.id: row for row in session.scalars(select(Resident).where(Resident.id.in_(ids)))}
    judged = ((known[one], known[other], compared(session, known[one], known[other])) for one, other in found if (one, other) not in said)
    return [(one, other, how) for one, other, how in judged if how]


def _person(session: ScopedSession, row: Resident) -> Person:
    return Person(row.id, row.id_index, row.name, row.sex, row.birth_date, place_of(personal_value(session, row, "address")))


def _same(session: ScopedSession, one: Resident, other: Resident) -> frozenset[str]:
    values = ((field, personal_value(session, one, field), personal_value(session, other, field)) for field in PERSONAL)
    return frozenset(field for field, mine, theirs in values if mine and mine == theirs)


def _sides(session: ScopedSession, now: datetime, ids: Sequence[UUID]) -> dict[UUID, FileSide]:
    if not ids:
        return {}
    secret = frozenset(PERSONAL) - {"name"}
    rows = {row.resident_id: row for row in people(session, now, list(dict.fromkeys(ids)))}
    known = session.scalars(select(Resident).where(Resident.id.in_(ids)))
    contacts, orders = (dict(session.execute(select(one.resident_id, func.count()).where(one.resident_id.in_(ids)).group_by(one.resident_id)).all()) for one in (Contact, WorkOrder))
    return {
        row.id: FileSide(
            rows[row.id],
            {field: masks.masked(field, personal_value(session, row, field), secret) for field in PERSONAL} | {"name": rows[row.id].name},
            contacts.get(row.id, 0), orders.get(row.id, 0),
        )
        for row in known
    }  # fmt: skip
