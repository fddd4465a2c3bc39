"""Matters on file, and who asked to read one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.models.grants import Asked
from db.types import EncryptedText

_WAITS = text("decided_at IS NULL")


class ArchiveFile(Tenant, Base):
    """A matter on file: its category, year, running number in these two, and until when it is kept. Written once; the matter's name stands in its order."""

    __tablename__ = "archive_file"
    work_order_id: Mapped[UUID]
    category: Mapped[str]
    year: Mapped[int]
    number: Mapped[int]
    kept_years: Mapped[int]
    kept_until: Mapped[date] = mapped_column(Date)
    filed_at: Mapped[datetime]
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("community_id", "category", "year", "number"),
        UniqueConstraint("community_id", "work_order_id"),
        Index(None, "community_id", "year"),
    )


class ArchiveReading(Asked, Versioned, Tenant, Base):
    """A request to read a file: who (`reader`), what for, on which day; who decided, who watches, and when it was open."""

    __tablename__ = "archive_reading"
    file_id: Mapped[UUID]
    work_order_id: Mapped[UUID]
    reader: Mapped[str] = mapped_column(EncryptedText("archive_reading.reader"))
    purpose: Mapped[str] = mapped_column(EncryptedText("archive_reading.purpose"))
    read_on: Mapped[date] = mapped_column(Date)
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    asked_staff_id: Mapped[UUID | None]
    granted: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    watcher_id: Mapped[UUID | None]
    opened_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("file_id", to="archive_file"),
        within("work_order_id", to="work_order"),
        within("asked_staff_id", to="staff"),
        within("watcher_id", to="staff"),
        CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(opened_at IS NULL) = (closes_at IS NULL)", name="opened"),
        Index("ix_archive_reading_waits", "community_id", "asked_at", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index(None, "community_id", "work_order_id"),
    )
