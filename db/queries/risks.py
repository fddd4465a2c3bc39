"""Who stands first, and why: the factors, the recent changes among them, and the words that override them. What is about few is read once a session."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Subquery, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import aliased

from core import masks
from core.calendar import local_day
from core.care import OLD_AGE
from core.departures import EXITS
from core.risks import FIRST, LEVELS, RECENT, USUAL, risk, weight
from core.roles import may
from db.engine import ScopedSession
from db.models.grids import Staff
from db.models.residents import Departure, Resident, SpecialGroup
from db.models.risks import RiskWord
from db.models.transfers import Transfer
from db.queries.departures import recent
from db.types import Id


@dataclass(frozen=True)
class Word:
    """What was said of somebody: `level` of core.risks.LEVELS or None, by whom (None: not known), when; `reason` for those who keep the file."""

    level: str | None
    by: str | None
    said_at: datetime
    reason: str


def _to(one, column, other) -> ColumnElement[bool]:
    """`column` of `one` is the id of `other`, in one community."""
    return and_(one.community_id == other.community_id, column == other.id)


_WORDS = (
    select(RiskWord.resident_id, RiskWord.level, Staff.name)
    .select_from(RiskWord)
    .outerjoin(Staff, _to(RiskWord, RiskWord.staff_id, Staff))
    .join(Resident, _to(RiskWord, RiskWord.resident_id, Resident))
    .order_by(RiskWord.said_at, RiskWord.id)
    .execution_options(kept=True)
)
_MOVED = (
    select(Resident.id, Transfer.moved_on)
    .join(Transfer, _to(Transfer, Transfer.resident_id, Resident))
    .where(Transfer.community_id.in_(bindparam("communities", expanding=True)), Transfer.moved_on > bindparam("since"), Resident.left_on.is_(None))
    .execution_options(kept=True)
)


def words(session: ScopedSession) -> dict[UUID, tuple[str, str | None]]:
    """Resident → (level, by whom) of those in scope about whom a word holds."""
    if "risks.words" not in session.info:
        latest = {resident_id: (level, by) for resident_id, level, by in session.execute(_WORDS)}
        session.info["risks.words"] = {one: said for one, said in latest.items() if said[0]}
    return session.info["risks.words"]


def words_on(session: ScopedSession, resident_id: UUID) -> list[Word]:
    """All that was said of a resident in scope, the latest first."""
    own = may(session.scope.role, "care_file_update")
    query = select(RiskWord.level, Staff.name, RiskWord.said_at, RiskWord.reason).select_from(RiskWord).outerjoin(Staff, _to(RiskWord, RiskWord.staff_id, Staff))
    query = query.join(Resident, _to(RiskWord, RiskWord.resident_id, Resident)).where(RiskWord.resident_id == resident_id)
    rows = session.execute(query.order_by(RiskWord.said_at.desc(), RiskWord.id.desc()))
    return [Word(level, by, said_at, reason if own else masks.free_text(reason)) for level, by, said_at, reason in rows]


def changed(session: ScopedSession, now: datetime) -> dict[UUID, tuple[str, date]]:
    """Resident in scope → what has changed for them within core.risks.RECENT (of CHANGES), and on which day; the latest."""
    key = ("risks.changed", now)
    if key not in session.info:
        today = local_day(now)
        since, known = today - RECENT, recent(session, now)
        back = [(row.resident_id, "back", row.until_date) for row in known if row.kind == "hospital" and row.until_date and since < row.until_date <= today and row.left_on is None]
        rows = back + (_bereaved(session, since) if any(row.kind in EXITS for row in known) else [])
        rows += [(one, "moved", day) for one, day in session.execute(_MOVED, {"communities": tuple(session.scope.communities), "since": since})]
        session.info[key] = {one: (what, day) for one, what, day in sorted(rows, key=lambda row: (row[2], row[1]))}
    return session.info[key]


def _bereaved(session: ScopedSession, since: date) -> list[tuple[UUID, str, date]]:
    gone = aliased(Resident)
    left = select(Resident.id, Departure.from_date).select_from(Departure).join(gone, _to(Departure, Departure.resident_id, gone))
    left = left.join(Resident, and_(Resident.community_id == gone.community_id, Resident.household_id == gone.household_id, Resident.id != gone.id))
    left = left.where(Departure.kind.in_(EXITS), Departure.from_date > since, Departure.undone_at.is_(None), Resident.left_on.is_(None))
    return [(one, "bereaved", day) for one, day in session.execute(left)]


COMMUNITIES = bindparam("communities", expanding=True, type_=Id())
_SAID = {level: bindparam(level, expanding=True, type_=Id()) for level in LEVELS}


def said_and_changed(session: ScopedSession, now: datetime) -> dict[str, tuple[UUID, ...]]:
    """The values of `risk_of` and `is_first` that are lists: whose life has `changed`, who is said to come `first`, or like anybody (`usual`)."""
    return {"changed": tuple(changed(session, now)), **{level: _said(session, level) for level in LEVELS}}


def born_by(now: datetime) -> int:
    """The value `born_by` of `risk_of`: a year."""
    return local_day(now).year - OLD_AGE


def risk_of(people: Subquery, few: Collection[str]) -> ColumnElement[int]:
    """core.risks.risk of `people`, joined to Resident. `few`: which of said_and_changed name anybody."""
    alone = func.max(case((SpecialGroup.detail == "living_alone", weight("alone")), else_=0))
    disabled = func.max(case((or_(SpecialGroup.detail == "disabled_elder", SpecialGroup.group == "disabled"), weight("disabled")), else_=0))
    own = (SpecialGroup.community_id == people.c.community_id, SpecialGroup.resident_id == people.c.resident_id, SpecialGroup.to_date.is_(None))
    old = case((Resident.birth_year <= bindparam("born_by", type_=Integer()), weight("old")), else_=0)
    found = func.coalesce(select(alone + disabled).where(*own).correlate(people).scalar_subquery(), 0) + old
    if "changed" in few:
        found += case((people.c.resident_id.in_(bindparam("changed", expanding=True, type_=Id())), weight("changed")), else_=0)
    said = [(people.c.resident_id.in_(_SAID[level]), risk((), level)) for level in (FIRST, USUAL) if level in few]
    return case(*said, else_=found) if said else found


def is_first(column, few: Collection[str], *, one_by_one: bool = False) -> ColumnElement[bool]:
    """Condition on a column of resident ids: living alone, or said to come first. Everybody else's risk is lower. `one_by_one`: what else is asked of them is dearer
    than who they are, so they are found first."""
    members = select(SpecialGroup.resident_id).where(SpecialGroup.community_id.in_(COMMUNITIES), SpecialGroup.to_date.is_(None))
    found = column.in_(members.where(SpecialGroup.detail == "living_alone"))
    found = found if one_by_one else found.is_(true())
    found = and_(found, column.not_in(_SAID[USUAL])) if USUAL in few else found
    return or_(found, column.in_(_SAID[FIRST])) if FIRST in few else found


def _said(session: ScopedSession, level: str) -> tuple[UUID, ...]:
    return tuple(one for one, (said, _) in words(session).items() if said == level)
