"""Whether the ledger still proves what it says: the tree recomputed from the entries, each head's signature, each row's last digest.

What it can't see: an entry that vanished together with every head over it. So a head is exported daily and kept elsewhere; `verify`
takes one and says whether today's tree still contains it.
"""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from heapq import merge
from operator import itemgetter
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from core import merkle
from db.commands.filing import GONE, cut, row_digest, row_id, row_values
from db.keys import keyring
from db.models.base import Base
from db.models.ledger import LedgerEntry, LedgerHead, LedgerLeaf, LedgerPack, LedgerRow
from db.queries.ledger import Head, head_of

_CHUNK = 400


@dataclass(frozen=True)
class Fault:
    """Something that doesn't hold. `kind` is a word key ledger.fault.*; `table` and `row_id` name the row (or the entry or head)."""

    kind: str
    table: str
    row_id: str


@dataclass(frozen=True)
class Proof:
    """What a check looked at, and what it found wrong. `unsealed`: entries no head covers yet."""

    entries: int
    unsealed: int
    heads: int
    rows: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults


def leaf_content(entry: LedgerEntry) -> bytes:
    """The canonical bytes of an entry: what its leaf is the hash of."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [1, entry.community_id, entry.id, at, entry.actor_id, entry.role, entry.command, entry.subject_kind, entry.subject_id, entry.facts, entry.rows]
    return json.dumps([*fields, entry.digest.hex()], default=str, ensure_ascii=False, separators=(",", ":")).encode()


def head_content(head: Head) -> bytes:
    """The bytes a head's signature is over."""
    return f"desk-head-1 {head.community_id.hex} {head.size} {_text(head.root)} {int(head.signed_at.timestamp())}".encode()


def head_text(head: Head) -> str:
    """The head as one line to keep elsewhere (about 200 bytes: fits a message or a QR code)."""
    return f"{head_content(head).decode()} {_text(head.signature)}"


def read_head(text: str) -> Head:
    """The head in such a line. Raises ValueError when it is none."""
    mark, community, size, root, signed, signature = text.split()
    if mark != "desk-head-1":
        raise ValueError(f"{mark!r} does not begin a head: paste the whole line that begins with desk-head-1")
    return Head(UUID(community), int(size), base64.b64decode(root), datetime.fromtimestamp(int(signed), UTC), base64.b64decode(signature))


