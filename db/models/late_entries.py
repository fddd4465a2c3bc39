"""Acts entered after a limit, contacts after their period, as done before its end, and what somebody else said to that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, Versioned, community_key, within
from db.models.grants import Entered
from db.types import EncryptedText

_OPEN = text("decided_at IS NULL")


class LateEntry(Entered, Versioned, Tenant, Base):
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


class LateContact(Entered, AboutPeople, Tenant, Versioned, Base):
    """A contact entered at `recorded_at`, when the period of `clause_id` that ended at `due_at` was over and not met: it counts once another person has confirmed it.

    It has no grid, like a departure: whoever reaches the resident reaches it."""

    __tablename__ = "late_contact"
    resident_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    clause_id: Mapped[str]
    due_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(EncryptedText("late_contact.reason"))
    entered_by: Mapped[UUID | None]
    entered_staff_id: Mapped[UUID | None]
    confirmed: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("contact_id", to="contact"),
        within("entered_staff_id", to="staff"),
        CheckConstraint("recorded_at > due_at", name="after_its_period"),
        CheckConstraint("(confirmed IS NULL) = (decided_at IS NULL)", name="decided"),
        UniqueConstraint("community_id", "contact_id"),
        Index("ix_late_contact_open", "community_id", "recorded_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "due_at"),
        Index(None, "community_id", "resident_id"),
    )
