"""Service packages: what is there, what is missing. The one definition of a gap in SQL, the twin of core.packages.missing.

Counts, lists, filter, map, checklist and export all ask `lacks` and `asks`. A member of staff who has left serves nobody any more. `among`: communities over which
the conditions are asked of so many that what is there is listed once; None: of few, and looked up for each. What is asked is the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, false, func, literal, not_, or_, select, union_all

from core import masks
from core.calendar import local_day
from core.care import ADULT_AGE, ELDER_AGE
from core.packages import PARTS, Part, asked, missing, parts_named
from core.periods import local_midnight
from core.roles import masked, may
from db.engine import ScopedSession
from db.models.grids import Staff
from db.models.packages import ServiceRecord, TeamMember
from db.models.residents import Contact, Resident, SpecialGroup
from db.queries.posts import still_here
from db.types import UtcDateTime


@dataclass(frozen=True)
class MemberRow:
    """Somebody on a team. `name` as the reader's role may see it, `phone` masked for everybody; `serves`: today, being still with the community
    where they are its staff; `gone_on`: the day such a one left it."""

    id: UUID
    role: str
    name: str
    phone: str | None
    is_staff: bool
    from_date: date
    to_date: date | None
    serves: bool
    gone_on: date | None
    version: int


@dataclass(frozen=True)
class ServiceRow:
    """A service on record, or that none is needed (`is_there` False). `note` only for those who keep the file."""

    id: UUID
    part: str
    is_there: bool
    from_date: date
    to_date: date | None
    holds: bool
    note: str | None
    version: int


@dataclass(frozen=True)
class Package:
    """What somebody is to have: `wanted` of core.packages, `gaps` of it; everybody and everything ever on record, the newest first."""

    wanted: tuple[Part, ...]
    gaps: tuple[Part, ...]
    members: tuple[MemberRow, ...]
    services: tuple[ServiceRow, ...]


@dataclass(frozen=True)
class Gaps:
    """How many lack what: by part (core.packages.Part.key), and by grid and part."""

    parts: Counter = field(default_factory=Counter)
    grids: dict[UUID | None, Counter] = field(default_factory=dict)


# --- the definition -------------------------------------------------------------------------------------------------
Among = tuple[UUID, ...] | None


def on_roster(day: date, among: Among = None) -> ColumnElement[bool]:
    """Condition on SpecialGroup: a membership on the local date `day` of somebody who had not left by then (a ledger may say so and end no group)."""
    if among is None:
        return and_(is_member(day), _own(Resident, Resident.id, lives_here(day)))
    # Few have left and are still members: they are listed rather than all others looked up.
    return and_(is_member(day), not_(_own(Resident, Resident.id, Resident.left_on.is_not(None), not_(lives_here(day)), among=among)))


def is_member(day: date) -> ColumnElement[bool]:
    """Of on_roster what is asked of the membership."""
    return and_(SpecialGroup.from_date <= day, or_(SpecialGroup.to_date.is_(None), SpecialGroup.to_date > day))


def lives_here(day: date) -> ColumnElement[bool]:
    """Of on_roster what is asked of the Resident, for a query that reads the resident anyway."""
    return or_(Resident.left_on.is_(None), Resident.left_on > day)


def is_on_roster(row, day: date) -> bool:
    """The same of a membership that was read, with `left_on` of whose it is."""
    return row.from_date <= day and (row.to_date is None or row.to_date > day) and (row.left_on is None or row.left_on > day)


def asks(parts: Iterable[Part], day: date, among: Among = None) -> ColumnElement[bool]:
    """Condition on SpecialGroup: the membership asks for one of `parts`."""
    return or_(false(), *(_asks(part, day, among) for part in parts))


def lacks(parts: Iterable[Part], day: date, among: Among = None) -> ColumnElement[bool]:
    """Condition on SpecialGroup: the membership asks for one of `parts` that is not there on `day`: a gap."""
    return or_(false(), *(_lacks(part, day, among) for part in parts))


@lru_cache(maxsize=512)
def _lacks(part: Part, day: date, among: Among = None) -> ColumnElement[bool]:
    """Kept: to write the condition takes longer than to answer it."""
    return and_(_asks(part, day, among), not_(or_(*_there(part, day, among))))


def _asks(part: Part, day: date, among: Among) -> ColumnElement[bool]:
    group = SpecialGroup.group == part.group
    match part.when:
        case "disabled_elder":
            return and_(group, SpecialGroup.detail == "disabled_elder")
        case "mental":
            return and_(group, or_(SpecialGroup.detail == "mental", SpecialGroup.detail.startswith("mental ")))
        case "working_age":
            return and_(group, _own(Resident, Resident.id, or_(Resident.birth_year.is_(None), Resident.birth_year.between(day.year - ELDER_AGE + 1, day.year - ADULT_AGE))))
        case "assessed":
            return and_(group, _own(Contact, Contact.resident_id, *_assessment(day), among=among))
    return group


def _assessment(day: date) -> tuple[ColumnElement[bool], ...]:
    return _assessed_by(_end_of(day))


def _assessed_by(until) -> tuple[ColumnElement[bool], ...]:
    return Contact.act == "assessment", Contact.outcome == "reached", Contact.happened_at < until


def _end_of(day: date) -> datetime:
    return local_midnight(day + timedelta(1))


def _there(part: Part, day: date, among: Among) -> list[ColumnElement[bool]]:
    found = []
    if part.kind == "member":
        found.append(_own(TeamMember, TeamMember.resident_id, TeamMember.role == part.id, _holds(TeamMember, day), _serves(day, among), among=among))
    if part.kind == "service" or part.or_none:
        found.append(_own(ServiceRecord, ServiceRecord.resident_id, ServiceRecord.part == part.id, _holds(ServiceRecord, day), among=among))
    return found


def _serves(day: date, among: Among) -> ColumnElement[bool]:
    """The member has not left the community's staff."""
    gone = select(Staff.id).where(not_(still_here(day)))
    if among is None:
        return not_(gone.where(Staff.community_id == TeamMember.community_id, Staff.id == TeamMember.staff_id).exists())
    return or_(TeamMember.staff_id.is_(None), TeamMember.staff_id.not_in(gone.where(Staff.community_id.in_(among))))


