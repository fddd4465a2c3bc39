"""Penalties for illegal parking, and the standards they go by."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parking_standard",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("published_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("published_by", db.types.Id(), nullable=True),
        sa.Column("held_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("heard_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("attended", sa.Integer(), nullable=True),
        sa.Column("minutes", db.types.EncryptedText("parking_standard.minutes"), nullable=True),
        sa.Column("withdrawn_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fee > 0", name=op.f("ck_parking_standard_fee")),
        sa.CheckConstraint("heard_at IS NULL OR (held_at <= heard_at AND attended > 0 AND minutes IS NOT NULL)", name=op.f("ck_parking_standard_heard")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_parking_standard_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_parking_standard")),
    )
    op.create_index(op.f("ix_parking_standard_community_id_published_at"), "parking_standard", ["community_id", "published_at"])
    op.create_table(
        "parking_penalty",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("standard_id", db.types.Id(), nullable=False),
        sa.Column("plate", db.types.EncryptedText("parking_penalty.plate"), nullable=False),
        sa.Column("plate_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("photo", sa.String(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("happened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", db.types.Id(), nullable=True),
        sa.Column("permitted_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("revoked_by", db.types.Id(), nullable=True),
        sa.Column("reason", db.types.EncryptedText("parking_penalty.reason"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("recorded_at >= happened_at", name=op.f("ck_parking_penalty_recorded_after_happened")),
        sa.CheckConstraint("revoked_at IS NULL OR reason IS NOT NULL", name=op.f("ck_parking_penalty_revoked")),
        sa.ForeignKeyConstraint(["community_id", "standard_id"], ["parking_standard.community_id", "parking_standard.id"], name=op.f("fk_parking_penalty_community_id_standard_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_parking_penalty_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_parking_penalty")),
    )
    op.create_index(op.f("ix_parking_penalty_community_id_happened_at"), "parking_penalty", ["community_id", "happened_at"])
    op.create_index(op.f("ix_parking_penalty_community_id_plate_index_happened_at"), "parking_penalty", ["community_id", "plate_index", "happened_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("parking_standard", "parking_penalty"):
            for statement in row_security(table):
                op.execute(statement)


def downgrade() -> None:
    op.drop_table("parking_penalty")
    op.drop_table("parking_standard")
