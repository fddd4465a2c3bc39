"""Disputes: parties, key steps, papers, how they ended; and written explanations of late results."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("explanation", "mediation", "mediation_party", "mediation_step", "mediation_paper", "mediation_word")


def upgrade() -> None:
    op.create_table(
        "explanation",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("clause_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", db.types.EncryptedText("explanation.text"), nullable=False),
        sa.Column("filed_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("filed_by", db.types.Id(), nullable=True),
        sa.Column("filed_staff_id", db.types.Id(), nullable=True),
        sa.Column("acknowledged_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", db.types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("acknowledged_at >= filed_at", name=op.f("ck_explanation_acknowledged_after_filed")),
        sa.ForeignKeyConstraint(["community_id", "filed_staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_explanation_community_id_filed_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_explanation_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_explanation_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_explanation")),
        sa.UniqueConstraint("community_id", "work_order_id", "clause_id", "round", name=op.f("uq_explanation_community_id_work_order_id_clause_id_round")),
    )
    new = sa.text("acknowledged_at IS NULL")
    op.create_index("ix_explanation_new", "explanation", ["community_id", "filed_at"], sqlite_where=new, postgresql_where=new)
    op.create_table(
        "mediation",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("boundary", sa.Boolean(), nullable=False),
        sa.Column("court", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_mediation_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_mediation_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_mediation")),
        sa.UniqueConstraint("community_id", "work_order_id", name=op.f("uq_mediation_community_id_work_order_id")),
    )
    op.create_table(
        "mediation_party",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("side", sa.Integer(), nullable=False),
        sa.Column("name", db.types.EncryptedText("mediation_party.name"), nullable=False),
        sa.Column("contact", db.types.EncryptedText("mediation_party.contact"), nullable=True),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.CheckConstraint("side >= 1", name=op.f("ck_mediation_party_side")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_mediation_party_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_mediation_party_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_mediation_party")),
    )
    op.create_index(op.f("ix_mediation_party_community_id_work_order_id"), "mediation_party", ["community_id", "work_order_id"])
    op.create_table(
        "mediation_step",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("happened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", db.types.Id(), nullable=True),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.Column("text", db.types.EncryptedText("mediation_step.text"), nullable=True),
        sa.Column("heads", db.types.EncryptedText("mediation_step.heads"), nullable=True),
        sa.Column("members", db.types.EncryptedText("mediation_step.members"), nullable=True),
        sa.CheckConstraint("step IN ('registered', 'dispatched', 'session', 'council', 'agreement', 'visit')", name=op.f("ck_mediation_step_step")),
        sa.CheckConstraint("recorded_at >= happened_at", name=op.f("ck_mediation_step_recorded_after_happened")),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_mediation_step_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_mediation_step_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_mediation_step_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_mediation_step")),
    )
    op.create_index(op.f("ix_mediation_step_community_id_work_order_id"), "mediation_step", ["community_id", "work_order_id"])
    op.create_table(
        "mediation_paper",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("party_id", db.types.Id(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("text", db.types.EncryptedText("mediation_paper.text"), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", db.types.Id(), nullable=True),
        sa.CheckConstraint("kind IN ('drawing', 'consent', 'psychologist', 'legal_aid', 'court', 'justice_office', 'law_firm')", name=op.f("ck_mediation_paper_kind")),
        sa.ForeignKeyConstraint(["community_id", "party_id"], ["mediation_party.community_id", "mediation_party.id"], name=op.f("fk_mediation_paper_community_id_party_id")),
        sa.ForeignKeyConstraint(["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_mediation_paper_community_id_work_order_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_mediation_paper_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_mediation_paper")),
    )
    op.create_index(op.f("ix_mediation_paper_community_id_work_order_id"), "mediation_paper", ["community_id", "work_order_id"])
    op.create_table(
        "mediation_word",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("step_id", db.types.Id(), nullable=False),
        sa.Column("party_id", db.types.Id(), nullable=False),
        sa.Column("told_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.Column("reason", db.types.EncryptedText("mediation_word.reason"), nullable=True),
        sa.ForeignKeyConstraint(["community_id", "party_id"], ["mediation_party.community_id", "mediation_party.id"], name=op.f("fk_mediation_word_community_id_party_id")),
        sa.ForeignKeyConstraint(["community_id", "step_id"], ["mediation_step.community_id", "mediation_step.id"], name=op.f("fk_mediation_word_community_id_step_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_mediation_word_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_mediation_word")),
        sa.UniqueConstraint("community_id", "step_id", "party_id", name=op.f("uq_mediation_word_community_id_step_id_party_id")),
    )
    op.add_column("work_order", sa.Column("outcome", sa.String(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in row_security(table):
                op.execute(statement)


def downgrade() -> None:
    op.drop_column("work_order", "outcome")
    for table in reversed(TABLES):
        op.drop_table(table)
