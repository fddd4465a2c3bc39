"""The catalogue's item an order was taken in by, and its review chain."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("item", "chain"):
        op.add_column("work_order", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in ("chain", "item"):
        op.drop_column("work_order", name)