def _own(model: type, column, *conditions: ColumnElement[bool], among: Among = None) -> ColumnElement[bool]:
    """There is a row of the membership's resident."""
    if among is not None:
        return SpecialGroup.resident_id.in_(select(column).where(model.community_id.in_(among), *conditions))
    return select(model.id).where(model.community_id == SpecialGroup.community_id, column == SpecialGroup.resident_id, *conditions).correlate(SpecialGroup).exists()


def _holds(model: type, day: date) -> ColumnElement[bool]:
    return and_(model.from_date <= day, or_(model.to_date.is_(None), model.to_date > day))


# --- what is asked of it --------------------------------------------------------------------------------------------
def lacking(session: ScopedSession, now: datetime, ids: Iterable[UUID]) -> dict[UUID, tuple[Part, ...]]:
    """The gaps of those of the residents `ids` who have any. For the few of a page: core.packages decides, where a condition of sixteen parts
    would cost more to write than to answer."""
    return _missing(session, tuple(ids), local_day(now))


def _missing(session: ScopedSession, ids: tuple[UUID, ...], day: date) -> dict[UUID, tuple[Part, ...]]:
    home = and_(Resident.community_id == SpecialGroup.community_id, Resident.id == SpecialGroup.resident_id)
    query = select(SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.detail, Resident.birth_year).join(Resident, home)
    groups: dict[UUID, tuple[list, int | None]] = {}
    for resident_id, group, detail, born in session.execute(query.where(SpecialGroup.resident_id.in_(ids), on_roster(day))):
        groups.setdefault(resident_id, ([], born))[0].append((group, detail))
    return lacking_of(session, groups, day)


