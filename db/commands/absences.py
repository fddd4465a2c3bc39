"""Entering that somebody of the staff is away, and that they are back. No reason goes on the ledger: it may be an illness."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.absences import check_absence, end_of, may_say
from core.calendar import local_day
from core.refusals import Refused
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.grids import Absence, Staff
from db.types import uuid7


def enter(session: ScopedSession, *, now: datetime, community_id: UUID, staff_id: UUID, starts_at: datetime, ends_at: datetime, reason: str) -> UUID | Refused:
    """Command: a member of staff is away [starts_at, ends_at). `reason`: one of core.absences.REASONS. The absence's id."""
    if refused := may_say(session.scope.role, session.scope.staff_id, staff_id):
        return refused
    # Whoever enters the same at once waits here, and then overlaps.
    person = session.scalar(select(Staff).where(Staff.community_id == community_id, Staff.id == staff_id).with_for_update())
    if person is None:
        return Refused("common.not_found")
    if person.left_on is not None and person.left_on <= local_day(now):
        return Refused("staff.has_left", values={"name": person.name})
    others = session.execute(select(Absence.starts_at, Absence.ends_at).where(Absence.community_id == community_id, Absence.staff_id == staff_id, Absence.ends_at > starts_at))
    if refused := check_absence(starts_at, ends_at, reason, [tuple(one) for one in others]):
        return refused
    row = Absence(community_id=community_id, id=uuid7(), staff_id=staff_id, starts_at=starts_at, ends_at=ends_at, reason=reason)
    session.add(row)
    file(
        session, "absence.enter", now=now, community_id=community_id, subject_kind="staff", subject_id=staff_id,
        absence=row.id, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat(),
    )  # fmt: skip
    return row.id


def end(session: ScopedSession, *, now: datetime, community_id: UUID, absence_id: UUID, at: datetime | None = None) -> datetime | Refused:
    """Command: an absence ends earlier, at `at` (now); one to come is taken back. Returns when it ends."""
    row = session.scalar(select(Absence).where(Absence.community_id == community_id, Absence.id == absence_id).with_for_update())
    refused = may_say(session.scope.role, session.scope.staff_id, row.staff_id) if row else Refused("common.not_found")
    if refused:
        return refused
    before, ended = row.ends_at, end_of(row.starts_at, row.ends_at, at, now, own=session.scope.staff_id and row.staff_id == session.scope.staff_id)
    if isinstance(ended, Refused):
        return ended
    row.ends_at = ended
    file(
        session, "absence.end", now=now, community_id=community_id, subject_kind="staff", subject_id=row.staff_id,
        absence=row.id, ended_at=ended.isoformat(), would_have=before.isoformat(),
    )  # fmt: skip
    return ended
