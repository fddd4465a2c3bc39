"""Whoever is asked first stays responsible until handed over (first_asked, FS). Between workers an order is offered, and is the other's once accepted.

Until then it stays with whoever held it, and its clocks run. What a station head hands over passes at once: that is a direction, with its reason.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from core.refusals import Refused

CLAUSE = "first_asked"
STATUSES = frozenset({"taken_in", "accepted", "awaiting_materials"})
OUTCOMES = ("accepted", "declined", "taken_back", "lapsed")


def may_offer(status: str, desk: str, holder: UUID | None, actor: UUID | None, to: UUID | None, *, posted: Iterable[UUID], absent: Iterable[UUID], reason: str) -> Refused | None:
    """Why `actor` may not offer an order to `to`. `holder`: who holds it now; `posted`, `absent`: who stands at a post of its grid, and who of
    them is away."""
    if status not in STATUSES:
        return Refused(f"work_orders.not_while_{status}", CLAUSE)
    if desk != "grid":
        return Refused("handovers.by_the_head", CLAUSE)
    if actor is None or holder != actor:
        return Refused("handovers.not_yours", CLAUSE)
    if to is None or to == actor:
        return Refused("handovers.to_whom", CLAUSE)
    if to not in set(posted):
        return Refused("handovers.without_grid", CLAUSE)
    if to in set(absent):
        return Refused("handovers.absent", CLAUSE)
    return None if reason.strip() else Refused("work_orders.say_why", CLAUSE)


def may_answer(stands: str, to: UUID, actor: UUID | None, accepted: bool, *, posted: Iterable[UUID], reason: str) -> Refused | None:
    """Why `actor` may not accept or decline an offer made to `to`; declining needs a reason."""
    if stands != "waiting":
        return Refused("handovers.over", CLAUSE)
    if actor != to:
        return Refused("handovers.not_to_you", CLAUSE)
    if accepted:
        return None if to in set(posted) else Refused("handovers.without_grid", CLAUSE)
    return None if reason.strip() else Refused("handovers.say_why_not", CLAUSE)


def stands(offer) -> str:
    """What became of `offer` (outcome): 'waiting', or one of OUTCOMES. It lapses when the order is closed, or passes to somebody by another way."""
    return offer.outcome or "waiting"


def responsible(trail: Iterable) -> list[tuple[str | None, datetime]]:
    """Who was responsible since when, from an order's `trail` (holder, recorded_at); None: nobody yet."""
    found: list[tuple[str | None, datetime]] = []
    for one in sorted(trail, key=lambda one: one.recorded_at):
        if not found or found[-1][0] != one.holder:
            found.append((one.holder, one.recorded_at))
    return found
