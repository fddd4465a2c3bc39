"""Two files of one person become one, and two again: each one transaction, one filing, by the station head alone, for undoing gives all of it back.

What points to the file that goes points to the one that stays from then on; nothing is deleted. The merge keeps in its own row what stood there before.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from core.cadence import Hold, Turn, filled
from core.calendar import local_day
from core.care import CLAUSES, plan
from core.merges import FILLED, begins, check_merge, together
from core.periods import local_midnight
from core.refusals import Refused
from core.roles import may
from core.rulebook import Clause, load_rulebook
from core.words import t
from db.commands import cadence
from db.commands.cadence import Subject, contacts_of, turn_of
from db.commands.care import current_groups, settle_plan
from db.commands.filing import file
from db.commands.transfers import give_miss
from db.engine import ScopedSession
from db.keys import keyring
from db.models.appointments import Appointment
from db.models.base import Base
from db.models.changes import ChangeRequest
from db.models.clocks import Clock
from db.models.merges import Merge, TwoPeople
from db.models.packages import ServiceRecord, TeamMember
from db.models.residents import Contact, Resident, SpecialGroup
from db.queries.departures import holds_of, touched_since
from db.queries.merges import are_two, compared, standing
from db.types import uuid7

_RIGHT = "care_merge"
STAYS = {"clock", "transfer", "special_group", "merge", "two_people", "change_request", "reconciliation_difference", "survey_person"}
"""Tables whose rows don't simply follow the person: clocks and groups are put together; what was asked for, compared or answered about a file stays its own."""


@dataclass(frozen=True)
class Merged:
    """What a merge, or its undoing, did: `rows` that follow the person, `clocks` that changed."""

    merge_id: UUID
    rows: int
    clocks: int


def merge(session: ScopedSession, *, now: datetime, resident_id: UUID, merged_id: UUID, versions: tuple[int, int]) -> Merged | Refused:
    """The file `merged_id` goes into `resident_id`. `versions` of both as they were seen."""
    if not may(session.scope.role, _RIGHT):
        return Refused("common.not_allowed")
    both = _locked(session, resident_id, merged_id)
    if both is None:
        return Refused("common.not_found")
    stays, goes = both
    if (stays.version, goes.version) != versions:
        return Refused("common.changed_meanwhile")
    found = compared(session, stays, goes)
    two = are_two(session, stays.community_id, (resident_id, merged_id))
    refused = check_merge(found, (stays.left_on, goes.left_on), two_people=two, waits=_waits(session, goes))
    if refused:
        return refused
    for one in both:
        settle_plan(session, one, local_day(now), now)
    known = _Known()
    rows = _follow(session, known, stays, goes, now)
    _fill(session, known, stays, goes)
    _one_roster(session, known, stays, goes, now)
    session.flush()
    clocks = _one_set(session, known, stays, goes, now)
    goes.left_on, goes.left_reason = local_day(now), t("merges.left_reason", "zh")
    row = Merge(
        community_id=stays.community_id, id=uuid7(), resident_id=stays.id, merged_id=goes.id, score=int(found.score), merged_at=now, merged_by=session.scope.actor_id,
        changed=json.dumps(known.as_dict()),
    )  # fmt: skip
    session.add(row)
    _filed(session, "care.merge", row, now, rows, clocks)
    return Merged(row.id, rows, clocks)