def public_key() -> str:
    """The office's public key (base64 of 32 bytes): whoever keeps heads checks signatures with it."""
    return _text(keyring().signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def is_signed(head: Head) -> bool:
    """Whether this office's key signed the head."""
    try:
        keyring().signer.public_key().verify(head.signature, head_content(head))
    except InvalidSignature:
        return False
    return True


def verify(session: Session, community_id: UUID, *, kept: Sequence[Head] = (), progress: Callable[[float], None] = lambda share: None) -> Proof:
    """Check the community's whole ledger. `kept`: heads that somebody kept elsewhere; `progress` is told shares from 0 to 1."""
    leaves, faults, unsealed = _tree(session, community_id)
    progress(0.2)
    heads = [head_of(row) for row in session.scalars(select(LedgerHead).where(LedgerHead.community_id == community_id).order_by(LedgerHead.size))]
    faults += _heads(leaves, heads, "forged_head")
    faults += _heads(leaves, [head for head in kept if head.community_id == community_id], "vanished")
    faults += _digests(session, community_id)
    progress(0.4)
    rows, changed = _rows(session, community_id, progress)
    return Proof(len(leaves) + unsealed, unsealed, len(heads), rows, tuple(faults + changed))


def _tree(session: Session, community_id: UUID) -> tuple[list[bytes], list[Fault], int]:
    """Leaf hashes by position as the entries themselves give them, what is wrong with them, and how many entries have no leaf."""
    stored = session.execute(select(LedgerLeaf.position, LedgerLeaf.entry_id, LedgerLeaf.leaf_hash).where(LedgerLeaf.community_id == community_id).order_by(LedgerLeaf.position))
    found = {row.id: merkle.leaf_hash(leaf_content(row)) for row in session.scalars(select(LedgerEntry).where(LedgerEntry.community_id == community_id))}
    leaves, faults, unsealed = [], [], len(found)
    for place, leaf in enumerate(stored):
        now = found.get(leaf.entry_id)
        unsealed -= now is not None
        leaves.append(now or bytes(32))
        if leaf.position != place or now != leaf.leaf_hash:
            faults.append(Fault("vanished_entry" if now is None else "changed_entry", "ledger_entry", str(leaf.entry_id)))
    return leaves, faults, unsealed


def _heads(leaves: list[bytes], heads: Sequence[Head], kind: str) -> list[Fault]:
    within = sorted((head for head in heads if head.size <= len(leaves)), key=lambda head: head.size)
    roots = merkle.roots_at(leaves, [head.size for head in within])
    bad = [head for head, root in zip(within, roots, strict=True) if root != head.root or not is_signed(head)]
    bad += [head for head in heads if head.size > len(leaves)]
    return [Fault(kind, "ledger_head", str(head.size)) for head in bad]


def _digests(session: Session, community_id: UUID) -> list[Fault]:
    """Entries whose row digests are not those they were filed with: digests are the tree's only by way of their entry."""
    mine = select(LedgerEntry.id).where(LedgerEntry.community_id == community_id)
    # Rows of a filing may lie in several communities; their digests say nothing about anybody.
    sums: dict[UUID, object] = {}
    for model, content in ((LedgerPack, LedgerPack.digests), (LedgerRow, LedgerRow.digest)):
        for entry_id, digests in session.execute(select(model.entry_id, content).where(model.entry_id.in_(mine)).order_by(model.id).execution_options(rollup=True)):
            sums.setdefault(entry_id, sha256()).update(digests)
    nothing, hidden = sha256(), session.bind.dialect.name == "postgresql"
    filed = session.execute(select(LedgerEntry.id, LedgerEntry.digest, LedgerEntry.facts).where(LedgerEntry.community_id == community_id))
    wrong = [row for row in filed if sums.get(row.id, nothing).digest() != row.digest]
    # Row-level security hides the rows of an entry that lie in a community out of scope; the entry itself says that there are such.
    return [Fault("changed_digest", "ledger_row", str(row.id)) for row in wrong if not (hidden and "rows_elsewhere" in json.loads(row.facts))]


def _rows(session: Session, community_id: UUID, progress: Callable[[float], None]) -> tuple[int, list[Fault]]:
    """How many rows have a digest, and those that are no longer as last filed."""
    last: dict[str, dict[UUID, bytes]] = {}
    for _, table, row, digest in filed(session, community_id):
        last.setdefault(table, {})[row] = digest
    total, done, faults = sum(map(len, last.values())), 0, []
    models = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
    for table, digests in sorted(last.items()):
        for ids in _chunks([*digests]):
            now = dict(_current(session, models[table], community_id, ids)) if table in models else {}
            faults += [Fault("changed_row" if row in now else "vanished_row", table, str(row)) for row in ids if now.get(row, GONE) != digests[row]]
            session.expunge_all()
            done += len(ids)
            progress(0.4 + 0.6 * done / total)
    return total, faults


def filed(session: Session, community_id: UUID) -> Iterator[tuple[UUID, str, UUID, bytes]]:
    """Entry, table, row and digest of each row a filing wrote, entry by entry; an entry names a row once."""
    return merge(_packs(session, community_id), _singles(session, community_id), key=itemgetter(0))


def _singles(session: Session, community_id: UUID) -> Iterator[tuple[UUID, str, UUID, bytes]]:
    query = select(LedgerRow.entry_id, LedgerRow.table, LedgerRow.row_id, LedgerRow.digest).where(LedgerRow.community_id == community_id)
    yield from session.execute(query.order_by(LedgerRow.entry_id, LedgerRow.id))


def _packs(session: Session, community_id: UUID) -> Iterator[tuple[UUID, str, UUID, bytes]]:
    query = select(LedgerPack.entry_id, LedgerPack.table, LedgerPack.row_ids, LedgerPack.digests).where(LedgerPack.community_id == community_id)
    for entry_id, table, ids, digests in session.execute(query.order_by(LedgerPack.entry_id, LedgerPack.id)):
        yield from ((entry_id, table, UUID(bytes=row), digest) for row, digest in zip(cut(ids, 16), cut(digests, 32), strict=True))


def _current(session: Session, model: type, community_id: UUID, ids: list[UUID]) -> Iterator[tuple[UUID, bytes]]:
    columns, query = inspect(model).columns, select(model)
    if "community_id" in columns:
        query = query.where(model.community_id == community_id)
    if "id" in columns:
        query = query.where(model.id.in_(ids))
    for row in session.scalars(query):
        values = row_values(row)
        yield row_id(model.__table__.name, values), row_digest(model.__table__.name, values)


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    return (ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK))


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
