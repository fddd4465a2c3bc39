"""Indexes of the roster's memberships by the day they begin and end: who joined or left by age is told of."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INDEXES = (("ix_special_group_community_id_from_date", "from_date"), ("ix_special_group_community_id_to_date", "to_date"))


def upgrade() -> None:
    for name, column in INDEXES:
        op.create_index(name, "special_group", ["community_id", column])


def downgrade() -> None:
    for name, _column in INDEXES:
        op.drop_index(name, table_name="special_group")
