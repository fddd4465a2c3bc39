"""Who moved from one grid into another, and where people are registered."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def _to(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["community_id", column], [f"{table}.community_id", f"{table}.id"], name=op.f(f"fk_transfer_community_id_{column}"))


def upgrade() -> None:
    op.add_column("resident", sa.Column("registered_address", db.types.EncryptedText("resident.registered_address"), nullable=True))
    op.create_table(
        "transfer",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("from_grid_id", db.types.Id(), nullable=True),
        sa.Column("to_grid_id", db.types.Id(), nullable=True),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        _to("resident_id", "resident"),
        _to("from_grid_id", "grid"),
        _to("to_grid_id", "grid"),
        _to("staff_id", "staff"),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_transfer_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_community_id_resident_id_moved_on"), "transfer", ["community_id", "resident_id", "moved_on"])
    op.create_index(op.f("ix_transfer_community_id_moved_on"), "transfer", ["community_id", "moved_on"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("transfer"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("transfer")
    op.drop_column("resident", "registered_address")
