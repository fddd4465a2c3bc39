"""That the basis of a membership of the roster was looked at again."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, community_key, within
from db.types import EncryptedText


class BasisReview(AboutPeople, Tenant, Base):
    """Somebody looked at the document by which a resident is in `group`: `basis` is what it was replaced by (None: it was found right), `next_review` the next day to look.
    It has no grid, like a departure."""

    __tablename__ = "basis_review"
    resident_id: Mapped[UUID]
    group: Mapped[str]
    was_due: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str | None] = mapped_column(EncryptedText("basis_review.basis"))
    next_review: Mapped[date | None] = mapped_column(Date)
    reviewed_at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("staff_id", to="staff"),
        CheckConstraint("\"group\" IN ('elder', 'disabled', 'child')", name="group"),
        Index(None, "community_id", "resident_id", "reviewed_at"),
    )
