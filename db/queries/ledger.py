"""The ledger read: its entries, and where its proof stands. Nothing in it is personal data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from db.models.accounts import Account
from db.models.ledger import LedgerEntry, LedgerHead, LedgerLeaf
from db.scope import PLATFORM

VERIFIED = "ledger.verify"
"""The command under which a check of the ledger is itself filed."""


REVEALS = (
    "resident.reveal", "care.reveal_member", "care.reveal_change", "work_order.reveal", "work_order.reveal_parties", "files.reveal", "reconciliation.reveal", "survey.reveal",
)  # fmt: skip
"""The commands that show personal data in full; each notes its purpose."""


@dataclass(frozen=True)
class Entry:
    """One filing: who did what when. `who` None: the program itself. `position`: place in the tree, None until sealed. `facts`: what the
    command noted, `rows`: how many rows it wrote, `digest`: SHA-256 over their digests."""

    id: UUID
    at: datetime
    who: str | None
    role: str
    command: str
    subject_kind: str | None
    subject_id: UUID | None
    facts: dict
    rows: int
    digest: bytes
    position: int | None


@dataclass(frozen=True)
class Head:
    """A signed tree head: `size` entries, `root` (32 bytes), when, and the Ed25519 signature (64 bytes)."""

    community_id: UUID
    size: int
    root: bytes
    signed_at: datetime
    signature: bytes


@dataclass(frozen=True)
class ProofState:
    """Where the proof stands. `entries` in all, `sealed` of them under `head`; the last check: when, and how many faults it found."""

    entries: int
    sealed: int
    head: Head | None
    checked_at: datetime | None
    faults: int | None


_COLUMNS = (
    LedgerEntry.id, LedgerEntry.at, LedgerEntry.role, LedgerEntry.command, LedgerEntry.subject_kind, LedgerEntry.subject_id, LedgerEntry.facts, LedgerEntry.rows,
    LedgerEntry.digest,
)  # fmt: skip


def entries(
    session: Session, community_id: UUID, *, commands: tuple[str, ...] = (), actor_id: UUID | None = None, since: datetime | None = None,
    until: datetime | None = None, subject_id: UUID | None = None, about: ColumnElement[bool] | None = None, facts: Mapping[str, str] = MappingProxyType({}),
    limit: int = 50, offset: int = 0,
) -> list[Entry]:  # fmt: skip
    """Entries of the community, newest first, in [since, until); `commands`: only these; `about`: a condition more; `facts`: only those that noted them so."""
    query = (
        select(*_COLUMNS, LedgerLeaf.position, Account.display_name)
        .outerjoin(LedgerLeaf, (LedgerLeaf.community_id == LedgerEntry.community_id) & (LedgerLeaf.entry_id == LedgerEntry.id))
        .outerjoin(Account, Account.id == LedgerEntry.actor_id)
    )
    query = _narrowed(query, community_id, commands, actor_id, since, until, subject_id, about)
    for name, value in facts.items():
        query = query.where(LedgerEntry.facts.contains(json.dumps({name: value}, ensure_ascii=False)[1:-1], autoescape=True))
    query = query.order_by(LedgerEntry.at.desc(), LedgerEntry.id.desc()).limit(limit).offset(offset)
    return [_entry(row) for row in session.execute(query)]


def count_entries(
    session: Session, community_id: UUID, *, commands: tuple[str, ...] = (), actor_id: UUID | None = None, since: datetime | None = None,
    until: datetime | None = None, subject_id: UUID | None = None, about: ColumnElement[bool] | None = None,
) -> int:  # fmt: skip
    """How many entries `entries` has to show."""
    query = _narrowed(select(func.count()).select_from(LedgerEntry), community_id, commands, actor_id, since, until, subject_id, about)
    return session.scalar(query)


def commands_seen(session: Session, community_id: UUID) -> list[str]:
    """The kinds of entry there are, for the filter."""
    return list(session.scalars(select(LedgerEntry.command).where(LedgerEntry.community_id == community_id).distinct().order_by(LedgerEntry.command)))


def people_seen(session: Session, community_id: UUID) -> dict[UUID, str]:
    """Who has filed something: account id → name, by name."""
    query = (
        select(Account.id, Account.display_name)
        .where(Account.id.in_(select(LedgerEntry.actor_id).where(LedgerEntry.community_id == community_id)))
        .order_by(Account.display_name)
    )
    return {row.id: row.display_name for row in session.execute(query)}


def last_entries(session: Session) -> tuple[UUID | None, ...]:
    """The newest filing of each community in scope, and the platform's: what is computed from rows holds until one of them changes."""
    newest = [
        select(LedgerEntry.id).where(LedgerEntry.community_id == community).order_by(LedgerEntry.id.desc()).limit(1).scalar_subquery()
        for community in sorted(session.scope.communities | {PLATFORM})
    ]
    return tuple(session.execute(select(*newest)).one())


def last_head(session: Session, community_id: UUID) -> Head | None:
    """The newest signed head."""
    row = session.scalar(select(LedgerHead).where(LedgerHead.community_id == community_id).order_by(LedgerHead.size.desc()).limit(1))
    return row and head_of(row)


def proof_state(session: Session, community_id: UUID) -> ProofState:
    """Where the proof of the community's ledger stands; cheap enough for a page's first screen."""
    total = session.scalar(select(func.count()).select_from(LedgerEntry).where(LedgerEntry.community_id == community_id))
    checks = _narrowed(select(LedgerEntry.at, LedgerEntry.facts), community_id, (VERIFIED,))
    last = session.execute(checks.order_by(LedgerEntry.at.desc(), LedgerEntry.id.desc()).limit(1)).first()
    head = last_head(session, community_id)
    return ProofState(total, head.size if head else 0, head, last and last.at, json.loads(last.facts)["faults"] if last else None)


def head_of(row: LedgerHead) -> Head:
    """The row as a value."""
    return Head(row.community_id, row.size, row.root, row.signed_at, row.signature)


def _narrowed(query: Select, community_id, commands, actor_id=None, since=None, until=None, subject_id=None, about=None) -> Select:
    query = query.where(LedgerEntry.community_id == community_id)
    if commands:
        query = query.where(LedgerEntry.command.in_(commands))
    for column, value in ((LedgerEntry.actor_id, actor_id), (LedgerEntry.subject_id, subject_id)):
        if value is not None:
            query = query.where(column == value)
    if since is not None:
        query = query.where(LedgerEntry.at >= since)
    if until is not None:
        query = query.where(LedgerEntry.at < until)
    return query if about is None else query.where(about)


def _entry(row: Row) -> Entry:
    return Entry(row.id, row.at, row.display_name, row.role, row.command, row.subject_kind, row.subject_id, json.loads(row.facts), row.rows, row.digest, row.position)
