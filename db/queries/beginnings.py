"""What a community still lacks before its desks can show anything."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from db.engine import ScopedSession
from db.models.grids import Grid, Staff
from db.models.residents import Resident

NEEDED = {"grids": Grid, "staff": Staff, "residents": Resident}
"""In the order in which their ledgers are taken in."""


def missing(session: ScopedSession, now: datetime, community_id: UUID | None = None) -> tuple[str, ...]:
    """Which of NEEDED the scope (one community of it) has none of."""
    return tuple(name for name, model in NEEDED.items() if session.scalar(select(model.id).where(*_of(model, community_id)).limit(1)) is None)


def _of(model, community_id: UUID | None) -> tuple:
    return () if community_id is None else (model.community_id == community_id,)
