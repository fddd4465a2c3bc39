"""Surveys among the special groups: who was drawn, who asks them, what they said."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AboutPeople, Base, InGrid, Tenant, Versioned, community_key, within
from db.types import EncryptedText


class Survey(Tenant, Base):
    """The survey of a quarter (`period_key`). `frame`: ids of everybody who could be drawn, 16 bytes each, sorted; with `seed` anybody can draw again."""

    __tablename__ = "survey"
    period_key: Mapped[str]
    seed: Mapped[str]
    frame: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime]
    started_by: Mapped[UUID | None]
    __table_args__ = (community_key(), UniqueConstraint("community_id", "period_key"))


class SurveyPerson(InGrid, AboutPeople, Versioned, Base):
    """Somebody drawn. `grid_id`: not the person's own grid but the one whose workers ask (None: station head or committee), so that no carer's session reaches
    the answer. `outcome`: one of core.surveys.OUTCOMES, None: not asked yet; `rating` 1 to 5 as text, encrypted like what somebody said."""

    __tablename__ = "survey_person"
    survey_id: Mapped[UUID]
    resident_id: Mapped[UUID]
    place: Mapped[int]
    outcome: Mapped[str | None]
    rating: Mapped[str | None] = mapped_column(EncryptedText("survey_person.rating"))
    note: Mapped[str | None] = mapped_column(EncryptedText("survey_person.note"))
    entered_at: Mapped[datetime | None]
    entered_by: Mapped[UUID | None]
    entered_staff_id: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("survey_id", to="survey"),
        within("resident_id", to="resident"),
        within("grid_id", to="grid"),
        within("entered_staff_id", to="staff"),
        CheckConstraint("outcome IN ('answered', 'not_reached', 'refused')", name="outcome"),
        CheckConstraint("(rating IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'answered')", name="rating"),
        CheckConstraint("(entered_at IS NULL) = (outcome IS NULL)", name="entered"),
        UniqueConstraint("community_id", "survey_id", "resident_id"),
        Index(None, "community_id", "survey_id", "place"),
    )
