"""The order to look for somebody at home whom nobody could reach. Steps of other commands."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.care import ATTEMPTS, failed_attempts
from core.departures import is_away
from core.refusals import Refused
from core.words import t
from db.commands.work_orders import take_in_by_itself, take_step
from db.engine import ScopedSession
from db.models.residents import Resident
from db.models.work_orders import WorkOrder
from db.queries.attempts import KIND, attempts, last_check
from db.queries.departures import holds_of


def look_at_home(session: ScopedSession, resident: Resident, now: datetime, called_off: Iterable[UUID] = ()) -> str | None:
    """Step: the order that ATTEMPTS failed ones in a row make, at most one open a person, and after an earlier one only for attempts since, but for those orders that were `called_off`
    by mistake. Its number; None: none is made. Nobody is looked for who is known to be away or gone, nor for attempts while they were."""
    latest = attempts(session, resident.community_id, resident.id)
    if resident.left_on is not None or failed_attempts(latest) < ATTEMPTS:
        return None
    holds = holds_of(session, resident.community_id, resident.id)
    latest = [one for one in latest if not is_away(holds, local_day(one[0]))]
    if is_away(holds, local_day(now)) or failed_attempts(latest) < ATTEMPTS:
        return None
    before = last_check(session, resident.community_id, resident.id, called_off)
    if before and (before[1] or failed_attempts(one for one in latest if one[0] > before[0]) < ATTEMPTS):
        return None
    matter = t("care.welfare_matter", "zh", n=ATTEMPTS)
    return take_in_by_itself(session, now=now, kind=KIND, matter=matter, resident=resident).number


def call_off(session: ScopedSession, resident: Resident, now: datetime, why: str) -> list[UUID]:
    """Step: nobody is looked for at home any more who died or moved away: their open orders to do so are withdrawn. Returns which."""
    own = (WorkOrder.community_id == resident.community_id, WorkOrder.resident_id == resident.id, WorkOrder.kind == KIND, WorkOrder.closed_at.is_(None))
    orders = session.scalars(select(WorkOrder).where(*own).with_for_update().execution_options(rollup=True)).all()
    return [one.id for one in orders if not isinstance(take_step(session, one, "withdraw", now, now, why), Refused)]
