"""Changes of protected fields of a resident's file, asked for by one person and decided by another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import LATER, AboutPeople, Base, Tenant, Versioned, community_key, within
from db.models.grants import Asked
from db.types import EncryptedText

_OPEN = text("decided_at IS NULL")
_ABOUT = text("difference_id IS NOT NULL")
_OF_LEDGER = text("batch_id IS NOT NULL")
_COMMON = text("decided_at IS NULL AND together IS NOT NULL")


class ChangeRequest(Asked, AboutPeople, Tenant, Versioned, Base):
    """`field` of core.changes.FIELDS shall be `wanted` instead of `before`. `approved` None: nobody has decided yet. It has no grid, like a departure.

    `wanted_index`: blind index of `wanted` for this person, by which the same value is recognised when it comes again; empty in rows older than it.
    `batch_id`: the import whose ledger asks for it; `together`: blind index of what it has in common with others of that import (core.changes.alike).
    `difference_id`: the reconciliation's difference it was decided about, `difference_turn`: at the how-manieth decision."""

    __tablename__ = "change_request"
    resident_id: Mapped[UUID]
    field: Mapped[str]
    before: Mapped[str | None] = mapped_column(EncryptedText("change_request.before"))
    wanted: Mapped[str] = mapped_column(EncryptedText("change_request.wanted"))
    reason: Mapped[str | None] = mapped_column(EncryptedText("change_request.reason"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    asked_staff_id: Mapped[UUID | None]
    approved: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    difference_id: Mapped[UUID | None] = mapped_column(info=LATER, sort_order=1)
    difference_turn: Mapped[int | None] = mapped_column(info=LATER, sort_order=1)
    wanted_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=LATER, sort_order=1)
    batch_id: Mapped[UUID | None] = mapped_column(info=LATER, sort_order=1)
    together: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=LATER, sort_order=1)
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("resident_id", to="resident"),
        within("asked_staff_id", to="staff"),
        within("difference_id", to="reconciliation_difference"),
        within("batch_id", to="import_batch"),
        CheckConstraint("(approved IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_change_request_open", "community_id", "asked_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "resident_id"),
        Index("ix_change_request_difference", "community_id", "difference_id", sqlite_where=_ABOUT, postgresql_where=_ABOUT),
        Index("ix_change_request_batch", "community_id", "batch_id", sqlite_where=_OF_LEDGER, postgresql_where=_OF_LEDGER),
        Index("ix_change_request_together", "community_id", "together", sqlite_where=_COMMON, postgresql_where=_COMMON),
    )
