"""Orders about one matter: which is worked together with which."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from db.models.base import Base, Tenant, Versioned, community_key, within

_OPEN = text("ended_at IS NULL")


class Joining(Versioned, Tenant, Base):
    """`work_order_id` is worked together with `lead_id` since `joined_at`; `ended_at`: undone since. The reason stands in the order's trail."""

    __tablename__ = "joining"
    work_order_id: Mapped[UUID]
    lead_id: Mapped[UUID]
    joined_at: Mapped[datetime]
    joined_by: Mapped[UUID | None]
    joined_staff_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("lead_id", to="work_order"),
        within("joined_staff_id", to="staff"),
        CheckConstraint("work_order_id <> lead_id", name="another"),
        CheckConstraint("ended_at >= joined_at", name="ended_after_joined"),
        Index("uq_joining_open", "community_id", "work_order_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "work_order_id"),
        Index(None, "community_id", "lead_id"),
    )
