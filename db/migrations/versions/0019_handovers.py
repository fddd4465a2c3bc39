"""Orders offered by one worker to another."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_over",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("from_id", db.types.Id(), nullable=False),
        sa.Column("to_id", db.types.Id(), nullable=False),
        sa.Column("reason", db.types.EncryptedText("hand_over.reason"), nullable=False),
        sa.Column("offered_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("offered_by", db.types.Id(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('accepted', 'declined', 'taken_back', 'lapsed')", name=op.f("ck_hand_over_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_hand_over_ended")),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_hand_over_another")),
        sa.ForeignKeyConstraint(["community_id", "from_id"], ["staff.community_id", "staff.id"], name=op.f("fk_hand_over_community_id_from_id")),
        sa.ForeignKeyConstraint(["community_id", "to_id"], ["staff.community_id", "staff.id"], name=op.f("fk_hand_over_community_id_to_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_hand_over_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_hand_over_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_hand_over")),
    )
    op.create_index(op.f("ix_hand_over_community_id_work_order_id"), "hand_over", ["community_id", "work_order_id"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index("uq_hand_over_open", "hand_over", ["community_id", "work_order_id"], unique=True, sqlite_where=still_open, postgresql_where=still_open)
    op.create_index("ix_hand_over_open_to", "hand_over", ["community_id", "to_id"], sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("hand_over"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("hand_over")
