"""Disputes: their parties, the key steps with who was told and came, and the papers on record."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key, within
from db.types import EncryptedText


class Mediation(Versioned, Tenant, Base):
    """What a dispute is: `boundary`, about a boundary (its planning drawing is asked for); `court`, its agreement is to be confirmed by a court."""

    __tablename__ = "mediation"
    work_order_id: Mapped[UUID]
    boundary: Mapped[bool] = mapped_column(default=False)
    court: Mapped[bool] = mapped_column(default=False)
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (community_key(), within("work_order_id", to="work_order"), UniqueConstraint("community_id", "work_order_id"))


class MediationParty(Tenant, Base):
    """Somebody of one `side` (1, 2, …) of a dispute."""

    __tablename__ = "mediation_party"
    work_order_id: Mapped[UUID]
    side: Mapped[int]
    name: Mapped[str] = mapped_column(EncryptedText("mediation_party.name"))
    contact: Mapped[str | None] = mapped_column(EncryptedText("mediation_party.contact"))
    recorded_at: Mapped[datetime]
    __table_args__ = (community_key(), within("work_order_id", to="work_order"), CheckConstraint("side >= 1", name="side"), Index(None, "community_id", "work_order_id"))


class MediationStep(Tenant, Base):
    """A key step (core.mediation.STEPS) in the order's `round` (how often it had been reopened). `text`: the agreement, or what was said; `heads`,
    `members`: building heads and party-member representatives at a council. Written once, never changed."""

    __tablename__ = "mediation_step"
    work_order_id: Mapped[UUID]
    step: Mapped[str]
    round: Mapped[int]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    text: Mapped[str | None] = mapped_column(EncryptedText("mediation_step.text"))
    heads: Mapped[str | None] = mapped_column(EncryptedText("mediation_step.heads"))
    members: Mapped[str | None] = mapped_column(EncryptedText("mediation_step.members"))
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("staff_id", to="staff"),
        CheckConstraint("step IN ('registered', 'dispatched', 'session', 'council', 'agreement', 'visit')", name="step"),
        CheckConstraint("recorded_at >= happened_at", name="recorded_after_happened"),
        Index(None, "community_id", "work_order_id"),
    )


class MediationWord(Tenant, Base):
    """A party at a key step: told when and how, `present`, or `reason` why not. `present` None: nobody had to come."""

    __tablename__ = "mediation_word"
    step_id: Mapped[UUID]
    party_id: Mapped[UUID]
    told_at: Mapped[datetime]
    way: Mapped[str]
    present: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(EncryptedText("mediation_word.reason"))
    __table_args__ = (
        community_key(),
        within("step_id", to="mediation_step"),
        within("party_id", to="mediation_party"),
        UniqueConstraint("community_id", "step_id", "party_id"),
    )


class MediationPaper(Tenant, Base):
    """A paper on record (core.mediation.PAPERS), in words: what it is and where it lies. Or who joined the report to the street: kinds
    'justice_office' and 'law_firm'."""

    __tablename__ = "mediation_paper"
    work_order_id: Mapped[UUID]
    kind: Mapped[str]
    party_id: Mapped[UUID | None]
    dated: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(EncryptedText("mediation_paper.text"))
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    __table_args__ = (
        community_key(),
        within("work_order_id", to="work_order"),
        within("party_id", to="mediation_party"),
        CheckConstraint("kind IN ('drawing', 'consent', 'psychologist', 'legal_aid', 'court', 'justice_office', 'law_firm')", name="kind"),
        Index(None, "community_id", "work_order_id"),
    )
