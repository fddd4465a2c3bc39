"""Accounts and log-ins: create, change, disable, reset; log in, renew, log out.

Every change of an account is one ledger entry and ends its log-ins in the same transaction. Logging in files nothing,
except that a lock after too many failures is on the ledger. Hashing takes tens of milliseconds: it happens before the
transaction opens, and callers on an event loop must move it to a thread.
"""

import re
import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, delete, func, select, update

from core.refusals import Refused
from core.roles import RIGHTS, SYSTEM, Role, may
from db.commands.filing import carry_out, file
from db.commands.staff import give_account, keeps_its_staff, release
from db.engine import ScopedSession, open_session
from db.models.accounts import Account, AccountScope, SessionToken, SignIn
from db.models.alerts import MailAddress
from db.models.grids import Community
from db.queries.identity import token_hash
from db.scope import Scope
from db.types import uuid7

# The figures below are this product's defaults; no document of the rulebook names any.
FAILURES = 5
"""Wrong passwords in a row that lock an account."""
LOCKED_FOR = timedelta(minutes=15)
IDLE = timedelta(hours=72)
"""A log-in unused this long ends: longer than a weekend, or everybody would log in on Monday at 08:30."""
LASTS = timedelta(days=7)
"""A log-in ends after this long, plus a random part of SPREAD, so that not all end in the same minute."""
SPREAD = timedelta(days=3)
RENEW_AFTER = timedelta(minutes=10)
"""Use pushes the idle end on at most this often: one small write, not one a click."""
SHORTEST_PASSWORD = 10
DEMO_PASSWORD = "wangge-2026"
"""Of every demo account, and printed in the README: no other account may have it."""

# OWASP's figures for argon2id (19 MB, 2 passes): 425 people logging in at 08:30 cost 12 CPU-seconds instead of 64.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS_HASH = f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}$" + "$".join(
    b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (_HASHER.salt_len, _HASHER.hash_len)
)
"""No password has it, and trying one takes as long as with any other hash. Made, not counted: that would take each process 60 ms."""
_ADDRESS = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+", re.ASCII)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_LOGIN = Scope.system((), label="login")


def hash_password(password: str, *, for_demo: bool = False) -> str | Refused:
    """The argon2id hash of `password`, or a refusal when it is too short or the one that everybody knows (but `for_demo`)."""
    if len(password) < SHORTEST_PASSWORD:
        return Refused("accounts.password_short", values={"n": SHORTEST_PASSWORD})
    if password.strip().casefold() == DEMO_PASSWORD and not for_demo:
        return Refused("accounts.password_of_demo")
    return _HASHER.hash(password)


def log_in(engine: Engine, username: str, password: str, *, now: datetime, lang: str | None = None) -> str | Refused:
    """A fresh token for the cookie. One refusal, after the same work, for an unknown, locked, disabled or wrong one.

    `lang`: the language chosen at the door, kept for the account from now on; None leaves it."""
    username = username.strip().lower()
    with open_session(engine, None) as session:
        account = session.scalar(select(Account).where(Account.username == username))
    known = account.password_hash if account and account.password_hash else None
    right = is_password(known or _NOBODYS_HASH, password) and known is not None
    return carry_out(engine, _LOGIN, _answer_login, username=username, seen_hash=known, right=right, lang=lang, now=now) or _no()


def log_in_by_subject(engine: Engine, subject: str, username: str | None, *, now: datetime, lang: str | None = None) -> str | Refused:
    """A token for the enabled account with this OpenID Connect `subject` ("issuer sub"), or, until it has one, with this name.

    By name only an account without a password: at many providers people choose their names, and could choose an administrator's."""
    return carry_out(engine, _LOGIN, _answer_subject, subject=subject, username=(username or "").strip().lower(), lang=lang, now=now)


def change_own_password(engine: Engine, scope: Scope, old: str, new: str, *, now: datetime) -> None | Refused:
    """Another password for the actor of `scope`, who must know the present one; ends all their log-ins. Wrong ones count towards the lock."""
    with open_session(engine, None) as session:
        account = session.get(Account, scope.actor_id)
    if not account.password_hash or not is_password(account.password_hash, old):
        carry_out(engine, _LOGIN, _note_wrong_password, account_id=account.id, now=now)
        return Refused("login.password_wrong")
    hashed = hash_password(new)
    return hashed if isinstance(hashed, Refused) else carry_out(engine, scope, reset_password, account_id=account.id, password_hash=hashed, now=now)


def renew(engine: Engine, token: str, idle_until: datetime, *, now: datetime) -> None:
    """Push the idle end on, if the last push is RENEW_AFTER ago. `idle_until` is what the reader saw."""
    if idle_until - now < IDLE - RENEW_AFTER:
        carry_out(engine, _LOGIN, _push_on, digest=token_hash(token), now=now)


