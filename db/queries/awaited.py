"""Words that are waited for in a community: the same things, by the same conditions, as overview and queue list them; and who may give them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from core.alerts import HEAD, STREET, Audience
from core.awaited import Awaited, Time, time_of
from core.grants import Person
from core.periods import local_midnight
from core.roles import Role
from core.work_orders import SUPPLEMENT
from db.engine import ScopedSession
from db.models.alerts import AlertWord
from db.models.archive import ArchiveReading
from db.models.changes import ChangeRequest
from db.models.clocks import Clock
from db.models.explanations import Explanation
from db.models.extensions import Extension
from db.models.grids import Grid
from db.models.handovers import HandOver
from db.models.late_entries import LateContact, LateEntry
from db.models.residents import Resident
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrder
from db.queries import archive, changes, explanations, extensions, late_entries, suspensions
from db.queries.birthdays import by_age
from db.queries.clock_state import is_due_soon, is_on_time
from db.queries.grants import Asker, askers
from db.queries.posts import holding
from db.queries.reviews import NEAREST, InReview, able, in_review

_DAY = timedelta(1)
Source = Person | InReview | Audience
"""Whose word it is goes by: who asked, the matter in review, or is known."""


@dataclass(frozen=True)
class RisingWord:
    """What somebody is to be told of, `time` the how-manieth, and who."""

    awaited: Awaited
    time: Time
    audiences: tuple[Audience, ...]


def awaited(session: ScopedSession, now: datetime, community_id: UUID) -> list[Awaited]:
    """Everything in scope that waits for a word in a community, longest waiting first."""
    return [one for one, _ in _all(session, now, community_id)]


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How much of a community waits for another person's word on the overview: as many as the lists there show."""
    counted = (late_entries.how_many, late_entries.how_many_contacts, extensions.how_many, suspensions.how_many, changes.how_many, archive.how_many)
    return sum(one(session, now, community_id) for one in counted)


def rising_words(session: ScopedSession, now: datetime, community_id: UUID) -> list[RisingWord]:
    """What nobody was told of, or not yet that it lapses soon. Where nobody may give the word, nobody is told."""
    found = [(one, by) for one, by in _all(session, now, community_id)]
    if not found:
        return []
    told = _told(session, community_id, [one.subject_id for one, _ in found])
    new = [(one, by) for one, by in found if time_of(one, now) > told.get(one.key, 0)]
    roles = askers(session, {by for _, by in new if not isinstance(by, InReview | Audience)})
    made = [RisingWord(one, time_of(one, now), _audiences(session, roles, by)) for one, by in new]
    return [one for one in made if one.audiences]


def _told(session: ScopedSession, community_id: UUID, subjects: Iterable[UUID]) -> dict[tuple[str, UUID, int], int]:
    own = (AlertWord.community_id == community_id, AlertWord.subject_id.in_(tuple(subjects)))
    query = select(AlertWord.kind, AlertWord.subject_id, AlertWord.turn, func.max(AlertWord.time)).where(*own)
    return {tuple(row[:3]): row[3] for row in session.execute(query.group_by(AlertWord.kind, AlertWord.subject_id, AlertWord.turn))}


def _audiences(session: ScopedSession, roles: dict[Person, Asker], by: Source) -> tuple[Audience, ...]:
    """Of what somebody asks for: the role that decides it."""
    if isinstance(by, InReview):
        return _reviewers(session, by)
    return (by if isinstance(by, Audience) else Audience(roles[by].waits_for),)


def _reviewers(session: ScopedSession, one: InReview) -> tuple[Audience, ...]:
    """Of all who may take the step those of the nearest role; workers one by one."""
    fit = able(session, one.order, one.chain, one.filed, one.workers)
    nearest = next((role for role in NEAREST if any(role == other for other, _ in fit)), None)
    if nearest == Role.GRID_WORKER:
        return tuple(Audience(None, staff_id) for role, (_, staff_id) in sorted(fit, key=str) if role == nearest and staff_id)
    return (Audience(nearest),) if nearest else ()


