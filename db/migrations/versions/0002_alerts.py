"""Warnings: raised once for each clock, level and due time; inboxes, and messages on their way."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TENANTS = ("alert", "alert_delivery", "alert_digest", "alert_notice")


def upgrade() -> None:
    op.create_table(
        "mail_address",
        sa.Column("account_id", db.types.Id(), nullable=False),
        sa.Column("address", db.types.EncryptedText("mail_address.address"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_address_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_address")),
    )
    op.create_table(
        "alert_digest",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("raised_at", db.types.UtcDateTime(), nullable=False),
        sa.CheckConstraint("(role IS NULL) <> (staff_id IS NULL)", name=op.f("ck_alert_digest_audience")),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_alert_digest_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_alert_digest_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_alert_digest")),
    )
    with op.batch_alter_table("alert_digest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_digest_community_id_raised_at"), ["community_id", "raised_at"], unique=False)

    op.create_table(
        "alert_delivery",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("digest_id", db.types.Id(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account_id", db.types.Id(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("queued_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("next_try_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", db.types.Id(), nullable=True),
        sa.Column("leased_until", db.types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("closed_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "digest_id"], ["alert_digest.community_id", "alert_digest.id"], name=op.f("fk_alert_delivery_community_id_digest_id")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_alert_delivery_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint(
            "community_id", "digest_id", "channel", "account_id", name=op.f("uq_alert_delivery_community_id_digest_id_channel_account_id")
        ),
    )
    with op.batch_alter_table("alert_delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_delivery_open",
            ["community_id", "next_try_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "alert_notice",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("digest_id", db.types.Id(), nullable=False),
        sa.Column("account_id", db.types.Id(), nullable=False),
        sa.Column("raised_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("read_at", db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "digest_id"], ["alert_digest.community_id", "alert_digest.id"], name=op.f("fk_alert_notice_community_id_digest_id")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_alert_notice_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_alert_notice")),
        sa.UniqueConstraint("community_id", "digest_id", "account_id", name=op.f("uq_alert_notice_community_id_digest_id_account_id")),
    )
    with op.batch_alter_table("alert_notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alert_notice_community_id_account_id_raised_at"), ["community_id", "account_id", "raised_at"], unique=False
        )
        batch_op.create_index(
            "ix_alert_notice_unread",
            ["community_id", "account_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "alert",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("digest_id", db.types.Id(), nullable=False),
        sa.Column("clock_id", db.types.Id(), nullable=False),
        sa.Column("due_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_alert_level")),
        sa.ForeignKeyConstraint(["community_id", "clock_id"], ["clock.community_id", "clock.id"], name=op.f("fk_alert_community_id_clock_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "digest_id"], ["alert_digest.community_id", "alert_digest.id"], name=op.f("fk_alert_community_id_digest_id")
        ),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_alert_community_id_grid_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_alert_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_alert")),
        sa.UniqueConstraint("community_id", "clock_id", "due_at", "level", name=op.f("uq_alert_community_id_clock_id_due_at_level")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_community_id_digest_id"), ["community_id", "digest_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for statement in (one for table in TENANTS for one in row_security(table)):
            op.execute(statement)


def downgrade() -> None:
    for table in ("alert", "alert_delivery", "alert_notice", "alert_digest", "mail_address"):
        op.drop_table(table)
