"""A quarter's survey among the special groups: how it stands, who is to be asked by whom, and whether the sample can be drawn again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import and_, or_, select

from core import masks
from core.calendar import local_day
from core.periods import Period, quarter
from core.roles import masked
from core.surveys import Answers, counted, drawn, is_satisfied
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.grids import Building, Grid, Household, Post, Staff
from db.models.ledger import LedgerEntry
from db.models.packages import TeamMember
from db.models.residents import Contact, Resident, SpecialGroup
from db.models.surveys import Survey, SurveyPerson


@dataclass(frozen=True)
class SurveyRow:
    """A quarter's survey. `frame`: how many could be drawn; `again`: drawn again from seed and list, it gives the same people (None: the session reaches only
    some of them); `answers`: of those the session reaches."""

    id: UUID
    quarter: str
    started_at: datetime
    by: str | None
    seed: str
    frame: int
    again: bool | None
    answers: Answers


@dataclass(frozen=True)
class PersonToAsk:
    """Somebody drawn. `name` as the reader's role may see it; `where`: grid and building; `asks`: the grid whose workers ask; `carer`: one of
    core.surveys.CARERS if the reader is one, so may not enter the answer; `by`: who entered it."""

    id: UUID
    name: str | None
    where: str
    asks: str | None
    outcome: str | None
    rating: int | None
    by: str | None
    entered_at: datetime | None
    version: int
    carer: str | None


def survey(session: ScopedSession, now: datetime, community_id: UUID, period_key: str) -> SurveyRow | None:
    """The survey of a quarter; None: none was started."""
    query = select(Survey, Account.display_name).outerjoin(Account, Account.id == Survey.started_by)
    row = session.execute(query.where(Survey.community_id == community_id, Survey.period_key == period_key)).first()
    if row is None:
        return None
    one, by = row
    rows = session.execute(select(SurveyPerson.resident_id, SurveyPerson.outcome, SurveyPerson.rating).where(*_of(one)).order_by(SurveyPerson.place)).all()
    again = _again(one.frame, one.seed, len(rows)) == tuple(row.resident_id for row in rows) if session.scope.grids is None else None
    return SurveyRow(one.id, one.period_key, one.started_at, by, one.seed, len(one.frame) // 16, again, counted((row.outcome, row.rating and int(row.rating)) for row in rows))


def surveys(session: ScopedSession, now: datetime, community_id: UUID) -> list[SurveyRow]:
    """Every survey of a community, the newest first."""
    keys = session.scalars(select(Survey.period_key).where(Survey.community_id == community_id).order_by(Survey.period_key.desc()))
    return [survey(session, now, community_id, key) for key in keys.all()]


def everybody(session: ScopedSession, survey_id: UUID) -> list[dict]:
    """Who was drawn, in that order, as a ledger has it: names as the role may see them, what else they said left out."""
    hidden = masked(session.scope.role)
    one = session.scalar(select(Survey).where(Survey.id == survey_id))
    query = select(SurveyPerson, Account.display_name).outerjoin(Account, Account.id == SurveyPerson.entered_by)
    rows = session.execute(query.where(*_of(one)).order_by(SurveyPerson.place)).all()
    found, grids = _found(session, [row.resident_id for row, _ in rows]), _grids(session, one.community_id)
    return [
        {
            "place": row.place, "name": masks.masked("name", found[row.resident_id][0], hidden), "grid": found[row.resident_id][1],
            "asks": grids.get(row.grid_id), "answer": row.outcome or "not_asked",
            "rating": row.rating and int(row.rating), "by": by, "at": row.entered_at,
        }
        for row, by in rows
    ]  # fmt: skip


def surveyed(session: ScopedSession, community_id: UUID, period_key: str) -> Answers | None:
    """How the survey of a quarter stands; None: none was started."""
    one = session.scalar(select(Survey).where(Survey.community_id == community_id, Survey.period_key == period_key))
    if one is None:
        return None
    rows = session.execute(select(SurveyPerson.outcome, SurveyPerson.rating).where(*_of(one)))
    return counted((row.outcome, row.rating and int(row.rating)) for row in rows)


def on_roster(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """How many people could be drawn."""
    return len(frame_of(session, community_id, now))


def frame_of(session: ScopedSession, community_id: UUID, now: datetime) -> dict[UUID, UUID | None]:
    """Everybody on the roster today, and their grid."""
    today = local_day(now)
    here = (SpecialGroup.community_id == community_id, SpecialGroup.to_date.is_(None), or_(Resident.left_on.is_(None), Resident.left_on > today))
    query = select(Resident.id, Resident.grid_id).join(SpecialGroup, and_(SpecialGroup.community_id == Resident.community_id, SpecialGroup.resident_id == Resident.id))
    return {resident_id: grid_id for resident_id, grid_id in session.execute(query.where(*here))}


def people_to_ask(session: ScopedSession, now: datetime, survey_id: UUID, state: str | None = None, *, limit: int = 20, offset: int = 0) -> tuple[list[PersonToAsk], bool]:
    """A page of who was drawn, in that order, and whether there are more. `state`: 'open' (not asked, then not reached), 'done', or all."""
    one = session.scalar(select(Survey).where(Survey.id == survey_id))
    if one is None:
        return [], False
    unasked = or_(SurveyPerson.outcome.is_(None), SurveyPerson.outcome == "not_reached")
    states = {"open": (unasked,), "done": (SurveyPerson.outcome.is_not(None),)}
    order = (SurveyPerson.outcome.is_not(None),) if state == "open" else ()
    query = select(SurveyPerson, Account.display_name).outerjoin(Account, Account.id == SurveyPerson.entered_by)
    rows = session.execute(query.where(*_of(one), *states.get(state, ())).order_by(*order, SurveyPerson.place).limit(limit + 1).offset(offset)).all()
    shown = rows[:limit]
    found = _found(session, [row.resident_id for row, _ in shown])
    cares = carers(session, now, one.community_id, quarter(one.period_key), found)
    grids, hidden = _grids(session, one.community_id), masked(session.scope.role)
    people = [
        PersonToAsk(
            row.id, masks.masked("name", found[row.resident_id][0], hidden), found[row.resident_id][1], grids.get(row.grid_id), row.outcome,
            row.rating and int(row.rating), by, row.entered_at, row.version, cares.get(row.resident_id),
        )
        for row, by in shown
    ]  # fmt: skip
    return people, len(rows) > limit


def dissatisfied(session: ScopedSession, community_id: UUID, period_key: str) -> list[tuple[UUID, str | None, UUID | None, int]]:
    """(resident, name, own grid, rating) of who answered and is not satisfied, in the order drawn; the name as the role may see it."""
    one = session.scalar(select(Survey).where(Survey.community_id == community_id, Survey.period_key == period_key))
    if one is None:
        return []
    rows = session.execute(select(SurveyPerson.resident_id, SurveyPerson.rating).where(*_of(one), SurveyPerson.outcome == "answered").order_by(SurveyPerson.place))
    low = [(row.resident_id, int(row.rating)) for row in rows if not is_satisfied(int(row.rating))]
    known = {row.id: row for row in session.execute(select(Resident.id, Resident.name, Resident.grid_id).where(Resident.id.in_([one for one, _ in low])))} if low else {}
    hidden = masked(session.scope.role)
    return [(one, masks.masked("name", known[one].name, hidden), known[one].grid_id, rating) for one, rating in low if one in known]


def carers(session: ScopedSession, now: datetime, community_id: UUID, period: Period, people: Iterable[UUID]) -> dict[UUID, str]:
    """Of `people` those whom the session's own member of staff cares for, and how: holds or held this quarter a post of their grid, had contact with them in
    it, or is on their team. Over all grids: what one's own scope doesn't reach counts, too. So does what the account itself recorded, whoever's it was then."""
    staff_id, ids = session.scope.staff_id, tuple(people)
    if not ids:
        return {}
    recorded = _recorded(session, community_id, period, ids)
    if staff_id is None:
        return recorded
    rollup = {"execution_options": {"rollup": True}}
    first, last = period.first_day, local_day(now)
    posts = select(Post.grid_id).where(Post.community_id == community_id, Post.staff_id == staff_id, Post.from_date <= last, or_(Post.to_date.is_(None), Post.to_date > first))
    own = (Resident.community_id == community_id, Resident.id.in_(ids), Resident.grid_id.in_(posts))
    met = (Contact.community_id == community_id, Contact.resident_id.in_(ids), Contact.staff_id == staff_id, Contact.happened_at >= period.start)
    team = (TeamMember.community_id == community_id, TeamMember.resident_id.in_(ids), TeamMember.staff_id == staff_id, or_(TeamMember.to_date.is_(None), TeamMember.to_date > first))
    found = dict.fromkeys(session.scalars(select(TeamMember.resident_id).where(*team), **rollup), "team") | recorded
    found |= dict.fromkeys(session.scalars(select(Contact.resident_id).where(*met).distinct(), **rollup), "contact")
    return found | dict.fromkeys(session.scalars(select(Resident.id).where(*own), **rollup), "post")


