"""What a request wanted is recognised when it comes again."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("change_request") as table:
        table.add_column(sa.Column("wanted_index", sa.LargeBinary(16), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("change_request") as table:
        table.drop_column("wanted_index")
