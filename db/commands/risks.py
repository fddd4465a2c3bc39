"""Saying who comes first on the roster, whatever the factors say: with a reason, one filing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.refusals import Refused
from core.risks import LONGEST_REASON, check
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.residents import Resident
from db.models.risks import RiskWord
from db.types import uuid7


def say(session: ScopedSession, *, now: datetime, resident_id: UUID, level: str | None, reason: str) -> UUID | Refused:
    """`level` of core.risks.LEVELS, or None: the factors decide again. The ledger keeps the level, never the reason."""
    if not may(session.scope.role, "care_file_update"):
        return Refused("common.not_allowed")
    resident = session.scalar(select(Resident).where(Resident.id == resident_id).with_for_update())
    if resident is None:
        return Refused("common.not_found")
    own = (RiskWord.community_id == resident.community_id, RiskWord.resident_id == resident.id)
    current = session.scalar(select(RiskWord.level).where(*own).order_by(RiskWord.said_at.desc(), RiskWord.id.desc()).limit(1))
    refused = check(level, current, reason)
    if refused:
        return refused
    row = RiskWord(
        community_id=resident.community_id, id=uuid7(), resident_id=resident.id, level=level, reason=reason.strip()[:LONGEST_REASON], said_at=now, staff_id=session.scope.staff_id,
    )  # fmt: skip
    session.add(row)
    file(session, "care.say_first", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, level=level or "factors")
    return row.id
