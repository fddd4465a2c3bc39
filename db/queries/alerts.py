"""Warnings: what is to be raised, one's inbox, and what a message may say of an alert."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, not_, or_, select, true

from core.alerts import Audience, Level, audience, counts_in, is_urgent, reached, third_at
from core.awaited import Awaited
from core.roles import sees_people
from core.rulebook import load_rulebook
from core.small_counts import Shown, alone
from db.engine import ScopedSession
from db.models.alerts import Alert, AlertDigest, AlertNotice, AlertWord
from db.models.clocks import Clock
from db.models.grids import Staff
from db.models.work_orders import WorkOrder
from db.queries.awaited import awaited
from db.queries.calendar import current_calendar
from db.queries.clock_state import is_due_soon, is_overdue, is_paused, is_unclosed
from db.queries.posts import holding
from db.queries.queue import QueueItem, items


@dataclass(frozen=True)
class Rising:
    """A level that a clock has reached and nobody was told of for its present due time; `audience`: who is to be told."""

    clock_id: UUID
    due_at: datetime
    clause_id: str
    grid_id: UUID | None
    desk: str
    urgent: bool
    level: Level
    audience: Audience


def rising(session: ScopedSession, now: datetime, community_id: UUID) -> list[Rising]:
    """What is to be raised in a community at `now`, by due time. A moved due time (pause, recomputed) is a new one."""
    rows = _reached(session, now, community_id)
    if not rows:
        return []
    heads = frozenset(session.scalars(select(Staff.id).where(Staff.community_id == community_id, Staff.kind == "head")))
    held, found = holding(session, now, community_id), []
    for row, levels, urgent in rows:
        holder_id = held.holder(row.desk, row.grid_id, row.holder_id)
        told = ((level, audience(level, holder_id, heads)) for level in levels)
        found += [Rising(row.id, row.due_at, row.clause_id, row.grid_id, row.desk, urgent, level, who) for level, who in told if who is not None]
    return found


def _reached(session: ScopedSession, now: datetime, community_id: UUID) -> list[tuple[Row, tuple[Level, ...], bool]]:
    """(clock, levels above the highest told of, whether urgent) of the clocks that have such levels."""
    told = select(func.max(Alert.level)).where(Alert.community_id == Clock.community_id, Alert.clock_id == Clock.id, Alert.due_at == Clock.due_at)
    told = func.coalesce(told.correlate(Clock).scalar_subquery(), 0)
    columns = (
        Clock.id, Clock.clause_id, Clock.period_key, Clock.grid_id, Clock.desk, Clock.holder_id, Clock.started_at, Clock.warn_at, Clock.due_at,
        Clock.paused_at, Clock.paused_until, Clock.met_at, Clock.voided_at, Clock.closed_at, WorkOrder.kind, told.label("told"),
    )  # fmt: skip
    order = and_(WorkOrder.community_id == Clock.community_id, WorkOrder.id == Clock.work_order_id)
    highest = case((is_overdue(now), Level.third.value), else_=Level.due_soon.value)
    query = select(*columns).outerjoin(WorkOrder, order).where(Clock.community_id == community_id, or_(is_due_soon(now), is_overdue(now)), told < highest)
    rulebook, calendar, found = load_rulebook(), current_calendar(session), []
    # Hundreds fall due at the same midnight: each day's third level is reckoned once.
    limit = lru_cache(maxsize=1024)(lambda due_at, unit: third_at(due_at, unit, calendar))
    for row in session.execute(query.order_by(Clock.due_at, Clock.id)):
        if row.clause_id not in rulebook:
            continue
        unit = counts_in(rulebook[row.clause_id], row.period_key)
        levels = tuple(level for level in reached(row, now, lambda due_at, unit=unit: limit(due_at, unit)) if level > row.told)
        if levels:
            found.append((row, levels, is_urgent(unit, row.kind)))
    return found


@dataclass(frozen=True)
class Received:
    """A message in the actor's inbox, as it stands now: how much of it is late, due soon, done or standing still. What concerns residents is
    in `care` ("<3" where few and the reader may not open the roster) and, for such a reader, nowhere else. `first`: what was due first of the
    rest, while it is open. `words`: what still waits for the reader's word."""

    notice_id: UUID
    community_id: UUID
    digest_id: UUID
    raised_at: datetime
    read: bool
    urgent: bool
    late: int
    soon: int
    settled: int
    care: Shown
    first: QueueItem | None
    words: tuple[Awaited, ...] = ()

    @property
    def open(self) -> int:
        """How many can be listed."""
        return self.late + self.soon


