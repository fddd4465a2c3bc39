"""The roster: who is owed which act of care, who is late, who holds it. Rows and counts share their conditions, so a count opens its rows.

Everything is read from the open clocks (partial index) and, for the few people shown, looked up by key.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from core import masks
from core.calendar import local_day
from core.care import ACTS, FAILED, OLD_AGE, age_band, risk
from core.clocks import State, state
from core.departures import EXITS, HOLDS
from core.packages import Part
from core.roles import masked
from db.engine import ScopedSession
from db.keys import keyring
from db.models.clocks import Clock
from db.models.grids import Building, Grid, Household, Staff
from db.models.residents import Contact, Departure, Resident, Snooze, SpecialGroup
from db.queries.attempts import failed_runs, open_checks
from db.queries.clock_state import is_due_soon, is_open, is_overdue, is_unclosed, is_waiting, not_put_off
from db.queries.departures import held_now, is_lasting, lasting, went_into
from db.queries.packages import lacking, who_lacks
from db.queries.posts import holding

STATES = ("overdue", "due_soon", "due", "met", "away", "gaps")
"""What the list is narrowed to: late; soon; begun and not late (soon included); done for now (the next period has not begun); away or gone;
something of their service package is missing."""


@dataclass(frozen=True)
class Wanted:
    """What the roster is narrowed to; None: no narrowing. `text`: part of a name or building, or a whole phone or ID number; `lack`: with the state
    gaps, the clause or core.packages.Part.key of which something is missing."""

    group: str | None = None
    state: str | None = None
    grid_id: UUID | None = None
    act: str | None = None
    clause_id: str | None = None
    holder_id: UUID | None = None
    text: str | None = None
    lack: str | None = None


@dataclass(frozen=True)
class RosterClock:
    """One act owed to somebody: `done` of `required` in the period that ends at `due_at` (UTC); `put_off`: to be called again then."""

    act: str
    clause_id: str
    state: State
    period_key: str
    due_at: datetime
    done: int
    required: int
    put_off: datetime | None = None


@dataclass(frozen=True)
class LastContact:
    """The latest contact, reached or not, and by whom (None: not known)."""

    act: str
    outcome: str
    happened_at: datetime
    by: str | None


@dataclass(frozen=True)
class RosterRow:
    """Somebody on the roster. `name` as the reader's role may see it; `groups`: pairs (group, detail); `holder`: who answers for
    care in its grid (db.queries.posts.holding); `risk` as core.care.risk; `version`: of the resident's row, for update_file; `away`: (kind of
    core.departures, since, first day back or None) of who is away or gone today; `failed`: attempts in a row to reach them that failed; `check`: number of the open order to look for
    them at home; `lacking`: what is missing of their service package; `merged`: the file this one went into."""

    resident_id: UUID
    name: str
    groups: tuple[tuple[str, str | None], ...]
    age_band: str | None
    grid_id: UUID | None
    grid: str | None
    building: str | None
    clocks: tuple[RosterClock, ...]
    last: LastContact | None
    holder: str | None
    risk: int
    version: int
    away: tuple[str, date, date | None] | None = None
    failed: int = 0
    check: str | None = None
    lacking: tuple[Part, ...] = ()
    merged: UUID | None = None


@dataclass(frozen=True)
class ActTotal:
    """Clocks of one act among those wanted: late; begun and not late; done for now."""

    overdue: int = 0
    due: int = 0
    met: int = 0


@dataclass(frozen=True)
class Roster:
    """A page of the roster. `more`: there are further rows; `totals`: by act, whatever the state wanted; `away`: how many are in hospital or
    away, whatever is wanted."""

    rows: tuple[RosterRow, ...]
    more: bool
    totals: dict[str, ActTotal]
    away: int = 0


def roster(session: ScopedSession, now: datetime, wanted: Wanted = Wanted(), limit: int = 25, offset: int = 0) -> Roster:
    """The people wanted, within the session's scope: overdue first, then by risk, then by due time."""
    ids = first_ids(session, now, wanted, limit + 1, offset)
    return Roster(people(session, now, ids[:limit]), len(ids) > limit, totals(session, now, wanted), len(held_now(session, now)))


