"""What somebody agreed on: to be called or visited on a day."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import row_security

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("contact_id", db.types.Id(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=True),
        sa.Column("made_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.CheckConstraint("ended_as IN ('kept', 'moved', 'dropped')", name=op.f("ck_appointment_ended_as")),
        *(
            sa.ForeignKeyConstraint(["community_id", f"{table}_id"], [f"{table}.community_id", f"{table}.id"], name=op.f(f"fk_appointment_community_id_{table}_id"))
            for table in ("resident", "contact")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_appointment_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_appointment")),
    )
    only_open = {"sqlite_where": _OPEN, "postgresql_where": _OPEN}
    op.create_index("uq_appointment_open", "appointment", ["community_id", "resident_id", "act"], unique=True, **only_open)
    op.create_index("ix_appointment_open_day", "appointment", ["community_id", "day"], **only_open)
    for column in ("contact_id", "resident_id"):
        op.create_index(op.f(f"ix_appointment_community_id_{column}"), "appointment", ["community_id", column])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security("appointment"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("appointment")
