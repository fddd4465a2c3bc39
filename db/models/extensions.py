"""More time asked for, what another person said to it, and how the resident heard."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.models.grants import Asked
from db.types import EncryptedText

_OPEN = text("decided_at IS NULL")


class Extension(Asked, Versioned, Tenant, Base):
    """`wanted` units (of the clause's limit, `unit`) more for `clock_id`. `granted` None: nobody has decided; past the clock's limit nobody can any
    more. `was_due_at`, `due_at`: the limit before and after it was granted. `told_at` None: the resident has not been told."""

    __tablename__ = "extension"
    work_order_id: Mapped[UUID]
    clock_id: Mapped[UUID]
    wanted: Mapped[int]
    unit: Mapped[str]
    reason: Mapped[str] = mapped_column(EncryptedText("extension.reason"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    asked_staff_id: Mapped[UUID | None]
    granted: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    was_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    told_way: Mapped[str | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("clock_id", to="clock"),
        within("asked_staff_id", to="staff"),
        CheckConstraint("wanted > 0", name="wanted"),
        CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("due_at >= was_due_at", name="longer"),
        CheckConstraint("told_at >= decided_at AND told_way IS NOT NULL OR told_at IS NULL", name="told"),
        Index("uq_extension_open", "community_id", "clock_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "work_order_id"),
    )
