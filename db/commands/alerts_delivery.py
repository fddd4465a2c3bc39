"""Sends what was raised: queue each digest for each channel, claim, send, settle.

However many deliver at once: a claim is taken under the community's row lock and ends by itself (LEASE), and it is asked for again right before
sending. So a message goes out once, unless a process dies between the other side's taking it and its own noting that: then it goes
out again when the lease is over. At least once, never silently not at all.

All that waits for one address goes out as one message, so a mail server's long silence ends with one message too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Engine, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from core.alerts import is_quiet, next_try
from db.channels import Post
from db.commands.filing import carry_out
from db.engine import ScopedSession, open_session
from db.models.alerts import AlertDelivery
from db.models.grids import Community
from db.queries.alerts_delivery import Claim, letter, unqueued
from db.scope import PLATFORM, Scope
from db.types import uuid7

LEASE = timedelta(minutes=5)
"""Longer than all timeouts of one sending together."""


@dataclass
class Delivered:
    """Messages by what became of them; `errors`: the last error of each channel that had one."""

    sent: int
    failed: int
    errors: dict[str, str]


def deliver_all(engine: Engine, clock: Callable[[], datetime], post: Post) -> Delivered:
    """Send everything due by every configured channel. `clock` is asked again for each message: sending takes time."""
    done = Delivered(0, 0, {})
    if not post.channels:
        return done
    with open_session(engine, None) as session:
        communities = list(session.scalars(select(Community.community_id).execution_options(rollup=True)))
    for one in communities:
        scope = Scope.system({one}, label="delivery")
        with open_session(engine, scope) as session:
            rows = unqueued(session, clock(), one, post.channels)
        if rows:
            carry_out(engine, scope, queue_up, now=clock(), rows=rows)
        while claim := _claimed(engine, scope, clock, one, post):
            _send(engine, scope, clock, post, claim, done)
    return done


def queue_up(session: ScopedSession, *, now: datetime, rows: list[dict]) -> None:
    """Command: put digests on their way; what somebody else queued meanwhile stays as it is."""
    dialect = {"postgresql": postgresql, "sqlite": sqlite}[session.get_bind().dialect.name]
    made = [row | {"id": uuid7(), "queued_at": now, "next_try_at": now, "attempts": 0} for row in rows]
    session.execute(dialect.insert(AlertDelivery).on_conflict_do_nothing(), made)


def claim_next(session: ScopedSession, *, now: datetime, community_id: UUID, channels: tuple[str, ...]) -> Claim | None:
    """Command: everything that waits for one address, for LEASE nobody else's. None: nothing is due. Whoever was refused waits as a whole, but
    for what is urgent and was never tried."""
    session.scalar(select(Community.community_id).where(Community.community_id == community_id).with_for_update())
    free = (AlertDelivery.community_id == community_id, AlertDelivery.closed_at.is_(None), or_(AlertDelivery.leased_until.is_(None), AlertDelivery.leased_until <= now))
    awake = AlertDelivery.urgent if is_quiet(now) else true()
    query = select(AlertDelivery).where(*free, AlertDelivery.channel.in_(channels), awake).order_by(AlertDelivery.queued_at, AlertDelivery.id)
    groups: dict[tuple[str, UUID], list[AlertDelivery]] = {}
    for row in session.scalars(query):
        groups.setdefault((row.channel, row.account_id), []).append(row)
    for (channel, account_id), rows in groups.items():
        if all(row.next_try_at <= now for row in rows) or any(row.urgent and not row.attempts for row in rows):
            lease = uuid7()
            for row in rows:
                row.lease, row.leased_until = lease, now + LEASE
            return Claim(community_id, channel, None if account_id == PLATFORM else account_id, lease, tuple(row.digest_id for row in rows))
    return None


def hold(session: ScopedSession, *, now: datetime, claim: Claim) -> bool:
    """Command: asked right before sending: whether the claim is still ours, whole; if so it lasts LEASE from now."""
    ours = (AlertDelivery.community_id == claim.community_id, AlertDelivery.lease == claim.lease, AlertDelivery.closed_at.is_(None), AlertDelivery.leased_until > now)
    renewed = update(AlertDelivery).where(*ours).values(leased_until=now + LEASE)
    found = session.execute(renewed, execution_options={"bulk": "leases", "synchronize_session": False})
    return found.rowcount == len(claim.digests)


def settle(session: ScopedSession, *, now: datetime, claim: Claim, error: str | None, sent: bool) -> None:
    """Command: note what became of a claim: sent; nothing left to say (neither sent nor an error); or to be tried again, longer after each failure."""
    own = (AlertDelivery.community_id == claim.community_id, AlertDelivery.lease == claim.lease)
    rows = list(session.scalars(select(AlertDelivery).where(*own).with_for_update()))
    again = next_try(max((row.attempts for row in rows), default=0) + 1, now)
    for row in rows:
        row.lease, row.leased_until, row.last_error = None, None, error
        row.attempts += sent or error is not None
        if error is None:
            row.sent_at, row.closed_at = now if sent else None, now
        elif next_try(row.attempts, now) is None:
            row.closed_at = now
        else:
            row.next_try_at = again or next_try(row.attempts, now)


def _claimed(engine: Engine, scope: Scope, clock: Callable[[], datetime], community_id: UUID, post: Post) -> Claim | None:
    return carry_out(engine, scope, claim_next, now=clock(), community_id=community_id, channels=tuple(one.name for one in post.channels))


def _send(engine: Engine, scope: Scope, clock: Callable[[], datetime], post: Post, claim: Claim, done: Delivered) -> None:
    with open_session(engine, scope) as session:
        written = letter(session, clock(), claim, post.link)
    error = None
    if written is not None:
        if not carry_out(engine, scope, hold, now=clock(), claim=claim):
            return  # Somebody else took it over meanwhile.
        key = str(uuid5(PLATFORM, " ".join(sorted(map(str, (claim.account_id, *claim.digests))))))
        error = post.named(claim.channel).send(written.message, to=written.to, key=key, now=clock())
        done.sent, done.failed = done.sent + (error is None), done.failed + (error is not None)
        if error:
            done.errors[claim.channel] = error
    carry_out(engine, scope, settle, now=clock(), claim=claim, error=error, sent=written is not None and error is None)
