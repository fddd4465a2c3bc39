"""The day on which the desk found that age has put somebody into a group, or taken them out: who was told late is told of, too."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("special_group", sa.Column("by_age_on", sa.Date(), nullable=True))
    known = sa.text("by_age_on IS NOT NULL")
    op.create_index("ix_special_group_by_age_on", "special_group", ["community_id", "by_age_on"], sqlite_where=known, postgresql_where=known)


def downgrade() -> None:
    op.drop_index("ix_special_group_by_age_on", table_name="special_group")
    op.drop_column("special_group", "by_age_on")
