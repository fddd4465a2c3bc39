"""The ledger: one entry for each filing, never altered; its Merkle leaves and signed heads."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, OfLedger


class LedgerEntry(OfLedger, Base):
    """One filing. `facts`: JSON without personal data. `rows`: how many rows it wrote; `digest`: SHA-256 over their digests."""

    __tablename__ = "ledger_entry"
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    role: Mapped[str]
    command: Mapped[str]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    facts: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    __table_args__ = (Index(None, "community_id", "at"), Index(None, "community_id", "subject_id"))


class LedgerRow(OfLedger, Base):
    """What a row looked like after a filing: keyed digest of its content, so a later change behind the desk's back shows."""

    __tablename__ = "ledger_row"
    entry_id: Mapped[UUID]
    table: Mapped[str]
    row_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    __table_args__ = (Index(None, "community_id", "entry_id"),)


class LedgerPack(OfLedger, Base):
    """The same of rows of one table written by the thousand: their ids (16 bytes each) and their digests (32 each), end to end. The packs of an entry come
    before its single rows in the entry's digest. A million rows of their own would be the better half of a large ledger's import."""

    __tablename__ = "ledger_pack"
    entry_id: Mapped[UUID]
    table: Mapped[str]
    row_ids: Mapped[bytes] = mapped_column(LargeBinary)
    digests: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (Index(None, "community_id", "entry_id"),)


class LedgerLeaf(OfLedger, Base):
    """The place of an entry in the tree (RFC 9162): position from 0, and the leaf hash."""

    __tablename__ = "ledger_leaf"
    position: Mapped[int]
    entry_id: Mapped[UUID]
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    __table_args__ = (Index("uq_ledger_leaf_position", "community_id", "position", unique=True), Index("uq_ledger_leaf_entry_id", "community_id", "entry_id", unique=True))


class LedgerHead(OfLedger, Base):
    """A signed tree head: size, root, Ed25519 signature over both and the time."""

    __tablename__ = "ledger_head"
    size: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    signed_at: Mapped[datetime]
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
    __table_args__ = (Index(None, "community_id", "size"),)
