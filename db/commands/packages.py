"""Who joins or leaves somebody's team, and which services are in place: each one filing, without a name or number in the ledger.

Whoever acts locks the resident's row first, like all commands of care.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.imports.cells import Bad, phone_of
from core.packages import ONE_TO_ONE, OR_NONE, ROLES, SERVICES, SEVERAL, STAFF_KINDS, Part, asked, check_day, check_end
from core.periods import period_of
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file, file_try
from db.commands.residents import file_revealed, to_reveal
from db.engine import ScopedSession
from db.keys import keyring
from db.models.grids import Community, Staff
from db.models.packages import ServiceRecord, TeamMember
from db.models.residents import Resident, SpecialGroup
from db.queries.packages import assessed, on_roster
from db.queries.posts import still_here
from db.types import uuid7

_RIGHT = "care_file_update"


def add_member(
    session: ScopedSession,
    *,
    now: datetime,
    resident_id: UUID,
    role: str,
    staff_id: UUID | None = None,
    name: str | None = None,
    phone: str | None = None,
    from_date: date | None = None,
) -> UUID | Refused:
    """Somebody joins a resident's team on the local date `from_date` (today): one of the staff, or somebody else by `name`. Whoever had the role
    until then leaves it, but for family, of which there are several. Returns the member's id."""
    if not may(session.scope.role, _RIGHT):
        return Refused("common.not_allowed")
    day, name = from_date or local_day(now), (name or "").strip() or None
    if role == ONE_TO_ONE:
        _one_after_the_other(session, resident_id)
    resident = _locked(session, resident_id)
    refused = _may_have(session, resident, role, day, now, ROLES) or _somebody(session, resident, role, staff_id, name, phone, now)
    refused = refused or (_taken(session, resident, phone, day, now) if role == ONE_TO_ONE else None)
    former = [] if refused or role == SEVERAL else _running(session, TeamMember, resident, TeamMember.role == role)
    refused = refused or next((Refused("packages.before_begin", values={"day": one.from_date.isoformat()}) for one in former if one.from_date > day), None)
    if refused:
        return refused
    _end(former, day)
    _end(_running(session, ServiceRecord, resident, ServiceRecord.part == role), day)
    number = phone_of(phone) if phone and staff_id is None else None
    row = TeamMember(
        community_id=resident.community_id, id=uuid7(), resident_id=resident.id, role=role, staff_id=staff_id, name=None if staff_id else name, phone=number,
        phone_index=keyring().blind_index(number, "team_member.phone") if number else None, from_date=day,
    )  # fmt: skip
    session.add(row)
    _filed(session, "care.add_member", resident, now, member=row.id, role=role, replaced=len(former))
    return row.id


def end_member(session: ScopedSession, *, now: datetime, member_id: UUID, version: int, to_date: date | None = None) -> UUID | Refused:
    """Somebody leaves a team; the first day without them is the local date `to_date` (today). Returns the resident's id."""
    return _ended(session, TeamMember, member_id, version, to_date, "care.end_member", now)


def record_service(
    session: ScopedSession, *, now: datetime, resident_id: UUID, part: str, is_there: bool, from_date: date | None = None, note: str | None = None
) -> UUID | Refused:
    """A service is in place since the local date `from_date` (today), or (`is_there` False) none is needed, or no family is known. It takes the
    place of what was on record of that part."""
    if not may(session.scope.role, _RIGHT):
        return Refused("common.not_allowed")
    day = from_date or local_day(now)
    resident = _locked(session, resident_id)
    refused = _may_have(session, resident, part, day, now, SERVICES if is_there else tuple(OR_NONE))
    if refused:
        return refused
    if part in ROLES and _running(session, TeamMember, resident, TeamMember.role == part):
        return Refused("packages.somebody_there")
    former = _running(session, ServiceRecord, resident, ServiceRecord.part == part)
    if any(one.from_date > day for one in former):
        return Refused("packages.before_begin", values={"day": max(one.from_date for one in former).isoformat()})
    _end(former, day)
    row = ServiceRecord(
        community_id=resident.community_id, id=uuid7(), resident_id=resident.id, part=part, is_there=is_there, from_date=day, note=(note or "").strip() or None
    )
    session.add(row)
    _filed(session, "care.record_service", resident, now, record=row.id, part=part, is_there=is_there)
    return row.id


def end_service(session: ScopedSession, *, now: datetime, record_id: UUID, version: int, to_date: date | None = None) -> UUID | Refused:
    """What is on record of a service no longer holds from the local date `to_date` (today). Returns the resident's id."""
    return _ended(session, ServiceRecord, record_id, version, to_date, "care.end_service", now)


def reveal_member(session: ScopedSession, *, now: datetime, member_id: UUID, purpose: str) -> str | None | Refused:
    """A member's telephone number in full, for a purpose of core.care.PURPOSES; None: not on file. The ledger keeps who looked and what for."""
    row = to_reveal(session, purpose, TeamMember, member_id)
    if isinstance(row, Refused):
        return row
    file_revealed(session, "care.reveal_member", now, row, purpose, member=row.id)
    return row.phone or session.scalar(select(Staff.phone).where(Staff.community_id == row.community_id, Staff.id == row.staff_id))


