"""What the desk does by itself while it runs: sweep every community, then seal the ledgers."""

from datetime import datetime

from sqlalchemy import Engine, select

from db.commands.filing import carry_out
from db.commands.ledger import seal
from db.commands.sweep import sweep_all
from db.engine import open_session
from db.models.grids import Community
from db.scope import PLATFORM, Scope


def make_rounds(engine: Engine, now: datetime) -> int:
    """One round at `now`; how many communities the sweep changed. Correct however many processes make it at once."""
    changed = sweep_all(engine, now)
    with open_session(engine, None) as session:
        communities = list(session.scalars(select(Community.community_id).execution_options(rollup=True)))
    for community_id in (*communities, PLATFORM):
        carry_out(engine, Scope.system(communities, label="rounds"), seal, now=now, community_id=community_id)
    return changed
