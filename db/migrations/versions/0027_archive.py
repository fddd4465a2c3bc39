"""Matters on file, and who asked to read one."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_file",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kept_years", sa.Integer(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("filed_at", db.types.UtcDateTime(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_archive_file_number")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_archive_file_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_archive_file_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_archive_file")),
        sa.UniqueConstraint("community_id", "category", "year", "number", name=op.f("uq_archive_file_community_id_category_year_number")),
        sa.UniqueConstraint("community_id", "work_order_id", name=op.f("uq_archive_file_community_id_work_order_id")),
    )
    op.create_index(op.f("ix_archive_file_community_id_year"), "archive_file", ["community_id", "year"])
    op.create_table(
        "archive_reading",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("file_id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("reader", db.types.EncryptedText("archive_reading.reader"), nullable=False),
        sa.Column("purpose", db.types.EncryptedText("archive_reading.purpose"), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("asked_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", db.types.Id(), nullable=True),
        sa.Column("asked_staff_id", db.types.Id(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", db.types.Id(), nullable=True),
        sa.Column("watcher_id", db.types.Id(), nullable=True),
        sa.Column("opened_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("closes_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_archive_reading_decided")),
        sa.CheckConstraint("(opened_at IS NULL) = (closes_at IS NULL)", name=op.f("ck_archive_reading_opened")),
        sa.ForeignKeyConstraint(["community_id", "asked_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_archive_reading_community_id_asked_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "file_id"], ["archive_file.community_id", "archive_file.id"], name=op.f("fk_archive_reading_community_id_file_id")),
        sa.ForeignKeyConstraint(["community_id", "watcher_id"], ["staff.community_id", "staff.id"], name=op.f("fk_archive_reading_community_id_watcher_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_archive_reading_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_archive_reading_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_archive_reading")),
    )
    op.create_index(op.f("ix_archive_reading_community_id_work_order_id"), "archive_reading", ["community_id", "work_order_id"])
    waits = sa.text("decided_at IS NULL")
    op.create_index("ix_archive_reading_waits", "archive_reading", ["community_id", "asked_at"], sqlite_where=waits, postgresql_where=waits)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("archive_file", "archive_reading"):
            for statement in row_security(table):
                op.execute(statement)


def downgrade() -> None:
    op.drop_table("archive_reading")
    op.drop_table("archive_file")
