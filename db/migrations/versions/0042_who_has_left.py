"""Who has left and may still be a member of a group is listed by an index of those alone."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_LEFT = sa.text("left_on IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_resident_left", "resident", ["community_id", "left_on", "id"], sqlite_where=_LEFT, postgresql_where=_LEFT)


def downgrade() -> None:
    op.drop_index("ix_resident_left", table_name="resident")
