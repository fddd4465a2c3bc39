"""Work orders and what happened to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import LATER, Base, InGrid, OnDesk, Tenant, Versioned, community_key, within
from db.types import EncryptedText

_OPEN = text("closed_at IS NULL")
_IN_REVIEW = text("closed_at IS NULL AND chain IS NOT NULL")
_OPEN_OF_APPLICANT = text("closed_at IS NULL AND resident_id IS NOT NULL")
_FINISHED = text("status = 'finished'")


class WorkOrder(InGrid, OnDesk, Versioned, Base):
    """A matter of a resident: name of the matter, applicant, contact, time (register.fields).

    `kind` is one of core.work_orders' kinds and decides the clauses. `received_at` is when it happened, `recorded_at` when it
    was typed in. `closed_at`: finished and not reopened. `external_key`: what another system or an import knows it by. `item`: the catalogue's
    item it was taken in by, `chain`: the review chain that item had then; None: no item, no review. `given_by`: how the result of a reviewed
    matter was given (core.reviews.TELLS). `outcome`: how a dispute ended (core.mediation.OUTCOMES); None: it has not, or nobody said.
    """

    __tablename__ = "work_order"
    number: Mapped[str]
    kind: Mapped[str]
    category: Mapped[str]
    channel: Mapped[str]
    matter: Mapped[str] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(EncryptedText("work_order.detail"))
    applicant: Mapped[str | None] = mapped_column(EncryptedText("work_order.applicant"))
    contact: Mapped[str | None] = mapped_column(EncryptedText("work_order.contact"))
    resident_id: Mapped[UUID | None]
    building_id: Mapped[UUID | None]
    status: Mapped[str]
    holder_id: Mapped[UUID | None]
    first_asked_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    reopened: Mapped[int] = mapped_column(default=0)
    external_key: Mapped[str | None]
    item: Mapped[str | None] = mapped_column(info=LATER, sort_order=1)
    chain: Mapped[str | None] = mapped_column(info=LATER, sort_order=1)
    given_by: Mapped[str | None] = mapped_column(info=LATER, sort_order=1)
    outcome: Mapped[str | None] = mapped_column(info=LATER, sort_order=1)
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("building_id", to="building"),
        within("resident_id", to="resident"),
        within("holder_id", to="staff"),
        within("first_asked_id", to="staff"),
        UniqueConstraint("community_id", "number"),
        UniqueConstraint("community_id", "external_key"),
        CheckConstraint("recorded_at >= received_at", name="recorded_after_received"),
        Index("ix_work_order_open", "community_id", "grid_id", "received_at", "id", "status", "desk", "holder_id", "closed_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_work_order_open_text", "community_id", "number", "matter", "id", "grid_id", "desk", "closed_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_work_order_open_applicant", "community_id", "resident_id", sqlite_where=_OPEN_OF_APPLICANT, postgresql_where=_OPEN_OF_APPLICANT),
        Index("ix_work_order_in_review", "community_id", "received_at", sqlite_where=_IN_REVIEW, postgresql_where=_IN_REVIEW),
        Index("ix_work_order_to_follow_up", "community_id", "grid_id", "finished_at", sqlite_where=_FINISHED, postgresql_where=_FINISHED),
        Index(None, "community_id", "received_at"),
    )


class WorkOrderEvent(Tenant, Base):
    """One step in an order's life: who did what when (review.trail). `staff_id`: whose the account `actor_id` was then. `note` may hold personal data, so it is encrypted."""

    __tablename__ = "work_order_event"
    work_order_id: Mapped[UUID]
    act: Mapped[str]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None] = mapped_column(info=LATER, sort_order=1)
    from_status: Mapped[str | None]
    to_status: Mapped[str | None]
    holder_id: Mapped[UUID | None]
    rating: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(EncryptedText("work_order_event.note"))
    __table_args__ = (community_key(), within("work_order_id", to="work_order"), Index(None, "community_id", "work_order_id", "happened_at"))
