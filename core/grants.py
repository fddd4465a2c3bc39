"""Asked for by one person, granted by another: more time, standing still, late entries, protected fields have this in common.

A person is the member of staff, not the account. Of an account that belongs to nobody nobody knows whose word it is: it gives none on what somebody
else asked for, and what was asked for with it no colleague decides, for it may have been theirs; the street does, which is another office.
"""

from typing import NamedTuple
from uuid import UUID

from core.refusals import Refused
from core.roles import Role

Person = tuple[UUID | None, UUID | None]
"""(account, member of staff). No account: nobody at a desk, the sweep say."""
ACTOR_UNKNOWN, ASKER_UNKNOWN = "grants.actor_unknown", "grants.asker_unknown"


class Decider(NamedTuple):
    """Who would give the word: a Person, and in which role."""

    account: UUID | None
    staff: UUID | None
    role: str


def same_person(one: Person, other: Person | Decider) -> bool:
    """The same account, or the same member of staff by another one."""
    return one[0] == other[0] or (one[1] is not None and one[1] == other[1])


def is_known(one: Person) -> bool:
    """Whether it is known who that is: nobody at a desk, or a member of staff."""
    return one[0] is None or one[1] is not None


def speaks_for_another(role: str, staff: UUID | None) -> Refused | None:
    """Why whoever acts in `role` as the member of staff `staff` may not give another person's word on anything, or None: the street is no staff of ours."""
    return None if staff is not None or role == Role.STREET_OFFICER else Refused(ACTOR_UNKNOWN)


def another_person(asked_by: Person, actor: Decider, reason: str = "grants.by_another", clause_id: str | None = None) -> Refused | None:
    """Why `actor` may not give another person's word on what `asked_by` did or asked for, or None. `reason`: said to whoever did so themselves."""
    if same_person(asked_by, actor):
        return Refused(reason, clause_id)
    if refused := speaks_for_another(actor.role, actor.staff):
        return Refused(refused.reason, clause_id)
    return None if is_known(asked_by) or actor.role == Role.STREET_OFFICER else Refused(ASKER_UNKNOWN, clause_id)


def waits_for(asked_by_role: str | None, asked_by: Person = (None, None)) -> Role:
    """The role that decides what a role asks for: the station head; what that asks for itself, or nobody knows who, the street."""
    return Role.STREET_OFFICER if asked_by_role == Role.STATION_HEAD or not is_known(asked_by) else Role.STATION_HEAD
