"""What the figures of a month hang on: a mark that each filing renews which writes anything counted in it."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "month_mark",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("mark", db.types.Id(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_month_mark_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_month_mark")),
        sa.UniqueConstraint("community_id", "month", name=op.f("uq_month_mark_community_id_month")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("month_mark"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("month_mark")
