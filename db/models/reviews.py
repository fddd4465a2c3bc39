"""Steps of review chains: who reviewed what, as what it was held then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from db.models.base import Base, Tenant, community_key, within


class Review(Tenant, Base):
    """A step of an order's chain (core.reviews): `result` 'passed', 'returned' or 'sent' again, in the order's `round` (how often it had been
    reopened). `handler_id`: who held the order then. The opinion stands in the order's trail (review.trail). Written once, never changed."""

    __tablename__ = "review"
    work_order_id: Mapped[UUID]
    step: Mapped[str]
    result: Mapped[str]
    round: Mapped[int]
    at: Mapped[datetime]
    reviewer_id: Mapped[UUID | None]
    reviewer_staff_id: Mapped[UUID | None]
    handler_id: Mapped[UUID | None]
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("reviewer_staff_id", to="staff"),
        within("handler_id", to="staff"),
        CheckConstraint("step IN ('first_review', 'second_review', 'approval')", name="step"),
        CheckConstraint("result IN ('passed', 'returned', 'sent')", name="result"),
        Index(None, "community_id", "work_order_id"),
    )
