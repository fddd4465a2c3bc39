"""Lists of the police and the housing department compared with the desk's own rows, and the differences to decide."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliation_run",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("compared_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("compared_by", db.types.Id(), nullable=True),
        sa.Column("superseded_at", db.types.UtcDateTime(), nullable=True),
        sa.CheckConstraint("source IN ('police', 'housing')", name=op.f("ck_reconciliation_run_source")),
        sa.CheckConstraint("(digest IS NULL) = (reason IS NOT NULL)", name=op.f("ck_reconciliation_run_list_or_reason")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_reconciliation_run_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_reconciliation_run")),
        sa.UniqueConstraint("community_id", "source", "quarter", "digest", name=op.f("uq_reconciliation_run_community_id_source_quarter_digest")),
    )
    op.create_index(op.f("ix_reconciliation_run_community_id_quarter"), "reconciliation_run", ["community_id", "quarter"])
    _differences()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("reconciliation_run", "reconciliation_difference"):
            for statement in row_security(table):
                op.execute(statement)


def _differences() -> None:
    table, prefix = "reconciliation_difference", "reconciliation_difference_community_id"
    others = {"grid_id": "grid", "household_id": "household", "resident_id": "resident", "run_id": "reconciliation_run", "work_order_id": "work_order"}
    op.create_table(
        table,
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("run_id", db.types.Id(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("theirs", sa.LargeBinary(), nullable=True),
        sa.Column("ours", sa.LargeBinary(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=True),
        sa.Column("resident_id", db.types.Id(), nullable=True),
        sa.Column("household_id", db.types.Id(), nullable=True),
        sa.Column("work_order_id", db.types.Id(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", db.types.Id(), nullable=True),
        sa.Column("closed_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("decision IN ('ours', 'theirs')", name=op.f(f"ck_{table}_decision")),
        sa.CheckConstraint("kind IN ('different', 'missing_here', 'missing_there', 'candidate')", name=op.f(f"ck_{table}_kind")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL OR closed_at IS NOT NULL)", name=op.f(f"ck_{table}_decided")),
        *(sa.ForeignKeyConstraint(["community_id", column], [f"{to}.community_id", f"{to}.id"], name=op.f(f"fk_{prefix}_{column}")) for column, to in others.items()),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f(f"fk_{prefix}")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f(f"pk_{table}")),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index("ix_reconciliation_difference_open", table, ["community_id", "run_id"], sqlite_where=still_open, postgresql_where=still_open)
    op.create_index(op.f(f"ix_{prefix}_run_id_kind_row"), table, ["community_id", "run_id", "kind", "row"])
    op.create_index(op.f(f"ix_{prefix}_resident_id"), table, ["community_id", "resident_id"])


def downgrade() -> None:
    op.drop_table("reconciliation_difference")
    op.drop_table("reconciliation_run")
