"""Surveys among the special groups."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _within(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["community_id", column], [f"{to}.community_id", f"{to}.id"], name=op.f(f"fk_{table}_community_id_{column}"))


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("period_key", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("frame", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("started_by", db.types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_survey_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_survey")),
        sa.UniqueConstraint("community_id", "period_key", name=op.f("uq_survey_community_id_period_key")),
    )
    op.create_table(
        "survey_person",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("survey_id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("rating", db.types.EncryptedText("survey_person.rating"), nullable=True),
        sa.Column("note", db.types.EncryptedText("survey_person.note"), nullable=True),
        sa.Column("entered_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("entered_by", db.types.Id(), nullable=True),
        sa.Column("entered_staff_id", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('answered', 'not_reached', 'refused')", name=op.f("ck_survey_person_outcome")),
        sa.CheckConstraint("(rating IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'answered')", name=op.f("ck_survey_person_rating")),
        sa.CheckConstraint("(entered_at IS NULL) = (outcome IS NULL)", name=op.f("ck_survey_person_entered")),
        _within("survey_person", "survey_id", "survey"),
        _within("survey_person", "resident_id", "resident"),
        _within("survey_person", "grid_id", "grid"),
        _within("survey_person", "entered_staff_id", "staff"),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_survey_person_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_survey_person")),
        sa.UniqueConstraint("community_id", "survey_id", "resident_id", name=op.f("uq_survey_person_community_id_survey_id_resident_id")),
    )
    op.create_index(op.f("ix_survey_person_community_id_survey_id_place"), "survey_person", ["community_id", "survey_id", "place"])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("survey", "survey_person"):
            for statement in row_security(table):
                op.execute(statement)


def downgrade() -> None:
    op.drop_table("survey_person")
    op.drop_table("survey")
