"""A department is right: the desk's rows become what it says, as the ledgers' import and the roster's departures would make them."""

import json
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from core.calendar import local_day
from core.changes import TYPED
from core.imports.checks import add_groups
from core.imports.judge import Row
from core.reconciliation import APPLIED, ASKED, DIFFERENT, MISSING_THERE
from core.refusals import Refused
from core.words import t
from db.commands.changes import put
from db.commands.departures import leave
from db.commands.imports import apply_plan
from db.engine import ScopedSession
from db.models.changes import ChangeRequest
from db.models.reconciliation import ReconciliationDifference as Difference
from db.models.residents import Resident
from db.queries.imports.people import OneResident
from db.queries.imports.places import Households
from db.queries.imports.plan import Intake
from db.queries.reconciliation_compare import Buildings, as_written, door_of, home_in, id_key, place_in


def apply_theirs(session: ScopedSession, source: str, row: Difference, left: tuple[str, date] | None, now: datetime) -> str | Refused:
    """Step: `row` decided for the department. APPLIED, or ASKED where a protected field waits for another person's word; or why it can't be."""
    if source == "housing":
        return _new_flat(session, row, now) or APPLIED
    if row.kind == MISSING_THERE:
        return _gone(session, row, left, now) or APPLIED
    return _person(session, row, now)


def _gone(session: ScopedSession, row: Difference, left: tuple[str, date], now: datetime) -> Refused | None:
    resident = session.scalar(select(Resident).where(Resident.community_id == row.community_id, Resident.id == row.resident_id).with_for_update())
    if resident is None:
        return Refused("common.not_found")
    done = leave(session, resident, *left, now)
    return done if isinstance(done, Refused) else None


def _person(session: ScopedSession, row: Difference, now: datetime) -> str | Refused:
    """Somebody known gets what differs, protected fields only once another person agrees; somebody new comes in as a ledger's row would bring them."""
    theirs, known = json.loads(row.theirs), row.kind == DIFFERENT
    taken = id_key(theirs.get("id_number"))
    holder = session.scalar(select(Resident.id).where(Resident.community_id == row.community_id, Resident.id_index == taken)) if taken else None
    if holder is not None and holder != row.resident_id:
        return Refused("reconciliation.id_taken")
    differ = set(row.fields.split(",")) if known else set(theirs)
    said = {name: theirs[name] for name in ("name", "id_number", "sex", "birth_date") if name in differ and name in theirs}
    if not known:
        values = said | {"birth_date": date.fromisoformat(said["birth_date"])} | (home_in(session, row.community_id, theirs) if "address" in differ else {})
        add_groups(values, local_day(now))
        return _take(session, OneResident(session, row.community_id, now, None, values.get("building")), values, row.community_id, now) or APPLIED
    said |= {"address": as_written(session, row.community_id, theirs)} if "address" in differ else {}
    asked = _ask(session, row, {field: said.pop(field) for field in TYPED if field in said}, now)
    if isinstance(asked, Refused) or not said:
        return asked
    ours = json.loads(row.ours)
    values = {"name": ours["name"], "birth_date": date.fromisoformat(ours["birth_date"])} | said if "birth_date" in ours else None
    if values is None:  # who has no birth date yet gets it first
        return Refused("reconciliation.cant_apply")
    return _take(session, OneResident(session, row.community_id, now, row.resident_id, None), values, row.community_id, now) or asked


def _ask(session: ScopedSession, row: Difference, wanted: dict[str, str], now: datetime) -> str | Refused:
    """Requests for the protected fields; a number brings its birth date along, and what an earlier decision has already brought about asks for nothing."""
    if "id_number" in wanted:
        wanted = {field: value for field, value in wanted.items() if field != "birth_date"}
    resident = session.scalar(select(Resident).where(Resident.community_id == row.community_id, Resident.id == row.resident_id).with_for_update())
    turns = select(func.max(ChangeRequest.difference_turn)).where(ChangeRequest.community_id == row.community_id, ChangeRequest.difference_id == row.id)
    turn, waits = (session.scalar(turns) or 0) + 1, False
    for field, value in wanted.items():
        done = put(session, resident, field, value, t("reconciliation.asked_because", "zh"), now, difference=(row.id, turn))
        if isinstance(done, Refused) and done.reason != "changes.same":
            return done
        waits = waits or not isinstance(done, Refused)
    return ASKED if waits else APPLIED


def _new_flat(session: ScopedSession, row: Difference, now: datetime) -> Refused | None:
    place = place_in(json.loads(row.theirs))
    building = Buildings(session, row.community_id).of(place)
    if building is None or not door_of(place):
        return Refused("reconciliation.unknown_building")
    return _take(session, Households(session, row.community_id, now), {"building": building.name, "door": door_of(place)}, row.community_id, now)


def _take(session: ScopedSession, intake: Intake, values: dict, community_id: UUID, now: datetime) -> Refused | None:
    """One row through the import's own rules."""
    intake.take(Row(0, values))
    if any(refuses for complaints in intake.plan.complaints.values() for *_, refuses in complaints):
        return Refused("reconciliation.cant_apply")
    apply_plan(session, intake.plan, community_id, now)
    return None
