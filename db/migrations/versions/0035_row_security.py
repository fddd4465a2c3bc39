"""The communities of a session are read once a statement, and the policy is no condition for an index: lists of a large community are looked up again."""

from alembic import op
from sqlalchemy import text

from db.models.guards import row_security_again

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_LOCKED = text("SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = 'own_communities' ORDER BY tablename")
_BEFORE = "community_id = ANY (string_to_array(NULLIF(current_setting('desk.communities', true), ''), ',')::uuid[])"


def upgrade() -> None:
    for table in _locked():
        op.execute(row_security_again(table))


def downgrade() -> None:
    for table in _locked():
        op.execute(f"ALTER POLICY own_communities ON {table} USING ({_BEFORE}) WITH CHECK ({_BEFORE})")


def _locked() -> list[str]:
    return list(op.get_bind().scalars(_LOCKED)) if op.get_bind().dialect.name == "postgresql" else []
