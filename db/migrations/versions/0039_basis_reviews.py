"""That the basis of a membership of the roster was looked at again."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def _to(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["community_id", column], [f"{table}.community_id", f"{table}.id"], name=op.f(f"fk_basis_review_community_id_{column}"))


def upgrade() -> None:
    op.create_table(
        "basis_review",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("was_due", sa.Date(), nullable=True),
        sa.Column("basis", db.types.EncryptedText("basis_review.basis"), nullable=True),
        sa.Column("next_review", sa.Date(), nullable=True),
        sa.Column("reviewed_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.CheckConstraint("\"group\" IN ('elder', 'disabled', 'child')", name=op.f("ck_basis_review_group")),
        _to("resident_id", "resident"),
        _to("staff_id", "staff"),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_basis_review_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_basis_review")),
    )
    op.create_index(op.f("ix_basis_review_community_id_resident_id_reviewed_at"), "basis_review", ["community_id", "resident_id", "reviewed_at"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("basis_review"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("basis_review")
