"""More time for a matter: who asked for it, who granted it, how the resident heard."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock", sa.Column("extended_by", sa.Integer(), nullable=True))
    op.add_column("clock", sa.Column("original_due_at", db.types.UtcDateTime(), nullable=True))
    op.create_table(
        "extension",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("clock_id", db.types.Id(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reason", db.types.EncryptedText("extension.reason"), nullable=False),
        sa.Column("asked_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", db.types.Id(), nullable=True),
        sa.Column("asked_staff_id", db.types.Id(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", db.types.Id(), nullable=True),
        sa.Column("was_due_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("due_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("told_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("told_way", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("wanted > 0", name=op.f("ck_extension_wanted")),
        sa.CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_extension_decided")),
        sa.CheckConstraint("due_at >= was_due_at", name=op.f("ck_extension_longer")),
        sa.CheckConstraint("told_at >= decided_at AND told_way IS NOT NULL OR told_at IS NULL", name=op.f("ck_extension_told")),
        sa.ForeignKeyConstraint(["community_id", "clock_id"], ["clock.community_id", "clock.id"], name=op.f("fk_extension_community_id_clock_id")),
        sa.ForeignKeyConstraint(["community_id", "asked_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_extension_community_id_asked_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_extension_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_extension_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_community_id_work_order_id"), "extension", ["community_id", "work_order_id"])
    still_open = sa.text("decided_at IS NULL")
    op.create_index("uq_extension_open", "extension", ["community_id", "clock_id"], unique=True, sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("extension"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("extension")
    for name in ("original_due_at", "extended_by"):
        op.drop_column("clock", name)
