"""Changing a protected field of a resident's file: one person asks, another decides. Both are filings; no value gets into the ledger."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.care import check_leaving
from core.changes import check_change, exit_of, group_end, may_decide, wanted_value
from core.departures import check_exit
from core.grants import same_person
from core.imports.id_numbers import birth_of
from core.refusals import Refused
from core.roles import may
from db.commands import care, departures
from db.commands.filing import file, file_try
from db.commands.grants import asked, decided
from db.commands.homes import live_at
from db.commands.reconciliation_settle import answered
from db.commands.residents import file_revealed, to_reveal
from db.engine import ScopedSession
from db.keys import keyring
from db.models.changes import ChangeRequest
from db.models.residents import Resident
from db.queries.care import personal_value
from db.queries.changes import value_index
from db.queries.departures import last_seen, went_into
from db.queries.grants import decider
from db.queries.reconciliation_compare import Buildings


def ask(session: ScopedSession, *, now: datetime, resident_id: UUID, field: str, value: str, reason: str | None = None) -> UUID | Refused:
    """Ask that `field` (core.changes.FIELDS) of a resident become `value`; nothing changes until another person approves it. Returns the request's id."""
    if not may(session.scope.role, "care_file_update"):
        return Refused("common.not_allowed")
    resident = _locked(session, resident_id)
    if resident is None:
        return Refused("common.not_found")
    row = put(session, resident, field, value, reason, now)
    if isinstance(row, Refused):
        return row
    _filed(session, "care.ask_change", resident, row, now)
    return row.id


def put(
    session: ScopedSession, resident: Resident, field: str, value: str, reason: str | None, now: datetime, *, difference: tuple[UUID, int] | None = None
) -> ChangeRequest | Refused:
    """Step of this and other commands: the request about `resident`, locked, waits for another person. `difference`: of a reconciliation, and the how-manieth
    decision about it, that asks for it."""
    if resident.left_on is not None and went_into(session, [resident.id]):
        return Refused("merges.went")
    wanted = wanted_value(field, value, local_day(now))
    if isinstance(wanted, Refused):
        return wanted
    before = _standing(session, resident, field, wanted)
    refused = _impossible(session, resident, field, wanted, before, now)
    if refused:
        return refused
    if session.scalar(select(ChangeRequest.id).where(*_of(resident), ChangeRequest.field == field, ChangeRequest.decided_at.is_(None)).limit(1)):
        return Refused("changes.waits_already")
    row = ChangeRequest(
        community_id=resident.community_id, resident_id=resident.id, field=field, before=before, wanted=wanted, reason=(reason or "").strip() or None, 
        wanted_index=value_index(resident.id, field, wanted), **asked(session, now), difference_id=difference and difference[0], difference_turn=difference and difference[1],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def decide(session: ScopedSession, *, now: datetime, request_id: UUID, approved: bool) -> str | Refused:
    """Another person approves the change, and it is made; or refuses it, as who asked may, too. Returns the field."""
    row = session.scalar(select(ChangeRequest).where(ChangeRequest.id == request_id))
    own = row is not None and same_person(row.asker, decider(session))
    if not may(session.scope.role, "care_change_decide") and not (own and not approved and may(session.scope.role, "care_file_update")):
        return Refused("common.not_allowed")
    resident = _locked(session, row.resident_id) if row else None
    if resident is None:
        return Refused("common.not_found")
    if row.decided_at is not None:
        return Refused("changes.decided_before")
    refused = may_decide(row.asker, decider(session), approved) or (outdated(session, resident, row, now) or make(session, resident, row, now) if approved else None)
    if refused:
        return refused
    row.approved = approved
    decided(session, row, now)
    _filed(session, "care.approve_change" if approved else "care.refuse_change", resident, row, now, **answered(session, row, now))
    return row.field


def reveal_change(session: ScopedSession, *, now: datetime, request_id: UUID, purpose: str) -> tuple[str | None, str] | Refused:
    """What stands there and what shall stand there, in full, for a purpose of core.care.PURPOSES; the ledger keeps who looked and what for."""
    row = to_reveal(session, purpose, ChangeRequest, request_id)
    if isinstance(row, Refused):
        return row
    file_revealed(session, "care.reveal_change", now, row, purpose, request=row.id, field=row.field)
    return row.before, row.wanted


def outdated(session: ScopedSession, resident: Resident, row: ChangeRequest, now: datetime) -> Refused | None:
    """Step of this and other commands: why the change `row` asks for can't be made any more, or None."""
    before = _standing(session, resident, row.field, row.wanted)
    return Refused("changes.moved_on") if before != row.before else _impossible(session, resident, row.field, row.wanted, before, now)


def make(session: ScopedSession, resident: Resident, row: ChangeRequest, now: datetime, buildings: Buildings | None = None) -> Refused | None:
    """Step of this and other commands: make the change, which is not outdated. `buildings` as in live_at."""
    match row.field:
        case "id_number":
            born = birth_of(row.wanted)
            resident.id_number, resident.id_index = row.wanted, keyring().blind_index(row.wanted, "resident.id_number")
            resident.birth_date, resident.birth_year = born.isoformat(), born.year
        case "birth_date":
            resident.birth_date = wanted_value(row.field, row.wanted, local_day(now))
            resident.birth_year = int(resident.birth_date[:4])
        case "address":
            live_at(session, resident, row.wanted, now, buildings)
        case "group_end":
            group, day = group_end(row.wanted)
            care.leave(session, resident, care.current_groups(session, resident.id), group, day, now)
        case "exit":
            left = departures.leave(session, resident, *exit_of(row.wanted), now, row.reason)
            return left if isinstance(left, Refused) else None
    return None


def _standing(session: ScopedSession, resident: Resident, field: str, wanted: str) -> str | None:
    """What stands there now; of a group's end: since when somebody is in it, None: they are not; of an exit: when they left."""
    if field == "exit":
        return resident.left_on and resident.left_on.isoformat()
    if field != "group_end":
        return personal_value(session, resident, field)
    current = care.current_groups(session, resident.id).get(group_end(wanted)[0])
    return current and current.from_date.isoformat()


def _impossible(session: ScopedSession, resident: Resident, field: str, wanted: str, before: str | None, now: datetime) -> Refused | None:
    if field == "group_end":
        group, day = group_end(wanted)
        current = care.current_groups(session, resident.id).get(group)
        return check_leaving(current.from_date, day, local_day(now)) if current else Refused("care.not_in_group")
    if field == "exit":
        return check_exit(exit_of(wanted)[1], local_day(now), resident.left_on, last_seen(session, resident.community_id, resident.id))
    refused = check_change(field, wanted, before, resident.id_number)
    if refused or field != "id_number":
        return refused
    index = keyring().blind_index(wanted, "resident.id_number")
    others = select(Resident.id).where(Resident.community_id == resident.community_id, Resident.id_index == index, Resident.id != resident.id)
    if not session.scalar(others.execution_options(rollup=True)):
        return None
    about = {"community_id": resident.community_id, "subject_kind": "resident", "subject_id": resident.id}
    return file_try(session, Refused("changes.id_taken"), "care.try_change", now=now, **about, field=field)


def _of(resident: Resident) -> tuple:
    return ChangeRequest.community_id == resident.community_id, ChangeRequest.resident_id == resident.id


def _locked(session: ScopedSession, resident_id: UUID) -> Resident | None:
    return session.scalar(select(Resident).where(Resident.id == resident_id).with_for_update())


def _filed(session: ScopedSession, command: str, resident: Resident, row: ChangeRequest, now: datetime, **facts) -> None:
    file(session, command, now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, request=row.id, field=row.field, **facts)
