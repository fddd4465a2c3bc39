"""What the desk does by itself while it runs: sweep every community, raise alerts, seal the ledgers; and, more often, tell what is new."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, select

from db.channels import Post
from db.commands.alerts import raise_all
from db.commands.alerts_delivery import Delivered, deliver_all
from db.commands.filing import carry_out
from db.commands.ledger import seal
from db.commands.sweep import sweep_all
from db.engine import open_session
from db.models.grids import Community
from db.scope import PLATFORM, Scope


def make_rounds(engine: Engine, now: datetime) -> int:
    """One round at `now`; how many communities the sweep changed. Correct however many processes make it at once."""
    changed = sweep_all(engine, now)
    raise_all(engine, now)
    with open_session(engine, None) as session:
        communities = list(session.scalars(select(Community.community_id).execution_options(rollup=True)))
    for community_id in (*communities, PLATFORM):
        carry_out(engine, Scope.system(communities, label="rounds"), seal, now=now, community_id=community_id)
    return changed


def tell(engine: Engine, clock: Callable[[], datetime], post: Post) -> Delivered:
    """Raise what has become due soon or late and send it: urgent matters don't wait for the next round."""
    raise_all(engine, clock())
    return deliver_all(engine, clock, post)
