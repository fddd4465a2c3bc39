"""Whether a community's public notice board is open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from db.models.base import Base, Tenant, Versioned, community_key

_OPEN = text("closed_at IS NULL")


class PublicBoard(Versioned, Tenant, Base):
    """One stretch in which the board was open to everybody; no open row: it is closed, as at first."""

    __tablename__ = "public_board"
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        CheckConstraint("closed_at >= opened_at", name="closed_after_opened"),
        Index("uq_public_board_open", "community_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