def _recorded(session: ScopedSession, community_id: UUID, period: Period, ids: tuple[UUID, ...]) -> dict[UUID, str]:
    """Of `ids` those whom the session's own account recorded an act of care for, by the ledger: nobody escapes it by belonging to another member of staff."""
    if session.scope.actor_id is None:
        return {}
    own = (LedgerEntry.community_id == community_id, LedgerEntry.subject_id.in_(ids), LedgerEntry.actor_id == session.scope.actor_id)
    query = select(LedgerEntry.subject_id).where(*own, LedgerEntry.at >= period.start, LedgerEntry.command.in_(("care.record_contact", "care.update_file")))
    return dict.fromkeys(session.scalars(query.distinct()), "contact")


def listed(frame: bytes) -> list[UUID]:
    """The ids in a survey's frame."""
    return [UUID(bytes=frame[n : n + 16]) for n in range(0, len(frame), 16)]


@lru_cache(maxsize=32)
def _again(frame: bytes, seed: str, n: int) -> tuple[UUID, ...]:
    """Whom the draw gives; kept, for it costs a page's whole time and always gives the same."""
    return tuple(drawn(listed(frame), seed, n))


def _of(one: Survey) -> tuple:
    return SurveyPerson.community_id == one.community_id, SurveyPerson.survey_id == one.id


