"""Whom somebody says to put first, and what people agreed to."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def _about_resident(table: str) -> list:
    return [
        sa.ForeignKeyConstraint(["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f(f"fk_{table}_community_id_resident_id")),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f(f"fk_{table}_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f(f"fk_{table}_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "risk_word",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("reason", db.types.EncryptedText("risk_word.reason"), nullable=False),
        sa.Column("said_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.CheckConstraint("level IN ('first', 'usual')", name=op.f("ck_risk_word_level")),
        *_about_resident("risk_word"),
    )
    op.create_index(op.f("ix_risk_word_community_id_resident_id_said_at"), "risk_word", ["community_id", "resident_id", "said_at"])
    op.create_table(
        "consent",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("note", db.types.EncryptedText("consent.note"), nullable=True),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.CheckConstraint("purpose IN ('care', 'share', 'photo')", name=op.f("ck_consent_purpose")),
        *_about_resident("consent"),
    )
    op.create_index(op.f("ix_consent_community_id_resident_id_purpose"), "consent", ["community_id", "resident_id", "purpose"])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("risk_word", "consent"):
            for statement in row_security(table):
                op.execute(statement)


def downgrade() -> None:
    op.drop_table("consent")
    op.drop_table("risk_word")
