"""Bills of a household, known by building and door, and what was done about each."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.types import EncryptedText

_OPEN = text("closed_at IS NULL")
_STANDS = text("cancelled_at IS NULL")


class Bill(Versioned, Tenant, Base):
    """`kind` of core.bills.KINDS, for `period` (2026-10), `amount` in fen (1/100 yuan), to be paid by the end of `due_on`. `door_index` is the one of
    the household behind that door. `overdue_at` and `dun_by` as the clause said when the bill came in. `suspended_at`: the service stands
    still since; `closed_at`: paid and running, or cancelled."""

    __tablename__ = "bill"
    kind: Mapped[str]
    building_id: Mapped[UUID]
    door: Mapped[str] = mapped_column(EncryptedText("bill.door"))
    door_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    period: Mapped[str]
    amount: Mapped[int]
    due_on: Mapped[date] = mapped_column(Date)
    overdue_at: Mapped[datetime]
    dun_by: Mapped[datetime]
    recorded_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    paid_way: Mapped[str | None]
    suspended_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("building_id", to="building"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("closed_at IS NULL OR paid_at IS NOT NULL OR cancelled_at IS NOT NULL", name="closed"),
        Index("uq_bill_known", "community_id", "building_id", "door_index", "kind", "period", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_bill_open_due", "community_id", "due_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "dun_by"),
    )


class BillStep(Tenant, Base):
    """One step about a bill: `act` listed, sms, phone, phone_failed, notice, pay, suspend, restore or cancel. `last_pay_on`: the last payment day a
    notice named; `permitted_at`: from when a suspension was permitted, as reckoned then. Written once, never changed."""

    __tablename__ = "bill_step"
    bill_id: Mapped[UUID]
    act: Mapped[str]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    way: Mapped[str | None]
    last_pay_on: Mapped[date | None] = mapped_column(Date)
    permitted_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(EncryptedText("bill_step.note"))
    __table_args__ = (
        community_key(),
        within("bill_id", to="bill"),
        CheckConstraint("recorded_at >= happened_at", name="recorded_after_happened"),
        Index(None, "community_id", "bill_id", "happened_at"),
        Index(None, "community_id", "act", "happened_at"),
    )
