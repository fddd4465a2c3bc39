"""Who comes first on the roster: who is late before who is due, those at higher risk first, then by due time; and whom a search means.

Everything is read from the open clocks of care, most of it from their indexes alone. Of a whole community those at the highest risk are looked for
first: they fill most pages, and nobody else need be put in order. What is one of many is asked with `is_true`, as a list made once: PostgreSQL
takes two conditions on one community for rarer than one, expects a handful, and would make that list anew for each row.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, String, Subquery, and_, any_, bindparam, case, func, literal, or_, select, true

from core.basis_reviews import LACKS
from core.calendar import local_day
from core.care import ACTS
from core.departures import EXITS, HOLDS
from core.packages import parts_named
from core.roles import masked
from db.engine import ScopedSession
from db.keys import keyring
from db.models.clocks import Clock
from db.models.grids import Building, Household
from db.models.residents import Departure, Resident, SpecialGroup
from db.queries.appointments import coming
from db.queries.basis_reviews import lacks_in_file
from db.queries.clock_state import is_care, is_due_soon, is_open, is_overdue, is_unclosed, is_waiting, put_off
from db.queries.departures import held_now, is_lasting
from db.queries.packages import is_member, lacks, lives_here
from db.queries.posts import holding
from db.queries.risks import COMMUNITIES, born_by, is_first, risk_of, said_and_changed
from db.queries.transfers import counted_grid, misses_elsewhere
from db.types import Id, UtcDateTime

STATES = ("overdue", "due_soon", "due", "met", "away", "gaps")
"""What the list is narrowed to: late; soon; begun and not late (soon included); done for now (the next period has not begun); away or gone;
something of their service package is missing."""
FEW = 200
"""People and buildings found by a search that are still named one by one."""
MANY = 5_000
"""People of the roster found by a search that are still looked up once."""
_LATE, _BEGUN, _DONE = 0, 1, 2


@dataclass(frozen=True)
class Wanted:
    """What the roster is narrowed to; None: no narrowing. `text`: part of a name or building, or a whole phone or ID number; `lack`: with the state
    gaps, the clause or core.packages.Part.key of which something is missing, or one of core.basis_reviews.LACKS."""

    group: str | None = None
    state: str | None = None
    grid_id: UUID | None = None
    act: str | None = None
    clause_id: str | None = None
    holder_id: UUID | None = None
    text: str | None = None
    lack: str | None = None

    @property
    def counted(self) -> "Wanted":
        """What the counts over the list hang on: whatever state is chosen, they are the same."""
        return replace(self, state=None, lack=None)

    @property
    def words(self) -> str:
        """What is searched for; "" for nothing."""
        return (self.text or "").strip()


# --- the conditions of a question -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Shape:
    """What the text of a question hangs on: the narrowings there are, and which of the lists read beforehand have anybody on them. All else is a value of it, so that
    a question is written once."""

    grid: bool
    act: bool
    clause: bool
    group: bool
    few: frozenset[str]


_NOW, _GRID, _CLAUSE, _GROUP = bindparam("now", type_=UtcDateTime()), bindparam("grid_id", type_=Id()), bindparam("clause_id", type_=String()), bindparam("group", type_=String())
_ACTS = bindparam("acts", expanding=True, type_=String())


_MEMBERS = select(SpecialGroup.resident_id).where(SpecialGroup.to_date.is_(None), SpecialGroup.group == _GROUP)


def asked(session: ScopedSession, now: datetime, wanted: Wanted) -> tuple[Shape, dict]:
    """The shape of what is wanted, and its values."""
    few = {"put_off": tuple(put_off(session, now)), "held": tuple(held_now(session, now)), **said_and_changed(session, now)}
    few = {name: ids for name, ids in few.items() if ids}
    values = {"now": now, "born_by": born_by(now), "communities": tuple(session.scope.communities), "acts": (wanted.act,) if wanted.act else ACTS, **few}
    shape = Shape(wanted.grid_id is not None and not _by_miss(session, now, wanted), wanted.act is not None, wanted.clause_id is not None, wanted.group is not None, frozenset(few))
    return shape, values | {"grid_id": wanted.grid_id, "clause_id": wanted.clause_id, "group": wanted.group}


def _shown(shape: Shape) -> list[ColumnElement[bool]]:
    return [Clock.id.not_in(bindparam("put_off", expanding=True))] if "put_off" in shape.few else []


def not_held(shape: Shape) -> list[ColumnElement[bool]]:
    """Of who is away no clock that has not begun: nobody has done anything for it."""
    return [or_(Clock.started_at <= _NOW, Clock.resident_id.not_in(bindparam("held", expanding=True)))] if "held" in shape.few else []


def conditions(shape: Shape, chosen: str | None) -> list[ColumnElement[bool]]:
    """Conditions on Clock: of the states `chosen`, and as narrow as `shape`. Each community and act by name, so that the indexes of open clocks serve."""
    found = [Clock.community_id.in_(COMMUNITIES), Clock.act.in_(_ACTS), is_unclosed(), is_care()]
    found += [column == value for there, column, value in ((shape.grid, Clock.grid_id, _GRID), (shape.clause, Clock.clause_id, _CLAUSE)) if there]
    match chosen:
        case "overdue":
            found.append(is_overdue(_NOW))
        case "late_now":
            found += [is_overdue(_NOW), *_shown(shape)]
        case "due_soon":
            found += [is_due_soon(_NOW), *_shown(shape)]
        case "due":
            found += [is_open(_NOW), Clock.due_at >= _NOW, *_shown(shape)]
        case "met" if shape.act or shape.clause:
            found.append(is_waiting(_NOW))
    if shape.group:
        found.append(Clock.resident_id.in_(_MEMBERS.where(SpecialGroup.community_id.in_(COMMUNITIES))).is_(true()))
    return found


def _by_miss(session: ScopedSession, now: datetime, wanted: Wanted) -> bool:
    """What is late in one grid is listed by whose miss it is, as it is counted on the map; where nobody's is another grid's, both are the same."""
    return wanted.state == "overdue" and wanted.grid_id is not None and session.scope.grids is None and bool(misses_elsewhere(session, now))


def narrowed(session: ScopedSession, now: datetime, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Further conditions on Clock that are another each time: who holds it, and whom a search means."""
    held = [*_held_by(session, now, wanted.holder_id)] if wanted.holder_id is not None else []
    held += [counted_grid(session, now) == wanted.grid_id] if _by_miss(session, now, wanted) else []
    return [*held, _listed(session, Clock.subject_id, wanted.words)] if wanted.words else held


