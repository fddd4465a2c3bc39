"""Places: community, grid, building, household, and the office's own base map."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Date, Index, LargeBinary, Text, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import LATER, AboutPeople, Base, InGrid, Tenant, Versioned, community_key, within
from db.types import EncryptedText, uuid7


class Community(Base):
    """An urban community (社区). `closes_at`: close of business, where its office has business hours (else days end at 24:00)."""

    __tablename__ = "community"
    community_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    closes_at: Mapped[time | None] = mapped_column(Time)
    map_version: Mapped[int] = mapped_column(default=1)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Grid(Tenant, Versioned, Base):
    """A cell of about 300 households (grid.size). `polygon`: GeoJSON geometry as text, WGS 84."""

    __tablename__ = "grid"
    code: Mapped[str]
    name: Mapped[str]
    polygon: Mapped[str | None] = mapped_column(Text)
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (community_key(), UniqueConstraint("community_id", "code"))


class Building(InGrid, Base):
    """A building; `grid_id` None is a gap to be listed. `polygon`: GeoJSON geometry as text. `walk`: order on a round."""

    __tablename__ = "building"
    name: Mapped[str]
    polygon: Mapped[str | None] = mapped_column(Text)
    walk: Mapped[int] = mapped_column(default=0)
    __table_args__ = (community_key(), within("grid_id", to="grid"), UniqueConstraint("community_id", "name"), Index(None, "community_id", "grid_id"))


class Household(InGrid, AboutPeople, Base):
    """A household (户) behind one door. `grid_id` repeats its building's, so that scope and counts need no join."""

    __tablename__ = "household"
    building_id: Mapped[UUID | None]
    door: Mapped[str] = mapped_column(EncryptedText("household.door"))
    door_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("building_id", to="building"),
        UniqueConstraint("community_id", "building_id", "door_index"),
        Index(None, "community_id", "grid_id"),
    )


class BaseFeature(Tenant, Base):
    """A feature of the base map. `layer`: street, water, green or outline. `geometry`: GeoJSON geometry as text. `source`: whose data it is,
    as the licence wants it said; None: the office's own."""

    __tablename__ = "base_feature"
    layer: Mapped[str]
    name: Mapped[str | None]
    geometry: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str | None]
    source: Mapped[str | None] = mapped_column(info=LATER)
    __table_args__ = (community_key(), UniqueConstraint("community_id", "layer", "source_key"))


class Staff(Tenant, Versioned, Base):
    """A person who works for the community. `kind`: head, grid_worker, social_worker, property, volunteer. `account_id`: who logs in."""

    __tablename__ = "staff"
    name: Mapped[str]
    kind: Mapped[str]
    phone: Mapped[str | None] = mapped_column(EncryptedText("staff.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    certificate: Mapped[str | None]
    account_id: Mapped[UUID | None]
    left_on: Mapped[date | None] = mapped_column(Date)
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (community_key(), Index(None, "community_id", "account_id"))


class Post(Tenant, Base):
    """Who stands at a grid's A post (hall) or B post (home visits), from day to day (grid.posts)."""

    __tablename__ = "post"
    grid_id: Mapped[UUID]
    post: Mapped[str]
    staff_id: Mapped[UUID]
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (community_key(), within("grid_id", to="grid"), within("staff_id", to="staff"), Index(None, "community_id", "grid_id", "post"))


class Absence(Tenant, Base):
    """A worker's absence [starts_at, ends_at): meanwhile the other post stands in."""

    __tablename__ = "absence"
    staff_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    __table_args__ = (community_key(), within("staff_id", to="staff"), Index(None, "community_id", "staff_id", "ends_at"))
