"""Changes of protected fields: what waits for another person's word, and what became of what was asked for."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from core import masks
from core.calendar import local_day
from core.changes import TYPED, compared
from core.grants import another_person, same_person
from core.refusals import Refused
from core.roles import PERSONAL, masked, may
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account
from db.models.changes import ChangeRequest
from db.models.residents import Resident
from db.queries.grants import decider


@dataclass(frozen=True)
class ChangeLine:
    """One request. `name` as the reader's role may see it; `before` and `wanted` masked for everybody (of a group's end they are no secret);
    `reason` only for those who keep files; `own`: the reader's own request, `why_not`: why the reader gives no word on it; `approved` None: it waits; `compared`: asked for because of a
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
    why_not: Refused | None
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


@dataclass(frozen=True)
class Asked:
    """What was asked of protected fields before: `waiting` (resident, field); `refused`: resident, field and blind index of the value → the local day on which
    it was refused, or taken back, and not agreed to since."""

    waiting: frozenset[tuple[UUID, str]] = frozenset()
    refused: dict[tuple[UUID, str, bytes], date] = field(default_factory=dict)

    @classmethod
    def before(cls, session: ScopedSession, community_id: UUID) -> "Asked":
        """Of everybody in the community."""
        columns = select(ChangeRequest.resident_id, ChangeRequest.field, ChangeRequest.wanted_index, ChangeRequest.approved, ChangeRequest.decided_at)
        rows = session.execute(columns.where(ChangeRequest.community_id == community_id).order_by(ChangeRequest.decided_at)).all()
        latest = {(row.resident_id, row.field, row.wanted_index): row for row in rows if row.decided_at and row.wanted_index}
        refused = {key: local_day(row.decided_at) for key, row in latest.items() if not row.approved}
        return cls(frozenset((row.resident_id, row.field) for row in rows if row.decided_at is None), refused)

    @cached_property
    def _refused_once(self) -> frozenset[tuple[UUID, str]]:
        return frozenset(key[:2] for key in self.refused)

    def refused_on(self, resident_id: UUID, field: str, value: str) -> date | None:
        """When this very value was refused; None: it was not."""
        return self.refused.get((resident_id, field, value_index(resident_id, field, value))) if (resident_id, field) in self._refused_once else None


def value_index(resident_id: UUID, field: str, value: str) -> bytes:
    """Blind index of what is wanted of one person: the same value of another person has another one."""
    return keyring().blind_index(f"{resident_id} {compared(field, value)}", f"change_request.{field}")


_RESIDENT = and_(Resident.community_id == ChangeRequest.community_id, Resident.id == ChangeRequest.resident_id)


def waits(community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has decided."""
    return ChangeRequest.community_id == community_id, ChangeRequest.decided_at.is_(None)


def _query() -> Select:
    columns = select(ChangeRequest, Resident.name, Account.display_name).join(Resident, _RESIDENT)
    return columns.outerjoin(Account, Account.id == ChangeRequest.asked_by)


def _lines(session: ScopedSession, query: Select) -> list[ChangeLine]:
    scope, actor = session.scope, decider(session)
    hidden, own_words = masked(scope.role), may(scope.role, "care_file_update")
    return [
        ChangeLine(
            row.id, row.resident_id, masks.masked("name", name, hidden), row.field, _told(row.field, row.before), _told(row.field, row.wanted),
            row.reason if own_words else masks.free_text(row.reason), row.asked_at, by, same_person(row.asker, actor), another_person(row.asker, actor, "changes.by_another"),
            row.approved, row.decided_at, row.difference_id is not None,
        )
        for row, name, by in session.execute(query)
    ]  # fmt: skip


def _told(field: str, value: str | None) -> str | None:
    return masks.masked(field, value, frozenset(PERSONAL)) if field in TYPED else value