def log_out(engine: Engine, token: str, *, now: datetime) -> None:
    """End the log-in of `token`; unknown tokens are left alone."""
    carry_out(engine, _LOGIN, _revoke, digest=token_hash(token), now=now)


def choose_language(session: ScopedSession, *, account_id: UUID, lang: str, now: datetime) -> None:
    """Command: remember the language the account reads in. A preference, not a filing."""
    _sign_in(session, account_id).lang = lang


def create_account(
    session: ScopedSession,
    *,
    username: str,
    display_name: str,
    role: str,
    password_hash: str | None,
    communities: Iterable[UUID],
    grids: Iterable[tuple[UUID, UUID]] = (),
    oidc_subject: str | None = None,
    staff: tuple[UUID, UUID] | None = None,
    now: datetime,
) -> UUID | Refused:
    """Command: open an account; its id. `grids`: pairs (community, grid). `password_hash` None: log-in by the office's provider only. `staff`: (community, member
    of staff) it belongs to; may be said later (`link_account`)."""
    username, communities, grids = username.strip().lower(), [*communities], [*grids]
    refused = _not_permitted(session) or _bad_account(session, username, display_name, role)
    refused = refused or _beyond_own_reach(session, role, {*communities, *(one for one, _ in grids)})
    if refused:
        return refused
    account = Account(id=uuid7(), username=username, display_name=display_name.strip(), role=role, password_hash=password_hash, oidc_subject=oidc_subject, created_at=now)
    session.add(account)
    session.flush()
    _reach(session, account.id, communities, grids, role)
    if staff and (refused := give_account(session, account, _reached(role, communities, grids), *staff, now)):
        return refused
    file(session, "account.create", now=now, subject_kind="account", subject_id=account.id, role=role, **({"staff": staff[1]} if staff else {}))
    return account.id


def change_account(
    session: ScopedSession, *, account_id: UUID, role: str, communities: Iterable[UUID], grids: Iterable[tuple[UUID, UUID]] = (), display_name: str, version: int, now: datetime
) -> None | Refused:
    """Command: change role, reach or display name, and end the account's log-ins. `version` is the one the editor saw."""
    account, communities, grids = session.get(Account, account_id), [*communities], [*grids]
    refused = _not_permitted(session) or _unknown(account) or _stale(account, version) or _bad_account(session, None, display_name, role)
    refused = refused or _not_theirs(session, account) or _beyond_own_reach(session, role, {*communities, *(one for one, _ in grids)})
    refused = refused or (_last_administrator(session, account) if role != Role.ADMINISTRATOR else None)
    refused = refused or keeps_its_staff(session, account_id, role, _reached(role, communities, grids))
    if refused:
        return refused
    before = account.role
    account.role, account.display_name = role, display_name.strip()
    session.execute(delete(AccountScope).where(AccountScope.account_id == account_id))
    _reach(session, account_id, communities, grids, role)
    _end_log_ins(session, account_id, now)
    file(session, "account.change", now=now, subject_kind="account", subject_id=account_id, before=before, role=role)
    return None


def disable_account(session: ScopedSession, *, account_id: UUID, now: datetime) -> None | Refused:
    """Command: lock somebody out for good (until enabled); every log-in ends at once."""
    account = session.get(Account, account_id)
    refused = _not_permitted(session) or _unknown(account) or _not_theirs(session, account) or _last_administrator(session, account)
    if refused:
        return refused
    account.disabled_at = account.disabled_at or now
    _end_log_ins(session, account_id, now)
    file(session, "account.disable", now=now, subject_kind="account", subject_id=account_id)
    return None


def enable_account(session: ScopedSession, *, account_id: UUID, now: datetime) -> None | Refused:
    """Command: let a disabled account log in again, and lift a lock."""
    account = session.get(Account, account_id)
    refused = _not_permitted(session) or _unknown(account) or _not_theirs(session, account)
    if refused:
        return refused
    account.disabled_at = None
    _unlock(session, account_id)
    file(session, "account.enable", now=now, subject_kind="account", subject_id=account_id)
    return None


def reset_password(session: ScopedSession, *, account_id: UUID, password_hash: str, now: datetime) -> None | Refused:
    """Command: give an account another password (its own holder may, too); lifts a lock, ends its log-ins."""
    account = session.get(Account, account_id)
    own = session.scope.actor_id == account_id
    refused = (None if own else _not_permitted(session)) or _unknown(account) or (None if own else _not_theirs(session, account))
    if refused:
        return refused
    account.password_hash = password_hash
    _unlock(session, account_id)
    _end_log_ins(session, account_id, now)
    file(session, "account.password", now=now, subject_kind="account", subject_id=account_id, own=own)
    return None


