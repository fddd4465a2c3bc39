"""Who asked for something, and who decides it."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from core.grants import Decider, Person, waits_for
from db.engine import ScopedSession
from db.models.accounts import Account


class Asker(NamedTuple):
    """The name of who asked, None: nobody at a desk; the role that decides what they ask for."""

    name: str | None
    waits_for: str


def decider(session: ScopedSession) -> Decider:
    """Who acts, as core.grants reads it."""
    return Decider(session.scope.actor_id, session.scope.staff_id, session.scope.role)


def askers(session: ScopedSession, people: Iterable[Person]) -> dict[Person, Asker]:
    """Of each of these people who that is."""
    wanted = set(people)
    known = {account for account, _ in wanted} - {None}
    rows = session.execute(select(Account.id, Account.display_name, Account.role).where(Account.id.in_(known))) if known else ()
    named = {row.id: (row.display_name, row.role) for row in rows}
    return {one: Asker(name, waits_for(role, one)) for one in wanted for name, role in (named.get(one[0], (None, None)),)}


def names(session: ScopedSession, accounts: Iterable[UUID | None]) -> dict[UUID | None, str | None]:
    """Of each of these accounts whose it is."""
    return {account: one.name for (account, _), one in askers(session, ((account, None) for account in accounts)).items()}
