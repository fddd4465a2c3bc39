"""Indexes of open clocks and orders that answer the queues by themselves: a million orders, three in a hundred open."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LISTED = ["clause_id", "id", "started_at", "paused_at", "work_order_id", "act", "grid_id", "holder_id", "resident_id", "closed_at"]
OPEN = "closed_at IS NULL"
OLD = (
    ("ix_clock_open_community_due", "clock", ["community_id", "due_at"], OPEN),
    ("ix_work_order_open", "work_order", ["community_id", "grid_id", "received_at"], OPEN),
)
NEW = (
    ("ix_clock_open_community_due", "clock", ["community_id", "due_at", *LISTED, "desk"], OPEN),
    ("ix_clock_open_desk", "clock", ["community_id", "desk", "due_at", *LISTED], OPEN),
    ("ix_clock_open_clause", "clock", ["community_id", "clause_id", "due_at"], OPEN),
    ("ix_clock_open_order", "clock", ["community_id", "work_order_id", "grid_id", "desk", "closed_at"], f"{OPEN} AND work_order_id IS NOT NULL"),
    ("ix_work_order_open", "work_order", ["community_id", "grid_id", "received_at", "id", "status", "desk", "holder_id", "closed_at"], OPEN),
    ("ix_work_order_open_text", "work_order", ["community_id", "number", "matter", "id", "grid_id", "desk", "closed_at"], OPEN),
)


def upgrade() -> None:
    _exchange(OLD, NEW)


def downgrade() -> None:
    _exchange(NEW, OLD)


def _exchange(old: tuple, new: tuple) -> None:
    for name, table, _columns, _where in old:
        op.drop_index(name, table_name=table)
    for name, table, columns, where in new:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
