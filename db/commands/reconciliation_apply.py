"""A department is right: the desk's rows become what it says, as the ledgers' import and the roster's departures would make them."""

import json
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.imports.checks import add_groups
from core.imports.judge import Row
from core.reconciliation import DIFFERENT, MISSING_THERE
from core.refusals import Refused
from db.commands.departures import leave
from db.commands.imports import apply_plan
from db.engine import ScopedSession
from db.models.reconciliation import ReconciliationDifference as Difference
from db.models.residents import Resident
from db.queries.imports.people import OneResident
from db.queries.imports.places import Households
from db.queries.imports.plan import Intake
from db.queries.reconciliation_compare import Buildings, door_of, id_key, place_in


def apply_theirs(session: ScopedSession, source: str, row: Difference, left: tuple[str, date] | None, now: datetime) -> Refused | None:
    """Step: `row` decided for the department. Why it can't be, or None."""
    if source == "housing":
        return _new_flat(session, row, now)
    if row.kind == MISSING_THERE:
        return _gone(session, row, left, now)
    return _person(session, row, now)


def _gone(session: ScopedSession, row: Difference, left: tuple[str, date], now: datetime) -> Refused | None:
    resident = session.scalar(select(Resident).where(Resident.community_id == row.community_id, Resident.id == row.resident_id).with_for_update())
    if resident is None:
        return Refused("common.not_found")
    done = leave(session, resident, *left, now)
    return done if isinstance(done, Refused) else None


def _person(session: ScopedSession, row: Difference, now: datetime) -> Refused | None:
    """Somebody known gets what differs; somebody new comes in as a ledger's row would bring them, elders on the roster."""
    theirs, known = json.loads(row.theirs), row.kind == DIFFERENT
    ours = json.loads(row.ours) if known else {}
    taken = id_key(theirs.get("id_number"))
    holder = session.scalar(select(Resident.id).where(Resident.community_id == row.community_id, Resident.id_index == taken)) if taken else None
    if holder is not None and holder != row.resident_id:
        return Refused("reconciliation.id_taken")
    fields = set(row.fields.split(",")) if known else set(theirs)
    said = {name: theirs[name] for name in ("name", "id_number", "sex", "birth_date") if name in fields and name in theirs}
    said = {name: ours[name] for name in ("name", "birth_date") if name in ours} | said
    values: dict = said | {"birth_date": date.fromisoformat(said["birth_date"])}
    if "address" in fields:
        values |= _home(session, row.community_id, theirs)
    if not known:
        add_groups(values, local_day(now))
    return _take(session, OneResident(session, row.community_id, now, row.resident_id if known else None, values.get("building")), values, row.community_id, now)


def _home(session: ScopedSession, community_id: UUID, theirs: dict) -> dict[str, str]:
    """Building and door where the address is in one of our buildings, else the address as it stands."""
    place = place_in(theirs)
    building = Buildings(session, community_id).of(place)
    return {"building": building.name, "door": door_of(place)} if building and door_of(place) else {"address": theirs["address"]}


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
