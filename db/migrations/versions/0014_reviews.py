"""Steps of review chains, and how a result was given."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("reviewer_id", db.types.Id(), nullable=True),
        sa.Column("reviewer_staff_id", db.types.Id(), nullable=True),
        sa.Column("handler_id", db.types.Id(), nullable=True),
        sa.CheckConstraint("step IN ('first_review', 'second_review', 'approval')", name=op.f("ck_review_step")),
        sa.CheckConstraint("result IN ('passed', 'returned', 'sent')", name=op.f("ck_review_result")),
        sa.ForeignKeyConstraint(["community_id", "handler_id"], ["staff.community_id", "staff.id"], name=op.f("fk_review_community_id_handler_id")),
        sa.ForeignKeyConstraint(["community_id", "reviewer_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_review_community_id_reviewer_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_review_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_review_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_community_id_work_order_id"), "review", ["community_id", "work_order_id"])
    op.add_column("work_order", sa.Column("given_by", sa.String(), nullable=True))
    waiting = sa.text("closed_at IS NULL AND chain IS NOT NULL")
    op.create_index("ix_work_order_in_review", "work_order", ["community_id", "received_at"], sqlite_where=waiting, postgresql_where=waiting)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("review"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_work_order_in_review", table_name="work_order")
    op.drop_column("work_order", "given_by")
    op.drop_table("review")
