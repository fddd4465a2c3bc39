"""Sealing the ledger, and filing that somebody has checked it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select

from core import merkle
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.keys import keyring
from db.models.ledger import LedgerEntry, LedgerHead, LedgerLeaf
from db.queries.ledger import VERIFIED, Head, last_head
from db.queries.proof import Proof, head_content, leaf_content
from db.types import uuid7


def seal(session: ScopedSession, *, now: datetime, community_id: UUID) -> Head | Refused | None:
    """Give each entry without a place its place in the tree, in the order of their ids, and sign a new head. Nothing new: the last head
    again (None on an empty ledger). Leaves no entry of its own: it would never end."""
    if not _allowed(session):
        return Refused("common.not_allowed", "tamper_proof")
    fresh = _unsealed(session, community_id)
    if not fresh:
        return last_head(session, community_id)
    leaves = list(session.scalars(select(LedgerLeaf.leaf_hash).where(LedgerLeaf.community_id == community_id).order_by(LedgerLeaf.position)))
    hashes = [merkle.leaf_hash(leaf_content(entry)) for entry in fresh]
    rows = [
        {"community_id": community_id, "id": uuid7(), "position": place, "entry_id": entry.id, "leaf_hash": leaf}
        for place, (entry, leaf) in enumerate(zip(fresh, hashes, strict=True), len(leaves))
    ]
    session.execute(insert(LedgerLeaf), rows)
    return _sign(session, Head(community_id, len(leaves) + len(rows), merkle.root([*leaves, *hashes]), now.replace(microsecond=0), b""))


def note_check(session: ScopedSession, *, now: datetime, community_id: UUID, proof: Proof) -> Proof | Refused:
    """File that the actor checked the ledger, and what was found (numbers, tables and row ids: no personal data)."""
    if not _allowed(session):
        return Refused("common.not_allowed", "tamper_proof")
    shown = [f"{fault.kind} {fault.table} {fault.row_id}" for fault in proof.faults[:20]]
    file(session, VERIFIED, now=now, community_id=community_id, entries=proof.entries, heads=proof.heads, checked_rows=proof.rows, faults=len(proof.faults), first=shown)
    return proof


def _allowed(session: ScopedSession) -> bool:
    return may(session.scope.role, "ledger_head")


def _unsealed(session: ScopedSession, community_id: UUID) -> list[LedgerEntry]:
    if session.bind.dialect.name == "postgresql":
        _one_sealer(session, community_id)
    query = (
        select(LedgerEntry)
        .outerjoin(LedgerLeaf, (LedgerLeaf.community_id == LedgerEntry.community_id) & (LedgerLeaf.entry_id == LedgerEntry.id))
        .where(LedgerEntry.community_id == community_id, LedgerLeaf.id.is_(None))
        .order_by(LedgerEntry.id)
    )
    return list(session.scalars(query))


def _one_sealer(session: ScopedSession, community_id: UUID) -> None:
    """Two sealers would give one place twice. SQLite has one writer anyway; here a lock until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(community_id.int % 2**63)))


def _sign(session: ScopedSession, head: Head) -> Head:
    signature = keyring().signer.sign(head_content(head))
    session.add(LedgerHead(community_id=head.community_id, size=head.size, root=head.root, signed_at=head.signed_at, signature=signature))
    return Head(head.community_id, head.size, head.root, head.signed_at, signature)
