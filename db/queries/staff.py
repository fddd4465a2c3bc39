"""Who works for a community, and which account is whose."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from core.calendar import local_day
from core.periods import local_midnight
from core.posts import RECENT
from core.roles import Role, may
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account, AccountScope
from db.models.grids import Community, Grid, Post, Staff
from db.models.residents import SpecialGroup
from db.queries.posts import post_held, posts_held, still_here


@dataclass(frozen=True)
class Worker:
    """Somebody who works for a community. `posts`: (grid's name, A or B) held today; `username`: the account, for who manages accounts or
    absences, None: none belongs to them; `left`: works there no more; `left_on`: first day they are not here."""

    community_id: UUID
    id: UUID
    name: str
    kind: str
    community: str
    posts: tuple[tuple[str, str], ...]
    account_id: UUID | None
    username: str | None
    left: bool = False
    left_on: date | None = None


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
            row.left_on is not None and row.left_on <= today, row.left_on,
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


@dataclass(frozen=True)
class Standing:
    """A post of somebody, held now or later. `to_date`: the first day without it, None: not known."""

    id: UUID
    staff_id: UUID
    grid_id: UUID
    grid: str
    post: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True)
class Consequences:
    """What follows a change of posts. `alone`: grids where nobody stands then → people on the roster there; `doubled`: grids both of whose posts one person has then;
    `unreached`, `reached`: (account, grid) of a worker's account that doesn't reach a grid they have a post in, or still does though they have none; `account`:
    of whoever has left, still to be disabled; `no_head`: nobody heads the station then."""

    alone: tuple[tuple[str, int], ...] = ()
    doubled: tuple[str, ...] = ()
    unreached: tuple[tuple[str, str], ...] = ()
    reached: tuple[tuple[str, str], ...] = ()
    account: str | None = None
    no_head: bool = False


def standing(session: ScopedSession, now: datetime, community_id: UUID) -> list[Standing]:
    """Every post of a community that is held now or will be, by grid, post and since when."""
    query = select(Post.id, Post.staff_id, Post.grid_id, Grid.name, Grid.code, Post.post, Post.from_date, Post.to_date)
    query = query.join(Grid, and_(Grid.community_id == Post.community_id, Grid.id == Post.grid_id)).where(Post.community_id == community_id)
    rows = session.execute(query.where(or_(Post.to_date.is_(None), Post.to_date > local_day(now))).order_by(Grid.code, Post.post, Post.from_date))
    return [Standing(row.id, row.staff_id, row.grid_id, row.name or row.code, row.post, row.from_date, row.to_date) for row in rows]


def consequences(session: ScopedSession, now: datetime, community_id: UUID, grids: Iterable[UUID], day: date, staff: Iterable[UUID], gone: Staff | None = None) -> Consequences:
    """What follows in `grids` from the local date `day`, or from now if that is past, for the accounts of `staff`. `gone`: whoever leaves the staff."""
    then, grids = max(now, local_midnight(day)), tuple(grids)
    held = posts_held(session, then, community_id=community_id, grids=grids)
    names = dict(session.execute(select(Grid.id, Grid.name).where(Grid.community_id == community_id, Grid.id.in_(grids))).all())
    empty = [one for one in grids if one not in {post.grid_id for post in held}]
    own = (SpecialGroup.community_id == community_id, SpecialGroup.grid_id.in_(empty), SpecialGroup.to_date.is_(None))
    cared_for = select(SpecialGroup.grid_id, func.count(SpecialGroup.resident_id.distinct())).where(*own).group_by(SpecialGroup.grid_id)
    people = dict(session.execute(cared_for).all()) if empty else {}
    doubled = [grid_id for (grid_id, _), n in Counter((one.grid_id, one.staff_id) for one in held).items() if n > 1]
    unreached, reached = _accounts(session, community_id, names, {(one.grid_id, one.staff_id) for one in held}, tuple(staff))
    account = session.scalar(select(Account.username).where(Account.id == gone.account_id, Account.disabled_at.is_(None))) if gone and gone.account_id else None
    heads = select(Staff.id).where(Staff.community_id == community_id, Staff.kind == "head", still_here(local_day(then)))
    no_head = gone is not None and gone.kind == "head" and session.scalar(heads.limit(1)) is None
    return Consequences(tuple((names[one], people.get(one, 0)) for one in empty), tuple(names[one] for one in doubled), unreached, reached, account, no_head)


def _accounts(session: ScopedSession, community_id: UUID, names: dict[UUID, str], held: set[tuple[UUID, UUID]], staff: tuple[UUID, ...]) -> tuple[tuple, tuple]:
    """Of these members of staff the workers' accounts that don't reach one of the grids `names` where they stand, or do where they don't."""
    who = select(Staff.id, Account.id.label("account_id"), Account.username).join(Account, Account.id == Staff.account_id)
    who = who.where(Staff.community_id == community_id, Staff.id.in_(staff), Account.role == Role.GRID_WORKER, Account.disabled_at.is_(None))
    people = session.execute(who).all()
    reach = select(AccountScope.account_id, AccountScope.reach_grid).where(AccountScope.account_id.in_([one.account_id for one in people]))
    reached = {tuple(row) for row in session.execute(reach)} if people else set()
    pairs = [(one, grid_id, (one.account_id, grid_id) in reached, (grid_id, one.id) in held) for one in people for grid_id in names]
    return tuple(tuple((one.username, names[grid_id]) for one, grid_id, reaches, holds in pairs if (reaches, holds) == wrong) for wrong in ((False, True), (True, False)))


def lately_left(session: ScopedSession, now: datetime, community_id: UUID) -> list[tuple[UUID, str, date]]:
    """(id, name, first day not here) of who has left a community's staff lately, the latest first."""
    today = local_day(now)
    own = (Staff.community_id == community_id, Staff.left_on <= today, Staff.left_on > today - RECENT)
    return [tuple(row) for row in session.execute(select(Staff.id, Staff.name, Staff.left_on).where(*own).order_by(Staff.left_on.desc(), Staff.name))]


def places_to_stand(session: ScopedSession, community_id: UUID) -> dict[UUID, str]:
    """The grids in scope of a community, id → name, by code."""
    rows = session.execute(select(Grid.id, Grid.name, Grid.code).where(Grid.community_id == community_id).order_by(Grid.code))
    return {row.id: row.name or row.code for row in rows}
