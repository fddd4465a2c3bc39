"""Asked for by one person, granted by another: more time, standing still, late entries, protected fields have this in common."""

from uuid import UUID

from core.refusals import Refused
from core.roles import Role

Person = tuple[UUID | None, UUID | None]
"""(account, member of staff)."""


def same_person(one: Person, other: Person) -> bool:
    """The same account, or the same member of staff by another one."""
    return one[0] == other[0] or (one[1] is not None and one[1] == other[1])


def not_ones_own(asked_by: Person, actor: Person, reason: str = "grants.by_another", clause_id: str | None = None) -> Refused | None:
    """Nobody says yes to what they asked for, not by another account either."""
    return Refused(reason, clause_id) if same_person(asked_by, actor) else None


def waits_for(asked_by_role: str | None) -> Role:
    """The role that decides what a role asks for: the station head; what that asks for itself, the street."""
    return Role.STREET_OFFICER if asked_by_role == Role.STATION_HEAD else Role.STATION_HEAD
