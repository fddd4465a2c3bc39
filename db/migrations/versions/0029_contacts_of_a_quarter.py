"""An index of contacts by act and time: a quarter's visits of a community among three million contacts."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_contact_community_id_act_happened_at", "contact", ["community_id", "act", "happened_at"])


def downgrade() -> None:
    op.drop_index("ix_contact_community_id_act_happened_at", table_name="contact")