def undo(session: ScopedSession, *, now: datetime, merge_id: UUID, version: int) -> Merged | Refused:
    """They were two after all: each row the merge changed is as before, and the clocks of both go on from there; what was recorded since stays with
    the file that remained."""
    if not may(session.scope.role, _RIGHT):
        return Refused("common.not_allowed")
    row = session.scalar(select(Merge).where(Merge.id == merge_id))
    both = _locked(session, row.resident_id, row.merged_id) if row else None
    if both is None:
        return Refused("common.not_found")
    stays, goes = both
    if row.undone_at is not None or row.version != version:
        return Refused("merges.undone_before")
    if standing(session, row.community_id, (stays.id, goes.id), row.merged_at):
        return Refused("merges.later_first")
    if stays.left_on is not None:
        return Refused("merges.stays_left", values={"day": stays.left_on.isoformat()})
    changed = json.loads(row.changed)
    refused = _give_back(session, stays, goes, changed["filled"])
    if refused:
        return refused
    row.undone_at, row.undone_by = now, session.scope.actor_id
    goes.left_on = goes.left_reason = None
    before = changed["before"]
    given = {table: _restore(session, row.community_id, table, own) for table, own in before.items() if table != "clock"}
    rows = sum(n for table, n in given.items() if table not in (*STAYS, "resident"))
    clocks = _two_sets(session, stays, goes, before.get("clock", {}), changed["made"], row.merged_at, now)
    _filed(session, "care.undo_merge", row, now, rows, clocks)
    return Merged(row.id, rows, clocks)


def say_two(session: ScopedSession, *, now: datetime, one_id: UUID, other_id: UUID) -> UUID | Refused:
    """Two files that look alike are of two people: they are not offered again. Returns the id of what was said."""
    if not may(session.scope.role, _RIGHT):
        return Refused("common.not_allowed")
    both = _locked(session, *sorted((one_id, other_id)))
    if both is None:
        return Refused("common.not_found")
    home = both[0].community_id
    if are_two(session, home, (one_id, other_id)):
        return Refused("merges.are_two")
    row = TwoPeople(community_id=home, id=uuid7(), one_id=both[0].id, other_id=both[1].id, said_at=now, said_by=session.scope.actor_id)
    session.add(row)
    file(session, "care.say_two", now=now, community_id=home, subject_kind="resident", subject_id=row.one_id, other=row.other_id)
    return row.id


_STATE = ("subject_id", "resident_id", "grid_id", "desk", "times_required", "times_done", "effective_from", "started_at", "warn_at", "met_at", "voided_at", "closed_at")


# --- what stood there before ----------------------------------------------------------------------------------------
class _Known:
    """Sets columns of rows and keeps what stood there: table → row → column → value as text. Of a clock all of _STATE: it goes on changing."""

    def __init__(self):
        self.before: dict[str, dict[str, dict]] = {}
        self.made: list[str] = []
        self.filled: list[str] = []

    def set(self, row: Base, **values) -> bool:
        """Whether anything changed."""
        other = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name in _STATE if other and isinstance(row, Clock) else other:
            self.before.setdefault(row.__tablename__, {}).setdefault(str(row.id), {}).setdefault(name, _written(getattr(row, name)))
        for name, value in other.items():
            setattr(row, name, value)
        return bool(other)

    def as_dict(self) -> dict:
        return {"before": self.before, "made": self.made, "filled": self.filled}


def _written(value):
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value) if isinstance(value, UUID) else value


def _read(name: str, value):
    """A value as its column holds it: what a column is called says what it is."""
    if value is None or not isinstance(value, str):
        return value
    kinds = (("_id", UUID), ("_at", datetime.fromisoformat), ("_date", date.fromisoformat), ("_from", date.fromisoformat))
    return next((read(value) for end, read in kinds if name.endswith(end)), value)


def _restore(session: ScopedSession, community_id: UUID, table: str, rows: dict[str, dict]) -> int:
    model = next(one.class_ for one in Base.registry.mappers if one.local_table.name == table)
    ids = [UUID(one) for one in rows]
    for row in session.scalars(select(model).where(model.community_id == community_id, model.id.in_(ids)).execution_options(rollup=True)):
        for name, value in rows[str(row.id)].items():
            setattr(row, name, _read(name, value))
    session.flush()
    return len(rows)


# --- what follows the person ----------------------------------------------------------------------------------------
def followers() -> list[type]:
    """The models whose rows follow the person: all with a `resident_id` but STAYS."""
    found = (one.class_ for one in Base.registry.mappers if "resident_id" in one.local_table.c and one.local_table.name not in STAYS)
    return sorted(found, key=lambda model: model.__tablename__)


