"""Acts entered after a limit as done before it, and what somebody else said to that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from db.models.base import Base, Tenant, Versioned, community_key, within

_OPEN = text("decided_at IS NULL")


class LateEntry(Versioned, Tenant, Base):
    """`act` on an order, said to have happened at `happened_at` and entered at `recorded_at`, when `clock_id` was overdue. `entered_by`: the
    account, and the member of staff it belongs to. `confirmed` None: nobody else has decided yet."""

    __tablename__ = "late_entry"
    work_order_id: Mapped[UUID]
    clock_id: Mapped[UUID]
    act: Mapped[str]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    entered_by: Mapped[UUID | None]
    entered_staff_id: Mapped[UUID | None]
    confirmed: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("clock_id", to="clock"),
        within("entered_staff_id", to="staff"),
        CheckConstraint("recorded_at >= happened_at", name="recorded_after_happened"),
        CheckConstraint("(confirmed IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_late_entry_open", "community_id", "recorded_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "work_order_id"),
    )