def lacking_of(session: ScopedSession, groups: dict[UUID, tuple[list, int | None]], day: date) -> dict[UUID, tuple[Part, ...]]:
    """The gaps of residents whose memberships on `day` (pairs group, detail) and birth years are known."""
    there, done = _parts_there(session, tuple(groups), day), _assessed(session, [one for one, (own, _) in groups.items() if any(group == "disabled" for group, _ in own)], day)
    found = {}
    for one, (own, born) in groups.items():
        gaps = missing(asked(own, born, one in done, day), there.get(one, ()))
        found |= {one: gaps} if gaps else {}
    return found


def gaps(session: ScopedSession, now: datetime, group: str | None = None) -> Gaps:
    """How many in scope lack what today: everybody's gaps as one number, a bit a part, and those who lack the same counted together."""
    found: dict[int, Counter] = defaultdict(Counter)
    for grid_id, which, n in session.execute(_each_gap(group, local_day(now), tuple(sorted(session.scope.communities)))):
        found[int(which)][grid_id] = n
    counts, grids = Counter(), {}
    for key, bit in _bits(group).items():
        for own in (own for which, own in found.items() if which & bit):
            for grid_id, n in own.items():
                counts[key] += n
                grids.setdefault(grid_id, Counter())[key] += n
    return Gaps(counts, grids)


_IDS, _DAY = bindparam("ids", expanding=True), bindparam("day", type_=Date())
_THERE = union_all(
    select(TeamMember.resident_id, TeamMember.role)
    .outerjoin(Staff, and_(Staff.community_id == TeamMember.community_id, Staff.id == TeamMember.staff_id))
    .where(TeamMember.resident_id.in_(_IDS), _holds(TeamMember, _DAY), still_here(_DAY)),
    select(ServiceRecord.resident_id, ServiceRecord.part).where(ServiceRecord.resident_id.in_(_IDS), _holds(ServiceRecord, _DAY)),
).execution_options(kept=True)


def _bits(group: str | None) -> dict[str, int]:
    return {part.key: 2**n for n, part in enumerate(part for part in PARTS if group in (None, part.group))}


@lru_cache(maxsize=64)
def _each_gap(group: str | None, day: date, among: tuple[UUID, ...]) -> Select:
    bits, lacked = _bits(group), literal(0)
    # Of each membership only the parts of its group are asked, and those of few only where they are.
    for (whose, few), own in groupby((part for part in PARTS if part.key in bits), lambda part: (part.group, part.when == "disabled_elder")):
        parts = tuple(own)
        of_these = sum((case((_lacks(part, day, among), bits[part.key]), else_=0) for part in parts), start=literal(0))
        lacked += case((_asks(parts[0], day, among) if few else SpecialGroup.group == whose, of_these), else_=0)
    own = (SpecialGroup.community_id.in_(among), on_roster(day, among), *([SpecialGroup.group == group] if group else []))
    # The offset keeps it a query of its own: SQLite would reckon each number twice, and PostgreSQL put the memberships in the order of grids first.
    each = select(SpecialGroup.grid_id, lacked.label("lacked")).where(*own).offset(0).subquery()
    return select(each.c.grid_id, each.c.lacked, func.count()).group_by(each.c.grid_id, each.c.lacked).execution_options(kept=True)


def _parts_there(session: ScopedSession, ids: tuple[UUID, ...], day: date) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    for resident_id, part in session.execute(_THERE, {"ids": ids, "day": day}) if ids else ():
        found.setdefault(resident_id, set()).add(part)
    return found


_ASSESSED = select(Contact.resident_id).where(Contact.resident_id.in_(_IDS), *_assessed_by(bindparam("until", type_=UtcDateTime()))).execution_options(kept=True)


def _assessed(session: ScopedSession, ids: list[UUID], day: date) -> set[UUID]:
    return set(session.scalars(_ASSESSED, {"ids": ids, "until": _end_of(day)})) if ids else set()


def clause_counts(session: ScopedSession, clause_id: str, community_id: UUID, day: date) -> tuple[int, int]:
    """(complete, with a gap): those on the roster on `day` whom the clause asks something for."""
    parts = parts_named(clause_id)
    among = (community_id,)
    wanted = (SpecialGroup.community_id == community_id, on_roster(day, among), asks(parts, day, among))
    of, bad = session.execute(select(func.count(), func.count().filter(lacks(parts, day, among))).select_from(SpecialGroup).where(*wanted)).one()
    return of - bad, bad


