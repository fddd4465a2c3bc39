"""Penalties for illegal parking: a standard made public, its hearing, penalties and their revoking. Each is one transaction with one ledger entry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core import parking
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.parking import ParkingPenalty, ParkingStandard
from db.queries.calendar import current_calendar
from db.queries.parking import plate_index
from db.types import uuid7


@dataclass(frozen=True)
class Filed:
    """The standard or penalty, and from when its standard permits penalties (UTC); None: not before a hearing."""

    id: UUID
    permitted_at: datetime | None


def publish(session: ScopedSession, *, now: datetime, community_id: UUID, text: str, fee: int, place: str) -> Filed | Refused:
    """Put on record that a standard is made public now; an earlier one is withdrawn with it. Raises ValueError for a place not in core.parking.PLACES."""
    if place not in parking.PLACES:
        raise ValueError(f"{place!r} is no place: one of {', '.join(parking.PLACES)}")
    if not may(session.scope.role, "parking_record"):
        return Refused("common.not_allowed", parking.CLAUSE)
    if refused := parking.may_publish(text, fee):
        return refused
    for former in session.scalars(select(ParkingStandard).where(ParkingStandard.community_id == community_id, ParkingStandard.withdrawn_at.is_(None))):
        former.withdrawn_at = now
    standard = ParkingStandard(community_id=community_id, id=uuid7(), text=text.strip(), fee=fee, place=place, published_at=now, published_by=session.scope.actor_id)
    session.add(standard)
    file(session, "parking.publish", now=now, community_id=community_id, subject_kind="parking_standard", subject_id=standard.id, fee=fee, place=place)
    return Filed(standard.id, None)


def hear(session: ScopedSession, *, now: datetime, community_id: UUID, standard_id: UUID, held_at: datetime, attended: int, minutes: str) -> Filed | Refused:
    """Put the hearing about a standard on record: when it was held, how many took part, its minutes. It counts from now on."""
    standard = _standard(session, community_id, standard_id)
    if isinstance(standard, Refused):
        return standard
    if refused := parking.may_hear(standard, held_at, attended, minutes, now):
        return refused
    standard.held_at, standard.heard_at, standard.attended, standard.minutes = held_at, now, attended, minutes.strip()
    permitted = max(now, parking.first_penalty_at(standard.published_at, current_calendar(session)))
    _file(session, "hear", now, standard, held_at=held_at.isoformat(), attended=attended)
    return Filed(standard.id, permitted)


def penalise(session: ScopedSession, *, now: datetime, community_id: UUID, standard_id: UUID, plate: str, place: str, photo: str, happened_at: datetime) -> Filed | Refused:
    """Penalise a car that stood somewhere at `happened_at`: refused before 72 hours after publication, and without a hearing. HB 一(二)"""
    standard = _standard(session, community_id, standard_id)
    if isinstance(standard, Refused):
        return standard
    known = parking.plate_of(plate)
    if known is None:
        return Refused("parking.bad_plate", parking.CLAUSE)
    if not (place.strip() and photo.strip()):
        return Refused("parking.say_where", parking.CLAUSE)
    calendar = current_calendar(session)
    if refused := parking.may_penalise(standard, happened_at, now, calendar):
        return refused
    permitted = max(standard.heard_at, parking.first_penalty_at(standard.published_at, calendar))
    penalty = ParkingPenalty(
        community_id=community_id, id=uuid7(), standard_id=standard_id, plate=known, plate_index=plate_index(known), place=place.strip(), photo=photo.strip(),
        fee=standard.fee, happened_at=happened_at, recorded_at=now, recorded_by=session.scope.actor_id, permitted_at=permitted,
    )  # fmt: skip
    session.add(penalty)
    facts = {"happened_at": happened_at.isoformat(), "permitted_at": permitted.isoformat(), "fee": standard.fee}
    file(session, "parking.penalise", now=now, community_id=community_id, subject_kind="parking_penalty", subject_id=penalty.id, **facts)
    return Filed(penalty.id, permitted)


def revoke(session: ScopedSession, *, now: datetime, community_id: UUID, penalty_id: UUID, reason: str) -> Filed | Refused:
    """Take a penalty back, for a reason; it stays on record as revoked."""
    if not may(session.scope.role, "parking_record"):
        return Refused("common.not_allowed", parking.CLAUSE)
    penalty = session.scalar(select(ParkingPenalty).where(ParkingPenalty.community_id == community_id, ParkingPenalty.id == penalty_id))
    if penalty is None:
        return Refused("common.not_found")
    if penalty.revoked_at is not None:
        return Refused("parking.revoked_already", parking.CLAUSE)
    if not reason.strip():
        return Refused("parking.say_why_revoked", parking.CLAUSE)
    penalty.revoked_at, penalty.revoked_by, penalty.reason = now, session.scope.actor_id, reason.strip()
    file(session, "parking.revoke", now=now, community_id=community_id, subject_kind="parking_penalty", subject_id=penalty.id)
    return Filed(penalty.id, penalty.permitted_at)


def _standard(session: ScopedSession, community_id: UUID, standard_id: UUID) -> ParkingStandard | Refused:
    if not may(session.scope.role, "parking_record"):
        return Refused("common.not_allowed", parking.CLAUSE)
    found = session.scalar(select(ParkingStandard).where(ParkingStandard.community_id == community_id, ParkingStandard.id == standard_id))
    return found or Refused("common.not_found")


def _file(session: ScopedSession, act: str, now: datetime, standard: ParkingStandard, **facts) -> None:
    file(session, f"parking.{act}", now=now, community_id=standard.community_id, subject_kind="parking_standard", subject_id=standard.id, **facts)
