"""Written explanations of late results, filed with the street."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.types import EncryptedText

_NEW = text("acknowledged_at IS NULL")


class Explanation(Versioned, Tenant, Base):
    """Why the result of a matter is late, in its `round` (how often it had been reopened). Filed with the street at `filed_at`; `acknowledged_at`: the
    street has taken note of it, None: not yet."""

    __tablename__ = "explanation"
    work_order_id: Mapped[UUID]
    clause_id: Mapped[str]
    round: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("explanation.text"))
    filed_at: Mapped[datetime]
    filed_by: Mapped[UUID | None]
    filed_staff_id: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("filed_staff_id", to="staff"),
        UniqueConstraint("community_id", "work_order_id", "clause_id", "round"),
        CheckConstraint("acknowledged_at >= filed_at", name="acknowledged_after_filed"),
        Index("ix_explanation_new", "community_id", "filed_at", sqlite_where=_NEW, postgresql_where=_NEW),
    )
