"""Orders offered by one worker to another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.types import EncryptedText

_OPEN = text("ended_at IS NULL")


class HandOver(Versioned, Tenant, Base):
    """An offer of `from_id` to `to_id` (staff). `outcome` None: nobody has answered; else one of core.handovers.OUTCOMES."""

    __tablename__ = "hand_over"
    work_order_id: Mapped[UUID]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(EncryptedText("hand_over.reason"))
    offered_at: Mapped[datetime]
    offered_by: Mapped[UUID | None]
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("from_id", to="staff"),
        within("to_id", to="staff"),
        CheckConstraint("outcome IN ('accepted', 'declined', 'taken_back', 'lapsed')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("from_id <> to_id", name="another"),
        Index("uq_hand_over_open", "community_id", "work_order_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_hand_over_open_to", "community_id", "to_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "work_order_id"),
    )
