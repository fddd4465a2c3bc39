"""The communities in scope, as the administrator sees them."""

from dataclasses import dataclass
from datetime import time
from uuid import UUID

from sqlalchemy import select

from db.engine import ScopedSession
from db.models.grids import Community


@dataclass(frozen=True)
class CommunityRow:
    """A community: official code, name, street; when its office closes (None: days end at 24:00)."""

    id: UUID
    code: str
    name: str
    street: str
    closes_at: time | None


def communities(session: ScopedSession) -> list[CommunityRow]:
    """The communities in scope, by code."""
    columns = (Community.community_id, Community.code, Community.name, Community.street, Community.closes_at)
    return [CommunityRow(*row) for row in session.execute(select(*columns).order_by(Community.code))]
