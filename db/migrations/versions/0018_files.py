"""Photos and files, each content once, and what they are linked to."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("preview", db.types.EncryptedBytes("stored_file.preview"), nullable=True),
        sa.Column("look", db.types.EncryptedBytes("stored_file.look"), nullable=True),
        sa.Column("added_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("content", db.types.EncryptedBytes("stored_file.content"), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_stored_file_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("community_id", "mark", name=op.f("uq_stored_file_community_id_mark")),
    )
    op.create_table(
        "attachment",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("file_id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=True),
        sa.Column("contact_id", db.types.Id(), nullable=True),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", db.types.Id(), nullable=False),
        sa.Column("name", db.types.EncryptedText("attachment.name"), nullable=False),
        sa.Column("added_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("added_by", db.types.Id(), nullable=True),
        sa.Column("struck_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("struck_by", db.types.Id(), nullable=True),
        sa.Column("struck_reason", db.types.EncryptedText("attachment.struck_reason"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(work_order_id IS NULL) <> (contact_id IS NULL)", name=op.f("ck_attachment_of_one")),
        sa.CheckConstraint("(struck_at IS NULL) = (struck_reason IS NULL)", name=op.f("ck_attachment_struck")),
        sa.ForeignKeyConstraint(["community_id", "contact_id"], ["contact.community_id", "contact.id"], name=op.f("fk_attachment_community_id_contact_id")),
        sa.ForeignKeyConstraint(["community_id", "file_id"], ["stored_file.community_id", "stored_file.id"], name=op.f("fk_attachment_community_id_file_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_attachment_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_attachment_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_attachment")),
    )
    for column in ("work_order_id", "contact_id", "file_id"):
        op.create_index(op.f(f"ix_attachment_community_id_{column}"), "attachment", ["community_id", column])
    if op.get_bind().dialect.name == "postgresql":
        for statement in (one for table in ("stored_file", "attachment") for one in row_security(table)):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("attachment")
    op.drop_table("stored_file")
