"""Penalty standards and penalties for illegal parking. Plates come masked to everybody; one is found by typing it whole."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from core import masks, parking
from core.periods import Period
from core.roles import may
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account
from db.models.parking import ParkingPenalty, ParkingStandard
from db.queries.calendar import current_calendar


@dataclass(frozen=True)
class StandardLine:
    """A standard: `fee` in fen, where and when it was made public, its hearing. `permits_at`: the 72 hours over; `waits`: for what, words parking.waits_<…>."""

    id: UUID
    community_id: UUID
    text: str
    fee: int
    place: str
    published_at: datetime
    permits_at: datetime
    held_at: datetime | None
    heard_at: datetime | None
    attended: int | None
    minutes: str | None
    withdrawn_at: datetime | None
    waits: tuple[str, ...]


@dataclass(frozen=True)
class PenaltyLine:
    """A penalty with what proves it: its standard's publication and hearing. `kept`: not before 72 hours, and after a hearing (parking.notice)."""

    id: UUID
    community_id: UUID
    standard_id: UUID
    plate: str
    place: str
    photo: str
    fee: int
    happened_at: datetime
    recorded_at: datetime
    by: str | None
    permitted_at: datetime
    published_at: datetime
    held_at: datetime | None
    heard_at: datetime | None
    attended: int | None
    revoked_at: datetime | None
    reason: str | None
    kept: bool


def plate_index(plate: str) -> bytes:
    """By what a plate (core.parking.plate_of) is found."""
    return keyring().blind_index(plate, "parking_penalty.plate")


def standards(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 5) -> list[StandardLine]:
    """The standard in force first, then those before it."""
    query = select(ParkingStandard).where(ParkingStandard.community_id == community_id).order_by(ParkingStandard.published_at.desc(), ParkingStandard.id.desc())
    calendar, open_to = current_calendar(session), may(session.scope.role, "parking_record")
    found = []
    for one in session.scalars(query.limit(limit)):
        permits = parking.first_penalty_at(one.published_at, calendar)
        waits = tuple(name for name, there in (("hours", now >= permits), ("hearing", one.heard_at is not None)) if not there)
        minutes = one.minutes if open_to else masks.free_text(one.minutes)
        found.append(
            StandardLine(
                one.id, community_id, one.text, one.fee, one.place, one.published_at, permits, one.held_at, one.heard_at, one.attended, minutes, one.withdrawn_at, waits,
            )  # fmt: skip
        )
    return found


def penalties(session: ScopedSession, community_id: UUID, *, plate: str = "", limit: int = 20, offset: int = 0) -> list[PenaltyLine]:
    """The latest penalties first; of one car where `plate` names it whole."""
    known = parking.plate_of(plate)
    where = (ParkingPenalty.plate_index == plate_index(known),) if known else ()
    return _lines(session, ParkingPenalty.community_id == community_id, *where, order=(ParkingPenalty.happened_at.desc(), ParkingPenalty.id), limit=limit, offset=offset)


def how_many(session: ScopedSession, community_id: UUID) -> int:
    """How many penalties are on record, revoked ones included."""
    return session.scalar(select(func.count(ParkingPenalty.id)).where(ParkingPenalty.community_id == community_id))


def proven(session: ScopedSession, community_id: UUID, period: Period, *, limit: int = 50, offset: int = 0, broken_only: bool = False) -> list[PenaltyLine]:
    """Penalties of the period that stand, those that break parking.notice first."""
    where = (*_standing(community_id, period), ~_kept()) if broken_only else _standing(community_id, period)
    return _lines(session, *where, order=(_kept(), ParkingPenalty.happened_at, ParkingPenalty.id), limit=limit, offset=offset)


def proven_counts(session: ScopedSession, community_id: UUID, period: Period) -> tuple[int, int]:
    """(kept, broken) penalties of the period that stand."""
    query = select(func.count(), func.count().filter(_kept())).select_from(ParkingPenalty).join(ParkingStandard, _STANDARD)
    of, kept = session.execute(query.where(*_standing(community_id, period))).one()
    return kept, of - kept


_STANDARD = and_(ParkingStandard.community_id == ParkingPenalty.community_id, ParkingStandard.id == ParkingPenalty.standard_id)


def _standing(community_id: UUID, period: Period) -> tuple[ColumnElement[bool], ...]:
    own = (ParkingPenalty.community_id == community_id, ParkingPenalty.revoked_at.is_(None))
    return *own, ParkingPenalty.happened_at >= period.start, ParkingPenalty.happened_at < period.end


def _kept() -> ColumnElement[bool]:
    stands = or_(ParkingStandard.withdrawn_at.is_(None), ParkingStandard.withdrawn_at > ParkingPenalty.happened_at)
    heard = func.coalesce(ParkingStandard.heard_at <= ParkingPenalty.happened_at, False)
    return and_(ParkingPenalty.permitted_at <= ParkingPenalty.happened_at, ParkingStandard.published_at < ParkingPenalty.permitted_at, heard, stands)


def _lines(session: ScopedSession, *where: ColumnElement[bool], order: tuple, limit: int, offset: int) -> list[PenaltyLine]:
    query = select(ParkingPenalty, ParkingStandard, Account.display_name, _kept().label("kept")).join(ParkingStandard, _STANDARD)
    query = query.outerjoin(Account, Account.id == ParkingPenalty.recorded_by).where(*where).order_by(*order)
    open_to = may(session.scope.role, "parking_record")
    return [
        PenaltyLine(
            one.id, one.community_id, one.standard_id, masks.plate(one.plate), one.place, one.photo, one.fee, one.happened_at, one.recorded_at, name, one.permitted_at,
            standard.published_at, standard.held_at, standard.heard_at, standard.attended, one.revoked_at, one.reason if open_to else masks.free_text(one.reason), kept,
        )
        for one, standard, name, kept in session.execute(query.limit(limit).offset(offset))
    ]  # fmt: skip