def _all(session: ScopedSession, now: datetime, community_id: UUID) -> list[tuple[Awaited, Source]]:
    of_orders = [*_of_orders(session, now, community_id), *_in_time(session, now, community_id), *_filed(session, community_id)]
    of_people = [*_changes(session, community_id), *_late_contacts(session, community_id)]
    found = [*of_orders, *_birthdays(session, now, community_id), *of_people, *_reviews(session, now, community_id)]
    return sorted(found, key=lambda pair: (pair[0].asked_at, pair[0].subject_id))


def _of_orders(session: ScopedSession, now: datetime, community_id: UUID) -> list[tuple[Awaited, Source]]:
    """What was asked for of an order, or entered late."""
    entered = session.execute(_about(LateEntry, LateEntry.recorded_at, LateEntry.entered_by, LateEntry.entered_staff_id).where(*late_entries.waits(community_id)))
    found: list[tuple[Awaited, Source]] = [(_of("late_entry", row, row.recorded_at), tuple(row[-2:])) for row in entered]
    clock = and_(Clock.community_id == Extension.community_id, Clock.id == Extension.clock_id)
    longer = _about(Extension, Extension.asked_at, Clock.warn_at, Clock.due_at, Extension.asked_by, Extension.asked_staff_id).join(Clock, clock)
    rows = session.execute(longer.where(Extension.community_id == community_id, *extensions.waits(now)))
    found += [(_of("extension", row, row.asked_at, row.warn_at, row.due_at), tuple(row[-2:])) for row in rows]
    readings = _about(ArchiveReading, ArchiveReading.asked_at, ArchiveReading.read_on, ArchiveReading.asked_by, ArchiveReading.asked_staff_id).where(*archive.waits(now, community_id))
    for row in session.execute(readings):
        begins = local_midnight(row.read_on)
        found.append((_of("reading", row, row.asked_at, begins, begins + _DAY), tuple(row[-2:])))
    return found


def _in_time(session: ScopedSession, now: datetime, community_id: UUID) -> list[tuple[Awaited, Source]]:
    """What waits while the order's limits run: suspensions, and what one worker offers another."""
    still = session.execute(_about(Suspension, Suspension.asked_at, Suspension.until_at, Suspension.asked_by, Suspension.asked_staff_id).where(*suspensions.waits(now, community_id))).all()
    offers = session.execute(_about(HandOver, HandOver.offered_at, HandOver.to_id).where(HandOver.community_id == community_id, HandOver.ended_at.is_(None))).all()
    limits, found = _limits(session, now, community_id, [row.order_id for row in (*still, *offers)]), []
    for row in still:
        warn_at, due_at = limits.get(row.order_id, (row.until_at, row.until_at))
        found.append((_of("suspension", row, row.asked_at, min(warn_at, row.until_at - _DAY), min(due_at, row.until_at)), tuple(row[-2:])))
    return found + [(_of("handover", row, row.offered_at, *limits.get(row.order_id, ())), Audience(None, row.to_id)) for row in offers]


def _filed(session: ScopedSession, community_id: UUID) -> list[tuple[Awaited, Source]]:
    """What the street has to take note of."""
    rows = session.execute(_about(Explanation, Explanation.filed_at).where(*explanations.waits(community_id)))
    return [(_of("explanation", row, row.filed_at), Audience(STREET)) for row in rows]


def _of(kind: str, row, asked_at: datetime, warn_at: datetime | None = None, lapses_at: datetime | None = None) -> Awaited:
    return Awaited(kind, row.id, 0, row.number, row.kind, row.grid, asked_at, warn_at, lapses_at)


def _about(model, *columns) -> Select:
    """Rows of `model` with what may be said of their orders."""
    order = and_(WorkOrder.community_id == model.community_id, WorkOrder.id == model.work_order_id)
    grid = and_(Grid.community_id == WorkOrder.community_id, Grid.id == WorkOrder.grid_id)
    about = (model.id, WorkOrder.id.label("order_id"), WorkOrder.number, WorkOrder.kind, Grid.name.label("grid"))
    return select(*about, *columns).select_from(model).join(WorkOrder, order).outerjoin(Grid, grid)