def set_mail_address(session: ScopedSession, *, account_id: UUID, address: str | None, now: datetime) -> None | Refused:
    """Command: where alerts to an account are written to; None: nowhere. The address itself is not on the ledger."""
    account = session.get(Account, account_id)
    refused = _not_permitted(session) or _unknown(account) or _not_theirs(session, account)
    if refused is None and address is not None and not _ADDRESS.fullmatch(address):
        refused = Refused("accounts.address_bad")
    if refused:
        return refused
    known = session.get(MailAddress, account_id)
    if address is None and known:
        session.delete(known)
    elif known:
        known.address = address
    elif address is not None:
        session.add(MailAddress(account_id=account_id, address=address))
    file(session, "account.mail_address", now=now, subject_kind="account", subject_id=account_id, set=address is not None)
    return None


def link_account(session: ScopedSession, *, account_id: UUID, community_id: UUID, staff_id: UUID, now: datetime) -> None | Refused:
    """Command: the account belongs to that member of staff from now on: what is done with it is filed under them."""
    account = session.get(Account, account_id, with_for_update=True)
    refused = _not_permitted(session) or _unknown(account) or _not_theirs(session, account)
    refused = refused or give_account(session, account, _reached_now(session, account_id), community_id, staff_id, now)
    if refused:
        return refused
    file(session, "account.link", now=now, community_id=community_id, subject_kind="account", subject_id=account_id, staff=staff_id)
    return None


def unlink_account(session: ScopedSession, *, account_id: UUID, now: datetime) -> None | Refused:
    """Command: the account belongs to nobody any more; what was done with it stays filed under whom it belonged to."""
    account = session.get(Account, account_id, with_for_update=True)
    refused = _not_permitted(session) or _unknown(account) or _not_theirs(session, account)
    released = refused or release(session, account_id)
    if isinstance(released, Refused):
        return released
    file(session, "account.unlink", now=now, community_id=released.community_id, subject_kind="account", subject_id=account_id, staff=released.id)
    return None


