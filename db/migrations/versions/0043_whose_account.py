"""Which member of staff took a step of an order: the account may belong to somebody else later."""

import sqlalchemy as sa
from alembic import op

from db.types import Id

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_order_event", sa.Column("staff_id", Id(), nullable=True))


def downgrade() -> None:
    op.drop_column("work_order_event", "staff_id")
