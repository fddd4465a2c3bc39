"""What the figures of a month hang on."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Base, Tenant, community_key


class MonthMark(Tenant, Base):
    """`mark` is another one after each filing that wrote what a month's figures are counted from (db.commands.months). `month`: 2026-11; "": any of them may have changed."""

    __tablename__ = "month_mark"
    month: Mapped[str]
    mark: Mapped[UUID]
    __table_args__ = (community_key(), UniqueConstraint("community_id", "month"))
