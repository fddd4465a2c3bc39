"""Holiday notices of the State Council that the office loaded itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class CalendarYear(Base):
    """One year's notice. `days`: JSON object date → "off" or "work"; `source`: the notice's name and number."""

    __tablename__ = "calendar_year"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str]
    days: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[UUID | None]
