"""What somebody agreed on: to be called or visited on a day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, community_key, within

_OPEN = text("ended_at IS NULL")


class Appointment(AboutPeople, Tenant, Base):
    """`act` was agreed on for `day`, `at` its time where one was said, in the contact `contact_id`; at most one open a person and act. `ended_as`: one of
    core.appointments.ENDS. It has no grid: whoever reaches the resident reaches it."""

    __tablename__ = "appointment"
    resident_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    act: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None]
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("contact_id", to="contact"),
        CheckConstraint("ended_as IN ('kept', 'moved', 'dropped')", name="ended_as"),
        Index("uq_appointment_open", "community_id", "resident_id", "act", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_appointment_open_day", "community_id", "day", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "contact_id"),
        Index(None, "community_id", "resident_id"),
    )
