"""Changes of protected fields: what waits for another person's word, and what became of what was asked for."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from core import masks
from core.calendar import local_day
from core.changes import TYPED, compared, renumbered
from core.grants import Decider, another_person, same_person
from core.refusals import Refused
from core.roles import PERSONAL, masked, may
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account
from db.models.changes import ChangeRequest
from db.models.imports import ImportBatch
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


@dataclass(frozen=True)
class ChangeGroup:
    """Requests that one ledger makes of several residents and that may be decided together (core.changes.alike). `together`: what they have in common;
    `before` and `wanted`: the numbers of a renumbered building, None: they are one home's; `file_name`: the ledger's."""

    together: bytes
    before: str | None
    wanted: str | None
    file_name: str
    lines: tuple[ChangeLine, ...]


def waiting(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[ChangeLine]:
    """What somebody has yet to decide by itself, the oldest first."""
    query = _query().where(*waits(community_id), or_(ChangeRequest.together.is_(None), ChangeRequest.together.not_in(_several(community_id))))
    return _lines(session, query.order_by(ChangeRequest.asked_at, ChangeRequest.id).limit(limit))


def waiting_together(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 20) -> list[ChangeGroup]:
    """What somebody has yet to decide and may decide together, the oldest first."""
    common = ChangeRequest.together
    first = session.scalars(_several(community_id).order_by(func.min(ChangeRequest.asked_at), common).limit(limit)).all()
    found: dict[bytes, list[tuple[ChangeRequest, str, ChangeLine]]] = {one: [] for one in first}
    query = _query().add_columns(ImportBatch.file_name).join(ImportBatch, _BATCH).where(*waits(community_id), common.in_(first))
    for row, name, by, file_name in session.execute(query.order_by(ChangeRequest.asked_at, ChangeRequest.id)) if first else ():
        found[row.together].append((row, file_name, _line(row, name, by, decider(session))))
    return [_group(members) for members in found.values() if members]


def _group(members: list[tuple[ChangeRequest, str, ChangeLine]]) -> ChangeGroup:
    row, file_name, _ = members[0]
    whole = row.field == "address" and renumbered(row.before, row.wanted)
    numbers = (masks.building(row.before), masks.building(row.wanted)) if whole else (None, None)
    return ChangeGroup(row.together, *numbers, file_name, tuple(line for *_, line in members))


def _several(community_id: UUID) -> Select:
    """What several that wait have in common."""
    return select(ChangeRequest.together).join(Resident, _RESIDENT).where(*waits(community_id), ChangeRequest.together.is_not(None)).group_by(ChangeRequest.together).having(func.count() > 1)


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
_BATCH = and_(ImportBatch.community_id == ChangeRequest.community_id, ImportBatch.id == ChangeRequest.batch_id)


def waits(community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has decided."""
    return ChangeRequest.community_id == community_id, ChangeRequest.decided_at.is_(None)


def _query() -> Select:
    columns = select(ChangeRequest, Resident.name, Account.display_name).join(Resident, _RESIDENT)
    return columns.outerjoin(Account, Account.id == ChangeRequest.asked_by)


def _lines(session: ScopedSession, query: Select) -> list[ChangeLine]:
    return [_line(row, name, by, decider(session)) for row, name, by in session.execute(query)]


def _line(row: ChangeRequest, name: str, by: str | None, actor: Decider) -> ChangeLine:
    return ChangeLine(
        row.id, row.resident_id, masks.masked("name", name, masked(actor.role)), row.field, _told(row.field, row.before), _told(row.field, row.wanted),
        row.reason if may(actor.role, "care_file_update") else masks.free_text(row.reason), row.asked_at, by, same_person(row.asker, actor),
        another_person(row.asker, actor, "changes.by_another"), row.approved, row.decided_at, row.difference_id is not None,
    )  # fmt: skip


def _told(field: str, value: str | None) -> str | None:
    return masks.masked(field, value, frozenset(PERSONAL)) if field in TYPED else value
