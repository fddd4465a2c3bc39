"""Warnings: what was raised, in whose inbox it lies, and by which channel it went out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, InGrid, OnDesk, Tenant, community_key, within
from db.types import EncryptedText

_UNREAD = text("read_at IS NULL")
_OPEN = text("closed_at IS NULL")


class AlertDigest(Tenant, Base):
    """All that one round had to tell one audience: a role (`role`) or a member of staff. What is urgent stands in a digest of its own."""

    __tablename__ = "alert_digest"
    role: Mapped[str | None]
    staff_id: Mapped[UUID | None]
    urgent: Mapped[bool]
    raised_at: Mapped[datetime]
    __table_args__ = (
        community_key(),
        within("staff_id", to="staff"),
        CheckConstraint("(role IS NULL) <> (staff_id IS NULL)", name="audience"),
        Index(None, "community_id", "raised_at"),
    )


class Alert(InGrid, OnDesk, Base):
    """A clock reached a level (core.alerts.Level), once for each due time. Grid, desk and clause are the clock's when it was raised."""

    __tablename__ = "alert"
    digest_id: Mapped[UUID]
    clock_id: Mapped[UUID]
    due_at: Mapped[datetime]
    level: Mapped[int]
    clause_id: Mapped[str]
    __table_args__ = (
        community_key(),
        within("grid_id", to="grid"),
        within("digest_id", to="alert_digest"),
        within("clock_id", to="clock"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        UniqueConstraint("community_id", "clock_id", "due_at", "level"),
        Index(None, "community_id", "digest_id"),
    )


class AlertWord(Tenant, Base):
    """Somebody was told that their word is waited for (core.awaited): `kind`, `subject_id` and `turn` say what for, `time` the how-manieth time, `reader`
    whom (the digest's audience). It has no grid, like what it is about."""

    __tablename__ = "alert_word"
    digest_id: Mapped[UUID]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    turn: Mapped[int]
    time: Mapped[int]
    reader: Mapped[str]
    __table_args__ = (
        community_key(),
        within("digest_id", to="alert_digest"),
        CheckConstraint("time BETWEEN 1 AND 2", name="time"),
        UniqueConstraint("community_id", "subject_id", "kind", "turn", "time", "reader"),
        Index(None, "community_id", "digest_id"),
    )


class AlertNotice(Tenant, Base):
    """A digest in the inbox of an account, until it is read."""

    __tablename__ = "alert_notice"
    digest_id: Mapped[UUID]
    account_id: Mapped[UUID]
    raised_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    __table_args__ = (
        community_key(),
        within("digest_id", to="alert_digest"),
        UniqueConstraint("community_id", "digest_id", "account_id"),
        Index("ix_alert_notice_unread", "community_id", "account_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index(None, "community_id", "account_id", "raised_at"),
    )


class AlertDelivery(Tenant, Base):
    """A digest on its way by a channel: to the address of an account, or to a group's webhook (`account_id` all zeros).

    Whoever sends it holds `lease` until `leased_until`. `closed_at`: sent (`sent_at`) or given up. `last_error`: a kind and a number, never
    the channel's own words, which may repeat a secret.
    """

    __tablename__ = "alert_delivery"
    digest_id: Mapped[UUID]
    channel: Mapped[str]
    account_id: Mapped[UUID]
    urgent: Mapped[bool]
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    __table_args__ = (
        community_key(),
        within("digest_id", to="alert_digest"),
        UniqueConstraint("community_id", "digest_id", "channel", "account_id"),
        Index("ix_alert_delivery_open", "community_id", "next_try_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )


class MailAddress(Base):
    """Where an account is written to; a table of the platform's, like the account."""

    __tablename__ = "mail_address"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    address: Mapped[str] = mapped_column(EncryptedText("mail_address.address"))
