"""Changes of protected fields, asked for by one person and decided by another."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_request",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", db.types.EncryptedText("change_request.before"), nullable=True),
        sa.Column("wanted", db.types.EncryptedText("change_request.wanted"), nullable=False),
        sa.Column("reason", db.types.EncryptedText("change_request.reason"), nullable=True),
        sa.Column("asked_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", db.types.Id(), nullable=True),
        sa.Column("asked_staff_id", db.types.Id(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(approved IS NULL) = (decided_at IS NULL)", name=op.f("ck_change_request_decided")),
        sa.ForeignKeyConstraint(["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_change_request_community_id_resident_id")),
        sa.ForeignKeyConstraint(["community_id", "asked_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_change_request_community_id_asked_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_change_request_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_change_request")),
    )
    op.create_index(op.f("ix_change_request_community_id_resident_id"), "change_request", ["community_id", "resident_id"])
    still_open = sa.text("decided_at IS NULL")
    op.create_index("ix_change_request_open", "change_request", ["community_id", "asked_at"], sqlite_where=still_open, postgresql_where=still_open)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("change_request"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("change_request")
