"""Service packages: who is on somebody's team, and which services are in place."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, Tenant, Versioned, community_key, within
from db.types import EncryptedText


class TeamMember(AboutPeople, Tenant, Versioned, Base):
    """Somebody who serves a resident in a role of core.packages.ROLES, from day to day; `to_date`: first day without them. `staff_id`: one of the
    community's own, whose name and phone stand there; else `name` and perhaps `phone`. It has no grid, like a departure."""

    __tablename__ = "team_member"
    resident_id: Mapped[UUID]
    role: Mapped[str]
    staff_id: Mapped[UUID | None]
    name: Mapped[str | None] = mapped_column(EncryptedText("team_member.name"))
    phone: Mapped[str | None] = mapped_column(EncryptedText("team_member.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("staff_id", to="staff"),
        CheckConstraint("(staff_id IS NULL) <> (name IS NULL)", name="somebody"),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="to_after_from"),
        Index(None, "community_id", "resident_id", "role"),
        Index("ix_team_member_there", "community_id", "role", "resident_id", "from_date", "to_date", "staff_id"),
        Index(None, "community_id", "phone_index"),
    )


class ServiceRecord(AboutPeople, Tenant, Versioned, Base):
    """A service of core.packages.SERVICES in place since a day (`is_there`), or on record that none is needed; for the role `family`: that none is
    known. `to_date`: first day on which it no longer holds."""

    __tablename__ = "service_record"
    resident_id: Mapped[UUID]
    part: Mapped[str]
    is_there: Mapped[bool]
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(EncryptedText("service_record.note"))
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="to_after_from"),
        Index(None, "community_id", "resident_id", "part"),
    )
