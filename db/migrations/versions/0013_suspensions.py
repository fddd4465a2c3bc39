"""Orders that stand still for a reason, until when, and who said so."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock_pause", sa.Column("until_at", db.types.UtcDateTime(), nullable=True))
    op.create_table(
        "suspension",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", db.types.EncryptedText("suspension.detail"), nullable=False),
        sa.Column("evidence", db.types.EncryptedText("suspension.evidence"), nullable=False),
        sa.Column("until_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("asked_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", db.types.Id(), nullable=True),
        sa.Column("asked_staff_id", db.types.Id(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", db.types.Id(), nullable=True),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_at > asked_at", name=op.f("ck_suspension_until_after_asked")),
        sa.CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_suspension_decided")),
        sa.CheckConstraint("ended_at >= asked_at", name=op.f("ck_suspension_ended_after_asked")),
        sa.ForeignKeyConstraint(["community_id", "asked_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_suspension_community_id_asked_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_suspension_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_suspension_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_community_id_work_order_id"), "suspension", ["community_id", "work_order_id"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index("uq_suspension_open", "suspension", ["community_id", "work_order_id"], unique=True, sqlite_where=still_open, postgresql_where=still_open)
    op.create_index("ix_suspension_open_until", "suspension", ["community_id", "until_at"], sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("suspension"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("suspension")
    op.drop_column("clock_pause", "until_at")
