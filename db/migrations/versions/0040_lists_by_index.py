"""Who is meant by a list is answered by indexes alone: by name, by group, by whom something was given to; and whose team is whole."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_CURRENT = sa.text("to_date IS NULL")
_GIVEN = sa.text("closed_at IS NULL AND work_order_id IS NULL AND holder_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_resident_community_id_name_id", "resident", ["community_id", "name", "id"])
    op.drop_index("ix_resident_community_id_name", table_name="resident")
    op.create_index("ix_special_group_current", "special_group", ["community_id", "group", "resident_id"], sqlite_where=_CURRENT, postgresql_where=_CURRENT)
    op.create_index("ix_clock_open_given_care", "clock", ["community_id", "holder_id", "grid_id"], sqlite_where=_GIVEN, postgresql_where=_GIVEN)
    op.create_index("ix_team_member_there", "team_member", ["community_id", "role", "resident_id", "from_date", "to_date", "staff_id"])


def downgrade() -> None:
    op.drop_index("ix_team_member_there", table_name="team_member")
    op.drop_index("ix_clock_open_given_care", table_name="clock")
    op.drop_index("ix_special_group_current", table_name="special_group")
    op.create_index("ix_resident_community_id_name", "resident", ["community_id", "name"])
    op.drop_index("ix_resident_community_id_name_id", table_name="resident")
