"""Orders about one matter, worked together."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "joining",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("lead_id", db.types.Id(), nullable=False),
        sa.Column("joined_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("joined_by", db.types.Id(), nullable=True),
        sa.Column("joined_staff_id", db.types.Id(), nullable=True),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("work_order_id <> lead_id", name=op.f("ck_joining_another")),
        sa.CheckConstraint("ended_at >= joined_at", name=op.f("ck_joining_ended_after_joined")),
        sa.ForeignKeyConstraint(["community_id", "joined_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_joining_community_id_joined_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "lead_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_joining_community_id_lead_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_joining_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_joining_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_joining")),
    )
    op.create_index(op.f("ix_joining_community_id_work_order_id"), "joining", ["community_id", "work_order_id"])
    op.create_index(op.f("ix_joining_community_id_lead_id"), "joining", ["community_id", "lead_id"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index("uq_joining_open", "joining", ["community_id", "work_order_id"], unique=True, sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("joining"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("joining")
