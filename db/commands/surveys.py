"""A survey among the special groups: drawn once a quarter, entered by people who don't care for whom they ask. Each one filing, no rating in the ledger."""

from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from uuid import UUID

from sqlalchemy import select

from core.care import PURPOSES
from core.periods import period_of, quarter
from core.refusals import Refused
from core.roles import SYSTEM, may
from core.surveys import CLAUSE, asking_grid, check_entry, drawn, size
from db.commands.filing import file
from db.commands.staff import not_linked
from db.engine import ScopedSession
from db.models.grids import Community
from db.models.residents import Resident
from db.models.surveys import Survey, SurveyPerson
from db.queries.care import personal_value
from db.queries.surveys import carers, frame_of, holders
from db.types import uuid7


def start(session: ScopedSession, *, now: datetime, community_id: UUID, seed: str | None = None) -> UUID | Refused:
    """Draw the sample of the running quarter, once. The program makes the seed, so that nobody can choose the people; only what nobody clicked (the demo)
    may give one. Returns the survey's id."""
    if not may(session.scope.role, "survey_start"):
        return Refused("common.not_allowed", CLAUSE)
    period = period_of("quarter", now)
    # Whoever comes second waits here, and then finds it started.
    if session.scalar(select(Community.community_id).where(Community.community_id == community_id).with_for_update()) is None:
        return Refused("common.not_found")
    if session.scalar(select(Survey.id).where(Survey.community_id == community_id, Survey.period_key == period.key)):
        return Refused("surveys.started_before", CLAUSE)
    people = frame_of(session, community_id, now)
    if not people:
        return Refused("surveys.nobody", CLAUSE)
    seed = seed if seed and session.scope.role == SYSTEM else token_hex(8)
    frame = b"".join(one.bytes for one in sorted(people))
    row = Survey(community_id=community_id, id=uuid7(), period_key=period.key, seed=seed, frame=frame, started_at=now, started_by=session.scope.actor_id)
    session.add(row)
    session.flush()
    grids, staff = holders(session, community_id, period, now)
    chosen = drawn(people, seed, size(len(people)))
    session.add_all(
        SurveyPerson(community_id=community_id, id=uuid7(), survey_id=row.id, resident_id=one, place=n, grid_id=asking_grid(people[one], grids, staff))
        for n, one in enumerate(chosen, start=1)
    )
    file(
        session, "survey.start", now=now, community_id=community_id, subject_kind="community", subject_id=community_id,
        survey=row.id, quarter=period.key, seed=seed, frame=len(people), frame_digest=sha256(frame).hexdigest(), drawn=len(chosen),
    )  # fmt: skip
    return row.id


def enter(session: ScopedSession, *, now: datetime, person_id: UUID, version: int, outcome: str, rating: int | None = None, note: str | None = None) -> str | Refused:
    """What somebody drawn said, or that they were not reached or refused. Not by who cares for them. Returns the outcome."""
    if not may(session.scope.role, "survey_enter"):
        return Refused("common.not_allowed", CLAUSE)
    if refused := not_linked(session):
        return refused
    row = session.scalar(select(SurveyPerson).where(SurveyPerson.id == person_id).with_for_update())
    if row is None:
        return Refused("common.not_found")
    period = quarter(session.scalar(select(Survey.period_key).where(Survey.community_id == row.community_id, Survey.id == row.survey_id)))
    carer = carers(session, now, row.community_id, period, [row.resident_id]).get(row.resident_id)
    refused = check_entry(row.outcome, outcome, rating, carer, now >= period.end)
    if refused or row.version != version:
        return refused or Refused("common.changed_meanwhile")
    row.outcome, row.rating, row.note = outcome, None if rating is None else str(rating), (note or "").strip() or None
    row.entered_at, row.entered_by, row.entered_staff_id = now, session.scope.actor_id, session.scope.staff_id
    _filed(session, "survey.enter", row, now, outcome=outcome)
    return outcome


def reveal_person(session: ScopedSession, *, now: datetime, person_id: UUID, purpose: str) -> dict[str, str | None] | Refused:
    """Name, address and telephone of somebody drawn, for who is to ask them and for a purpose of core.care.PURPOSES; the ledger keeps who looked."""
    if not may(session.scope.role, "survey_enter"):
        return Refused("common.not_allowed", CLAUSE)
    if purpose not in PURPOSES:
        return Refused("care.no_purpose")
    row = session.scalar(select(SurveyPerson).where(SurveyPerson.id == person_id))
    if row is None:
        return Refused("common.not_found")
    period = quarter(session.scalar(select(Survey.period_key).where(Survey.community_id == row.community_id, Survey.id == row.survey_id)))
    if now >= period.end:
        return Refused("surveys.over", CLAUSE)
    # Over all grids: who asks isn't who cares.
    own = (Resident.community_id == row.community_id, Resident.id == row.resident_id)
    resident = session.scalar(select(Resident).where(*own).execution_options(rollup=True))
    _filed(session, "survey.reveal", row, now, purpose=purpose)
    return {"name": resident.name, "address": personal_value(session, resident, "address", rollup=True), "phone": resident.phone}


def _filed(session: ScopedSession, command: str, row: SurveyPerson, now: datetime, **facts) -> None:
    about = {"community_id": row.community_id, "subject_kind": "resident", "subject_id": row.resident_id}
    file(session, command, now=now, survey=row.survey_id, **about, **facts)
