"""A contact of which a ledger gave the day without a time of day."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("day_only", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("contact", "day_only")
