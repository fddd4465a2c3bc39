"""What changes of one ledger have in common, so that they can be decided together; and the ledger."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_KEY = "fk_change_request_community_id_batch_id"
_INDEXES = {"batch_id": ("ix_change_request_batch", "batch_id IS NOT NULL"), "together": ("ix_change_request_together", "decided_at IS NULL AND together IS NOT NULL")}


def upgrade() -> None:
    with op.batch_alter_table("change_request") as table:
        table.add_column(sa.Column("batch_id", db.types.Id(), nullable=True))
        table.add_column(sa.Column("together", sa.LargeBinary(16), nullable=True))
        table.create_foreign_key(op.f(_KEY), "import_batch", ["community_id", "batch_id"], ["community_id", "id"])
    for column, (name, where) in _INDEXES.items():
        op.create_index(name, "change_request", ["community_id", column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, _ in _INDEXES.values():
        op.drop_index(name, table_name="change_request")
    with op.batch_alter_table("change_request") as table:
        table.drop_constraint(op.f(_KEY), type_="foreignkey")
        table.drop_column("together")
        table.drop_column("batch_id")
