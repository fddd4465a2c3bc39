"""Warnings: raise what has reached a level, exactly once for a clock, level and due time, and what waits for a word; and read one's inbox.

However many raise at once: whoever comes second waits for the community's row and then finds nothing new; the unique keys of `alert` and `alert_word` would undo
the whole transaction of anybody who got past that. What one round raises for one audience is one digest, be it one alert or five hundred.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, insert, select, update

from core.alerts import Audience
from core.roles import may_open
from db.commands.filing import carry_out, file
from db.engine import ScopedSession, open_session
from db.models.accounts import Account, AccountScope
from db.models.alerts import Alert, AlertDigest, AlertNotice, AlertWord
from db.models.grids import Community, Staff
from db.queries.alerts import Rising, rising
from db.queries.awaited import RisingWord, rising_words
from db.scope import Scope
from db.types import uuid7

Key = tuple[Audience, bool]
"""Who is told, and whether it is urgent: what a digest is made for."""


def raise_all(engine: Engine, now: datetime) -> int:
    """Raise what is new in every community, one transaction each, none where nothing is new. Returns how many alerts."""
    with open_session(engine, None) as session:
        communities = list(session.scalars(select(Community.community_id).execution_options(rollup=True)))
    raised = 0
    for one in communities:
        scope = Scope.system({one}, label="alerts")
        with open_session(engine, scope) as session:
            new = bool(rising(session, now, one) or rising_words(session, now, one))
        if new:
            raised += carry_out(engine, scope, raise_alerts, now=now, community_id=one) or 0
    return raised


def raise_alerts(session: ScopedSession, *, now: datetime, community_id: UUID) -> int:
    """Command: raise what is new in a community. Returns how many alerts."""
    session.scalar(select(Community).where(Community.community_id == community_id).with_for_update())
    digests: dict[Key, list[Rising | RisingWord]] = {}
    for one in rising(session, now, community_id):
        digests.setdefault((one.audience, one.urgent), []).append(one)
    words = rising_words(session, now, community_id)
    for word in words:
        for told in word.audiences:
            digests.setdefault((told, False), []).append(word)
    counted = Counter(one.level.name for risen in digests.values() for one in risen if isinstance(one, Rising))
    counted.update({"words": len(words)} if words else {})
    if digests:
        _file_digests(session, now, community_id, digests)
        file(session, "alert.raise", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, **counted)
    return counted.total()


def _file_digests(session: ScopedSession, now: datetime, community_id: UUID, digests: dict[Key, list[Rising | RisingWord]]) -> None:
    ids = {key: uuid7() for key in digests}
    readers = _readers(session, community_id, {told for told, _ in digests})
    made = [{"community_id": community_id, "id": ids[key], "role": key[0].role, "staff_id": key[0].staff_id, "urgent": key[1], "raised_at": now} for key in digests]
    alerts = [
        {
            "community_id": community_id, "id": uuid7(), "grid_id": one.grid_id, "desk": one.desk, "digest_id": ids[key], "clock_id": one.clock_id,
            "due_at": one.due_at, "level": one.level.value, "clause_id": one.clause_id,
        }
        for key, risen in digests.items() for one in risen if isinstance(one, Rising)
    ]  # fmt: skip
    words = [
        {
            "community_id": community_id, "id": uuid7(), "digest_id": ids[key], "kind": one.awaited.kind, "subject_id": one.awaited.subject_id,
            "turn": one.awaited.turn, "time": one.time.value, "reader": key[0].role or str(key[0].staff_id),
        }
        for key, risen in digests.items() for one in risen if isinstance(one, RisingWord)
    ]  # fmt: skip
    notices = [
        {"community_id": community_id, "id": uuid7(), "digest_id": ids[key], "account_id": account_id, "raised_at": now}
        for key in digests
        for account_id in readers.get(key[0], ())
    ]
    for model, rows in ((AlertDigest, made), (Alert, alerts), (AlertWord, words), (AlertNotice, notices)):
        if rows:
            session.execute(insert(model), rows)


def _readers(session: ScopedSession, community_id: UUID, audiences: Iterable[Audience]) -> dict[Audience, list[UUID]]:
    """The enabled accounts behind each audience. Somebody without an account hears of nothing; the next level goes to others."""
    found: dict[Audience, list[UUID]] = {}
    reach = select(AccountScope.account_id).where(AccountScope.reach_community == community_id)
    roles = select(Account.role, Account.id).where(Account.role.in_({one.role for one in audiences if one.role}), Account.disabled_at.is_(None), Account.id.in_(reach))
    for role, account_id in session.execute(roles):
        found.setdefault(Audience(role), []).append(account_id)
    staff = select(Staff.id, Account.id, Account.role).join(Account, Account.id == Staff.account_id).where(Staff.community_id == community_id)
    for staff_id, account_id, role in session.execute(staff.where(Staff.id.in_({one.staff_id for one in audiences if one.staff_id}), Account.disabled_at.is_(None))):
        if may_open(role, "alerts"):
            found.setdefault(Audience(None, staff_id), []).append(account_id)
    return found


def mark_read(session: ScopedSession, *, now: datetime, notices: Iterable[UUID] | None = None) -> None:
    """Command: the actor has read these notices of its own inbox; None: all of them. Nobody's proof hangs on it: no ledger entry."""
    scope = session.scope
    own = (AlertNotice.community_id.in_(tuple(scope.communities)), AlertNotice.account_id == scope.actor_id, AlertNotice.read_at.is_(None))
    wanted = () if notices is None else (AlertNotice.id.in_(tuple(notices)),)
    session.execute(update(AlertNotice).where(*own, *wanted).values(read_at=now), execution_options={"bulk": "marks of an inbox", "synchronize_session": False})
