"""Whom somebody says to put first, or not to, whatever the factors say."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, community_key, within
from db.types import EncryptedText


class RiskWord(AboutPeople, Tenant, Base):
    """One word on a resident (`level` of core.risks.LEVELS; None: the factors decide again). The latest holds; none is ever changed. It has no grid, like a departure."""

    __tablename__ = "risk_word"
    resident_id: Mapped[UUID]
    level: Mapped[str | None]
    reason: Mapped[str] = mapped_column(EncryptedText("risk_word.reason"))
    said_at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("staff_id", to="staff"),
        CheckConstraint("level IN ('first', 'usual')", name="level"),
        Index(None, "community_id", "resident_id", "said_at"),
    )
