"""Duties of grids and of the community: record one, and keep a clock open for each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.clocks import State, state
from core.duties import check_record, of, right
from core.refusals import Refused
from core.roles import may
from core.rulebook import load_rulebook
from db.commands import cadence
from db.commands.cadence import Subject
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.duties import DutyRecord
from db.models.grids import Community, Grid
from db.queries.clock_state import is_unclosed
from db.types import uuid7


@dataclass(frozen=True)
class Kept:
    """A duty on file. `met`: its period is fulfilled with it; `next_due`: when it is due next (UTC)."""

    record_id: UUID
    counted: bool
    met: bool
    next_due: datetime | None


def record_duty(
    session: ScopedSession,
    *,
    now: datetime,
    clause_id: str,
    happened_at: datetime,
    grid_id: UUID | None = None,
    community_id: UUID | None = None,
    attendees: int | None = None,
    note: str | None = None,
    about: dict | None = None,
) -> Kept | Refused:
    """Record a patrol of `grid_id`, or a duty of the community (`community_id` may be left out where the scope has just one). `note`:
    what it was about, no personal data. `about`: further facts for the ledger entry."""
    if not may(session.scope.role, right(clause_id)):
        return Refused("common.not_allowed", clause_id if clause_id in load_rulebook() else None)
    subject = _subject(session, grid_id, community_id)
    if subject is None:
        return Refused("common.not_found")
    refused = check_record(clause_id, grid_id is not None, happened_at, now, attendees)
    if refused:
        return refused
    kept = _keep(session, subject, clause_id, happened_at, now, attendees, note)
    file(
        session, "duty.record", now=now, community_id=subject.community_id, subject_kind=subject.kind, subject_id=subject.id,
        clause=clause_id, happened_at=happened_at.isoformat(), attendees=attendees, **(about or {}),
    )  # fmt: skip
    return kept


def fulfil(session: ScopedSession, community_id: UUID, clause_id: str, now: datetime) -> Kept:
    """Step of the command whose work is a duty of the community itself: it has just been done. The caller has locked the community."""
    return _keep(session, Subject(community_id, "community", community_id), clause_id, now, now, None, None)


def ensure_duty_clocks(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """Step: open the first clock of every duty that the community or one of its grids has none for, from today. Returns how many.

    The session must reach the whole community: what it can't see it would open a second time.
    """
    grids = session.scalars(select(Grid.id).where(Grid.community_id == community_id))
    return _open_missing(session, [Subject(community_id, "community", community_id), *(Subject(community_id, "grid", one, one) for one in grids)], now)


def _open_missing(session: ScopedSession, subjects: list[Subject], now: datetime) -> int:
    rulebook, today, opened = load_rulebook(), local_day(now), 0
    held = (Clock.community_id == subjects[0].community_id, Clock.subject_id.in_([one.id for one in subjects]), is_unclosed())
    running = {tuple(row) for row in session.execute(select(Clock.subject_id, Clock.clause_id).where(*held))}
    for subject in subjects:
        for clause_id in of(subject.kind, rulebook, today):
            if (subject.id, clause_id) not in running:
                opened += cadence.open_first(session, subject, rulebook[clause_id], today) is not None
    session.flush()
    return opened


def _subject(session: ScopedSession, grid_id: UUID | None, community_id: UUID | None) -> Subject | None:
    """The grid or community, its row locked: two records at once count one after the other."""
    if grid_id is not None:
        grid = session.scalar(select(Grid).where(Grid.id == grid_id).with_for_update())
        return grid and Subject(grid.community_id, "grid", grid.id, grid.id)
    wanted = select(Community).with_for_update()
    if community_id is not None:
        wanted = wanted.where(Community.community_id == community_id)
    found = session.scalars(wanted.limit(2)).all()
    return Subject(found[0].community_id, "community", found[0].community_id) if len(found) == 1 else None


def _keep(session: ScopedSession, subject: Subject, clause_id: str, happened_at: datetime, now: datetime, attendees: int | None, note: str | None) -> Kept:
    _open_missing(session, [subject], now)
    return _count(session, subject, _record(session, subject, clause_id, happened_at, now, attendees, note), now)


def _record(session: ScopedSession, subject: Subject, clause_id: str, happened_at: datetime, now: datetime, attendees: int | None, note: str | None) -> DutyRecord:
    record = DutyRecord(
        community_id=subject.community_id, id=uuid7(), grid_id=subject.grid_id, clause_id=clause_id, happened_at=happened_at, recorded_at=now,
        staff_id=session.scope.staff_id, attendees=attendees, note=(note or "").strip() or None,
    )  # fmt: skip
    session.add(record)
    session.flush()
    return record


def _count(session: ScopedSession, subject: Subject, record: DutyRecord, now: datetime) -> Kept:
    def acts(since: datetime) -> list[datetime]:
        held = (DutyRecord.community_id == subject.community_id, DutyRecord.clause_id == record.clause_id, DutyRecord.happened_at >= since)
        return list(session.scalars(select(DutyRecord.happened_at).where(*held, DutyRecord.grid_id.is_not_distinct_from(subject.grid_id))))

    clock = cadence.count(session, subject, load_rulebook()[record.clause_id], record.happened_at, acts, now)
    following = cadence.unclosed(session, subject).get(record.clause_id)
    met = clock is not None and state(clock, now) == State.met
    return Kept(record.id, clock is not None, met, following.due_at if following else None)
