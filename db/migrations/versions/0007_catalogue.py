"""Items of the catalogue of services that a community has made its own."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_item",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("changed_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("changed_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_catalogue_item_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_catalogue_item")),
        sa.UniqueConstraint("community_id", "key", name=op.f("uq_catalogue_item_community_id_key")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("catalogue_item"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("catalogue_item")
