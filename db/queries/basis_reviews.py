"""What the files on the roster lack besides a service package: reviews of their basis that are due, and consent; and the reviews that were made.

Each count and the roster it opens share one condition (`lacks_in_file`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select
from sqlalchemy.orm import aliased

from core import masks
from core.basis_reviews import LACKS, LATE, SOON, purpose_of, standing
from core.calendar import local_day
from core.consents import PURPOSES
from core.roles import masked, may
from db.engine import ScopedSession
from db.models.basis_reviews import BasisReview
from db.models.consents import Consent
from db.models.grids import Staff
from db.models.residents import Resident, SpecialGroup
from db.queries.packages import on_roster


@dataclass(frozen=True)
class ReviewRow:
    """A review that was made. `basis`: the document that replaced the one on file, None: it was found right; `was_due`: the day it was asked for."""

    group: str
    reviewed_at: datetime
    was_due: date | None
    basis: str | None
    next_review: date | None
    by: str | None


def lacks_in_file(session: ScopedSession, lack: str, day: date) -> ColumnElement[bool]:
    """Condition on SpecialGroup: the file lacks what one of LACKS names."""
    purpose = purpose_of(lack)
    if purpose is not None:
        return SpecialGroup.resident_id.not_in(_agreed(session, purpose))
    if lack == LATE:
        return and_(SpecialGroup.to_date.is_(None), SpecialGroup.next_review < day)
    return and_(SpecialGroup.to_date.is_(None), SpecialGroup.next_review.between(day, day + SOON))


def file_lacks(session: ScopedSession, now: datetime, group: str | None = None, grid_id: UUID | None = None) -> dict[str, int]:
    """How many people on the roster lack each of LACKS, in the group and grid chosen; only what somebody lacks."""
    day = local_day(now)
    columns = [func.count(distinct(case((lacks_in_file(session, one, day), SpecialGroup.resident_id)))) for one in LACKS]
    query = select(*columns).where(SpecialGroup.community_id.in_(tuple(session.scope.communities)), on_roster(day))
    query = query.where(*(column == value for column, value in ((SpecialGroup.group, group), (SpecialGroup.grid_id, grid_id)) if value is not None))
    return {one: n for one, n in zip(LACKS, session.execute(query).one(), strict=True) if n}


def basis_reviews(session: ScopedSession, resident_id: UUID) -> list[ReviewRow]:
    """The reviews of a resident in scope, the latest first. What was read in a document only for those who keep the file."""
    own = may(session.scope.role, "care_file_update")
    home = and_(Resident.community_id == BasisReview.community_id, Resident.id == BasisReview.resident_id)
    query = select(BasisReview, Staff.name).join(Resident, home).outerjoin(Staff, and_(Staff.community_id == BasisReview.community_id, Staff.id == BasisReview.staff_id))
    rows = session.execute(query.where(BasisReview.resident_id == resident_id).order_by(BasisReview.reviewed_at.desc(), BasisReview.id.desc()))
    return [ReviewRow(row.group, row.reviewed_at, row.was_due, row.basis if own else masks.free_text(row.basis), row.next_review, by) for row, by in rows]


def all_reviews(session: ScopedSession, community_id: UUID, day: date) -> Iterator[dict]:
    """Every membership of a community whose basis has a day to look at again, or was looked at: how it stands, and the last review."""
    latest, newer = BasisReview, aliased(BasisReview)
    later = and_(newer.community_id == latest.community_id, newer.resident_id == latest.resident_id, newer.group == latest.group, newer.reviewed_at > latest.reviewed_at)
    last = and_(latest.community_id == SpecialGroup.community_id, latest.resident_id == SpecialGroup.resident_id, latest.group == SpecialGroup.group)
    query = _on_roster(community_id, day, SpecialGroup.group, SpecialGroup.basis, SpecialGroup.next_review, latest.reviewed_at, Staff.name.label("by"))
    query = query.outerjoin(latest, and_(last, ~select(newer.id).where(later).exists())).outerjoin(Staff, and_(Staff.community_id == latest.community_id, Staff.id == latest.staff_id))
    query = query.where(or_(SpecialGroup.next_review.is_not(None), latest.id.is_not(None))).order_by(SpecialGroup.next_review, Resident.name, Resident.id)
    for row in session.execute(query).mappings():
        yield dict(row) | {"name": masks.masked("name", row["name"], masked(session.scope.role)), "standing": standing(row["next_review"], day)}


def all_consents(session: ScopedSession, community_id: UUID, day: date) -> Iterator[dict]:
    """Everybody on a community's roster and each purpose: the word that holds, or that none is on file (`agreed` None)."""
    newer = aliased(Consent)
    query = select(Consent.resident_id, Consent.purpose, Consent.agreed, Consent.way, Consent.said_on, Staff.name)
    query = query.outerjoin(Staff, and_(Staff.community_id == Consent.community_id, Staff.id == Consent.staff_id)).where(Consent.community_id == community_id, _holds(newer))
    words = {(resident_id, purpose): rest for resident_id, purpose, *rest in session.execute(query)}
    seen: set[UUID] = set()
    for row in session.execute(_on_roster(community_id, day, SpecialGroup.group).order_by(Resident.name, Resident.id)).mappings():
        for purpose in PURPOSES if row["resident_id"] not in seen else ():
            agreed, way, said_on, by = words.get((row["resident_id"], purpose), (None, None, None, None))
            name = masks.masked("name", row["name"], masked(session.scope.role))
            yield dict(row) | {"name": name, "purpose": purpose, "agreed": agreed, "way": way, "said_on": said_on, "by": by}
        seen.add(row["resident_id"])


def _on_roster(community_id: UUID, day: date, *columns):
    whose = (Resident.id.label("resident_id"), Resident.name, Resident.grid_id, Resident.household_id)
    home = and_(Resident.community_id == SpecialGroup.community_id, Resident.id == SpecialGroup.resident_id)
    return select(*whose, *columns).select_from(SpecialGroup).join(Resident, home).where(SpecialGroup.community_id == community_id, on_roster(day))


def _agreed(session: ScopedSession, purpose: str):
    own = (Consent.community_id.in_(tuple(session.scope.communities)), Consent.purpose == purpose, Consent.agreed)
    return select(Consent.resident_id).where(*own, _holds(aliased(Consent)))


def _holds(newer) -> ColumnElement[bool]:
    """Condition on Consent: no later word on the same purpose is on file."""
    same = (newer.community_id == Consent.community_id, newer.resident_id == Consent.resident_id, newer.purpose == Consent.purpose)
    later = or_(newer.recorded_at > Consent.recorded_at, and_(newer.recorded_at == Consent.recorded_at, newer.id > Consent.id))
    return ~select(newer.id).where(*same, later).exists()