def _follow(session: ScopedSession, known: _Known, stays: Resident, goes: Resident, now: datetime) -> int:
    """Contacts go into the grid of the file that stays, for its worker to see them. Of a team, a service or an appointment that both have, only the remaining file's goes on."""
    moved = 0
    for model in followers():
        own = model.community_id == stays.community_id
        rows = session.scalars(select(model).where(own, model.resident_id == goes.id).execution_options(rollup=True)).all()
        if model is Appointment:
            _one_appointment(session, known, stays, rows, now)
        there = set(map(_what, session.scalars(select(model).where(own, model.resident_id == stays.id, model.to_date.is_(None))))) if model in (TeamMember, ServiceRecord) else set()
        for row in rows:
            if there and row.to_date is None and _what(row) in there:
                known.set(row, to_date=max(local_day(now), row.from_date))
            else:
                moved += known.set(row, resident_id=stays.id, **({"grid_id": stays.grid_id} if model is Contact else {}))
    session.flush()
    return moved


def _one_appointment(session: ScopedSession, known: _Known, stays: Resident, rows: Sequence[Appointment], now: datetime) -> None:
    own = (Appointment.community_id == stays.community_id, Appointment.resident_id == stays.id, Appointment.ended_at.is_(None))
    acts = set(session.scalars(select(Appointment.act).where(*own)))
    for row in rows:
        if row.ended_at is None and row.act in acts:
            known.set(row, ended_at=now, ended_as="moved")


def _what(row: TeamMember | ServiceRecord) -> tuple:
    """Family is several people, each by name; every other role and service is there once."""
    role = getattr(row, "role", None) or row.part
    return (role, row.name) if role == "family" and isinstance(row, TeamMember) else (role,)


def _fill(session: ScopedSession, known: _Known, stays: Resident, goes: Resident) -> None:
    """What the remaining file lacks comes from the other one; an ID number goes over, for no two files may have the same."""
    for field in FILLED:
        value = getattr(goes, field)
        # Whoever has a home has an address.
        if getattr(stays, field) is not None or value is None or field == "address" and stays.household_id:
            continue
        known.filled.append(field)
        if field == "id_number":
            goes.id_index = None
            session.flush()
        setattr(stays, field, value)
    _index(stays)
    if "birth_date" in known.filled:
        known.set(stays, birth_year=goes.birth_year)


def _give_back(session: ScopedSession, stays: Resident, goes: Resident, filled: Sequence[str]) -> Refused | None:
    """What was taken over and has not been changed since."""
    for field in filled:
        if getattr(stays, field) == getattr(goes, field):
            setattr(stays, field, None)
    _index(stays)
    session.flush()
    index = goes.id_number and keyring().blind_index(goes.id_number, "resident.id_number")
    others = select(Resident.id).where(Resident.community_id == goes.community_id, Resident.id_index == index, Resident.id != goes.id)
    if index and session.scalar(others):
        return Refused("changes.id_taken")
    goes.id_index = index
    return None


def _index(row: Resident) -> None:
    row.id_index = row.id_number and keyring().blind_index(row.id_number, "resident.id_number")
    row.phone_index = row.phone and keyring().blind_index(row.phone, "resident.phone")


def _one_roster(session: ScopedSession, known: _Known, stays: Resident, goes: Resident, now: datetime) -> None:
    """Of a group both are in, the remaining file's membership goes on since the earlier day; all others follow the person."""
    current = current_groups(session, stays.id)
    for row in session.scalars(select(SpecialGroup).where(SpecialGroup.resident_id == goes.id)):
        mine = current.get(row.group) if row.to_date is None else None
        if mine is None:
            known.set(row, resident_id=stays.id, grid_id=stays.grid_id)
            continue
        known.set(mine, from_date=min(mine.from_date, row.from_date), detail=mine.detail or row.detail, basis=mine.basis or row.basis)
        known.set(row, to_date=max(local_day(now), row.from_date))


