"""The marks of months: while they stand, so does what was counted of them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from db.engine import ScopedSession
from db.models.months import MonthMark


def month_marks(session: ScopedSession, community_id: UUID, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(month, mark) of those of the months `keys` of a community that anything was ever written of, and of what may have changed all. Read before the figures: what is written
    meanwhile makes these marks old, never the figures."""
    query = select(MonthMark.month, MonthMark.mark).where(MonthMark.community_id == community_id, MonthMark.month.in_(("", *keys)))
    return tuple((month, str(mark)) for month, mark in session.execute(query.order_by(MonthMark.month)))
