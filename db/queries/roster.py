"""The roster: who is owed which act of care, who is late, who holds it. Rows and counts share their conditions (db.queries.roster_order), so a count
opens its rows; of the few people shown everything else is looked up by key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from core import masks
from core.appointments import Agreed
from core.basis_reviews import standing
from core.calendar import local_day
from core.care import ACTS, FAILED, age_band
from core.clocks import State, state
from core.packages import Part
from core.periods import local_midnight
from core.risks import factors, risk
from core.roles import masked
from db.engine import ScopedSession
from db.models.appointments import Appointment
from db.models.clocks import Clock
from db.models.grids import Building, Grid, Household, Staff
from db.models.residents import Contact, Resident, Snooze, SpecialGroup
from db.queries.attempts import failed_runs, open_checks
from db.queries.clock_state import is_open, is_overdue, is_unclosed
from db.queries.departures import held_now, lasting, went_into
from db.queries.late_entries import unconfirmed
from db.queries.packages import is_on_roster, lacking_of
from db.queries.posts import answering
from db.queries.risks import changed, words
from db.queries.roster_order import Shape, Wanted, asked, conditions, first_ids, named, narrowed, not_held
from db.types import UtcDateTime


@dataclass(frozen=True)
class RosterClock:
    """One act owed to somebody: `done` of `required` in the period that ends at `due_at` (UTC); `put_off`: to be called again then; `agreed`: the appointment
    that stands; `begins`: when the first period of all begins, while it is still to come (UTC)."""

    act: str
    clause_id: str
    state: State
    period_key: str
    due_at: datetime
    done: int
    required: int
    put_off: datetime | None = None
    agreed: Agreed | None = None
    begins: datetime | None = None


@dataclass(frozen=True)
class LastContact:
    """The latest contact, reached or not, and by whom (None: not known). `day_only`: of its moment only the day is known."""

    act: str
    outcome: str
    happened_at: datetime
    by: str | None
    day_only: bool | None = None


@dataclass(frozen=True)
class RosterRow:
    """Somebody on the roster. `name` as the reader's role may see it; `groups`: pairs (group, detail); `holder`: who answers for
    care in its grid (db.queries.posts.holding); `risk` as core.risks.risk; `version`: of the resident's row, for update_file; `away`: (kind of
    core.departures, since, first day back or None) of who is away or gone today; `failed`: attempts in a row to reach them that failed; `check`: number of the open order to look for
    them at home; `lacking`: what is missing of their service package; `merged`: the file this one went into; `factors` of core.risks, with the recent change (what, when) and the
    word that overrides them (level, by whom); `unconfirmed`: contacts entered after their period that wait for another person; `review`: the
    first day, past or soon, on which the basis of a membership is to be looked at again."""

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
    factors: tuple[str, ...] = ()
    changed: tuple[str, date] | None = None
    said: tuple[str, str | None] | None = None
    unconfirmed: int = 0
    review: date | None = None


@dataclass(frozen=True)
class ActTotal:
    """Clocks of one act among those wanted: late; begun and not late; done for now; of those not late, what falls due today."""

    overdue: int = 0
    due: int = 0
    met: int = 0
    today: int = 0


@dataclass(frozen=True)
class Roster:
    """A page of the roster. `more`: there are further rows; `away`: how many are in hospital or away, whatever is wanted."""

    rows: tuple[RosterRow, ...]
    more: bool
    away: int = 0


_IDS, _NOW = bindparam("ids", expanding=True), bindparam("now", type_=UtcDateTime())


def roster(session: ScopedSession, now: datetime, wanted: Wanted = Wanted(), limit: int = 25, offset: int = 0) -> Roster:
    """The people wanted, within the session's scope: overdue first, then by risk, then by due time."""
    ids = first_ids(session, now, wanted, limit + 1, offset)
    return Roster(people(session, now, ids[:limit]), len(ids) > limit, len(held_now(session, now)))


def totals(session: ScopedSession, now: datetime, wanted: Wanted = Wanted()) -> dict[str, ActTotal]:
    """How many clocks of each act are late, due, or done for now; narrowed by all but the state (Wanted.counted)."""
    shape, values = asked(session, now, wanted)
    further = narrowed(session, now, wanted)
    tonight = {"tonight": local_midnight(local_day(now) + timedelta(1))}
    rows = session.execute(_totals(shape, *further) if further else _kept_totals(shape), values | tonight)
    found = {act: ActTotal(overdue, begun - overdue, all_ - begun, tonight - overdue) for act, overdue, begun, all_, tonight in rows}
    return {act: found[act] for act in ACTS if act in found}