def _changes(session: ScopedSession, community_id: UUID) -> list[tuple[Awaited, Source]]:
    person = and_(Resident.community_id == ChangeRequest.community_id, Resident.id == ChangeRequest.resident_id)
    query = select(ChangeRequest.id, ChangeRequest.together, ChangeRequest.asked_at, ChangeRequest.asked_by, ChangeRequest.asked_staff_id).join(Resident, person)
    # What can be decided together is one thing, by the last of them: deciding the others one by one is no news.
    last = {row.together or row.id: row for row in session.execute(query.where(*changes.waits(community_id)).order_by(ChangeRequest.id))}
    return [(Awaited("change", row.id, 0, None, None, None, row.asked_at), tuple(row[-2:])) for row in last.values()]


def _late_contacts(session: ScopedSession, community_id: UUID) -> list[tuple[Awaited, Source]]:
    """What one person entered at one moment, a ledger say, is one thing."""
    person = and_(Resident.community_id == LateContact.community_id, Resident.id == LateContact.resident_id)
    grid = and_(Grid.community_id == Resident.community_id, Grid.id == Resident.grid_id)
    query = select(LateContact.id, LateContact.recorded_at, Grid.name, LateContact.entered_by, LateContact.entered_staff_id).join(Resident, person).outerjoin(Grid, grid)
    found: dict[tuple, list] = defaultdict(list)
    for row in session.execute(query.where(*late_entries.contacts_wait(community_id)).order_by(LateContact.id)):
        found[row.recorded_at, tuple(row[-2:])].append(row)
    # By the last of them: deciding the others one by one is no news.
    return [
        (Awaited("late_contact", rows[-1].id, 0, None, None, rows[-1].name if len({row.name for row in rows}) == 1 else None, at), by) for (at, by), rows in found.items()
    ]


def _reviews(session: ScopedSession, now: datetime, community_id: UUID) -> list[tuple[Awaited, Source]]:
    found = [one for one in in_review(session, (community_id,)) if one.step]
    limits = _limits(session, now, community_id, [one.order.id for one in found])
    return [(Awaited("review", row.id, len(one.filed), row.number, row.kind, row.grid, one.since, *limits.get(row.id, ())), one) for one in found for row in (one.order,)]


def _birthdays(session: ScopedSession, now: datetime, community_id: UUID) -> list[tuple[Awaited, Source]]:
    """Who came onto the roster or left it by age: told to whoever answers for their grid, else to the head."""
    people = [one for one in by_age(session, now) if one.community_id == community_id]
    held = holding(session, now, community_id) if people else None
    holders = {one.id: held.holder("grid", one.grid_id, None) for one in people}
    kinds = {True: "joined_by_age", False: "left_by_age"}
    return [
        (Awaited(kinds[one.joined], one.id, 0, None, None, one.grid, now), Audience(None, holders[one.id]) if holders[one.id] else Audience(HEAD))
        for one in people
    ]  # fmt: skip


def _limits(session: ScopedSession, now: datetime, community_id: UUID, orders: list[UUID]) -> dict[UUID, tuple[datetime, datetime]]:
    """Of these orders when the limit that comes first warns, and ends; without those none runs for."""
    own = (Clock.community_id == community_id, Clock.work_order_id.in_(orders), Clock.clause_id != SUPPLEMENT, or_(is_on_time(now), is_due_soon(now)))
    first: dict[UUID, tuple[datetime, datetime]] = defaultdict(tuple)
    for order_id, warn_at, due_at in session.execute(select(Clock.work_order_id, Clock.warn_at, Clock.due_at).where(*own).order_by(Clock.due_at)) if orders else ():
        first[order_id] = first[order_id] or (warn_at, due_at)
    return first
