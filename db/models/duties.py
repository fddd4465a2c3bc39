"""What a grid or a community did of its recurring duties: patrols, meetings, drills, checks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, InGrid, community_key, within


class DutyRecord(InGrid, Base):
    """A duty done: a patrol of a grid, a meeting, a drill. `clause_id` says which. `note`: minutes in short, no personal data."""

    __tablename__ = "duty_record"
    clause_id: Mapped[str]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    attendees: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("staff_id", to="staff"),
        Index(None, "community_id", "clause_id", "happened_at"),
    )
