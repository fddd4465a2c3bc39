"""Orders that stand still for a reason, until when, and who said so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.models.grants import Asked
from db.types import EncryptedText

_OPEN = text("ended_at IS NULL")


class Suspension(Asked, Versioned, Tenant, Base):
    """One request: `reason` of core.suspensions.REASONS, `detail` and `evidence` in words. `granted` None: nobody has decided. It ends at
    `until_at` by itself, or before (`ended_by`: whose account did that); `ended_at` of what never began: when it was refused or lapsed."""

    __tablename__ = "suspension"
    work_order_id: Mapped[UUID]
    reason: Mapped[str]
    detail: Mapped[str] = mapped_column(EncryptedText("suspension.detail"))
    evidence: Mapped[str] = mapped_column(EncryptedText("suspension.evidence"))
    until_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    asked_staff_id: Mapped[UUID | None]
    granted: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("asked_staff_id", to="staff"),
        CheckConstraint("until_at > asked_at", name="until_after_asked"),
        CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("ended_at >= asked_at", name="ended_after_asked"),
        Index("uq_suspension_open", "community_id", "work_order_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_suspension_open_until", "community_id", "until_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "work_order_id"),
    )
