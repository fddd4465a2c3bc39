"""Who works for a community, and which account is whose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select

from core.calendar import local_day
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account
from db.models.grids import Community, Grid, Post, Staff
from db.queries.posts import post_held, still_here


@dataclass(frozen=True)
class Worker:
    """Somebody who works for a community. `posts`: (grid's name, A or B) held today; `username`: the account, None: none belongs to them."""

    community_id: UUID
    id: UUID
    name: str
    kind: str
    community: str
    posts: tuple[tuple[str, str], ...]
    account_id: UUID | None
    username: str | None


def workers(session: ScopedSession, now: datetime, community_id: UUID | None = None) -> list[Worker]:
    """Everybody in scope (of one community) who works there today, by community, kind and name."""
    today = local_day(now)
    columns = (Staff.community_id, Staff.id, Staff.name, Staff.kind, Community.name.label("community"), Staff.account_id, Account.username)
    query = select(*columns).join(Community, Community.community_id == Staff.community_id).outerjoin(Account, Account.id == Staff.account_id)
    own = () if community_id is None else (Staff.community_id == community_id,)
    rows = session.execute(query.where(still_here(today), *own).order_by(Community.name, Staff.kind, Staff.name, Staff.id)).all()
    posts = _posts(session, today, own and (Post.community_id == community_id,))
    return [Worker(row.community_id, row.id, row.name, row.kind, row.community, tuple(posts.get(row.id, ())), row.account_id, row.username) for row in rows]


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