def _totals(shape: Shape, *further: ColumnElement[bool]) -> Select:
    late, open_ = is_overdue(_NOW), is_open(_NOW)
    tonight = and_(open_, Clock.due_at <= bindparam("tonight", type_=UtcDateTime()))
    query = select(Clock.act, func.count(case((late, 1))), func.count(case((open_, 1))), func.count(), func.count(case((tonight, 1)))).group_by(Clock.act)
    return query.where(*conditions(shape, None), *not_held(shape), *further)


@lru_cache(maxsize=256)
def _kept_totals(shape: Shape) -> Select:
    return _totals(shape).execution_options(kept=True)


def people(session: ScopedSession, now: datetime, ids: list[UUID]) -> tuple[RosterRow, ...]:
    """The roster's rows of these residents, in their order."""
    if not ids:
        return ()
    today, hidden = local_day(now), masked(session.scope.role)
    found, memberships = _known(session, ids)
    groups, clocks, last = _groups(memberships), _clocks(session, now, ids), _last_contacts(session, ids)
    held = held_now(session, now)
    # Who is gone has no clocks: only of who has none need that be asked.
    bare = [one for one in ids if one not in clocks and one not in held]
    away, merged = (held | lasting(session, now, bare), went_into(session, bare)) if bare else (held, {})
    failing = [one for one, contact in last.items() if contact.outcome in FAILED]
    failed, checks = (failed_runs(session, now, failing), open_checks(session, ids)) if failing else ({}, {})
    held = {grid_id: one.name for grid_id, one in answering(session, now, {row.grid_id for row in found.values() if row.grid_id}).items()}
    on_list = {one: [(row.group, row.detail) for row in own if is_on_roster(row, today)] for one, own in memberships.items()}
    missing = lacking_of(session, {one: (own, found[one].birth_year) for one, own in on_list.items() if own}, today)
    recent, said = changed(session, now), words(session)
    why = {one: factors([detail for _, detail in groups.get(one, ())], [group for group, _ in groups.get(one, ())], row.birth_year, one in recent, today) for one, row in found.items()}
    waits = unconfirmed(session, ids)
    return tuple(
        RosterRow(
            row.id, masks.masked("name", row.name, hidden), groups.get(row.id, ()), age_band(row.birth_year, today), row.grid_id, row.grid, row.building,
            clocks.get(row.id, ()), last.get(row.id), held.get(row.grid_id),
            risk(why[row.id], said.get(row.id, (None,))[0]), row.version, away.get(row.id), failed.get(row.id, 0), checks.get(row.id), missing.get(row.id, ()), merged.get(row.id),
            why[row.id], recent.get(row.id), said.get(row.id), waits.get(row.id, 0), _review(memberships.get(row.id, ()), today),
        )
        for row in (found[one] for one in ids if one in found)
    )  # fmt: skip


def found_people(session: ScopedSession, now: datetime, text: str, limit: int = 20) -> tuple[RosterRow, ...]:
    """Residents in scope by part of a name or building, or a whole phone or ID number, on the roster or not; by name."""
    query = select(Resident.id).where(named(session, Resident.id, text.strip())).order_by(Resident.name, Resident.id).limit(limit)
    return people(session, now, list(session.scalars(query)))


def grids(session: ScopedSession, now: datetime) -> dict[UUID, str]:
    """The grids in scope, id → name, by code; for narrowing the roster."""
    return {row.id: row.name for row in session.execute(select(Grid.id, Grid.name).order_by(Grid.code))}


def _same(model, column, other=Resident) -> ColumnElement[bool]:
    return and_(model.community_id == other.community_id, model.id == column)


_PEOPLE = (
    select(Resident.id, Resident.name, Resident.birth_year, Resident.version, Resident.grid_id, Resident.left_on, Grid.name.label("grid"), Building.name.label("building"))
    .add_columns(SpecialGroup.group, SpecialGroup.detail, SpecialGroup.from_date, SpecialGroup.to_date, SpecialGroup.next_review)
    .outerjoin(Grid, _same(Grid, Resident.grid_id))
    .outerjoin(Household, _same(Household, Resident.household_id))
    .outerjoin(Building, _same(Building, Household.building_id, Household))
    .outerjoin(SpecialGroup, and_(SpecialGroup.community_id == Resident.community_id, SpecialGroup.resident_id == Resident.id))
    .where(Resident.id.in_(_IDS))
    .order_by(SpecialGroup.from_date, SpecialGroup.id)
    .execution_options(kept=True)
)


