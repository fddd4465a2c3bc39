"""Who is on somebody's team, and which services are in place."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TENANTS = ("team_member", "service_record")


def upgrade() -> None:
    op.create_table(
        "team_member",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.Column("name", db.types.EncryptedText("team_member.name"), nullable=True),
        sa.Column("phone", db.types.EncryptedText("team_member.phone"), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(staff_id IS NULL) <> (name IS NULL)", name=op.f("ck_team_member_somebody")),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name=op.f("ck_team_member_to_after_from")),
        sa.ForeignKeyConstraint(["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_team_member_community_id_resident_id")),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_team_member_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_team_member_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_community_id_resident_id_role"), "team_member", ["community_id", "resident_id", "role"])
    op.create_index(op.f("ix_team_member_community_id_phone_index"), "team_member", ["community_id", "phone_index"])
    op.create_table(
        "service_record",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("note", db.types.EncryptedText("service_record.note"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name=op.f("ck_service_record_to_after_from")),
        sa.ForeignKeyConstraint(["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_service_record_community_id_resident_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_service_record_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_service_record")),
    )
    op.create_index(op.f("ix_service_record_community_id_resident_id_part"), "service_record", ["community_id", "resident_id", "part"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in (one for table in TENANTS for one in row_security(table)):
            op.execute(statement)


def downgrade() -> None:
    for table in TENANTS:
        op.drop_table(table)
