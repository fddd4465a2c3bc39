"""What somebody agreed to: the word that holds on each purpose, and all there were."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select

from core import masks
from core.roles import may
from db.engine import ScopedSession
from db.models.consents import Consent
from db.models.grids import Staff
from db.models.residents import Resident


@dataclass(frozen=True)
class ConsentRow:
    """A word on one purpose. `by`: who entered it; `note` only for those who keep the file."""

    purpose: str
    agreed: bool
    way: str
    said_on: date
    by: str | None
    note: str | None


def consents(session: ScopedSession, resident_id: UUID) -> list[ConsentRow]:
    """All words of a resident in scope, the latest entered first: of each purpose the first one holds."""
    own = may(session.scope.role, "care_file_update")
    query = select(Consent, Staff.name).join(Resident, and_(Resident.community_id == Consent.community_id, Resident.id == Consent.resident_id))
    query = query.outerjoin(Staff, and_(Staff.community_id == Consent.community_id, Staff.id == Consent.staff_id)).where(Consent.resident_id == resident_id)
    rows = session.execute(query.order_by(Consent.recorded_at.desc(), Consent.id.desc()))
    return [ConsentRow(row.purpose, row.agreed, row.way, row.said_on, by, row.note if own else masks.free_text(row.note)) for row, by in rows]


def word(session: ScopedSession, resident_id: UUID, purpose: str) -> bool | None:
    """Whether a resident in scope agrees to `purpose`: the word that holds, None when nothing is on file."""
    of = and_(Resident.community_id == Consent.community_id, Resident.id == Consent.resident_id)
    query = select(Consent.agreed).join(Resident, of).where(Consent.resident_id == resident_id, Consent.purpose == purpose)
    return session.scalar(query.order_by(Consent.recorded_at.desc(), Consent.id.desc()).limit(1))


def has_refused(session: ScopedSession, community_id: UUID, resident_id: UUID, purpose: str) -> bool:
    """Whether the word that holds on `purpose` is no. Nothing on file is no refusal."""
    own = (Consent.community_id == community_id, Consent.resident_id == resident_id, Consent.purpose == purpose)
    return session.scalar(select(Consent.agreed).where(*own).order_by(Consent.recorded_at.desc(), Consent.id.desc()).limit(1)) is False
