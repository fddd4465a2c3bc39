"""Entering what somebody agreed to, or no longer does: one filing."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.consents import LONGEST_NOTE, check
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.consents import Consent
from db.models.residents import Resident
from db.types import uuid7


def record_consent(session: ScopedSession, *, now: datetime, resident_id: UUID, purpose: str, agreed: bool, way: str, said_on: date, note: str = "") -> UUID | Refused:
    """A resident in scope, or their guardian, said on the local date `said_on` whether they agree to `purpose`. The ledger keeps purpose and answer, never the note."""
    if not may(session.scope.role, "care_file_update"):
        return Refused("common.not_allowed")
    resident = session.scalar(select(Resident).where(Resident.id == resident_id))
    refused = Refused("common.not_found") if resident is None else check(purpose, way, said_on, local_day(now))
    if refused:
        return refused
    row = Consent(
        community_id=resident.community_id, id=uuid7(), resident_id=resident.id, purpose=purpose, agreed=agreed, way=way, said_on=said_on,
        note=note.strip()[:LONGEST_NOTE] or None, recorded_at=now, staff_id=session.scope.staff_id,
    )  # fmt: skip
    session.add(row)
    file(session, "care.consent", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, consent=purpose, agreed=agreed)
    return row.id
