"""Who works for a community, and which account is whose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select

from core.calendar import local_day
from core.roles import may
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account
from db.models.grids import Community, Grid, Post, Staff
from db.queries.posts import post_held, still_here


@dataclass(frozen=True)
class Worker:
    """Somebody who works for a community. `posts`: (grid's name, A or B) held today; `username`: the account, for who manages accounts or
    absences, None: none belongs to them; `left`: works there no more."""

    community_id: UUID
    id: UUID
    name: str
    kind: str
    community: str
    posts: tuple[tuple[str, str], ...]
    account_id: UUID | None
    username: str | None
    left: bool = False


def workers(session: ScopedSession, now: datetime, community_id: UUID | None = None, *, with_accounts: bool = False) -> list[Worker]:
    """Everybody in scope (of one community) who works there today, by community, kind and name. `with_accounts`: also who has left and still has an account."""
    today = local_day(now)
    columns = (Staff.community_id, Staff.id, Staff.name, Staff.kind, Community.name.label("community"), Staff.account_id, Account.username, Staff.left_on)
    query = select(*columns).join(Community, Community.community_id == Staff.community_id).outerjoin(Account, Account.id == Staff.account_id)
    own = () if community_id is None else (Staff.community_id == community_id,)
    listed = or_(still_here(today), Staff.account_id.is_not(None)) if with_accounts else still_here(today)
    rows = session.execute(query.where(listed, *own).order_by(Community.name, Staff.kind, Staff.name, Staff.id)).all()
    named_too = may(session.scope.role, "accounts_manage") or may(session.scope.role, "absence_manage")
    posts = _posts(session, today, own and (Post.community_id == community_id,))
    return [
        Worker(
            row.community_id, row.id, row.name, row.kind, row.community, tuple(posts.get(row.id, ())), row.account_id, row.username if named_too else None,
            row.left_on is not None and row.left_on <= today,
        )
        for row in rows
    ]  # fmt: skip


def _posts(session: ScopedSession, today: date, own: Iterable) -> dict[UUID, list[tuple[str, str]]]:
    query = select(Post.staff_id, Grid.name, Grid.code, Post.post).join(Grid, and_(Grid.community_id == Post.community_id, Grid.id == Post.grid_id))
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in session.execute(query.where(post_held(today), *own).order_by(Grid.code, Post.post)):
        found.setdefault(row.staff_id, []).append((row.name or row.code, row.post))
    return found


def named(session: ScopedSession, community_id: UUID, name: str, phone: str | None = None) -> list[tuple[UUID, str]]:
    """(id, name) of the community's staff called `name`, with that number if one is given; whoever has left, too."""
    own = [Staff.community_id == community_id, Staff.name == name]
    if phone:
        own.append(Staff.phone_index == keyring().blind_index(phone, "staff.phone"))
    return [tuple(row) for row in session.execute(select(Staff.id, Staff.name).where(*own).order_by(Staff.id))]