def inbox(session: ScopedSession, now: datetime, *, limit: int = 15) -> list[Received]:
    """The actor's messages, unread ones first, the newest first."""
    scope = session.scope
    query = select(AlertNotice.id, AlertNotice.community_id, AlertNotice.digest_id, AlertNotice.raised_at, AlertNotice.read_at, AlertDigest.urgent)
    query = query.join(AlertDigest, and_(AlertDigest.community_id == AlertNotice.community_id, AlertDigest.id == AlertNotice.digest_id))
    query = query.where(AlertNotice.community_id.in_(tuple(scope.communities)), AlertNotice.account_id == scope.actor_id)
    rows = session.execute(query.order_by(AlertNotice.read_at.is_not(None), AlertNotice.raised_at.desc(), AlertNotice.id).limit(limit)).all()
    digests = {(row.community_id, row.digest_id) for row in rows}
    counted, words = _standing(session, now, digests), _words(session, now, digests)
    return [_received(session, now, row, counted.get(row.digest_id, Counter()), words.get(row.digest_id, ())) for row in rows]


def open_items(session: ScopedSession, now: datetime, one: Received, *, limit: int) -> list[QueueItem]:
    """What of a message is late or due soon now and may be listed, by due time."""
    return items(session, now, and_(_of(one.community_id, one.digest_id), _listed(session), _presses(now)), limit=limit)


def total(session: ScopedSession) -> int:
    """How many messages the actor's inbox holds."""
    scope = session.scope
    own = (AlertNotice.community_id.in_(tuple(scope.communities)), AlertNotice.account_id == scope.actor_id)
    return session.scalar(select(func.count()).select_from(AlertNotice).where(*own))


def _received(session: ScopedSession, now: datetime, row: Row, counted: Counter, words: Sequence[Awaited | None]) -> Received:
    open_list = sees_people(session.scope.role)
    care = counted["care_late"] + counted["care_soon"]
    late, soon = (counted[name] + (counted[f"care_{name}"] if open_list else 0) for name in ("late", "soon"))
    one = Received(
        row.id, row.community_id, row.digest_id, row.raised_at, row.read_at is not None, row.urgent, late, soon,
        counted["settled"] + (counted["care_settled"] if open_list else 0) + sum(one is None for one in words), care if open_list else alone(care), None,
        tuple(one for one in words if one),
    )  # fmt: skip
    first = open_items(session, now, one, limit=1) if one.open else []
    return replace(one, first=first[0] if first else None)


def _standing(session: ScopedSession, now: datetime, digests: set[tuple[UUID, UUID]]) -> dict[UUID, Counter]:
    """Digest → how many of its clocks in scope are late, soon, settled; those of residents under care_…; each clock once."""
    how = case((not_(_presses(now)), "settled"), (is_overdue(now), "late"), else_="soon")
    name = case((Clock.subject_kind == "resident", literal("care_").concat(how)), else_=how)
    clock = and_(Clock.community_id == Alert.community_id, Clock.id == Alert.clock_id)
    query = select(Alert.digest_id, name.label("name"), func.count(Clock.id.distinct())).select_from(Alert).join(Clock, clock)
    own = (Alert.community_id.in_({community_id for community_id, _ in digests}), Alert.digest_id.in_({digest_id for _, digest_id in digests}))
    found: dict[UUID, Counter] = {}
    for digest_id, name_of, n in session.execute(query.where(*own).group_by(Alert.digest_id, name)):
        found.setdefault(digest_id, Counter())[name_of] = n
    return found


def _words(session: ScopedSession, now: datetime, digests: set[tuple[UUID, UUID]]) -> dict[UUID, list[Awaited | None]]:
    """Digest → what its words are waited for; None: not any more."""
    own = (AlertWord.community_id.in_({community_id for community_id, _ in digests}), AlertWord.digest_id.in_({digest_id for _, digest_id in digests}))
    rows = session.execute(select(AlertWord.community_id, AlertWord.digest_id, AlertWord.kind, AlertWord.subject_id, AlertWord.turn).where(*own).order_by(AlertWord.id)).all()
    still = {one.key: one for community_id in {row.community_id for row in rows} for one in awaited(session, now, community_id)}
    found: dict[UUID, list[Awaited | None]] = {}
    for _, digest_id, *key in rows:
        found.setdefault(digest_id, []).append(still.get(tuple(key)))
    return found


def _of(community_id: UUID, digest_id: UUID) -> ColumnElement[bool]:
    raised = select(Alert.clock_id).where(Alert.community_id == community_id, Alert.digest_id == digest_id)
    return and_(Clock.community_id == community_id, Clock.id.in_(raised))


def _listed(session: ScopedSession) -> ColumnElement[bool]:
    return true() if sees_people(session.scope.role) else Clock.subject_kind != "resident"


def _presses(now: datetime) -> ColumnElement[bool]:
    return and_(is_unclosed(), not_(is_paused(now)))


def unread(session: ScopedSession) -> int:
    """How many messages lie unread in the actor's inbox. Asked at every page run."""
    scope = session.scope
    # Held to the scope by hand: the loader criteria would cost more than the query.
    own = (AlertNotice.community_id.in_(tuple(scope.communities)), AlertNotice.account_id == scope.actor_id, AlertNotice.read_at.is_(None))
    return session.scalar(select(func.count()).select_from(AlertNotice).where(*own), execution_options={"rollup": True})