def totals(session: ScopedSession, now: datetime, wanted: Wanted = Wanted()) -> dict[str, ActTotal]:
    """How many clocks of each act are late, due, or done for now; narrowed by all but the state."""
    late, open_ = is_overdue(now), is_open(now)
    query = select(Clock.act, func.count(case((late, 1))), func.count(case((open_, 1))), func.count()).where(*_conditions(session, now, wanted, None), *_not_held(session, now))
    found = {act: ActTotal(overdue, begun - overdue, all_ - begun) for act, overdue, begun, all_ in session.execute(query.group_by(Clock.act))}
    return {act: found[act] for act in ACTS if act in found}


def people(session: ScopedSession, now: datetime, ids: list[UUID]) -> tuple[RosterRow, ...]:
    """The roster's rows of these residents, in their order."""
    if not ids:
        return ()
    today, hidden = local_day(now), masked(session.scope.role)
    groups, clocks, last = _groups(session, ids), _clocks(session, now, ids), _last_contacts(session, ids)
    held = held_now(session, now)
    # Who is gone has no clocks: only of who has none need that be asked.
    bare = [one for one in ids if one not in clocks and one not in held]
    away, merged = (held | lasting(session, now, bare), went_into(session, bare)) if bare else (held, {})
    failing = [one for one, contact in last.items() if contact.outcome in FAILED]
    failed, checks = (failed_runs(session, now, failing), open_checks(session, ids)) if failing else ({}, {})
    columns = (Resident.id, Resident.name, Resident.birth_year, Resident.version, Resident.grid_id, Grid.name.label("grid"), Building.name.label("building"))
    query = select(*columns).outerjoin(Grid, _same(Grid, Resident.grid_id)).outerjoin(Household, _same(Household, Resident.household_id))
    found = {row.id: row for row in session.execute(query.outerjoin(Building, _same(Building, Household.building_id, Household)).where(Resident.id.in_(ids)))}
    held = {grid_id: one.name for grid_id, one in holding(session, now).by_grid.items()}
    missing = lacking(session, now, ids)
    return tuple(
        RosterRow(
            row.id, masks.masked("name", row.name, hidden), groups.get(row.id, ()), age_band(row.birth_year, today), row.grid_id, row.grid, row.building,
            clocks.get(row.id, ()), last.get(row.id), held.get(row.grid_id),
            risk((detail for _, detail in groups.get(row.id, ())), (group for group, _ in groups.get(row.id, ())), row.birth_year, today), row.version, away.get(row.id),
            failed.get(row.id, 0), checks.get(row.id), missing.get(row.id, ()), merged.get(row.id),
        )
        for row in (found[one] for one in ids if one in found)
    )  # fmt: skip


def found_people(session: ScopedSession, now: datetime, text: str, limit: int = 20) -> tuple[RosterRow, ...]:
    """Residents in scope by part of a name or building, or a whole phone or ID number, on the roster or not; by name."""
    query = select(Resident.id).where(Resident.id.in_(_named(session, text.strip()))).order_by(Resident.name, Resident.id).limit(limit)
    return people(session, now, list(session.scalars(query)))


def grids(session: ScopedSession, now: datetime) -> dict[UUID, str]:
    """The grids in scope, id → name, by code; for narrowing the roster."""
    return {row.id: row.name for row in session.execute(select(Grid.id, Grid.name).order_by(Grid.code))}


def first_ids(session: ScopedSession, now: datetime, wanted: Wanted, limit: int, offset: int = 0) -> list[UUID]:
    """Who comes first. Those with something late all come before the others, and are few: the rest is sorted only when they don't fill the page."""
    if wanted.state == "away":
        return _first_away(session, now, wanted, limit, offset)
    if wanted.state == "gaps":
        return _first_lacking(session, now, wanted, limit, offset)
    if wanted.state is None:
        late = _ranked(session, now, wanted, "overdue", limit, offset)
        if len(late) == limit:
            return late
    return _ranked(session, now, wanted, wanted.state, limit, offset)


