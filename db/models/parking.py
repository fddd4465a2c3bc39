"""Penalties for illegal parking, and the standards they go by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.types import EncryptedText


class ParkingStandard(Versioned, Tenant, Base):
    """A penalty standard: its public `text`, `fee` in fen (1/100 yuan), made public at `published_at` in `place` (core.parking.PLACES). `held_at`: when its
    hearing was held, `heard_at`: since when that is on record. Replaced by publishing another one."""

    __tablename__ = "parking_standard"
    text: Mapped[str] = mapped_column(Text)
    fee: Mapped[int]
    place: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
    held_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    attended: Mapped[int | None]
    minutes: Mapped[str | None] = mapped_column(EncryptedText("parking_standard.minutes"))
    withdrawn_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        CheckConstraint("fee > 0", name="fee"),
        CheckConstraint("heard_at IS NULL OR (held_at <= heard_at AND attended > 0 AND minutes IS NOT NULL)", name="heard"),
        Index(None, "community_id", "published_at"),
    )


class ParkingPenalty(Versioned, Tenant, Base):
    """A penalty: whose car (`plate`, found by `plate_index`), where, when the car stood there, the photo's number, and `fee` in fen. `permitted_at`: from
    when its standard permitted penalties, as reckoned then."""

    __tablename__ = "parking_penalty"
    standard_id: Mapped[UUID]
    plate: Mapped[str] = mapped_column(EncryptedText("parking_penalty.plate"))
    plate_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    place: Mapped[str]
    photo: Mapped[str]
    fee: Mapped[int]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None]
    permitted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(EncryptedText("parking_penalty.reason"))
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("standard_id", to="parking_standard"),
        CheckConstraint("recorded_at >= happened_at", name="recorded_after_happened"),
        CheckConstraint("revoked_at IS NULL OR reason IS NOT NULL", name="revoked"),
        Index(None, "community_id", "happened_at"),
        Index(None, "community_id", "plate_index", "happened_at"),
    )
