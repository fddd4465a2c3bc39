"""Whoever's word is waited for is told of it."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_word",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("digest_id", db.types.Id(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", db.types.Id(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("time", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.CheckConstraint("time BETWEEN 1 AND 2", name=op.f("ck_alert_word_time")),
        sa.ForeignKeyConstraint(["community_id", "digest_id"], ["alert_digest.community_id", "alert_digest.id"], name=op.f("fk_alert_word_community_id_digest_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_alert_word_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_alert_word")),
        sa.UniqueConstraint("community_id", "subject_id", "kind", "turn", "time", "reader", name=op.f("uq_alert_word_community_id_subject_id_kind_turn_time_reader")),
    )
    op.create_index(op.f("ix_alert_word_community_id_digest_id"), "alert_word", ["community_id", "digest_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("alert_word"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("alert_word")
