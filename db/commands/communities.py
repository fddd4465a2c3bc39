"""Founding a community, calling it by another name, and when its office closes. For the administrator; each one ledger entry, in the ledger of the community itself."""

from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import Engine, select

from core.communities import check, check_closing, check_name
from core.refusals import Refused
from core.roles import SYSTEM, may
from db.commands.clocks import restamp_open
from db.commands.duties import ensure_duty_clocks
from db.commands.filing import carry_out, file
from db.engine import ScopedSession
from db.models.accounts import AccountScope
from db.models.grids import Community
from db.queries.calendar import current_calendar
from db.scope import Scope
from db.types import uuid7


def found(engine: Engine, scope: Scope, *, now: datetime, code: str, name: str, street: str = "") -> UUID | Refused:
    """Carry out `create` for the actor of `scope`, who can't reach yet what doesn't exist. The community's id."""
    community_id = uuid7()
    reach = replace(scope, communities=scope.communities | {community_id})
    return carry_out(engine, reach, create, now=now, community_id=community_id, code=code, name=name, street=street)


def create(session: ScopedSession, *, now: datetime, community_id: UUID, code: str, name: str, street: str = "") -> UUID | Refused:
    """Command: a community without grids and people; its duties (meetings, drills, checks) are due from today."""
    code, name, street = code.strip(), name.strip(), street.strip()
    refused = _not_permitted(session) or _not_of_all(session, community_id) or check(code, name, street) or _taken(session, code)
    if refused:
        return refused
    session.add(Community(community_id=community_id, code=code, name=name, street=street, created_at=now))
    session.flush()
    _reach(session, community_id)
    ensure_duty_clocks(session, community_id, now)
    file(session, "community.create", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, code=code)
    return community_id


def change(session: ScopedSession, *, now: datetime, community_id: UUID, name: str, street: str, seen: tuple[str, str]) -> UUID | Refused:
    """Command: another name or street; the code stays. `seen`: name and street as the editor saw them."""
    if refused := _not_permitted(session):
        return refused
    row = session.scalar(select(Community).where(Community.community_id == community_id).with_for_update())
    if row is None:
        return Refused("common.not_found")
    refused = check_name(name, street) or (None if (row.name, row.street) == seen else Refused("common.changed_meanwhile"))
    if refused:
        return refused
    row.name, row.street = name.strip(), street.strip()
    file(session, "community.change", now=now, community_id=community_id, subject_kind="community", subject_id=community_id)
    return community_id


def keep_hours(session: ScopedSession, *, now: datetime, community_id: UUID, closes_at: time | None, seen: time | None) -> int | Refused:
    """Command: the office closes at `closes_at` (None: it keeps no hours), and limits counted in days end then. Open ones are counted again, in time or late as they are; by whoever
    holds none of them, for one's own limits would grow with one's hours. `seen`: as the editor saw it. How many moved."""
    refused = _not_permitted(session) or check_closing(closes_at)
    if refused:
        return refused
    row = session.scalar(select(Community).where(Community.community_id == community_id).with_for_update())
    if row is None:
        return Refused("common.not_found")
    if row.closes_at != seen:
        return Refused("common.changed_meanwhile")
    if row.closes_at == closes_at:
        return Refused("communities.closing_same")
    row.closes_at = closes_at
    session.flush()
    moved = restamp_open(session, now, community_id, current_calendar(session))
    hours = {"closes_at": closes_at and closes_at.isoformat("minutes"), "before": seen and seen.isoformat("minutes"), "moved": moved}
    file(session, "community.hours", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, **hours)
    return moved


def _not_permitted(session: ScopedSession) -> Refused | None:
    return None if may(session.scope.role, "communities_manage") else Refused("common.not_allowed")


def _not_of_all(session: ScopedSession, community_id: UUID) -> Refused | None:
    """Whoever administers some communities would make itself the administrator of one more."""
    others = set(session.scalars(select(Community.community_id).execution_options(rollup=True)))
    return None if session.scope.role == SYSTEM or others <= session.scope.communities - {community_id} else Refused("communities.beyond_reach")


def _taken(session: ScopedSession, code: str) -> Refused | None:
    name = session.scalar(select(Community.name).where(Community.code == code).execution_options(rollup=True))
    return None if name is None else Refused("communities.code_taken", values={"code": code, "name": name})


def _reach(session: ScopedSession, community_id: UUID) -> None:
    """An administrator of a list of communities, all there were, has the new one on it too; one without a list reaches it anyway."""
    actor_id = session.scope.actor_id
    if actor_id and session.scalar(select(AccountScope.id).where(AccountScope.account_id == actor_id).limit(1)):
        session.add(AccountScope(account_id=actor_id, reach_community=community_id))
