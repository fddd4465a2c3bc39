"""What is to be sent: digests not yet on their way, and the message for one address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, not_, select

from core.alerts import Level, Line, Message, compose, settings
from core.awaited import Awaited, said
from core.roles import sees_people
from db.engine import ScopedSession
from db.models.accounts import Account, SignIn
from db.models.alerts import Alert, AlertDelivery, AlertDigest, AlertNotice, AlertWord, MailAddress
from db.models.clocks import Clock
from db.models.grids import Community, Grid
from db.models.work_orders import WorkOrder
from db.queries.awaited import awaited
from db.queries.clock_state import is_paused, is_unclosed
from db.scope import PLATFORM


@dataclass(frozen=True)
class Claim:
    """Digests that go to one address in one message. `account_id` None: a group's webhook."""

    community_id: UUID
    channel: str
    account_id: UUID | None
    lease: UUID
    digests: tuple[UUID, ...]


@dataclass(frozen=True)
class Letter:
    """A message, and the mail address it goes to (None: a group)."""

    message: Message
    to: str | None


def unqueued(session: ScopedSession, now: datetime, community_id: UUID, channels: Iterable) -> list[dict]:
    """Rows of alert_delivery, without ids and times, for the digests of late that are not on their way by one of `channels` yet."""
    rows = []
    recent = (AlertDigest.community_id == community_id, AlertDigest.raised_at > now - settings().send_within)
    for channel in channels:
        queued = select(AlertDelivery.id).where(AlertDelivery.community_id == AlertDigest.community_id, AlertDelivery.digest_id == AlertDigest.id, AlertDelivery.channel == channel.name)
        if channel.personal:
            query = select(AlertDigest.id, AlertDigest.urgent, AlertNotice.account_id).join(AlertNotice, _same_digest(AlertNotice))
            query = query.join(MailAddress, MailAddress.account_id == AlertNotice.account_id).where(AlertNotice.read_at.is_(None))
            queued = queued.where(AlertDelivery.account_id == AlertNotice.account_id)
        else:
            query = select(AlertDigest.id, AlertDigest.urgent)
        for digest_id, urgent, *account in session.execute(query.where(*recent, not_(queued.exists()))):
            rows.append({"community_id": community_id, "digest_id": digest_id, "channel": channel.name, "account_id": account[0] if account else PLATFORM, "urgent": urgent})
    return rows


def letter(session: ScopedSession, now: datetime, claim: Claim, link: str | None) -> Letter | None:
    """The message for a claim, about what still presses at `now`; None: nothing does, or nobody is there to read it any more."""
    to, lang, open_list = None, "zh", False
    if claim.account_id is not None:
        query = select(MailAddress.address, SignIn.lang, Account.role).join(Account, Account.id == MailAddress.account_id).outerjoin(SignIn, SignIn.account_id == Account.id)
        reader = session.execute(query.where(Account.id == claim.account_id, Account.disabled_at.is_(None))).one_or_none()
        if reader is None:
            return None
        to, lang, open_list = reader.address, reader.lang or "zh", sees_people(reader.role)
    community = session.scalar(select(Community.name).where(Community.community_id == claim.community_id))
    words = [said(one, now, lang) for one in _words(session, now, claim)]
    message = compose(_lines(session, now, claim), now, lang, community=community, link=link, sees_people=open_list, words=words)
    return message and Letter(message, to)


def undelivered(session: ScopedSession, now: datetime) -> dict[str, tuple[int, str]]:
    """Channel → (digests of the last days that it refused and has not taken since, the last error)."""
    recent = (AlertDelivery.community_id.in_(tuple(session.scope.communities)), AlertDelivery.queued_at > now - settings().send_within)
    refused = (AlertDelivery.sent_at.is_(None), AlertDelivery.last_error.is_not(None))
    query = select(AlertDelivery.channel, func.count(), func.max(AlertDelivery.last_error)).where(*recent, *refused)
    return {channel: (n, error) for channel, n, error in session.execute(query.group_by(AlertDelivery.channel))}


def _lines(session: ScopedSession, now: datetime, claim: Claim) -> list[Line]:
    columns = (Clock.id, Alert.level, Clock.clause_id, Clock.due_at, WorkOrder.number, WorkOrder.kind, Grid.name, Clock.subject_kind)
    query = select(*columns).select_from(Alert).join(Clock, and_(Clock.community_id == Alert.community_id, Clock.id == Alert.clock_id, Clock.due_at == Alert.due_at))
    query = query.outerjoin(WorkOrder, and_(WorkOrder.community_id == Clock.community_id, WorkOrder.id == Clock.work_order_id))
    query = query.outerjoin(Grid, and_(Grid.community_id == Clock.community_id, Grid.id == Clock.grid_id))
    own = (Alert.community_id == claim.community_id, Alert.digest_id.in_(claim.digests), is_unclosed(), not_(is_paused(now)))
    return [Line(row.id, Level(row.level), row.clause_id, row.due_at, row.number, row.kind, row.name, row.subject_kind == "resident") for row in session.execute(query.where(*own))]


def _words(session: ScopedSession, now: datetime, claim: Claim) -> list[Awaited]:
    """What a claim tells that a word is waited for, and still is."""
    own = (AlertWord.community_id == claim.community_id, AlertWord.digest_id.in_(claim.digests))
    told = {tuple(row) for row in session.execute(select(AlertWord.kind, AlertWord.subject_id, AlertWord.turn).where(*own))}
    return [one for one in awaited(session, now, claim.community_id) if one.key in told] if told else []


def _same_digest(other):
    return and_(other.community_id == AlertDigest.community_id, other.digest_id == AlertDigest.id)
