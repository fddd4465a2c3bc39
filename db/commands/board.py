"""Opening and closing the public notice board of a community."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.board import CLAUSE
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.board import PublicBoard


def switch(session: ScopedSession, *, now: datetime, community_id: UUID, to_open: bool) -> bool | Refused:
    """Open the board of a community to everybody, or close it. True: it is open now."""
    if not may(session.scope.role, "board_switch"):
        return Refused("common.not_allowed", CLAUSE)
    if community_id not in session.scope.communities:
        return Refused("common.not_found")
    present = session.scalar(select(PublicBoard).where(PublicBoard.community_id == community_id, PublicBoard.closed_at.is_(None)))
    if (present is not None) == to_open:
        return Refused("common.changed_meanwhile", CLAUSE)
    if present:
        present.closed_at, present.closed_by = now, session.scope.actor_id
    else:
        session.add(PublicBoard(community_id=community_id, opened_at=now, opened_by=session.scope.actor_id))
    file(session, "board.open" if to_open else "board.close", now=now, community_id=community_id, subject_kind="community", subject_id=community_id)
    return to_open