def clause_rows(session: ScopedSession, clause_id: str, community_id: UUID, day: date, limit: int, offset: int) -> list[tuple]:
    """Those with a gap in the clause on `day`: (resident_id, name, grid_id, the parts that are missing), by grid and name; names as the role may see them."""
    home = and_(Resident.community_id == SpecialGroup.community_id, Resident.id == SpecialGroup.resident_id)
    query = select(SpecialGroup.resident_id, Resident.name, SpecialGroup.grid_id).join(Resident, home)
    query = query.where(SpecialGroup.community_id == community_id, on_roster(day), lacks(parts_named(clause_id), day))
    rows = session.execute(query.order_by(SpecialGroup.grid_id, Resident.name, Resident.id).limit(limit).offset(offset)).all()
    own = _missing(session, tuple(row.resident_id for row in rows), day)
    hidden = masked(session.scope.role)
    return [
        (row.resident_id, masks.masked("name", row.name, hidden), row.grid_id, tuple(part for part in own.get(row.resident_id, ()) if part.clause_id == clause_id)) for row in rows
    ]


def asked_of_all(session: ScopedSession, community_id: UUID, day: date) -> Iterator[tuple[dict, tuple[Part, ...]]]:
    """Everybody on the roster of a community on `day`, by name (`name` as the role may see it, `resident_id`, `grid_id`, `household_id`), and the parts asked for
    them."""
    hidden = masked(session.scope.role)
    home = and_(Resident.community_id == SpecialGroup.community_id, Resident.id == SpecialGroup.resident_id)
    columns = (SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.detail, Resident.birth_year, Resident.name, Resident.grid_id, Resident.household_id)
    query = select(*columns).join(Resident, home).where(SpecialGroup.community_id == community_id, on_roster(day)).order_by(Resident.name, Resident.id)
    people: dict[UUID, list] = {}
    for row in session.execute(query):
        people.setdefault(row.resident_id, []).append(row)
    done = set(session.scalars(select(Contact.resident_id).where(Contact.community_id == community_id, *_assessment(day))))
    for resident_id, own in people.items():
        one = own[0]
        whose = {"resident_id": resident_id, "name": masks.masked("name", one.name, hidden), "grid_id": one.grid_id, "household_id": one.household_id}
        yield whose, asked([(row.group, row.detail) for row in own], one.birth_year, resident_id in done, day)


def standing(session: ScopedSession, community_id: UUID, day: date) -> Iterator[dict]:
    """Every part asked for in a community on `day`, by name: whose (as above), `part`, and who or what is there: `who` as the role may see it, `phone` in full (db.queries.exports
    masks it), `is_there` (None: a gap) and `since`."""
    there, hidden = _who_is_there(session, community_id, day), masked(session.scope.role)
    for whose, parts in asked_of_all(session, community_id, day):
        for part in parts:
            for found in there.get((whose["resident_id"], part.id)) or [{"who": None, "phone": None, "is_there": None, "since": None}]:
                yield whose | {"part": part} | found | {"who": masks.masked("name", found["who"], hidden)}


def _who_is_there(session: ScopedSession, community_id: UUID, day: date) -> dict[tuple[UUID, str], list[dict]]:
    found: dict[tuple[UUID, str], list[dict]] = {}
    columns = (TeamMember.resident_id, TeamMember.role, TeamMember.name, TeamMember.phone, TeamMember.from_date, Staff.name.label("staff"), Staff.phone.label("number"))
    members = select(*columns).outerjoin(Staff, and_(Staff.community_id == TeamMember.community_id, Staff.id == TeamMember.staff_id))
    members = members.where(TeamMember.community_id == community_id, _holds(TeamMember, day), still_here(day)).order_by(TeamMember.from_date, TeamMember.id)
    for row in session.execute(members):
        found.setdefault((row.resident_id, row.role), []).append({"who": row.staff or row.name, "phone": row.number or row.phone, "is_there": True, "since": row.from_date})
    services = select(ServiceRecord.resident_id, ServiceRecord.part, ServiceRecord.is_there, ServiceRecord.from_date)
    for row in session.execute(services.where(ServiceRecord.community_id == community_id, _holds(ServiceRecord, day))):
        found.setdefault((row.resident_id, row.part), []).append({"who": None, "phone": None, "is_there": row.is_there, "since": row.from_date})
    return found


