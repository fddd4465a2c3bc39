"""Bills of a household, and what was done about each."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bill",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("building_id", db.types.Id(), nullable=False),
        sa.Column("door", db.types.EncryptedText("bill.door"), nullable=False),
        sa.Column("door_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("overdue_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("dun_by", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("paid_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("paid_way", sa.String(), nullable=True),
        sa.Column("suspended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("closed_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_bill_amount")),
        sa.CheckConstraint("closed_at IS NULL OR paid_at IS NOT NULL OR cancelled_at IS NOT NULL", name=op.f("ck_bill_closed")),
        sa.ForeignKeyConstraint(["community_id", "building_id"], ["building.community_id", "building.id"], name=op.f("fk_bill_community_id_building_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_bill_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_bill")),
    )
    standing, still_open = sa.text("cancelled_at IS NULL"), sa.text("closed_at IS NULL")
    known = ["community_id", "building_id", "door_index", "kind", "period"]
    op.create_index("uq_bill_known", "bill", known, unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_index("ix_bill_open_due", "bill", ["community_id", "due_on"], sqlite_where=still_open, postgresql_where=still_open)
    op.create_index(op.f("ix_bill_community_id_dun_by"), "bill", ["community_id", "dun_by"])
    op.create_table(
        "bill_step",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("bill_id", db.types.Id(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("happened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", db.types.Id(), nullable=True),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("last_pay_on", sa.Date(), nullable=True),
        sa.Column("permitted_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("note", db.types.EncryptedText("bill_step.note"), nullable=True),
        sa.CheckConstraint("recorded_at >= happened_at", name=op.f("ck_bill_step_recorded_after_happened")),
        sa.ForeignKeyConstraint(["community_id", "bill_id"], ["bill.community_id", "bill.id"], name=op.f("fk_bill_step_community_id_bill_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_bill_step_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_bill_step")),
    )
    op.create_index(op.f("ix_bill_step_community_id_bill_id_happened_at"), "bill_step", ["community_id", "bill_id", "happened_at"])
    op.create_index(op.f("ix_bill_step_community_id_act_happened_at"), "bill_step", ["community_id", "act", "happened_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("bill", "bill_step"):
            for statement in row_security(table):
                op.execute(statement)


def downgrade() -> None:
    op.drop_table("bill_step")
    op.drop_table("bill")
