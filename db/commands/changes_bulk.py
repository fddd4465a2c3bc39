"""What one ledger asks of protected fields, all at once: the very requests that asking one by one would leave."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.words import t
from db.commands.bulk import insert_rows
from db.commands.grants import asked
from db.engine import ScopedSession
from db.models.changes import ChangeRequest
from db.models.residents import Resident
from db.queries.changes import value_index
from db.queries.imports.plan import Change
from db.types import uuid7

_CHUNK = 2_000


def put_all(session: ScopedSession, community_id: UUID, asks: Mapping[tuple[UUID, str], Change], now: datetime) -> None:
    """Step: each of `asks` (resident and field) waits for another person; the files stay as they are until then. The row of the ledger is the reason."""
    people, about = list({one for one, _ in asks}), asked(session, now)
    for start in range(0, len(people), _CHUNK):
        part = people[start : start + _CHUNK]
        held = select(Resident.id).where(Resident.community_id == community_id, Resident.id.in_(part)).order_by(Resident.id)
        session.execute(held.with_for_update())
        open_now = (ChangeRequest.community_id == community_id, ChangeRequest.resident_id.in_(part), ChangeRequest.decided_at.is_(None))
        waiting = {tuple(one) for one in session.execute(select(ChangeRequest.resident_id, ChangeRequest.field).where(*open_now))}
        mine = set(part)
        rows = [_row(community_id, *key, change, about) for key, change in asks.items() if key[0] in mine and key not in waiting]
        insert_rows(session, ChangeRequest, rows)


def _row(community_id: UUID, resident_id: UUID, field: str, change: Change, about: dict) -> dict:
    return about | {
        "community_id": community_id, "id": uuid7(), "resident_id": resident_id, "field": field, "before": change.old, "wanted": change.new,
        "wanted_index": value_index(resident_id, field, change.new), "reason": t("imports.asked_because", "zh", row=change.row) + (f"：{change.why}" if change.why else ""), "version": 1,
    }  # fmt: skip
