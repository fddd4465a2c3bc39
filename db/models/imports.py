"""What came in from the office's own files: batches, remembered column mappings, and the catalogue of kinds of affairs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, community_key


class ImportBatch(Tenant, Base):
    """One file taken in. `digest`: SHA-256 of its bytes; `counts`: JSON of new, changed, unchanged, rejected, … (never cell values)."""

    __tablename__ = "import_batch"
    table: Mapped[str]
    file_name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    source: Mapped[str] = mapped_column(default="")
    counts: Mapped[str] = mapped_column(Text)
    applied_at: Mapped[datetime]
    applied_by: Mapped[UUID | None]
    __table_args__ = (community_key(), Index(None, "community_id", "applied_at"))


class ImportMapping(Tenant, Base):
    """How a community reads files with these headers into a table. `signature`: SHA-256 of the headers; `mapping`: JSON."""

    __tablename__ = "import_mapping"
    table: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary(32))
    mapping: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID | None]
    __table_args__ = (community_key(), UniqueConstraint("community_id", "table", "signature"))


class AffairClass(Tenant, Base):
    """A leaf of the three-level catalogue of kinds of affairs (城乡建设 → 安全生产 → 事故处理), as the office's own file has it."""

    __tablename__ = "affair_class"
    major: Mapped[str]
    middle: Mapped[str] = mapped_column(default="")
    minor: Mapped[str] = mapped_column(default="")
    __table_args__ = (community_key(), UniqueConstraint("community_id", "major", "middle", "minor"))
