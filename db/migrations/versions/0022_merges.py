"""Two files of one person made one, and pairs that are two people."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _to_resident(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["community_id", column], ["resident.community_id", "resident.id"], name=op.f(f"fk_{table}_community_id_{column}"))


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("merged_id", db.types.Id(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("merged_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("merged_by", db.types.Id(), nullable=True),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("undone_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("undone_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("resident_id <> merged_id", name=op.f("ck_merge_two_files")),
        _to_resident("merge", "resident_id"),
        _to_resident("merge", "merged_id"),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_merge_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_community_id_resident_id"), "merge", ["community_id", "resident_id"])
    standing = sa.text("undone_at IS NULL")
    op.create_index("uq_merge_standing", "merge", ["community_id", "merged_id"], unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_table(
        "two_people",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("one_id", db.types.Id(), nullable=False),
        sa.Column("other_id", db.types.Id(), nullable=False),
        sa.Column("said_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("said_by", db.types.Id(), nullable=True),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_two_people_one_before_other")),
        _to_resident("two_people", "one_id"),
        _to_resident("two_people", "other_id"),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_two_people_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_two_people")),
        sa.UniqueConstraint("community_id", "one_id", "other_id", name=op.f("uq_two_people_community_id_one_id_other_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("merge", "two_people"):
            for statement in row_security(table):
                op.execute(statement)


def downgrade() -> None:
    op.drop_table("two_people")
    op.drop_table("merge")