# --- clocks ---------------------------------------------------------------------------------------------------------
def _one_set(session: ScopedSession, known: _Known, stays: Resident, goes: Resident, now: datetime) -> int:
    """One clock of each clause and period, as if there had been one file from the start."""
    rulebook, subject = load_rulebook(), _subject(stays)
    rows = {one.id: _clocks(session, one) for one in (stays, goes)}
    groups = current_groups(session, stays.id)
    owed = {clause.id: clause for clause in plan(groups, rulebook, local_day(now))}
    holds = holds_of(session, stays.community_id, stays.id)
    ids = {row.clause_id for own in rows.values() for row in own} & rulebook.keys()
    for clause_id in sorted(ids):
        mine, theirs = ([row for row in rows[one.id] if row.clause_id == clause_id] for one in (stays, goes))
        begin = min((row.from_date for group, row in groups.items() if clause_id in CLAUSES[group]), default=None) if clause_id in owed else None
        _one_chain(session, known, subject, rulebook[clause_id], mine, theirs, begin, holds, now)
    for clause_id in sorted(owed.keys() - ids):
        made = cadence.open_first(session, subject, owed[clause_id], local_day(now))
        known.made += [str(made.id)] if made else []
    session.flush()
    return len(known.before.get("clock", {}))


def _one_chain(
    session: ScopedSession, known: _Known, subject: Subject, clause: Clause, mine: list[Clock], theirs: list[Clock], begin: date | None, holds: Sequence[Hold], now: datetime
) -> None:
    """The clocks of one clause; `begin`: since when one of the person's groups asks for it, None: none does now."""
    rows = {row.id: row for row in (*mine, *theirs)}
    later = {row.id for row in rows.values() if begin and row.started_at >= local_midnight(begin)}
    first = [turn_of(rows[one]) for one in later if begins(clause, turn_of(rows[one]), rows[one].voided_at is not None, holds)]
    acts = sorted(contacts_of(session, subject, clause.values[-1].figure.act, min(row.started_at for row in rows.values())))
    step = together(clause, [first], acts, now, holds)
    turns = {turn.due_at: turn for turn in (*step.closed, *([step.open] if step.open else []))}
    # Of two clocks of one period one goes on: one that counts, and rather the remaining file's.
    kept = {row.due_at: row for row in sorted(rows.values(), key=lambda row: (row.voided_at is None, row.subject_id == subject.id))}
    past = [row for row in kept.values() if row.id not in later and row.voided_at is None and row.closed_at]
    for row in rows.values():
        if row.voided_at is None and row not in past and (kept[row.due_at] is not row or row.due_at not in turns):
            known.set(row, voided_at=now, closed_at=row.closed_at or now, met_at=None)
    # What a stay away took out stays on file with the person: a late entry may fill it all the same.
    for row in kept.values():
        if row.voided_at is not None and row.id in later and row.due_at not in turns and begins(clause, turn_of(row), True, holds):
            known.set(row, subject_id=subject.id, resident_id=subject.id)
    session.flush()
    for row in past:
        turn = filled(turn_of(row), acts)
        known.set(row, subject_id=subject.id, resident_id=subject.id, times_done=turn.times_done, met_at=turn.met_at, closed_at=turn.closed_at)
    for turn in sorted(turns.values(), key=lambda turn: (turn.closed_at is None, turn.due_at)):
        _fit(session, known, subject, kept.get(turn.due_at), turn)


def _fit(session: ScopedSession, known: _Known, subject: Subject, row: Clock | None, turn: Turn) -> None:
    """`row` becomes `turn`, of the remaining file; what is closed stays in the grid that held it, and what closes now as a miss is that one's that held most of it."""
    values, closes = cadence.clock_values(subject, turn), row is None or row.closed_at is None
    if row is None:
        row = Clock(id=uuid7(), **values)
        session.add(row)
        known.made.append(str(row.id))
    else:
        known.set(row, **{name: value for name, value in values.items() if turn.closed_at is None or name not in ("grid_id", "desk")})
    if closes:
        give_miss(session, row)
    session.flush()