def _first_away(session: ScopedSession, now: datetime, wanted: Wanted, limit: int, offset: int) -> list[UUID]:
    """Who is in hospital or away, those with a day back first; then who is gone, the latest first."""
    query = _away(now, (*HOLDS, *EXITS)).with_only_columns(Departure.resident_id)
    if wanted.group:
        query = query.where(Resident.id.in_(select(SpecialGroup.resident_id).where(SpecialGroup.group == wanted.group)))
    if wanted.grid_id:
        query = query.where(Resident.grid_id == wanted.grid_id)
    if wanted.text and wanted.text.strip():
        query = query.where(Resident.id.in_(_named(session, wanted.text.strip())))
    gone, unknown = Departure.kind.in_(EXITS), Departure.until_date.is_(None)
    order = (gone, unknown, Departure.until_date, Departure.from_date.desc(), Departure.resident_id)
    return list(dict.fromkeys(session.scalars(query.order_by(*order).limit(limit).offset(offset))))


def _first_lacking(session: ScopedSession, now: datetime, wanted: Wanted, limit: int, offset: int) -> list[UUID]:
    """Whose service package is not complete, by risk, then by grid and name."""
    marks = _marks(now)
    query = select(Resident.id).outerjoin(marks, and_(marks.c.community_id == Resident.community_id, marks.c.resident_id == Resident.id))
    # First who, then in which order: in one statement PostgreSQL may look for the gaps of everybody once for each row.
    query = query.where(Resident.id.in_(set(session.scalars(who_lacks(now, wanted.lack, wanted.group)))))
    if wanted.grid_id:
        query = query.where(Resident.grid_id == wanted.grid_id)
    if wanted.text and wanted.text.strip():
        query = query.where(Resident.id.in_(_named(session, wanted.text.strip())))
    old = case((Resident.birth_year < local_day(now).year - OLD_AGE, 1), else_=0)
    order = ((func.coalesce(marks.c.mark, 0) + old).desc(), Resident.grid_id, Resident.name, Resident.id)
    return list(session.scalars(query.order_by(*order).limit(limit).offset(offset)))


def _away(now: datetime, kinds: tuple[str, ...]) -> Select:
    return select(Departure).join(Resident, and_(Resident.community_id == Departure.community_id, Resident.id == Departure.resident_id)).where(is_lasting(now, kinds))


def _not_held(session: ScopedSession, now: datetime) -> list[ColumnElement[bool]]:
    """Of who is away no clock that has not begun: nobody has done anything for it."""
    held = tuple(held_now(session, now))
    return [or_(Clock.started_at <= now, Clock.resident_id.not_in(held))] if held else []


def _ranked(session: ScopedSession, now: datetime, wanted: Wanted, chosen: str | None, limit: int, offset: int) -> list[UUID]:
    bucket = func.min(case((is_overdue(now), 0), (is_open(now), 1), else_=2))
    query = select(Clock.resident_id).where(*_conditions(session, now, wanted, chosen)).group_by(Clock.community_id, Clock.resident_id)
    if chosen == "met" and wanted.act is None and wanted.clause_id is None:
        query = query.where(*_not_held(session, now)).having(bucket == 2)
    marks = _marks(now)
    query = query.join(Resident, _same(Resident, Clock.resident_id, Clock)).outerjoin(marks, _same_mark(marks))
    old = case((func.min(Resident.birth_year) < local_day(now).year - OLD_AGE, 1), else_=0)
    rank = func.coalesce(func.max(marks.c.mark), 0) + old
    return list(session.scalars(query.order_by(bucket, rank.desc(), func.min(Clock.due_at), Clock.resident_id).limit(limit).offset(offset)))


def _marks(now: datetime):
    """Resident → the part of core.care.risk that comes from their groups."""
    alone = func.max(case((SpecialGroup.detail == "living_alone", 4), else_=0))
    disabled = func.max(case((or_(SpecialGroup.detail == "disabled_elder", SpecialGroup.group == "disabled"), 2), else_=0))
    marked = or_(SpecialGroup.detail.in_(("living_alone", "disabled_elder")), SpecialGroup.group == "disabled")
    query = select(SpecialGroup.community_id, SpecialGroup.resident_id, (alone + disabled).label("mark")).where(SpecialGroup.to_date.is_(None), marked)
    return query.group_by(SpecialGroup.community_id, SpecialGroup.resident_id).subquery()


def _same_mark(marks) -> ColumnElement[bool]:
    return and_(marks.c.community_id == Clock.community_id, marks.c.resident_id == Clock.resident_id)


