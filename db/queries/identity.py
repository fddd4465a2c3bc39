"""Who a session token, a name or a subject belongs to, and what that account reaches."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Engine, Row, select
from sqlalchemy.orm import Session

from core.roles import RIGHTS, Role
from db.engine import open_session
from db.models.accounts import Account, AccountScope, SessionToken, SignIn
from db.models.grids import Community, Staff
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
    """An account as the administrator sees it; `communities` and `grids` are what it reaches (no grids: all of them)."""

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
    grids: frozenset[UUID]
    version: int


def token_hash(token: str) -> bytes:
    """What the database keeps of a cookie's token. The token is random, so plain SHA-256 suffices."""
    return sha256(token.encode()).digest()


def visitor(engine: Engine, token: str | None, *, now: datetime) -> Visitor | None:
    """Who holds `token` at `now`; None when it is unknown, revoked, over, or its account is disabled."""
    if not token:
        return None
    with open_session(engine, None) as session:
        found = _log_in(session, token_hash(token), now)
        reach = _reach(session, found.Account.id) if found else None
    if found is None:
        return None
    account, scope = found.Account, _scope(engine, found.Account, *reach)
    return Visitor(account.id, account.username, account.display_name, account.role, found.lang or "zh", scope, found.idle_until, account.password_hash is not None)


def scope_of(engine: Engine, username: str) -> Scope | None:
    """The scope of the enabled account `username`; None when there is none such."""
    with open_session(engine, None) as session:
        account = _enabled(session, username)
        reach = _reach(session, account.id) if account else None
    return _scope(engine, account, *reach) if account else None


def accounts(session: Session) -> list[AccountRow]:
    """Every account by user name; refused to any scope but the administrator's (PermissionError: a defect of the caller)."""
    if session.scope.role not in (Role.ADMINISTRATOR, "system"):
        raise PermissionError(f"{session.scope.role} may not list accounts")
    reach: dict[UUID, list[AccountScope]] = {}
    for row in session.scalars(select(AccountScope)):
        reach.setdefault(row.account_id, []).append(row)
    pairs = session.execute(select(Account, SignIn).outerjoin(SignIn, SignIn.account_id == Account.id).order_by(Account.username))
    return [_account_row(account, sign_in, reach.get(account.id, [])) for account, sign_in in pairs]


def communities(session: Session) -> dict[UUID, str]:
    """The communities in scope, id → name, by name."""
    rows = session.execute(select(Community.community_id, Community.name).order_by(Community.name))
    return {row.community_id: row.name for row in rows}


def _log_in(session: Session, digest: bytes, now: datetime) -> Row | None:
    query = (
        select(SessionToken.idle_until, Account, SignIn.lang)
        .join(Account, Account.id == SessionToken.account_id)
        .outerjoin(SignIn, SignIn.account_id == Account.id)
        .where(SessionToken.token_hash == digest, SessionToken.revoked_at.is_(None), Account.disabled_at.is_(None))
        .where(SessionToken.idle_until > now, SessionToken.expires_at > now)
    )
    return session.execute(query).one_or_none()


def _enabled(session: Session, username: str) -> Account | None:
    return session.scalar(select(Account).where(Account.username == username.strip().lower(), Account.disabled_at.is_(None)))


def _account_row(account: Account, sign_in: SignIn | None, reach: list[AccountScope]) -> AccountRow:
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
        frozenset(row.reach_grid for row in reach if row.reach_grid),
        account.version,
    )


def _reach(session: Session, account_id: UUID) -> tuple[frozenset[UUID], frozenset[UUID]]:
    rows = session.execute(select(AccountScope.reach_community, AccountScope.reach_grid).where(AccountScope.account_id == account_id)).all()
    return frozenset(row.reach_community for row in rows), frozenset(row.reach_grid for row in rows if row.reach_grid)


def _scope(engine: Engine, account: Account, reach: frozenset[UUID], grids: frozenset[UUID]) -> Scope:
    rights = RIGHTS[Role(account.role)]
    scope = Scope(
        account.id,
        account.role,
        reach or (_every_community(engine) if account.role == Role.ADMINISTRATOR else frozenset()),
        grids if rights.by_grid else None,
        rights.order_desks,
        rights.people,
        label=account.username,
    )
    return replace(scope, staff_id=_staff_of(engine, scope))


def _every_community(engine: Engine) -> frozenset[UUID]:
    """An administrator without a list reaches every community: it must hand out the first one too."""
    with open_session(engine, None) as session:
        return frozenset(session.scalars(select(Community.community_id).execution_options(rollup=True)))


def _staff_of(engine: Engine, scope: Scope) -> UUID | None:
    if not scope.communities:
        return None
    with open_session(engine, scope) as session:
        return session.scalar(select(Staff.id).where(Staff.account_id == scope.actor_id).limit(1))
