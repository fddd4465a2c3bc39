"""Who moved from one grid into another, and when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, community_key, within


class Transfer(AboutPeople, Tenant, Base):
    """A resident on the roster lives in another grid from `moved_on` on (None: in no grid): moved house, or the building came into another grid."""

    __tablename__ = "transfer"
    resident_id: Mapped[UUID]
    from_grid_id: Mapped[UUID | None]
    to_grid_id: Mapped[UUID | None]
    moved_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("from_grid_id", to="grid"),
        within("to_grid_id", to="grid"),
        within("staff_id", to="staff"),
        Index(None, "community_id", "resident_id", "moved_on"),
        Index(None, "community_id", "moved_on"),
    )
