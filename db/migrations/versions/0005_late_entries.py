"""Acts entered after a limit as done before it, waiting for another person's word."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_entry",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("clock_id", db.types.Id(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("happened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("entered_by", db.types.Id(), nullable=True),
        sa.Column("entered_staff_id", db.types.Id(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("recorded_at >= happened_at", name=op.f("ck_late_entry_recorded_after_happened")),
        sa.CheckConstraint("(confirmed IS NULL) = (decided_at IS NULL)", name=op.f("ck_late_entry_decided")),
        sa.ForeignKeyConstraint(["community_id", "clock_id"], ["clock.community_id", "clock.id"], name=op.f("fk_late_entry_community_id_clock_id")),
        sa.ForeignKeyConstraint(["community_id", "entered_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_late_entry_community_id_entered_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_late_entry_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_late_entry_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_late_entry")),
    )
    op.create_index(op.f("ix_late_entry_community_id_work_order_id"), "late_entry", ["community_id", "work_order_id"])
    still_open = sa.text("decided_at IS NULL")
    op.create_index("ix_late_entry_open", "late_entry", ["community_id", "recorded_at"], sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("late_entry"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("late_entry")