def _found(session: ScopedSession, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Resident → (name, grid and building). Over all grids: who asks isn't the one who cares; `ids` come from what the session reaches."""
    query = select(Resident.id, Resident.name, Grid.name.label("grid"), Building.name.label("building"))
    query = query.outerjoin(Grid, and_(Grid.community_id == Resident.community_id, Grid.id == Resident.grid_id))
    query = query.outerjoin(Household, and_(Household.community_id == Resident.community_id, Household.id == Resident.household_id))
    query = query.outerjoin(Building, and_(Building.community_id == Household.community_id, Building.id == Household.building_id))
    rows = session.execute(query.where(Resident.id.in_(ids)).execution_options(rollup=True)) if ids else ()
    return {row.id: (row.name, " · ".join(part for part in (row.grid, row.building) if part)) for row in rows}


def _grids(session: ScopedSession, community_id: UUID) -> dict[UUID, str]:
    return dict(session.execute(select(Grid.id, Grid.name).where(Grid.community_id == community_id)).all())


def holders(session: ScopedSession, community_id: UUID, period: Period, now: datetime) -> tuple[list[UUID], dict[UUID, frozenset[UUID]]]:
    """The grids of a community by code, and who holds or held a post of each in the period."""
    first, last = period.first_day, local_day(now)
    query = select(Post.grid_id, Post.staff_id).join(Staff, and_(Staff.community_id == Post.community_id, Staff.id == Post.staff_id))
    query = query.where(Post.community_id == community_id, Post.from_date <= last, or_(Post.to_date.is_(None), Post.to_date > first))
    found: dict[UUID, frozenset[UUID]] = {}
    for grid_id, staff_id in session.execute(query):
        found[grid_id] = found.get(grid_id, frozenset()) | {staff_id}
    return list(session.scalars(select(Grid.id).where(Grid.community_id == community_id).order_by(Grid.code))), found
