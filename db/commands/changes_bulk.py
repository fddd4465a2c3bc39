"""What one ledger asks of protected fields, all at once: the very requests that asking one by one would leave; and what says the same, decided at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.changes import alike, may_decide, renumbered
from core.refusals import Refused
from core.roles import may
from core.words import t
from db.commands.bulk import insert_rows
from db.commands.changes import make, outdated
from db.commands.filing import file
from db.commands.grants import asked, decided
from db.commands.homes import renumber
from db.engine import ScopedSession
from db.keys import keyring
from db.models.changes import ChangeRequest
from db.models.residents import Resident
from db.queries.changes import value_index, waits
from db.queries.grants import decider
from db.queries.imports.plan import Change
from db.queries.reconciliation_compare import Buildings
from db.types import uuid7

_CHUNK = 2_000
Pair = tuple[ChangeRequest, Resident]


@dataclass(frozen=True)
class Together:
    """What became of requests decided together: how many, the ids of those whose file has changed since (they go on waiting), and whether the
    building's homes were renumbered with it."""

    decided: int
    outdated: tuple[UUID, ...] = ()
    renumbered: bool = False


def put_all(session: ScopedSession, community_id: UUID, asks: Mapping[tuple[UUID, str], Change], now: datetime, batch_id: UUID | None) -> None:
    """Step: each of `asks` (resident and field) waits for another person; the files stay as they are until then. The row of the ledger, `batch_id`, is the reason."""
    people, about = list({one for one, _ in asks}), asked(session, now) | {"batch_id": batch_id}
    for start in range(0, len(people), _CHUNK):
        part = people[start : start + _CHUNK]
        held = select(Resident.id, Resident.household_id).where(Resident.community_id == community_id, Resident.id.in_(part)).order_by(Resident.id)
        homes = dict(session.execute(held.with_for_update()).all())
        open_now = (ChangeRequest.community_id == community_id, ChangeRequest.resident_id.in_(part), ChangeRequest.decided_at.is_(None))
        waiting = {tuple(one) for one in session.execute(select(ChangeRequest.resident_id, ChangeRequest.field).where(*open_now))}
        mine = set(part)
        rows = [_row(community_id, *key, change, about, homes.get(key[0])) for key, change in asks.items() if key[0] in mine and key not in waiting]
        insert_rows(session, ChangeRequest, rows)


def _row(community_id: UUID, resident_id: UUID, field: str, change: Change, about: dict, household_id: UUID | None) -> dict:
    common = alike(field, change.old, change.new, household_id)
    return about | {
        "together": common and keyring().blind_index(f"{about['batch_id']} {common}", "change_request.together"),
        "community_id": community_id, "id": uuid7(), "resident_id": resident_id, "field": field, "before": change.old, "wanted": change.new,
        "wanted_index": value_index(resident_id, field, change.new), "reason": t("imports.asked_because", "zh", row=change.row) + (f"：{change.why}" if change.why else ""), "version": 1,
    }  # fmt: skip


def decide_together(
    session: ScopedSession, *, now: datetime, community_id: UUID, together: bytes, expected: int, approved: bool, but: Collection[UUID] = ()
) -> Together | Refused:
    """Command: another person approves what several requests of one ledger have in common, or refuses it, as who asked may, too; each keeps its own trace. `together`: theirs
    (ChangeRequest); `expected`: as many as somebody had before them; `but`: ids of those left for a word of their own."""
    if not may(session.scope.role, "care_change_decide"):
        return Refused("common.not_allowed")
    pairs = _held(session, community_id, together)
    if not pairs or len(pairs) != expected:
        return Refused("common.changed_meanwhile")
    pairs = [pair for pair in pairs if pair[0].id not in but]
    if refused := next(filter(None, (may_decide(row.asker, decider(session), approved) for row, _ in pairs)), None):
        return refused
    stale = {row.id: refused for row, person in pairs if approved and (refused := outdated(session, person, row, now))}
    fresh = [pair for pair in pairs if pair[0].id not in stale]
    if not fresh:
        return next(iter(stale.values()), Refused("changes.nobody_left"))
    whole = approved and _make_all(session, community_id, fresh, now)
    for row, _ in fresh:
        row.approved = approved
        decided(session, row, now)
    batch_id, field = fresh[0][0].batch_id, fresh[0][0].field
    facts = {"field": field, "requests": [str(row.id) for row, _ in fresh], "outdated": len(stale), "renumbered": whole}
    command = "care.approve_changes" if approved else "care.refuse_changes"
    file(session, command, now=now, community_id=community_id, subject_kind="import_batch", subject_id=batch_id, **facts)
    return Together(len(fresh), tuple(stale), whole)


def _held(session: ScopedSession, community_id: UUID, together: bytes) -> list[Pair]:
    """What waits of them and whom each is about; the files are held until the end of the transaction."""
    own = (*waits(community_id), ChangeRequest.together == together)
    ids = set(session.scalars(select(ChangeRequest.resident_id).where(*own)))
    held = select(Resident).where(Resident.community_id == community_id, Resident.id.in_(ids)).order_by(Resident.id).with_for_update()
    people = {one.id: one for one in session.scalars(held)}
    rows = session.scalars(select(ChangeRequest).where(*own).order_by(ChangeRequest.asked_at, ChangeRequest.id).execution_options(populate_existing=True))
    return [(row, people[row.resident_id]) for row in rows if row.resident_id in people]


def _make_all(session: ScopedSession, community_id: UUID, pairs: Sequence[Pair], now: datetime) -> bool:
    """The changes are made; whether by renumbering a building's homes."""
    buildings, row = Buildings(session, community_id), pairs[0][0]
    if row.field == "address" and renumbered(row.before, row.wanted) and renumber(session, [person for _, person in pairs], row.wanted, now, buildings):
        return True
    for row, person in pairs:
        make(session, person, row, now, buildings)
    return False
