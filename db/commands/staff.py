"""Which account belongs to which member of staff: steps of the commands on accounts (db.commands.identity), and what an account that belongs to nobody may not do."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.refusals import Refused
from core.staff import check_link, check_linked, check_reach
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.grids import Staff


def not_linked(session: ScopedSession) -> Refused | None:
    """Why the session's own account may not file what depends on who did it, or None."""
    return check_linked(session.scope.role, session.scope.staff_id)


def give_account(session: ScopedSession, account: Account, communities: Collection[UUID], community_id: UUID, staff_id: UUID, now: datetime) -> Refused | None:
    """Step: `account`, which reaches `communities`, belongs to that member of staff from now on. The caller has the account locked, and files."""
    person = session.scalar(select(Staff).where(Staff.community_id == community_id, Staff.id == staff_id).with_for_update())
    if person is None:
        return Refused("common.not_found")
    if person.account_id == account.id:
        return Refused("staff.linked_before", values={"name": person.name})
    before = _belonging(session, account.id)
    holder = session.scalar(select(Account.username).where(Account.id == person.account_id)) if person.account_id else None
    refused = check_reach(account.role, communities, community_id) or check_link(person.name, person.left_on, local_day(now), holder, before and before.name)
    if refused:
        return refused
    person.account_id = account.id
    return None


def release(session: ScopedSession, account_id: UUID) -> Staff | Refused:
    """Step: the account belongs to nobody any more. Returns whom it belonged to."""
    person = _belonging(session, account_id)
    if person is None:
        return Refused("common.changed_meanwhile")
    person.account_id = None
    return person


def keeps_its_staff(session: ScopedSession, account_id: UUID, role: str, communities: Collection[UUID]) -> Refused | None:
    """Why an account may not have that role and reach while it belongs to whom it does, or None."""
    person = _belonging(session, account_id)
    return person and check_reach(role, communities, person.community_id)


def _belonging(session: ScopedSession, account_id: UUID) -> Staff | None:
    return session.scalar(select(Staff).where(Staff.account_id == account_id).limit(1))
