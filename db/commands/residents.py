"""Showing a personal field in full: a command, because looking is an act that must be answered for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.care import PURPOSES
from core.refusals import Refused
from core.roles import PERSONAL, may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.residents import Resident
from db.queries.care import personal_value


def reveal(session: ScopedSession, *, now: datetime, resident_id: UUID, field: str, purpose: str) -> str | None | Refused:
    """The field (core.roles.PERSONAL) of a resident in scope in full, for a `purpose` of core.care.PURPOSES; None: not on file.

    The ledger keeps who looked at which field of whom and what for, never the value. The page shows it for SHOWN_FOR seconds.
    """
    if not may(session.scope.role, "reveal"):
        return Refused("common.not_allowed")
    if field not in PERSONAL:
        return Refused("care.no_such_field")
    if purpose not in PURPOSES:
        return Refused("care.no_purpose")
    resident = session.scalar(select(Resident).where(Resident.id == resident_id))
    if resident is None:
        return Refused("common.not_found")
    file(session, "resident.reveal", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, field=field, purpose=purpose)
    return personal_value(session, resident, field)


def to_reveal(session: ScopedSession, purpose: str, model: type, row_id: UUID) -> object | Refused:
    """Step of a command that shows what `model` keeps of a resident in scope: its row, if the actor may look, and says what for."""
    if not may(session.scope.role, "reveal"):
        return Refused("common.not_allowed")
    if purpose not in PURPOSES:
        return Refused("care.no_purpose")
    row = session.scalar(select(model).where(model.id == row_id))
    there = row and session.scalar(select(Resident.id).where(Resident.id == row.resident_id))
    return row if there else Refused("common.not_found")


def file_revealed(session: ScopedSession, command: str, now: datetime, row, purpose: str, **facts) -> None:
    """The ledger entry of looking at `row`: who, of whom, what for, never the value."""
    file(session, command, now=now, community_id=row.community_id, subject_kind="resident", subject_id=row.resident_id, purpose=purpose, **facts)


SHOWN_FOR = 60
"""Seconds for which a page shows a revealed field. Default of this product."""
