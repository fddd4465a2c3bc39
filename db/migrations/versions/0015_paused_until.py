"""Until when a clock stands still, where that is known: it runs again from that moment on, whoever notes it when.

What stands still while this runs is left as it is: the sweep ends it, as before.
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OPEN = "closed_at IS NULL"
LISTED = ["clause_id", "id", "started_at", "paused_at", "work_order_id", "act", "grid_id", "holder_id", "resident_id", "closed_at"]
WITH_UNTIL = [*LISTED[:4], "paused_until", *LISTED[4:]]
TALLY = ["community_id", "due_at", "clause_id", "grid_id", "met_at", "closed_at", "voided_at", "paused_at"]


def upgrade() -> None:
    op.add_column("clock", sa.Column("paused_until", db.types.UtcDateTime(), nullable=True))
    _exchange(WITH_UNTIL, [*TALLY, "paused_until"])


def downgrade() -> None:
    _exchange(LISTED, TALLY)
    op.drop_column("clock", "paused_until")


def _exchange(listed: list[str], tally: list[str]) -> None:
    indexes = (
        ("ix_clock_open_community_due", ["community_id", "due_at", *listed, "desk"], OPEN),
        ("ix_clock_open_desk", ["community_id", "desk", "due_at", *listed], OPEN),
        ("ix_clock_tally", tally, None),
    )
    for name, columns, where in indexes:
        op.drop_index(name, table_name="clock")
        only = sa.text(where) if where else None
        op.create_index(name, "clock", columns, sqlite_where=only, postgresql_where=only)
