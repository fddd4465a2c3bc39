"""Who is away or gone, and who asked to be called later."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANTS = ("departure", "snooze")


def upgrade() -> None:
    op.create_table(
        "departure",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        sa.Column("reason", db.types.EncryptedText("departure.reason"), nullable=True),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.Column("closed", sa.Text(), nullable=True),
        sa.Column("undone_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('hospital', 'away', 'dead', 'moved')", name=op.f("ck_departure_kind")),
        sa.CheckConstraint("until_date IS NULL OR until_date > from_date", name=op.f("ck_departure_until_after_from")),
        sa.ForeignKeyConstraint(["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_departure_community_id_resident_id")),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_departure_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_departure_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_departure")),
    )
    op.create_index(op.f("ix_departure_community_id_resident_id_from_date"), "departure", ["community_id", "resident_id", "from_date"])
    op.create_table(
        "snooze",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("clock_id", db.types.Id(), nullable=False),
        sa.Column("until_at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["community_id", "clock_id"], ["clock.community_id", "clock.id"], name=op.f("fk_snooze_community_id_clock_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_snooze_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_snooze")),
        sa.UniqueConstraint("community_id", "clock_id", name=op.f("uq_snooze_community_id_clock_id")),
    )
    op.create_index(op.f("ix_snooze_community_id_until_at"), "snooze", ["community_id", "until_at"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in (one for table in TENANTS for one in row_security(table)):
            op.execute(statement)


def downgrade() -> None:
    for table in TENANTS:
        op.drop_table(table)
