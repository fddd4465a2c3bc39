"""Who stands first among those equally late: who lives alone, is disabled, is 80 or over, or has just been through a change; or of whom somebody says so.

WS 二.2 names the first two; the others, their order and every figure here are defaults of this product.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from core.care import OLDEST, age_band
from core.refusals import Refused

FACTORS = ("alone", "disabled", "old", "changed")
"""Each counts for more than all after it."""
CHANGES = ("back", "bereaved", "moved")
"""What a recent change is: home from hospital, somebody of the household died or moved away, in another grid than before."""
RECENT = timedelta(30)
FIRST, USUAL = "first", "usual"
LEVELS = (FIRST, USUAL)
"""What somebody may say instead: before everybody, or like anybody."""
LONGEST_REASON = 200


def factors(details: Iterable[str | None], groups: Iterable[str], birth_year: int | None, changed: bool, day: date) -> tuple[str, ...]:
    """Which of FACTORS are true of somebody in `groups`, with these `details` of theirs. SQL twin: db.queries.risks.risk_of."""
    details = set(details)
    there = {
        "alone": "living_alone" in details,
        "disabled": "disabled_elder" in details or "disabled" in set(groups),
        "old": age_band(birth_year, day) == OLDEST,
        "changed": changed,
    }
    return tuple(one for one in FACTORS if there[one])


def weight(factor: str) -> int:
    """What a factor adds."""
    return 2 ** (len(FACTORS) - 1 - FACTORS.index(factor))


def risk(found: Collection[str], level: str | None = None) -> int:
    """How far up somebody stands, by the factors `found` or by the word (`level`) that overrides them."""
    return {FIRST: 2 ** len(FACTORS), USUAL: 0}.get(level, sum(map(weight, found)))


def check(level: str | None, current: str | None, reason: str) -> Refused | None:
    """Why somebody may not say `level` (None: the factors decide again) with this reason, or None."""
    if level not in (None, *LEVELS):
        return Refused("risks.no_such_level")
    if level == current:
        return Refused("risks.said_already")
    return None if reason.strip() else Refused("risks.no_reason")
