"""The ledger's digests of rows written by the thousand, packed; and an index of single digests that nothing asks."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import append_only, row_security

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_pack",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("entry_id", db.types.Id(), nullable=False),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("row_ids", sa.LargeBinary(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_ledger_pack")),
    )
    op.create_index(op.f("ix_ledger_pack_community_id_entry_id"), "ledger_pack", ["community_id", "entry_id"])
    dialect = op.get_bind().dialect.name
    for statement in [*append_only(dialect, "ledger_pack"), *(row_security("ledger_pack") if dialect == "postgresql" else ())]:
        op.execute(statement)
    op.drop_index(op.f("ix_ledger_row_community_id_row_id"), table_name="ledger_row")


def downgrade() -> None:
    """Refused where packs are: their digests would be lost, and the ledger would not hold."""
    # Row-level security would count none on PostgreSQL; a table that only grows is empty while it has no page.
    size = "SELECT pg_relation_size('ledger_pack')" if op.get_bind().dialect.name == "postgresql" else "SELECT count(*) FROM ledger_pack"
    if op.get_bind().scalar(sa.text(size)):
        raise RuntimeError("ledger_pack holds digests the older program can't read: restore the backup made before this revision")
    op.create_index(op.f("ix_ledger_row_community_id_row_id"), "ledger_row", ["community_id", "row_id"])
    op.drop_table("ledger_pack")