def _held_by(session: ScopedSession, now: datetime, staff_id: UUID) -> list[ColumnElement[bool]]:
    """Held by them, in the few grids where anything can be."""
    held = holding(session, now)
    given = select(Clock.grid_id).where(Clock.community_id.in_(COMMUNITIES), Clock.holder_id == staff_id, is_unclosed(), is_care()).distinct()
    key = ("roster.given", staff_id)
    if key not in session.info:
        session.info[key] = set(session.scalars(given, {"communities": tuple(session.scope.communities)}))
    grids = held.grids_of(staff_id) | session.info[key]
    return [held.held_by(staff_id, Clock), *([] if None in grids else [Clock.grid_id.in_(sorted(grids))])]


# --- who comes first ------------------------------------------------------------------------------------------------
def first_ids(session: ScopedSession, now: datetime, wanted: Wanted, limit: int, offset: int = 0) -> list[UUID]:
    """Who comes first: those with an appointment, then those with something late. These come before all others, and are few: the rest is sorted only
    when they don't fill the page."""
    if wanted.state == "away":
        return _first_away(session, now, wanted, limit, offset)
    if wanted.state == "gaps":
        return _first_lacking(session, now, wanted, limit + offset)[offset:]
    before = agreed_first(session, now, wanted)
    found = _first_owed(session, now, wanted, limit + offset + len(before)) if len(before) < limit + offset else []
    return [*before, *(one for one in found if one not in before)][offset : offset + limit]


def agreed_first(session: ScopedSession, now: datetime, wanted: Wanted) -> list[UUID]:
    """Whose appointment is today, or was missed, by its time."""
    due = coming(session, now) if wanted.state != "met" else {}
    if not due:
        return []
    shape, values = asked(session, now, wanted)
    query = select(Clock.id, Clock.resident_id).where(*conditions(shape, wanted.state), *narrowed(session, now, wanted), Clock.id.in_(tuple(due)))
    return list(dict.fromkeys(one for _, one in sorted(session.execute(query, values), key=lambda row: (due[row.id].moment, row.resident_id))))


def _first_owed(session: ScopedSession, now: datetime, wanted: Wanted, limit: int) -> list[UUID]:
    if wanted.state is not None:
        return _alone_first(session, wanted, limit, lambda alone: _ranked(session, now, wanted, wanted.state, limit, alone=alone))
    late = _alone_first(session, wanted, limit, lambda alone: _ranked(session, now, wanted, "late_now", limit, alone=alone))
    if len(late) == limit:
        return late
    if not _is_wide(session, wanted):
        return _ranked(session, now, wanted, None, limit)
    for bucket in (_BEGUN, _DONE):
        left = limit - len(late)
        late += _alone_first(session, wanted, left, lambda alone, left=left, bucket=bucket: _ranked(session, now, wanted, None, left, bucket, alone=alone)) if left else []
    return late