def _conditions(session: ScopedSession, now: datetime, wanted: Wanted, chosen: str | None) -> list[ColumnElement[bool]]:
    found = [is_unclosed(), Clock.subject_kind == "resident"]
    found += [column == value for column, value in ((Clock.grid_id, wanted.grid_id), (Clock.act, wanted.act), (Clock.clause_id, wanted.clause_id)) if value is not None]
    if wanted.holder_id is not None:
        found.append(holding(session, now).held_by(wanted.holder_id, Clock))
    match chosen:
        case "overdue":
            found.append(is_overdue(now))
        case "due_soon":
            found += [is_due_soon(now), *not_put_off(session, now)]
        case "due":
            found += [is_open(now), Clock.due_at >= now, *not_put_off(session, now)]
        case "met" if wanted.act is not None or wanted.clause_id is not None:
            found.append(is_waiting(now))
    if wanted.group:
        found.append(Clock.resident_id.in_(select(SpecialGroup.resident_id).where(SpecialGroup.group == wanted.group, SpecialGroup.to_date.is_(None))))
    if wanted.text and wanted.text.strip():
        found.append(Clock.resident_id.in_(_named(session, wanted.text.strip())))
    return found


def _named(session: ScopedSession, text: str) -> Select:
    """Residents by part of a building's name; by part of their own, and by whole numbers, for those who see names in full."""
    query = select(Resident.id).outerjoin(Household, _same(Household, Resident.household_id)).outerjoin(Building, _same(Building, Household.building_id, Household))
    ways = [Building.name.contains(text, autoescape=True)]
    if "name" not in masked(session.scope.role):
        index = keyring().blind_index
        ways += [Resident.name.contains(text, autoescape=True), Resident.phone_index == index(text, "resident.phone"), Resident.id_index == index(text.upper(), "resident.id_number")]
    return query.where(or_(*ways))


def _groups(session: ScopedSession, ids: list[UUID]) -> dict[UUID, tuple]:
    query = select(SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.detail).where(SpecialGroup.resident_id.in_(ids), SpecialGroup.to_date.is_(None))
    found: dict[UUID, tuple] = {}
    for resident_id, group, detail in session.execute(query.order_by(SpecialGroup.from_date)):
        found[resident_id] = (*found.get(resident_id, ()), (group, detail))
    return found


def _clocks(session: ScopedSession, now: datetime, ids: list[UUID]) -> dict[UUID, tuple]:
    columns = (Clock.started_at, Clock.warn_at, Clock.due_at, Clock.paused_at, Clock.paused_until, Clock.met_at, Clock.voided_at, Clock.closed_at)
    query = select(Clock.subject_id, Clock.act, Clock.clause_id, Clock.period_key, Clock.times_done, Clock.times_required, *columns, Snooze.until_at)
    query = query.outerjoin(Snooze, and_(Snooze.community_id == Clock.community_id, Snooze.clock_id == Clock.id, Snooze.until_at > now))
    found: dict[UUID, list] = {}
    for row in session.execute(query.where(Clock.subject_id.in_(ids), is_unclosed())):
        found.setdefault(row.subject_id, []).append(
            RosterClock(row.act, row.clause_id, state(row, now), row.period_key, row.due_at, row.times_done, row.times_required, row.until_at)
        )
    return {one: tuple(sorted(own, key=lambda clock: ACTS.index(clock.act))) for one, own in found.items()}


def _last_contacts(session: ScopedSession, ids: list[UUID]) -> dict[UUID, LastContact]:
    latest = aliased(Contact)
    newest = select(latest.id).where(latest.community_id == Resident.community_id, latest.resident_id == Resident.id)
    newest = newest.order_by(latest.happened_at.desc(), latest.id.desc()).limit(1).correlate(Resident).scalar_subquery()
    query = select(Resident.id, Contact.act, Contact.outcome, Contact.happened_at, Staff.name).select_from(Resident)
    query = query.join(Contact, and_(Contact.community_id == Resident.community_id, Contact.id == newest))
    query = query.outerjoin(Staff, and_(Staff.community_id == Contact.community_id, Staff.id == Contact.staff_id)).where(Resident.id.in_(ids))
    return {resident_id: LastContact(*rest) for resident_id, *rest in session.execute(query)}


def _same(model, column, other=Resident) -> ColumnElement[bool]:
    return and_(model.community_id == other.community_id, model.id == column)
