"""Contacts entered after their period, waiting for another person's word."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def _to(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["community_id", column], [f"{table}.community_id", f"{table}.id"], name=op.f(f"fk_late_contact_community_id_{column}"))


def upgrade() -> None:
    op.create_table(
        "late_contact",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("contact_id", db.types.Id(), nullable=False),
        sa.Column("clause_id", sa.String(), nullable=False),
        sa.Column("due_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("reason", db.types.EncryptedText("late_contact.reason"), nullable=False),
        sa.Column("entered_by", db.types.Id(), nullable=True),
        sa.Column("entered_staff_id", db.types.Id(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("recorded_at > due_at", name=op.f("ck_late_contact_after_its_period")),
        sa.CheckConstraint("(confirmed IS NULL) = (decided_at IS NULL)", name=op.f("ck_late_contact_decided")),
        _to("resident_id", "resident"),
        _to("contact_id", "contact"),
        _to("entered_staff_id", "staff"),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_late_contact_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_late_contact")),
        sa.UniqueConstraint("community_id", "contact_id", name=op.f("uq_late_contact_community_id_contact_id")),
    )
    op.create_index(op.f("ix_late_contact_community_id_due_at"), "late_contact", ["community_id", "due_at"])
    op.create_index(op.f("ix_late_contact_community_id_resident_id"), "late_contact", ["community_id", "resident_id"])
    still_open = sa.text("decided_at IS NULL")
    op.create_index("ix_late_contact_open", "late_contact", ["community_id", "recorded_at"], sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("late_contact"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("late_contact")
