"""Open orders and their clocks by whose they are: disabled residents go first in the queue (service.priority)."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_clock_open_applicant", "clock", "closed_at IS NULL AND work_order_id IS NOT NULL AND resident_id IS NOT NULL"),
    ("ix_work_order_open_applicant", "work_order", "closed_at IS NULL AND resident_id IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, where in INDEXES:
        op.create_index(name, table, ["community_id", "resident_id"], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _where in INDEXES:
        op.drop_index(name, table_name=table)
