"""Which communities, grids and orders a session may touch: fixed when it is opened, checked on every statement."""

from dataclasses import dataclass, field
from uuid import UUID

from core.roles import SYSTEM

PLATFORM = UUID(int=0)
"""The `community_id` of ledger entries that belong to no community (accounts, holiday notices)."""


class ScopeError(RuntimeError):
    """A statement would read or write outside the session's scope, or names none: a defect of the program, never shown as data."""


@dataclass(frozen=True)
class Scope:
    """Who acts, and on what. `grids` None: every grid of the communities. `order_desks` None: orders of every desk.

    `people` False: no residents, households, groups or contacts at all (the property company).
    """

    actor_id: UUID | None
    role: str
    communities: frozenset[UUID]
    grids: frozenset[UUID] | None = None
    order_desks: frozenset[str] | None = None
    people: bool = True
    staff_id: UUID | None = None
    label: str = field(default="", compare=False)

    @classmethod
    def system(cls, communities, label: str = "system") -> "Scope":
        """The scope of a command nobody clicked (sweep, demo, migration) over the given community ids."""
        return cls(None, SYSTEM, frozenset(communities), label=label)

    def within(self, community_id: UUID) -> "Scope":
        """The same scope narrowed to one community. Raises ScopeError when it isn't in it."""
        if community_id not in self.communities:
            raise ScopeError(f"community {community_id} is outside the scope of {self.label or self.role}")
        return Scope(self.actor_id, self.role, frozenset({community_id}), self.grids, self.order_desks, self.people, self.staff_id, self.label)
