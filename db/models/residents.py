"""People: residents, their special groups, contacts with them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import LATER, AboutPeople, Base, InGrid, Tenant, Versioned, community_key, within
from db.types import EncryptedText


class Resident(InGrid, AboutPeople, Versioned, Base):
    """A resident. ID number, birth date, phone, address and health notes are encrypted; `*_index` finds an exact value.

    `birth_year` stays readable: it is what age groups are found by. `registered_address`: of the household register (户口), where it was said. `left_on`: moved away or died (`left_reason`).
    """

    __tablename__ = "resident"
    household_id: Mapped[UUID | None]
    name: Mapped[str]
    sex: Mapped[str | None]
    birth_year: Mapped[int | None]
    relation: Mapped[str | None]
    birth_date: Mapped[str | None] = mapped_column(EncryptedText("resident.birth_date"))
    id_number: Mapped[str | None] = mapped_column(EncryptedText("resident.id_number"))
    id_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone: Mapped[str | None] = mapped_column(EncryptedText("resident.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    address: Mapped[str | None] = mapped_column(EncryptedText("resident.address"))
    health: Mapped[str | None] = mapped_column(EncryptedText("resident.health"))
    registered_address: Mapped[str | None] = mapped_column(EncryptedText("resident.registered_address"), info=LATER, sort_order=1)
    left_on: Mapped[date | None] = mapped_column(Date)
    left_reason: Mapped[str | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("household_id", to="household"),
        UniqueConstraint("community_id", "id_index"),
        Index(None, "community_id", "grid_id"),
        Index(None, "community_id", "household_id"),
        Index(None, "community_id", "phone_index"),
        Index(None, "community_id", "name", "id"),
        Index("ix_resident_left", "community_id", "left_on", "id", sqlite_where=text("left_on IS NOT NULL"), postgresql_where=text("left_on IS NOT NULL")),
    )


class SpecialGroup(InGrid, AboutPeople, Base):
    """A resident's membership of a roster group (elder, disabled, child), from day to day, with its basis document.

    `detail`: living_alone, disabled_elder, … or the kind and level of disability. WS 二.2 `by_age_on`: the local date on which the desk found that age had put
    them in, or taken them out: later than the birthday where the date of birth was told late.
    """

    __tablename__ = "special_group"
    resident_id: Mapped[UUID]
    group: Mapped[str]
    detail: Mapped[str | None]
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str | None]
    next_review: Mapped[date | None] = mapped_column(Date)
    by_age_on: Mapped[date | None] = mapped_column(Date, info=LATER)
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("resident_id", to="resident"),
        CheckConstraint("\"group\" IN ('elder', 'disabled', 'child')", name="group"),
        Index("uq_special_group_current", "community_id", "resident_id", "group", unique=True, sqlite_where=text("to_date IS NULL"), postgresql_where=text("to_date IS NULL")),
        Index(None, "community_id", "resident_id"),
        Index(None, "community_id", "grid_id", "group"),
        Index(None, "community_id", "from_date"),
        Index(None, "community_id", "to_date"),
        Index("ix_special_group_by_age_on", "community_id", "by_age_on", sqlite_where=text("by_age_on IS NOT NULL"), postgresql_where=text("by_age_on IS NOT NULL")),
        Index("ix_special_group_current", "community_id", "group", "resident_id", sqlite_where=text("to_date IS NULL"), postgresql_where=text("to_date IS NULL")),
        Index("ix_special_group_members", "community_id", "detail", "group", "resident_id", sqlite_where=text("to_date IS NULL"), postgresql_where=text("to_date IS NULL")),
    )


class Contact(InGrid, AboutPeople, Base):
    """An act of care for a resident: call, visit, file_update, assessment, session. Only `outcome` reached counts.

    `happened_at` ≤ `recorded_at`, both kept. `day_only`: a ledger gave the day without a time of day; `happened_at` is that day's first moment, and no time is known. `source_key`:
    what an import recognises it by.
    """

    __tablename__ = "contact"
    resident_id: Mapped[UUID]
    act: Mapped[str]
    outcome: Mapped[str]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(EncryptedText("contact.note"))
    source_key: Mapped[str | None]
    day_only: Mapped[bool | None] = mapped_column(info=LATER)
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("resident_id", to="resident"),
        within("staff_id", to="staff"),
        UniqueConstraint("community_id", "source_key"),
        Index(None, "community_id", "resident_id", "happened_at"),
        Index(None, "community_id", "grid_id", "happened_at"),
        Index(None, "community_id", "act", "happened_at"),
    )


class Departure(AboutPeople, Tenant, Versioned, Base):
    """Somebody is away for a while (hospital, away: `until_date` is the first day back, None: not known) or gone for good (dead, moved).

    `closed`: what an exit closed, as JSON, so that undoing restores exactly that. `undone_at`: it was entered by mistake. It has no grid:
    whoever reaches the resident reaches it, wherever they live by now.
    """

    __tablename__ = "departure"
    resident_id: Mapped[UUID]
    kind: Mapped[str]
    from_date: Mapped[date] = mapped_column(Date)
    until_date: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(EncryptedText("departure.reason"))
    recorded_at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    closed: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("staff_id", to="staff"),
        CheckConstraint("kind IN ('hospital', 'away', 'dead', 'moved')", name="kind"),
        CheckConstraint("until_date IS NULL OR until_date > from_date", name="until_after_from"),
        Index(None, "community_id", "resident_id", "from_date"),
    )


class Snooze(AboutPeople, Tenant, Base):
    """A care clock that leaves the lists until `until_at`, at the latest until its period ends: somebody asked to be called later."""

    __tablename__ = "snooze"
    clock_id: Mapped[UUID]
    until_at: Mapped[datetime]
    __table_args__ = (community_key(), within("clock_id", to="clock"), UniqueConstraint("community_id", "clock_id"), Index(None, "community_id", "until_at"))