def close_package(session: ScopedSession, resident: Resident, day: date) -> dict[str, list[str]]:
    """Step of an exit on `day`: the team and the services end. Returns what ended, for `reopen_package`."""
    closed = {}
    for word, model in (("members", TeamMember), ("services", ServiceRecord)):
        rows = _running(session, model, resident)
        _end(rows, day)
        closed[word] = [str(one.id) for one in rows]
    return closed


def reopen_package(session: ScopedSession, closed: dict) -> None:
    """Step: undoing an exit gives back exactly the team and services it ended."""
    for word, model in (("members", TeamMember), ("services", ServiceRecord)):
        ids = [UUID(one) for one in closed.get(word, [])]
        for row in session.scalars(select(model).where(model.id.in_(ids))) if ids else ():
            row.to_date = None


# --- what they share ------------------------------------------------------------------------------------------------
def _may_have(session: ScopedSession, resident: Resident | None, part: str, day: date, now: datetime, known: tuple[str, ...]) -> Refused | None:
    """Why `part` may not be entered for the resident as of `day`."""
    if resident is None:
        return Refused("common.not_found")
    if part not in known:
        return Refused("packages.no_such_part")
    if part not in {one.id for one in _asked(session, resident, local_day(now))}:
        return Refused("packages.not_asked")
    return check_day(day, local_day(now), local_day(period_of("quarter", now).start), may(session.scope.role, "care_exit"))


def _asked(session: ScopedSession, resident: Resident, day: date) -> tuple[Part, ...]:
    groups = session.execute(select(SpecialGroup.group, SpecialGroup.detail).where(SpecialGroup.resident_id == resident.id, on_roster(day))).all()
    return asked([tuple(one) for one in groups], resident.birth_year, assessed(session, resident.id, day), day)


def _somebody(session: ScopedSession, resident: Resident, role: str, staff_id: UUID | None, name: str | None, phone: str | None, now: datetime) -> Refused | None:
    """Why this is nobody who can have the role: one of the staff of the right kind, or a name."""
    if staff_id is not None:
        own = select(Staff.kind).where(Staff.community_id == resident.community_id, Staff.id == staff_id, still_here(local_day(now)))
        return None if session.scalar(own) in STAFF_KINDS.get(role, ()) else Refused("packages.not_staff")
    if name is None:
        return Refused("packages.no_name")
    if phone and isinstance(phone_of(phone), Bad):
        return Refused("care.bad_phone")
    return Refused("packages.needs_phone", "disabled.support") if role == ONE_TO_ONE and not phone else None


def _taken(session: ScopedSession, resident: Resident, phone: str | None, day: date, now: datetime) -> Refused | None:
    """Why this therapist may not serve another resident. Looked for in the whole community, of which the answer tells nobody's name."""
    index = keyring().blind_index(phone_of(phone), "team_member.phone")
    own = (TeamMember.community_id == resident.community_id, TeamMember.resident_id != resident.id, TeamMember.role == ONE_TO_ONE, TeamMember.phone_index == index)
    # Who left the group needs none, whether or not somebody thought of ending it.
    needing = select(SpecialGroup.resident_id).where(SpecialGroup.community_id == resident.community_id, SpecialGroup.group == "disabled", SpecialGroup.to_date.is_(None))
    served = select(TeamMember.id).where(*own, TeamMember.to_date.is_(None) | (TeamMember.to_date > day), TeamMember.resident_id.in_(needing)).limit(1)
    if not session.scalar(served.execution_options(rollup=True)):
        return None
    about = {"community_id": resident.community_id, "subject_kind": "resident", "subject_id": resident.id}
    return file_try(session, Refused("packages.one_to_one", "disabled.support"), "care.try_member", now=now, **about, role=ONE_TO_ONE)


def _one_after_the_other(session: ScopedSession, resident_id: UUID) -> None:
    """Two at once may not both find the therapist free. The community before the resident, as the sweep locks them."""
    home = session.scalar(select(Resident.community_id).where(Resident.id == resident_id))
    if home:
        session.scalar(select(Community.community_id).where(Community.community_id == home).with_for_update())


def _locked(session: ScopedSession, resident_id: UUID) -> Resident | None:
    return session.scalar(select(Resident).where(Resident.id == resident_id).with_for_update())


def _running(session: ScopedSession, model: type, resident: Resident, *conditions) -> list:
    own = (model.community_id == resident.community_id, model.resident_id == resident.id, model.to_date.is_(None))
    return list(session.scalars(select(model).where(*own, *conditions).order_by(model.id)))


def _end(rows: list, day: date) -> None:
    for row in rows:
        row.to_date = max(day, row.from_date)


def _ended(session: ScopedSession, model: type, row_id: UUID, version: int, to_date: date | None, command: str, now: datetime) -> UUID | Refused:
    if not may(session.scope.role, _RIGHT):
        return Refused("common.not_allowed")
    row = session.scalar(select(model).where(model.id == row_id))
    resident = _locked(session, row.resident_id) if row else None
    if resident is None:
        return Refused("common.not_found")
    if row.version != version or row.to_date is not None:
        return Refused("common.changed_meanwhile")
    refused = check_end(row.from_date, to_date or local_day(now), local_day(now))
    if refused:
        return refused
    row.to_date = to_date or local_day(now)
    _filed(session, command, resident, now, row=row.id)
    return resident.id


def _filed(session: ScopedSession, command: str, resident: Resident, now: datetime, **facts) -> None:
    file(session, command, now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, **facts)
