"""Lists of the police and the housing department compared with the desk's own rows (data.reconcile), and what somebody decided about each difference."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, InGrid, Tenant, Versioned, community_key, within
from db.types import EncryptedText

_OPEN = text("closed_at IS NULL")


class ReconciliationRun(Tenant, Base):
    """One list compared in a `quarter` (2026-Q4), or the `reason` why the department gave none. `digest`: SHA-256 of the file, and of how often it was
    put back before (db.commands.reconciliation); `counts`: JSON, numbers
    only; `superseded_at`: a newer list of the same quarter has taken its place."""

    __tablename__ = "reconciliation_run"
    source: Mapped[str]
    quarter: Mapped[str]
    file_name: Mapped[str | None]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    reason: Mapped[str | None] = mapped_column(Text)
    counts: Mapped[str] = mapped_column(Text)
    compared_at: Mapped[datetime]
    compared_by: Mapped[UUID | None]
    superseded_at: Mapped[datetime | None]
    __table_args__ = (
        community_key(),
        UniqueConstraint("community_id", "source", "quarter", "digest"),
        CheckConstraint("source IN ('police', 'housing')", name="source"),
        CheckConstraint("(digest IS NULL) = (reason IS NOT NULL)", name="list_or_reason"),
        Index(None, "community_id", "quarter"),
    )


class ReconciliationDifference(InGrid, AboutPeople, Versioned, Base):
    """A row of theirs that is not the same here, or one of ours they don't have. `row`: its number in their file.

    `theirs`, `ours`: what each said when they were compared, as JSON. `candidates`: JSON of ids and points. `key`: by what the same difference is
    recognised in a newer list of the quarter. `work_order_id`: somebody goes and looks. `closed_at` without a `decision`: a newer list came.
    """

    __tablename__ = "reconciliation_difference"
    run_id: Mapped[UUID]
    kind: Mapped[str]
    row: Mapped[int | None]
    key: Mapped[bytes] = mapped_column(LargeBinary(16))
    fields: Mapped[str] = mapped_column(default="")
    theirs: Mapped[str | None] = mapped_column(EncryptedText("reconciliation_difference.theirs"))
    ours: Mapped[str | None] = mapped_column(EncryptedText("reconciliation_difference.ours"))
    candidates: Mapped[str | None] = mapped_column(Text)
    resident_id: Mapped[UUID | None]
    household_id: Mapped[UUID | None]
    work_order_id: Mapped[UUID | None]
    decision: Mapped[str | None]
    outcome: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(EncryptedText("reconciliation_difference.note"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("run_id", to="reconciliation_run"),
        within("resident_id", to="resident"),
        within("household_id", to="household"),
        within("work_order_id", to="work_order"),
        CheckConstraint("kind IN ('different', 'missing_here', 'missing_there', 'candidate')", name="kind"),
        CheckConstraint("decision IN ('ours', 'theirs')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL OR closed_at IS NOT NULL)", name="decided"),
        Index("ix_reconciliation_difference_open", "community_id", "run_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "community_id", "run_id", "kind", "row"),
        Index(None, "community_id", "resident_id"),
    )
