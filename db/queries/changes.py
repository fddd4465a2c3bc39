"""Changes of protected fields: what waits for another person's word, and what became of what was asked for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from core import masks
from core.changes import TYPED
from core.grants import same_person
from core.roles import PERSONAL, masked, may
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.changes import ChangeRequest
from db.models.residents import Resident


@dataclass(frozen=True)
class ChangeLine:
    """One request. `name` as the reader's role may see it; `before` and `wanted` masked for everybody (of a group's end they are no secret);
    `reason` only for those who keep files; `own`: the reader's own request; `approved` None: it waits; `compared`: asked for because of a
    reconciliation's difference."""

    id: UUID
    resident_id: UUID
    name: str
    field: str
    before: str | None
    wanted: str
    reason: str | None
    asked_at: datetime
    by: str | None
    own: bool
    approved: bool | None
    decided_at: datetime | None
    compared: bool = False


def waiting(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[ChangeLine]:
    """What somebody has yet to decide, the oldest first."""
    query = _query().where(*waits(community_id))
    return _lines(session, query.order_by(ChangeRequest.asked_at, ChangeRequest.id).limit(limit))


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many wait to be decided."""
    query = select(func.count(ChangeRequest.id)).join(Resident, _RESIDENT).where(*waits(community_id))
    return session.scalar(query)


def of_resident(session: ScopedSession, resident_id: UUID, *, limit: int = 20) -> list[ChangeLine]:
    """What was asked for of a resident in scope, the newest first."""
    query = _query().where(ChangeRequest.resident_id == resident_id)
    return _lines(session, query.order_by(ChangeRequest.asked_at.desc(), ChangeRequest.id.desc()).limit(limit))


_RESIDENT = and_(Resident.community_id == ChangeRequest.community_id, Resident.id == ChangeRequest.resident_id)


def waits(community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has decided."""
    return ChangeRequest.community_id == community_id, ChangeRequest.decided_at.is_(None)


def _query() -> Select:
    columns = select(ChangeRequest, Resident.name, Account.display_name).join(Resident, _RESIDENT)
    return columns.outerjoin(Account, Account.id == ChangeRequest.asked_by)


def _lines(session: ScopedSession, query: Select) -> list[ChangeLine]:
    scope = session.scope
    hidden, own_words = masked(scope.role), may(scope.role, "care_file_update")
    return [
        ChangeLine(
            row.id, row.resident_id, masks.masked("name", name, hidden), row.field, _told(row.field, row.before), _told(row.field, row.wanted),
            row.reason if own_words else masks.free_text(row.reason), row.asked_at, by, same_person(row.asker, (scope.actor_id, scope.staff_id)),
            row.approved, row.decided_at, row.difference_id is not None,
        )
        for row, name, by in session.execute(query)
    ]  # fmt: skip


def _told(field: str, value: str | None) -> str | None:
    return masks.masked(field, value, frozenset(PERSONAL)) if field in TYPED else value
