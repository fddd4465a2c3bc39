"""Two files of one person made one, and pairs of which somebody has said that they are two people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, Versioned, community_key, within

_STANDING = text("undone_at IS NULL")


class Merge(AboutPeople, Tenant, Versioned, Base):
    """The file `merged_id` went into the file `resident_id`; both are there still. `changed`: what stood before in each row that was changed, and which
    clocks were made, as JSON without anything that is encrypted elsewhere, so that undoing restores exactly that."""

    __tablename__ = "merge"
    resident_id: Mapped[UUID]
    merged_id: Mapped[UUID]
    score: Mapped[int]
    merged_at: Mapped[datetime]
    merged_by: Mapped[UUID | None]
    changed: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("merged_id", to="resident"),
        CheckConstraint("resident_id <> merged_id", name="two_files"),
        Index(None, "community_id", "resident_id"),
        Index("uq_merge_standing", "community_id", "merged_id", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
    )


class TwoPeople(AboutPeople, Tenant, Base):
    """Somebody has said that two files that look alike are of two people. `one_id` is the smaller id, so that a pair is said once."""

    __tablename__ = "two_people"
    one_id: Mapped[UUID]
    other_id: Mapped[UUID]
    said_at: Mapped[datetime]
    said_by: Mapped[UUID | None]
    __table_args__ = (
        community_key(),
        within("one_id", to="resident"),
        within("other_id", to="resident"),
        CheckConstraint("one_id < other_id", name="one_before_other"),
        UniqueConstraint("community_id", "one_id", "other_id"),
    )
