"""A change asked for because of a reconciliation's difference."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_KEY = "fk_change_request_community_id_difference_id"


def upgrade() -> None:
    with op.batch_alter_table("change_request") as table:
        table.add_column(sa.Column("difference_id", db.types.Id(), nullable=True))
        table.add_column(sa.Column("difference_turn", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(_KEY), "reconciliation_difference", ["community_id", "difference_id"], ["community_id", "id"])
    about = sa.text("difference_id IS NOT NULL")
    op.create_index("ix_change_request_difference", "change_request", ["community_id", "difference_id"], sqlite_where=about, postgresql_where=about)


def downgrade() -> None:
    op.drop_index("ix_change_request_difference", table_name="change_request")
    with op.batch_alter_table("change_request") as table:
        table.drop_constraint(op.f(_KEY), type_="foreignkey")
        table.drop_column("difference_turn")
        table.drop_column("difference_id")
