"""Who a session token, a name or a subject belongs to, and what that account reaches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Engine, Row, select
from sqlalchemy.orm import Session

from core.roles import RIGHTS, SYSTEM, Role
from db.engine import open_session
from db.models.accounts import Account, AccountScope, SessionToken, SignIn
from db.models.alerts import MailAddress
from db.models.grids import Community, Grid, Staff
from db.scope import Scope


@dataclass(frozen=True)
class Visitor:
    """Somebody who is logged in: the account, its language, its scope, and until when (UTC) this log-in lasts without use."""

    account_id: UUID
    username: str
    name: str
    role: str
    lang: str
    scope: Scope
    idle_until: datetime
    local: bool


@dataclass(frozen=True)
class AccountRow:
    """An account as the administrator sees it; `communities` and `grids` (pairs community, grid) are what it reaches."""

    id: UUID
    username: str
    display_name: str
    role: str
    disabled_at: datetime | None
    locked_until: datetime | None
    last_at: datetime | None
    has_password: bool
    oidc_subject: str | None
    communities: frozenset[UUID]
    grids: frozenset[tuple[UUID, UUID]]
    version: int
    mail_address: str | None


_ABOUT = (Account.id, Account.username, Account.display_name, Account.role, AccountScope.reach_community, AccountScope.reach_grid)


def token_hash(token: str) -> bytes:
    """What the database keeps of a cookie's token. The token is random, so plain SHA-256 suffices."""
    return sha256(token.encode()).digest()


def visitor(engine: Engine, token: str | None, *, now: datetime) -> Visitor | None:
    """Who holds `token` at `now`; None when it is unknown, revoked, over, or its account is disabled."""
    if not token:
        return None
    with open_session(engine, None) as session:
        rows = _log_in(session, token_hash(token), now)
    if not rows:
        return None
    one, scope = rows[0], _scope(engine, rows)
    return Visitor(one.id, one.username, one.display_name, one.role, one.lang or "zh", scope, one.idle_until, one.local)


def scope_of(engine: Engine, username: str) -> Scope | None:
    """The scope of the enabled account `username`; None when there is none such."""
    with open_session(engine, None) as session:
        rows = _enabled(session, username)
    return _scope(engine, rows) if rows else None


def accounts(session: Session) -> list[AccountRow]:
    """Every account by user name; refused to any scope but the administrator's (PermissionError: a defect of the caller)."""
    if session.scope.role not in (Role.ADMINISTRATOR, SYSTEM):
        raise PermissionError(f"{session.scope.role} may not list accounts")
    reach: dict[UUID, list[AccountScope]] = {}
    for row in session.scalars(select(AccountScope)):
        reach.setdefault(row.account_id, []).append(row)
    query = select(Account, SignIn, MailAddress.address).outerjoin(SignIn, SignIn.account_id == Account.id)
    rows = session.execute(query.outerjoin(MailAddress, MailAddress.account_id == Account.id).order_by(Account.username))
    return [_account_row(account, sign_in, reach.get(account.id, []), address) for account, sign_in, address in rows]


def communities(session: Session) -> dict[UUID, str]:
    """The communities in scope, id → name, by name."""
    rows = session.execute(select(Community.community_id, Community.name).order_by(Community.name))
    return {row.community_id: row.name for row in rows}


def is_demo(session: Session) -> bool:
    """Whether any community in scope is a demonstration."""
    return session.scalar(select(Community.community_id).where(Community.is_demo).limit(1)) is not None


def grids(session: Session) -> dict[tuple[UUID, UUID], str]:
    """The grids in scope, (community id, grid id) → "community · grid", by name."""
    query = select(Community.community_id, Grid.id, Community.name, Grid.name.label("grid")).join(Grid, Grid.community_id == Community.community_id)
    return {(row.community_id, row.id): f"{row.name} · {row.grid}" for row in session.execute(query.order_by(Community.name, Grid.code))}


def _log_in(session: Session, digest: bytes, now: datetime) -> Sequence[Row]:
    """One row for each place the token's account reaches (at least one); none when the log-in is over. Read at every page run: 0.4 ms."""
    query = (
        select(*_ABOUT, SessionToken.idle_until, SignIn.lang, Account.password_hash.is_not(None).label("local"))
        .join_from(SessionToken, Account, Account.id == SessionToken.account_id)
        .outerjoin(SignIn, SignIn.account_id == Account.id)
        .outerjoin(AccountScope, AccountScope.account_id == Account.id)
        .where(SessionToken.token_hash == digest, SessionToken.revoked_at.is_(None), Account.disabled_at.is_(None))
        .where(SessionToken.idle_until > now, SessionToken.expires_at > now)
    )
    return session.execute(query).all()


def _enabled(session: Session, username: str) -> Sequence[Row]:
    query = select(*_ABOUT).join_from(Account, AccountScope, AccountScope.account_id == Account.id, isouter=True)
    return session.execute(query.where(Account.username == username.strip().lower(), Account.disabled_at.is_(None))).all()


def _account_row(account: Account, sign_in: SignIn | None, reach: list[AccountScope], address: str | None) -> AccountRow:
    return AccountRow(
        account.id,
        account.username,
        account.display_name,
        account.role,
        account.disabled_at,
        sign_in.locked_until if sign_in else None,
        sign_in.last_at if sign_in else None,
        account.password_hash is not None,
        account.oidc_subject,
        frozenset(row.reach_community for row in reach),
        frozenset((row.reach_community, row.reach_grid) for row in reach if row.reach_grid),
        account.version,
        address,
    )


def _scope(engine: Engine, rows: Sequence[Row]) -> Scope:
    one, rights = rows[0], RIGHTS[Role(rows[0].role)]
    communities = frozenset(row.reach_community for row in rows if row.reach_community)
    if one.role == Role.ADMINISTRATOR and not communities:
        communities = _every_community(engine)
    grids = frozenset(row.reach_grid for row in rows if row.reach_grid) if rights.by_grid else None
    scope = Scope(one.id, one.role, communities, grids, rights.order_desks, rights.people, label=one.username)
    return replace(scope, staff_id=_staff_of(engine, scope))


def _every_community(engine: Engine) -> frozenset[UUID]:
    """An administrator without a list reaches every community: it must hand out the first one too."""
    with open_session(engine, None) as session:
        return frozenset(session.scalars(select(Community.community_id).execution_options(rollup=True)))


def _staff_of(engine: Engine, scope: Scope) -> UUID | None:
    if not scope.communities:
        return None
    # Held to the scope by hand: the loader criteria would cost more than the query, at every page run.
    query = select(Staff.id).where(Staff.community_id.in_(scope.communities), Staff.account_id == scope.actor_id).limit(1)
    with open_session(engine, scope) as session:
        return session.scalar(query, execution_options={"rollup": True})
