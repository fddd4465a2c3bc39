"""Who asked for something, and who decides it."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from core.grants import waits_for
from db.engine import ScopedSession
from db.models.accounts import Account


class Asker(NamedTuple):
    """The name of who asked, None: nobody at a desk; the role that decides what they ask for."""

    name: str | None
    waits_for: str


def askers(session: ScopedSession, accounts: set[UUID | None]) -> dict[UUID | None, Asker]:
    """Of each of these accounts who that is."""
    known = accounts - {None}
    rows = session.execute(select(Account.id, Account.display_name, Account.role).where(Account.id.in_(known))) if known else ()
    return dict.fromkeys(accounts, Asker(None, waits_for(None))) | {row.id: Asker(row.display_name, waits_for(row.role)) for row in rows}
