"""The order to look for somebody at home whom nobody could reach. A step of other commands."""

from datetime import datetime

from core.care import ATTEMPTS, failed_attempts
from core.words import t
from db.commands.work_orders import take_in_by_itself
from db.engine import ScopedSession
from db.models.residents import Resident
from db.queries.attempts import KIND, attempts, last_check


def look_at_home(session: ScopedSession, resident: Resident, now: datetime) -> str | None:
    """Step: the order that ATTEMPTS failed ones in a row make, at most one open a person, and after an earlier one only for attempts since. Its number; None: none
    is made. Whoever is known to be away is not asked for here."""
    latest = attempts(session, resident.community_id, resident.id)
    if failed_attempts(latest) < ATTEMPTS:
        return None
    before = last_check(session, resident.community_id, resident.id)
    if before and (before[1] or failed_attempts(one for one in latest if one[0] > before[0]) < ATTEMPTS):
        return None
    matter = t("care.welfare_matter", "zh", n=ATTEMPTS)
    return take_in_by_itself(session, now=now, kind=KIND, matter=matter, resident=resident).number