def _two_sets(session: ScopedSession, stays: Resident, goes: Resident, before: dict[str, dict], made: Iterable[str], merged_at: datetime, now: datetime) -> int:
    """The clocks the merge changed are as before it, those since in their place are void; then both go on from there, each by its own contacts and stays away."""
    own = (Clock.community_id == stays.community_id, Clock.subject_id == stays.id)
    since = _touched_since(session, stays, goes, merged_at)
    asked = {clause.id for clause in plan(current_groups(session, stays.id), load_rulebook(), local_day(now))}
    for row in session.scalars(select(Clock).where(*own)):
        strange = str(row.id) not in before and row.started_at >= merged_at and row.clause_id not in asked
        if row.voided_at is None and (row.closed_at is None or str(row.id) in made or strange):
            row.voided_at, row.closed_at, row.met_at = now, row.closed_at or now, None
    session.flush()
    open_ones = {one: values for one, values in before.items() if values["closed_at"] is None}
    for part in ({one: values for one, values in before.items() if one not in open_ones}, open_ones):
        _restore(session, stays.community_id, "clock", part)
    back = session.scalars(select(Clock).where(*own, Clock.voided_at.is_(None))).all()
    given = {(row.clause_id, row.due_at) for row in back if str(row.id) in before}
    for row in (one for one in back if str(one.id) not in before and (one.clause_id, one.due_at) in given):
        row.voided_at = now
    session.flush()
    for one in (stays, goes):
        holds = holds_of(session, one.community_id, one.id)
        for clause in plan(current_groups(session, one.id), load_rulebook(), local_day(now)):
            cadence.replay(session, _subject(one), clause, holds, now, since=since)
        settle_plan(session, one, local_day(now), now)
        for clock in cadence.unclosed(session, _subject(one)).values():
            clock.grid_id = one.grid_id
    return len(before)


def _touched_since(session: ScopedSession, stays: Resident, goes: Resident, merged_at: datetime) -> datetime:
    """The earliest moment that anything is about which the merge, or what was entered or decided since, may have changed, of either file: what one's contact filled is the other's again.
    When the end of a stay was changed is not on file, so from the first stay on."""
    touched = touched_since(session, stays.community_id, (stays.id, goes.id), merged_at)
    stays_away = [local_midnight(begin) for one in (stays, goes) for begin, _ in holds_of(session, one.community_id, one.id)]
    return min([merged_at, *([touched] if touched else []), *stays_away])


def _clocks(session: ScopedSession, resident: Resident) -> list[Clock]:
    own = (Clock.community_id == resident.community_id, Clock.subject_id == resident.id)
    return list(session.scalars(select(Clock).where(*own).order_by(Clock.due_at, Clock.id).with_for_update().execution_options(populate_existing=True)))


# --- what they share ------------------------------------------------------------------------------------------------
def _locked(session: ScopedSession, one_id: UUID, other_id: UUID) -> tuple[Resident, Resident] | None:
    """Both, of one community, in the order asked; locked in the order of their ids."""
    rows = session.scalars(select(Resident).where(Resident.id.in_((one_id, other_id))).order_by(Resident.id).with_for_update())
    found = {row.id: row for row in rows}
    return (found[one_id], found[other_id]) if len(found) == 2 and len({row.community_id for row in found.values()}) == 1 else None


def _waits(session: ScopedSession, resident: Resident) -> bool:
    own = (ChangeRequest.community_id == resident.community_id, ChangeRequest.resident_id == resident.id, ChangeRequest.decided_at.is_(None))
    return session.scalar(select(ChangeRequest.id).where(*own).limit(1)) is not None


def _subject(resident: Resident) -> Subject:
    return Subject(resident.community_id, "resident", resident.id, resident.grid_id)


def _filed(session: ScopedSession, command: str, row: Merge, now: datetime, rows: int, clocks: int) -> None:
    file(session, command, now=now, community_id=row.community_id, subject_kind="resident", subject_id=row.resident_id, merge=row.id, merged=row.merged_id, rows=rows, clocks=clocks)
