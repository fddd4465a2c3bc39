"""Whether a community's public notice board is open."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_board",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("opened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("opened_by", db.types.Id(), nullable=True),
        sa.Column("closed_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("closed_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_public_board_closed_after_opened")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_public_board_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_public_board")),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index("uq_public_board_open", "public_board", ["community_id"], unique=True, sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("public_board"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("public_board")
