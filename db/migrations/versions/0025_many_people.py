"""Indexes that answer the roster by themselves: who is owed which act of care, and who is in which group."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CARE = ["community_id", "act", "due_at", "resident_id", "grid_id", "clause_id", "started_at", "warn_at", "paused_at", "paused_until", "id", "work_order_id", "closed_at"]
INDEXES = (
    ("ix_clock_open_care", "clock", CARE, "closed_at IS NULL AND work_order_id IS NULL"),
    ("ix_special_group_members", "special_group", ["community_id", "detail", "group", "resident_id"], "to_date IS NULL"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _columns, _where in INDEXES:
        op.drop_index(name, table_name=table)
