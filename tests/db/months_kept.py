"""What a page may keep of months that are over: as long as their marks stand, counting anew must give the same."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from db.engine import open_session
from db.queries.months import month_marks
from db.queries.overview import History, month_keys, settled
from db.scope import Scope


class Months:
    """Looks at the eleven months before `now` after each command, as the overview does; `held`: how often marks that had been seen before stood for them, `last`: what was
    counted."""

    def __init__(self, engine: Engine, community_id: UUID):
        self._engine, self._scope, self._community_id = engine, Scope.system({community_id}), community_id
        self._kept: dict[tuple, History] = {}
        self.held, self.last = 0, None

    def look(self, now: datetime) -> None:
        """Raises AssertionError where something kept is not what is counted now."""
        keys = month_keys(now)[:-1]
        with open_session(self._engine, self._scope) as session:
            seen = keys, month_marks(session, self._community_id, keys)
            fresh = settled(session, now, self._community_id, keys)
        self.held, self.last = self.held + (seen in self._kept), fresh
        assert self._kept.setdefault(seen, fresh) == fresh, f"kept figures of {keys[0]} to {keys[-1]} are stale at {now}"