def _is_wide(session: ScopedSession, wanted: Wanted) -> bool:
    """Whether a whole community or more may be meant."""
    return session.scope.grids is None and wanted.grid_id is None and wanted.holder_id is None and not wanted.words


def _alone_first(session: ScopedSession, wanted: Wanted, limit: int, ask) -> list[UUID]:
    """What `ask` finds among those living alone or said to come first, whose risk is higher than all others' (core.risks), if they fill the page; else among all."""
    found = ask(True) if _is_wide(session, wanted) else []
    return found if found and len(found) == limit else ask(False)


def _ranked(session: ScopedSession, now: datetime, wanted: Wanted, chosen: str | None, limit: int, bucket: int | None = None, *, alone: bool = False) -> list[UUID]:
    shape, values = asked(session, now, wanted)
    further = narrowed(session, now, wanted)
    query = _ranking(shape, chosen, bucket, alone, *further) if further else _kept_ranking(shape, chosen, bucket, alone)
    return list(session.scalars(query, {**values, "most": limit}))


def _ranking(shape: Shape, chosen: str | None, bucket: int | None, alone: bool, *further: ColumnElement[bool]) -> Select:
    worst = func.min(case((and_(is_overdue(_NOW), *_shown(shape)), _LATE), (is_open(_NOW), _BEGUN), else_=_DONE))
    # Those living alone are few: whether one is in the group is looked up for each of them.
    one_by_one = shape.group and alone
    query = select(Clock.community_id, Clock.resident_id, worst.label("bucket"), func.min(Clock.due_at).label("due_at"))
    query = query.where(*conditions(replace(shape, group=False) if one_by_one else shape, chosen), *further)
    query = query.where(is_first(Clock.resident_id, shape.few)) if alone else query
    if chosen == "met" and not (shape.act or shape.clause):
        query, bucket = query.where(*not_held(shape)), _DONE
    query = query.group_by(Clock.community_id, Clock.resident_id)
    owed = (query if bucket is None else query.having(worst == bucket)).subquery()
    ranked = select(owed.c.resident_id).join(Resident, _home(owed)).order_by(owed.c.bucket, risk_of(owed, shape.few).desc(), owed.c.due_at, owed.c.resident_id)
    if one_by_one:
        ranked = ranked.where(_MEMBERS.where(SpecialGroup.community_id == owed.c.community_id, SpecialGroup.resident_id == owed.c.resident_id).correlate(owed).exists())
    return ranked.limit(bindparam("most", type_=Integer()))


@lru_cache(maxsize=256)
def _kept_ranking(shape: Shape, chosen: str | None, bucket: int | None, alone: bool) -> Select:
    return _ranking(shape, chosen, bucket, alone).execution_options(kept=True)


def _first_away(session: ScopedSession, now: datetime, wanted: Wanted, limit: int, offset: int) -> list[UUID]:
    """Who is in hospital or away, those with a day back first; then who is gone, the latest first."""
    home = and_(Resident.community_id == Departure.community_id, Resident.id == Departure.resident_id)
    query = select(Departure.resident_id).join(Resident, home).where(is_lasting(now, (*HOLDS, *EXITS)))
    if wanted.group:
        query = query.where(Resident.id.in_(select(SpecialGroup.resident_id).where(SpecialGroup.group == wanted.group)))
    if wanted.grid_id:
        query = query.where(Resident.grid_id == wanted.grid_id)
    if wanted.words:
        query = query.where(named(session, Resident.id, wanted.words))
    gone, unknown = Departure.kind.in_(EXITS), Departure.until_date.is_(None)
    order = (gone, unknown, Departure.until_date, Departure.from_date.desc(), Departure.resident_id)
    return list(dict.fromkeys(session.scalars(query.order_by(*order).limit(limit).offset(offset))))


def _first_lacking(session: ScopedSession, now: datetime, wanted: Wanted, limit: int) -> list[UUID]:
    """Whose service package is not complete, by risk, then by grid and name."""
    return _alone_first(session, wanted, limit, lambda alone: _lacking(session, now, wanted, limit, alone))


