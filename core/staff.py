"""Whose account is whose: an account belongs to one member of staff at most, and the other way round.

What somebody does is filed under the member of staff: who cares for whom, who was away, who is told. An account that belongs to nobody may not do
what hangs on that.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from core.refusals import Refused
from core.roles import SYSTEM, Role, may


def works_here(role: str) -> bool:
    """Whether whoever has `role` works in a community (care, orders), so that its account has to belong to a member of staff."""
    return role != SYSTEM and (may(role, "care_contact") or may(role, "order_accept"))


def check_linked(role: str, staff_id: UUID | None) -> Refused | None:
    """Why an account of `role` that belongs to the member of staff `staff_id` may not file what depends on who did it, or None."""
    return Refused("staff.not_linked") if staff_id is None and works_here(role) else None


def check_reach(role: str, communities: Collection[UUID], own: UUID) -> Refused | None:
    """Why an account of `role` that reaches `communities` can't belong to staff of the community `own`, or None: what it did in another one would be filed
    under somebody unknown there. An administrator without a list reaches all."""
    beyond = set(communities) - {own} or (role == Role.ADMINISTRATOR and not communities)
    return Refused("staff.reach_one") if beyond else None


def check_link(name: str, left_on: date | None, today: date, holder: str | None, before: str | None) -> Refused | None:
    """Why an account can't belong to `name`, who left on `left_on`, or None. `holder`: user name of another account that does; `before`: whom the account belongs to."""
    if left_on is not None and left_on <= today:
        return Refused("staff.has_left", values={"name": name})
    if holder is not None:
        return Refused("staff.has_account", values={"name": name, "username": holder})
    return Refused("staff.linked_before", values={"name": before}) if before is not None else None