def _known(session: ScopedSession, ids: list[UUID]) -> tuple[dict[UUID, Row], dict[UUID, list[Row]]]:
    """A row of each of the residents, and all of their memberships, in one statement."""
    rows = session.execute(_PEOPLE, {"ids": ids}).all()
    own: dict[UUID, list[Row]] = {}
    for row in rows:
        if row.group is not None:
            own.setdefault(row.id, []).append(row)
    return {row.id: row for row in rows}, own


def _groups(memberships: dict[UUID, list[Row]]) -> dict[UUID, tuple]:
    found = {one: tuple((row.group, row.detail) for row in own if row.to_date is None) for one, own in memberships.items()}
    return {one: own for one, own in found.items() if own}


def _review(own: Iterable[Row], today: date) -> date | None:
    return min((row.next_review for row in own if row.to_date is None and standing(row.next_review, today)), default=None)


_EARLIER = aliased(Clock)
_BEGUN = exists().where(
    _EARLIER.community_id == Clock.community_id, _EARLIER.subject_id == Clock.subject_id, _EARLIER.clause_id == Clock.clause_id, _EARLIER.met_at.is_not(None)
)
_CLOCKS = (
    select(Clock.subject_id, Clock.act, Clock.clause_id, Clock.period_key, Clock.times_done, Clock.times_required, Snooze.until_at, Appointment.day, Appointment.at)
    .add_columns(or_(Clock.started_at <= _NOW, _BEGUN).label("begun"))
    .add_columns(Clock.started_at, Clock.warn_at, Clock.due_at, Clock.paused_at, Clock.paused_until, Clock.met_at, Clock.voided_at, Clock.closed_at)
    .outerjoin(Snooze, and_(Snooze.community_id == Clock.community_id, Snooze.clock_id == Clock.id, Snooze.until_at > _NOW))
    .outerjoin(Appointment, and_(Appointment.community_id == Clock.community_id, Appointment.resident_id == Clock.subject_id, Appointment.act == Clock.act, Appointment.ended_at.is_(None)))
    .where(Clock.subject_id.in_(_IDS), is_unclosed())
    .execution_options(kept=True)
)


def _clocks(session: ScopedSession, now: datetime, ids: list[UUID]) -> dict[UUID, tuple]:
    found: dict[UUID, list] = {}
    for row in session.execute(_CLOCKS, {"ids": ids, "now": now}):
        found.setdefault(row.subject_id, []).append(
            RosterClock(
                row.act, row.clause_id, state(row, now), row.period_key, row.due_at, row.times_done, row.times_required, row.until_at,
                Agreed(row.day, row.at) if row.day else None, None if row.begun else row.started_at,
            )
        )  # fmt: skip
    return {one: tuple(sorted(own, key=lambda clock: ACTS.index(clock.act))) for one, own in found.items()}


_LATEST = aliased(Contact)
_NEWEST = (
    select(_LATEST.id)
    .where(_LATEST.community_id == Resident.community_id, _LATEST.resident_id == Resident.id)
    .order_by(_LATEST.happened_at.desc(), _LATEST.id.desc())
    .limit(1)
    .correlate(Resident)
    .scalar_subquery()
)
_WHICH = select(_NEWEST).select_from(Resident).where(Resident.id.in_(_IDS)).execution_options(kept=True)
_CONTACTS = (
    select(Contact.resident_id, Contact.act, Contact.outcome, Contact.happened_at, Staff.name, Contact.day_only)
    .outerjoin(Staff, and_(Staff.community_id == Contact.community_id, Staff.id == Contact.staff_id))
    .where(Contact.id.in_(_IDS))
    .execution_options(kept=True)
)


def _last_contacts(session: ScopedSession, ids: list[UUID]) -> dict[UUID, LastContact]:
    # Which ones first, then what they say: in one statement PostgreSQL asks for the newest one at each contact of the grid.
    ids = [one for one in session.scalars(_WHICH, {"ids": ids}) if one is not None]
    return {resident_id: LastContact(*rest) for resident_id, *rest in session.execute(_CONTACTS, {"ids": ids})}