def _lacking(session: ScopedSession, now: datetime, wanted: Wanted, limit: int, alone: bool) -> list[UUID]:
    shape, values = asked(session, now, wanted)
    day, further = local_day(now), [_listed(session, SpecialGroup.resident_id, wanted.words)] if wanted.words else []
    if wanted.lack in LACKS or further:
        lacking = lacks_in_file(session, wanted.lack, day) if wanted.lack in LACKS else lacks(parts_named(wanted.lack), day)
        query = _gaps(shape, lacking, day, alone, *further)
    else:
        query = _kept_gaps(shape, wanted.lack, day, alone)
    return list(session.scalars(query, {**values, "most": limit}))


def _gaps(shape: Shape, lacking: ColumnElement[bool], day: date, alone: bool, *further: ColumnElement[bool]) -> Select:
    query = select(SpecialGroup.community_id, SpecialGroup.resident_id).where(SpecialGroup.community_id.in_(COMMUNITIES), *further)
    query = query.where(*([SpecialGroup.grid_id == _GRID] if shape.grid else []), *([SpecialGroup.group == _GROUP] if shape.group else []))
    query = query.where(is_first(SpecialGroup.resident_id, shape.few, one_by_one=True)) if alone else query
    gaps = query.where(is_member(day), lacking).distinct().subquery()
    order = (risk_of(gaps, shape.few).desc(), Resident.grid_id, Resident.name, Resident.id)
    return select(gaps.c.resident_id).join(Resident, _home(gaps)).where(lives_here(day)).order_by(*order).limit(bindparam("most", type_=Integer()))


@lru_cache(maxsize=256)
def _kept_gaps(shape: Shape, lack: str | None, day: date, alone: bool) -> Select:
    return _gaps(shape, lacks(parts_named(lack), day), day, alone).execution_options(kept=True)


def _home(people: Subquery) -> ColumnElement[bool]:
    return and_(Resident.community_id == people.c.community_id, Resident.id == people.c.resident_id)


# --- whom a search means --------------------------------------------------------------------------------------------
def named(session: ScopedSession, column: Any, words: str) -> ColumnElement[bool]:
    """Condition on a column of resident ids: found by part of their building's name; by part of their own, and by whole numbers, for those who see
    names in full. Few are looked up once a session and named one by one."""
    ways, found = _ways(session, words), _found(session, words, FEW)
    return column.in_(found) if len(found) <= FEW else or_(*(column.in_(way).is_(true()) for way in ways))


def _listed(session: ScopedSession, column: Any, words: str) -> ColumnElement[bool]:
    """The same on a column of who is or was on the roster: those are looked up once, however many, for it takes a look at everybody's name."""
    own = select(SpecialGroup.id).where(SpecialGroup.community_id == Resident.community_id, SpecialGroup.resident_id == Resident.id)
    found = _found(session, words, MANY, own.exists().is_(true()))
    if len(found) > MANY:
        return named(session, column, words)
    if session.bind.dialect.name == "postgresql":
        return column == any_(literal(list(found), ARRAY(Id())))
    # Of many SQLite reads all open clocks of care rather than look each up: what names their people there is the resident.
    return (Clock.resident_id if column is Clock.subject_id and len(found) > FEW else column).in_(found)


def _found(session: ScopedSession, words: str, most: int, *where: ColumnElement[bool]) -> tuple[UUID, ...]:
    """Whom a search means; of more than `most` only some."""
    key = ("roster.found", words, most)
    if key not in session.info:
        found: dict[UUID, None] = {}
        for way in _ways(session, words):
            found |= dict.fromkeys(session.scalars(way.where(*where).limit(most + 1))) if len(found) <= most else {}
        session.info[key] = tuple(found)
    return session.info[key]


def _ways(session: ScopedSession, words: str) -> list[Select]:
    ours = select(Resident.id).where(Resident.community_id.in_(tuple(session.scope.communities)))
    home = and_(Household.community_id == Resident.community_id, Household.id == Resident.household_id)
    buildings = session.scalars(_buildings(session, words).limit(FEW + 1)).all()
    ways = [ours.join(Household, home).where(Household.building_id.in_(buildings if len(buildings) <= FEW else _buildings(session, words)))] if buildings else []
    if "name" in masked(session.scope.role):
        return ways
    index = keyring().blind_index
    numbers = or_(Resident.phone_index == index(words, "resident.phone"), Resident.id_index == index(words.upper(), "resident.id_number"))
    return [*ways, ours.where(Resident.name.contains(words, autoescape=True)), ours.where(numbers)]


def _buildings(session: ScopedSession, words: str) -> Select:
    return select(Building.id).where(Building.community_id.in_(tuple(session.scope.communities)), Building.name.contains(words, autoescape=True))
