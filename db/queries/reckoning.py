"""How the limit of an order's clock was counted, day by day, from its start, its clause's value and its pauses."""

from uuid import UUID

from sqlalchemy import select

from core.clocks import due, explain
from core.extensions import longer
from core.rulebook import Limit, load_rulebook
from core.words import t
from db.engine import ScopedSession
from db.models.grids import Community
from db.queries.calendar import current_calendar
from db.queries.work_orders import OrderClock


def reckoned(session: ScopedSession, community_id: UUID, clock: OrderClock, lang: str) -> list[str]:
    """The explanation in `lang`, a line a day; a pause counts as soon as its end is known. Where calendar or clause have changed since and
    the limit stayed where it was, it says so in place of another count."""
    clause = load_rulebook()[clock.clause_id]
    dated = next((one for one in clause.values if one.from_ == clock.effective_from), None)
    if dated is not None and isinstance(dated.figure, Limit):
        closes_at = session.scalar(select(Community.closes_at).where(Community.community_id == community_id))
        found = due(clock.started_at, longer(dated.figure, clock.extended_by), current_calendar(session), closes_at=closes_at, pauses=clock.counted)
        if found.due_at == clock.due_at:
            return explain(found, lang)
    return [t("clocks.stayed", lang)]
