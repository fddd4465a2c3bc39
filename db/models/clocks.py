"""The one kind of clock, for deadlines, care and duties; and the pauses of deadline clocks."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import LATER, Base, InGrid, OnDesk, Tenant, Versioned, community_key, within

_OPEN = text("closed_at IS NULL")
_OPEN_OF_ORDER = text("closed_at IS NULL AND work_order_id IS NOT NULL")
_OPEN_CARE = text("closed_at IS NULL AND work_order_id IS NULL")
_OPEN_GIVEN_CARE = text("closed_at IS NULL AND work_order_id IS NULL AND holder_id IS NOT NULL")
_OPEN_OF_APPLICANT = text("closed_at IS NULL AND work_order_id IS NOT NULL AND resident_id IS NOT NULL")
_LISTED = ("clause_id", "id", "started_at", "paused_at", "paused_until", "work_order_id", "act", "grid_id", "holder_id", "resident_id", "closed_at")
"""What decides whether and where a queue lists a clock: with these in the index itself, whole queues are counted without touching a row."""

_CARE = ("grid_id", "clause_id", "started_at", "warn_at", "paused_at", "paused_until", "id", "work_order_id", "closed_at")
"""The same for the roster: whom an act is owed to."""


class Clock(InGrid, OnDesk, Versioned, Base):
    """A moment by which something must have happened, stamped with its clause and the clause value's date.

    Its state is never stored: core.clocks.state and db.queries.clock_state compute it. `paused_at`: standing still since;
    `paused_until`: until then (None: until somebody ends it), `due_at` reckons with it already.
    `extended_by`: units another person granted on top of the clause's limit; `original_due_at`: what was due before that.
    Care and duties have at most one open clock per subject and clause: the current period's, the next one's once
    it is met, or the last elapsed one if that ended unmet. `due_at` of a period is its end (24:00).
    """

    __tablename__ = "clock"
    clause_id: Mapped[str]
    effective_from: Mapped[date] = mapped_column(Date)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    work_order_id: Mapped[UUID | None]
    resident_id: Mapped[UUID | None]
    holder_id: Mapped[UUID | None]
    act: Mapped[str | None]
    period_key: Mapped[str | None]
    times_required: Mapped[int] = mapped_column(default=1)
    times_done: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    warn_at: Mapped[datetime]
    due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    extended_by: Mapped[int | None] = mapped_column(info=LATER, sort_order=1)
    original_due_at: Mapped[datetime | None] = mapped_column(info=LATER, sort_order=1)
    paused_until: Mapped[datetime | None] = mapped_column(info=LATER, sort_order=1)
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("work_order_id", to="work_order"),
        within("resident_id", to="resident"),
        within("holder_id", to="staff"),
        CheckConstraint("subject_kind IN ('work_order', 'resident', 'grid', 'community', 'worker')", name="subject_kind"),
        CheckConstraint("(met_at IS NULL AND voided_at IS NULL) OR closed_at IS NOT NULL", name="closed"),
        Index("ix_clock_open_due", "community_id", "grid_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_clock_open_community_due", "community_id", "due_at", *_LISTED, "desk", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_clock_open_desk", "community_id", "desk", "due_at", *_LISTED, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_clock_open_clause", "community_id", "clause_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_clock_open_order", "community_id", "work_order_id", "grid_id", "desk", "closed_at", sqlite_where=_OPEN_OF_ORDER, postgresql_where=_OPEN_OF_ORDER),
        Index("ix_clock_open_care", "community_id", "act", "due_at", "resident_id", *_CARE, sqlite_where=_OPEN_CARE, postgresql_where=_OPEN_CARE),
        Index("ix_clock_open_given_care", "community_id", "holder_id", "grid_id", sqlite_where=_OPEN_GIVEN_CARE, postgresql_where=_OPEN_GIVEN_CARE),
        Index("ix_clock_open_applicant", "community_id", "resident_id", sqlite_where=_OPEN_OF_APPLICANT, postgresql_where=_OPEN_OF_APPLICANT),
        Index("ix_clock_open_holder", "community_id", "holder_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("uq_clock_open_subject", "community_id", "subject_id", "clause_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_clock_tally", "community_id", "due_at", "clause_id", "grid_id", "met_at", "closed_at", "voided_at", "paused_at", "paused_until"),
        Index(None, "community_id", "subject_id", "clause_id", "due_at"),
    )


class ClockPause(Tenant, Base):
    """A stretch in which a clock stood still; `ended_at` None: still standing. `until_at`: it ends then, whenever that is entered."""

    __tablename__ = "clock_pause"
    clock_id: Mapped[UUID]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str]
    until_at: Mapped[datetime | None] = mapped_column(info=LATER, sort_order=1)
    __table_args__ = (community_key(), within("clock_id", to="clock"), Index(None, "community_id", "clock_id"))