def ever_recorded(session: ScopedSession, community_id: UUID, day: date) -> bool:
    """Whether any team or service was on record by `day`: before, nobody kept them here."""
    return any(session.scalar(select(model.id).where(model.community_id == community_id, model.from_date <= day).limit(1)) for model in (TeamMember, ServiceRecord))


# --- one person -----------------------------------------------------------------------------------------------------
def package(session: ScopedSession, now: datetime, resident_id: UUID) -> Package:
    """Somebody's package as it stands today; of a resident out of scope an empty one."""
    day = local_day(now)
    resident = session.execute(select(Resident.community_id, Resident.birth_year).where(Resident.id == resident_id)).one_or_none()
    if resident is None:
        return Package((), (), (), ())
    members, services = _members(session, resident.community_id, resident_id, day), _services(session, resident.community_id, resident_id, day)
    groups = session.execute(select(SpecialGroup.group, SpecialGroup.detail).where(SpecialGroup.resident_id == resident_id, on_roster(day))).all()
    wanted = asked([tuple(one) for one in groups], resident.birth_year, assessed(session, resident_id, day), day)
    there = {one.role for one in members if one.serves} | {one.part for one in services if one.holds}
    return Package(wanted, missing(wanted, there), members, services)


def assessed(session: ScopedSession, resident_id: UUID, day: date) -> bool:
    """Whether somebody's needs had been assessed by the end of `day`."""
    return bool(_assessed(session, [resident_id], day))


def _members(session: ScopedSession, community_id: UUID, resident_id: UUID, day: date) -> tuple[MemberRow, ...]:
    hidden = masked(session.scope.role)
    query = select(TeamMember, Staff.name, Staff.phone, Staff.left_on).outerjoin(Staff, and_(Staff.community_id == TeamMember.community_id, Staff.id == TeamMember.staff_id))
    query = query.where(TeamMember.community_id == community_id, TeamMember.resident_id == resident_id).order_by(TeamMember.from_date.desc(), TeamMember.id.desc())
    return tuple(
        MemberRow(
            row.id, row.role, masks.masked("name", row.name or name, hidden), masks.phone(row.phone or phone), row.staff_id is not None, row.from_date, row.to_date,
            _in_force(row, day) and (left_on is None or left_on > day), left_on if left_on and left_on <= day else None, row.version,
        )
        for row, name, phone, left_on in session.execute(query)
    )  # fmt: skip


def _services(session: ScopedSession, community_id: UUID, resident_id: UUID, day: date) -> tuple[ServiceRow, ...]:
    own = may(session.scope.role, "care_file_update")
    query = select(ServiceRecord).where(ServiceRecord.community_id == community_id, ServiceRecord.resident_id == resident_id)
    rows = session.scalars(query.order_by(ServiceRecord.from_date.desc(), ServiceRecord.id.desc()))
    return tuple(
        ServiceRow(row.id, row.part, row.is_there, row.from_date, row.to_date, _in_force(row, day), row.note if own else masks.free_text(row.note), row.version) for row in rows
    )


def _in_force(row: TeamMember | ServiceRecord, day: date) -> bool:
    return row.from_date <= day and (row.to_date is None or row.to_date > day)


def helpers(session: ScopedSession, now: datetime, resident_id: UUID, kinds: Iterable[str]) -> dict[UUID, str]:
    """The staff of these kinds who are with the resident's community today, id → name, by name: who may fill a role."""
    home = select(Resident.community_id).where(Resident.id == resident_id).scalar_subquery()
    query = select(Staff.id, Staff.name).where(Staff.community_id == home, Staff.kind.in_(tuple(kinds)), still_here(local_day(now)))
    return {row.id: row.name for row in session.execute(query.order_by(Staff.name))}
