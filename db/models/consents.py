"""What people agreed to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, community_key, within
from db.types import EncryptedText


class Consent(AboutPeople, Tenant, Base):
    """A word of a resident (or their guardian, `way`) on one purpose of core.consents, said on `said_on`. The latest entered holds; none is ever changed. It has
    no grid, like a departure."""

    __tablename__ = "consent"
    resident_id: Mapped[UUID]
    purpose: Mapped[str]
    agreed: Mapped[bool]
    way: Mapped[str]
    said_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(EncryptedText("consent.note"))
    recorded_at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("staff_id", to="staff"),
        CheckConstraint("purpose IN ('care', 'share', 'photo')", name="purpose"),
        Index(None, "community_id", "resident_id", "purpose"),
    )