def is_password(known: str, password: str) -> bool:
    """Whether `password` is the one the hash `known` was made of. Takes tens of milliseconds."""
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _no() -> Refused:
    return Refused("login.wrong", values={"n": FAILURES, "minutes": LOCKED_FOR // timedelta(minutes=1)})


def _answer_login(session: ScopedSession, *, username: str, seen_hash: str | None, right: bool, lang: str | None, now: datetime) -> str | None:
    """The token, or None: not a Refused, because the failure must be counted and a refusal undoes the transaction."""
    account = session.scalar(select(Account).where(Account.username == username).with_for_update())
    if account is None or account.disabled_at:
        return None
    sign_in = _sign_in(session, account.id)
    if sign_in.locked_until and now < sign_in.locked_until:
        return None
    # A password changed between the check and this transaction counts as wrong.
    if right and account.password_hash == seen_hash:
        return _issue(session, account, sign_in, lang, now)
    _count_failure(session, account, sign_in, now)
    return None


def _note_wrong_password(session: ScopedSession, *, account_id: UUID, now: datetime) -> None:
    """Whoever sits at an open desk may not try passwords for ever: the fifth wrong one locks, and ends the log-ins."""
    account, sign_in = session.get(Account, account_id), _sign_in(session, account_id)
    _count_failure(session, account, sign_in, now)
    if sign_in.locked_until == now + LOCKED_FOR:
        _end_log_ins(session, account_id, now)


def _count_failure(session: ScopedSession, account: Account, sign_in: SignIn, now: datetime) -> None:
    sign_in.failures += 1
    if sign_in.failures >= FAILURES:
        sign_in.failures, sign_in.locked_until = 0, now + LOCKED_FOR
        file(session, "account.lock", now=now, subject_kind="account", subject_id=account.id, failures=FAILURES)


def _answer_subject(session: ScopedSession, *, subject: str, username: str, lang: str | None, now: datetime) -> str | Refused:
    account = session.scalar(select(Account).where(Account.oidc_subject == subject))
    if account is None and username:
        account = session.scalar(select(Account).where(Account.username == username, Account.oidc_subject.is_(None), Account.password_hash.is_(None)))
    if account is None or account.disabled_at:
        return Refused("login.no_account")
    if account.oidc_subject is None:
        account.oidc_subject = subject
        file(session, "account.subject", now=now, subject_kind="account", subject_id=account.id)
    return _issue(session, account, _sign_in(session, account.id), lang, now)


def _issue(session: ScopedSession, account: Account, sign_in: SignIn, lang: str | None, now: datetime) -> str:
    sign_in.failures, sign_in.locked_until, sign_in.last_at = 0, None, now
    sign_in.lang = lang or sign_in.lang
    token = secrets.token_urlsafe(32)
    ends = now + LASTS + timedelta(seconds=secrets.randbelow(int(SPREAD.total_seconds())))
    session.add(SessionToken(token_hash=token_hash(token), account_id=account.id, created_at=now, idle_until=min(now + IDLE, ends), expires_at=ends))
    return token


def _push_on(session: ScopedSession, *, digest: bytes, now: datetime) -> None:
    token = session.get(SessionToken, digest)
    if token and token.revoked_at is None:
        token.idle_until = min(now + IDLE, token.expires_at)


def _revoke(session: ScopedSession, *, digest: bytes, now: datetime) -> None:
    session.execute(update(SessionToken).where(SessionToken.token_hash == digest, SessionToken.revoked_at.is_(None)).values(revoked_at=now))


def _end_log_ins(session: ScopedSession, account_id: UUID, now: datetime) -> None:
    session.execute(update(SessionToken).where(SessionToken.account_id == account_id, SessionToken.revoked_at.is_(None)).values(revoked_at=now))


def _sign_in(session: ScopedSession, account_id: UUID) -> SignIn:
    row = session.get(SignIn, account_id, with_for_update=True)
    if row is None:
        row = SignIn(account_id=account_id, failures=0, lang="zh")
        session.add(row)
    return row


def _unlock(session: ScopedSession, account_id: UUID) -> None:
    row = _sign_in(session, account_id)
    row.failures, row.locked_until = 0, None


def _reach(session: ScopedSession, account_id: UUID, communities: Iterable[UUID], grids: Iterable[tuple[UUID, UUID]], role: str) -> None:
    """A role bound to grids reaches those (community, grid) only; the others reach whole communities."""
    if RIGHTS[Role(role)].by_grid:
        session.add_all(AccountScope(account_id=account_id, reach_community=c, reach_grid=g) for c, g in grids)
    else:
        session.add_all(AccountScope(account_id=account_id, reach_community=c) for c in communities)


def _reached(role: str, communities: Iterable[UUID], grids: Iterable[tuple[UUID, UUID]]) -> set[UUID]:
    return {one for one, _ in grids} if RIGHTS[Role(role)].by_grid else set(communities)


def _reached_now(session: ScopedSession, account_id: UUID) -> set[UUID]:
    return set(session.scalars(select(AccountScope.reach_community).where(AccountScope.account_id == account_id)))


def _not_permitted(session: ScopedSession) -> Refused | None:
    return None if may(session.scope.role, "accounts_manage") else Refused("common.not_allowed")


def _unknown(account: Account | None) -> Refused | None:
    return None if account else Refused("common.not_found")


def _not_theirs(session: ScopedSession, account: Account) -> Refused | None:
    """Refuses an account that reaches further than the actor: whoever resets its password could use it."""
    return _beyond_own_reach(session, account.role, _reached_now(session, account.id))


def _beyond_own_reach(session: ScopedSession, role: str, communities: set[UUID]) -> Refused | None:
    """An administrator of some communities hands out those only; one without a list reaches all, and only such a one makes another."""
    own = session.scope.communities
    if session.scope.role == SYSTEM or own >= set(session.scalars(select(Community.community_id).execution_options(rollup=True))):
        return None
    further = not communities <= own or (role == Role.ADMINISTRATOR and not communities)
    return Refused("accounts.beyond_reach") if further else None


def _stale(account: Account, version: int) -> Refused | None:
    return None if account.version == version else Refused("common.changed_meanwhile")


def _bad_account(session: ScopedSession, username: str | None, display_name: str, role: str) -> Refused | None:
    if username is not None and not _USERNAME.fullmatch(username):
        return Refused("accounts.username_bad")
    if username is not None and session.scalar(select(Account.id).where(Account.username == username)):
        return Refused("accounts.username_taken", values={"username": username})
    if not display_name.strip():
        return Refused("accounts.name_missing")
    return None if role in list(Role) else Refused("accounts.role_unknown", values={"role": role})


def _last_administrator(session: ScopedSession, account: Account) -> Refused | None:
    """Nobody could open an account again: an office can't lock itself out."""
    if account.role != Role.ADMINISTRATOR or account.disabled_at:
        return None
    others = session.scalar(select(func.count()).where(Account.role == Role.ADMINISTRATOR.value, Account.disabled_at.is_(None), Account.id != account.id))
    return None if others else Refused("accounts.last_administrator")
