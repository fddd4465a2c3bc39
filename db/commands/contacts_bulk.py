"""Contacts of care that a ledger brought, counted: each for its period, and what belongs to one that is over waits for another person.

Most people's are counted together: what is known of some hundred of them is read at once, core.cadence decides, and the rows that recording one by one
would leave are written at once. Whoever was away, has moved, or is owed something else than their groups ask for is counted one by one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Select, func, select

from core.cadence import Turn, advanced, counted, filled
from core.calendar import local_day
from core.care import ATTEMPTED, ATTEMPTS, FAILED, asking, counts, plan
from core.late_entries import period_over
from core.rulebook import Clause, load_rulebook
from core.words import t
from db.commands import cadence
from db.commands.appointments import end_standing_of
from db.commands.attempts import look_at_home
from db.commands.bulk import insert_rows
from db.commands.cadence import Subject, clock_values, turn_of
from db.commands.care import clause_of, settle_plan
from db.commands.filing import batched
from db.commands.late_entries import keep_contact
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.late_entries import LateContact
from db.models.residents import Contact, Departure, Resident, SpecialGroup
from db.models.transfers import Transfer
from db.queries.attempts import failed_runs
from db.queries.clock_state import is_unclosed
from db.queries.departures import lasting
from db.queries.late_entries import owed_and_unmet, stands
from db.types import uuid7

_PEOPLE = 400
"""Counted together: their clocks and contacts stand in memory meanwhile."""


@dataclass(frozen=True)
class Entered:
    """A contact that is on file since `recorded_at`."""

    community_id: UUID
    id: UUID
    resident_id: UUID
    recorded_at: datetime


def count_in(session: ScopedSession, contacts: Sequence[dict], now: datetime) -> None:
    """Step: `contacts` (id, resident_id, act, outcome, happened_at, day_only) came onto file at `now`. A failed attempt of today, if its time is known, may be the third and
    make the order to look at home, as a typed one; an older one sends nobody by itself: what came of it is known by now. It counts among the three all the same."""
    session.flush()
    ordered = sorted(contacts, key=itemgetter("resident_id", "happened_at"))
    end_standing_of(session, ordered, now)
    people = [(resident_id, list(own)) for resident_id, own in groupby(ordered, key=itemgetter("resident_id"))]
    for part in batched(people, _PEOPLE):
        own = dict(part)
        residents = session.scalars(select(Resident).where(Resident.id.in_(list(own))).order_by(Resident.id).with_for_update()).all()
        plainly = _plainly(session, residents, now)
        _count_together(session, [one for one in residents if one.id in plainly], own, plainly, now)
        for resident in residents:
            if resident.id not in plainly:
                one_by_one(session, resident, own[resident.id], now)
        _look_for(session, [one for one in residents if any(_failed_today(said, now) for said in own[one.id])], now)


def _failed_today(one: dict, now: datetime) -> bool:
    return one["outcome"] in FAILED and one["act"] in ATTEMPTED and not one["day_only"] and local_day(one["happened_at"]) == local_day(now)


def _look_for(session: ScopedSession, residents: Sequence[Resident], now: datetime) -> None:
    """Whom of them nobody could reach three times is looked for at home, but who is known to be away."""
    if not residents:
        return
    session.flush()
    ids = [one.id for one in residents]
    failed, away = failed_runs(session, now, ids), lasting(session, now, ids)
    for resident in residents:
        if failed.get(resident.id, 0) >= ATTEMPTS and resident.id not in away:
            look_at_home(session, resident, now)


def one_by_one(session: ScopedSession, resident: Resident, contacts: Iterable[dict], now: datetime) -> None:
    """The same for the contacts of one resident, locked, in the order in which they happened."""
    settle_plan(session, resident, local_day(now), now)
    for one in contacts:
        if counts(one["outcome"]):
            _count(session, resident, one, now)
    session.flush()


def _count(session: ScopedSession, resident: Resident, one: dict, now: datetime) -> None:
    clause = clause_of(session, resident.id, one["act"], one["happened_at"])
    if clause is None:
        return
    late = period_over(clause, one["happened_at"], now)
    if late and owed_and_unmet(session, resident.community_id, resident.id, clause.id, one["happened_at"]):
        keep_contact(session, Entered(resident.community_id, one["id"], resident.id, now), clause.id, late, t("late_entries.by_ledger", "zh"))
        return
    subject = Subject(resident.community_id, "resident", resident.id, resident.grid_id)
    cadence.count(session, subject, clause, one["happened_at"], lambda since: cadence.contacts_of(session, subject, one["act"], since), now)


# --- together -------------------------------------------------------------------------------------------------------
@dataclass
class _Slot:
    """A clock as it stands: its row's id (None: a new one) and what it holds."""

    id: UUID | None
    turn: Turn
    void: bool = False
    changed: bool = False

    def holds(self, moment: datetime) -> bool:
        return self.turn.started_at <= moment < self.turn.due_at

    def become(self, turn: Turn) -> None:
        if turn != self.turn:
            self.turn, self.changed = turn, True


@dataclass
class _Known:
    """Of one resident: slots by clause id; since when they owe it; the moments by act at which they were reached, by contact, without what waits to be confirmed."""

    slots: dict[str, list[_Slot]] = field(default_factory=lambda: defaultdict(list))
    owed_since: dict[str, datetime] = field(default_factory=dict)
    acts: dict[str, dict[UUID, datetime]] = field(default_factory=lambda: defaultdict(dict))
    late: list[dict] = field(default_factory=list)


def _plainly(session: ScopedSession, residents: Sequence[Resident], now: datetime) -> dict[UUID, frozenset[str]]:
    """Those who never were away nor moved, and whose unclosed clocks are what their groups ask for; with all groups they ever were in."""
    ids, today, rulebook = [one.id for one in residents], local_day(now), load_rulebook()
    about, ever, current, held = set(), defaultdict(set), defaultdict(set), defaultdict(set)
    for model in (Departure, Transfer):
        about.update(session.scalars(_of(residents, model, model.resident_id).execution_options(rollup=True)))
    for one, group, ended in session.execute(_of(residents, SpecialGroup, SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.to_date)):
        ever[one].add(group)
        if ended is None:
            current[one].add(group)
    for one, clause_id in session.execute(_of(residents, Clock, Clock.subject_id, Clock.clause_id).where(is_unclosed())):
        held[one].add(clause_id)
    wanted = cache(lambda groups: {clause.id for clause in plan(groups, rulebook, today)})
    for resident in residents:
        if resident.left_on is not None and resident.left_on <= today:
            current.pop(resident.id, None)
    return {one: frozenset(ever[one]) for one in ids if one not in about and held[one] == wanted(frozenset(current[one]))}


def _of(residents: Sequence[Resident], model: type, whose, *columns) -> Select:
    """Columns of the rows about these residents, of one community."""
    return select(whose, *columns).where(model.community_id == residents[0].community_id, whose.in_([one.id for one in residents]))


def _count_together(session: ScopedSession, residents: Sequence[Resident], own: dict[UUID, list[dict]], ever: dict[UUID, frozenset[str]], now: datetime) -> None:
    if not residents:
        return
    known = _read(session, residents, min(own[one.id][0]["happened_at"] for one in residents))
    for resident in residents:
        for one in own[resident.id]:
            clause = asking(ever[resident.id], one["act"], local_day(one["happened_at"])) if counts(one["outcome"]) else None
            if clause is not None:
                _count_one(known[resident.id], clause, one, now)
    _write(session, residents, known, now)


def _read(session: ScopedSession, residents: Sequence[Resident], since: datetime) -> dict[UUID, _Known]:
    """What contacts since then can change, and what decides how; over all grids, for who moved was visited where they lived before."""
    known = {one.id: _Known() for one in residents}
    columns = [getattr(Clock, name) for name in (*Turn.__dataclass_fields__, "id", "voided_at")]
    clocks = _of(residents, Clock, Clock.subject_id, *columns).where((Clock.due_at > since) | is_unclosed())
    for row in session.execute(clocks.order_by(Clock.due_at).execution_options(rollup=True)):
        known[row.subject_id].slots[row.clause_id].append(_Slot(row.id, turn_of(row), row.voided_at is not None))
    begun = _of(residents, Clock, Clock.subject_id, Clock.clause_id, func.min(Clock.started_at)).group_by(Clock.subject_id, Clock.clause_id)
    for one, clause_id, first in session.execute(begun.execution_options(rollup=True)):
        known[one].owed_since[clause_id] = first
    earliest = min((slot.turn.started_at for one in known.values() for slots in one.slots.values() for slot in slots), default=since)
    reached = _of(residents, Contact, Contact.resident_id, Contact.act, Contact.id, Contact.happened_at)
    reached = reached.where(Contact.happened_at >= earliest, Contact.outcome == "reached", stands())
    for one, act, contact_id, at in session.execute(reached.execution_options(rollup=True)):
        known[one].acts[act][contact_id] = at
    return known


def _count_one(known: _Known, clause: Clause, one: dict, now: datetime) -> None:
    """As `_count` and db.commands.cadence.count: swept on first, then for the unclosed clock, or for the closed one that holds the moment."""
    at, slots, acts = one["happened_at"], known.slots[clause.id], known.acts[one["act"]]
    late = period_over(clause, at, now)
    if late and known.owed_since.get(clause.id, now) <= at and not any(slot.turn.met_at for slot in slots if slot.holds(at)):
        known.late.append({"contact_id": one["id"], "clause_id": clause.id, "due_at": late.end})
        acts.pop(one["id"], None)
        return
    unclosed = next((slot for slot in slots if slot.turn.closed_at is None), None)
    if unclosed is not None:
        step = advanced(clause, unclosed.turn, now)
        if step.closed:
            unclosed = _follow(slots, unclosed, [*step.closed, *([step.open] if step.open else [])])
    if unclosed is not None and at >= unclosed.turn.started_at:
        step = counted(clause, unclosed.turn, at, list(acts.values()))
        _follow(slots, unclosed, [*step.closed, *([step.open] if step.open else [])])
        return
    earlier = max((slot for slot in slots if slot.holds(at)), key=lambda slot: (not slot.void, slot.id), default=None)
    turn = earlier and filled(earlier.turn, acts.values())
    if turn is not None and (turn.met_at or not earlier.void):
        earlier.become(turn)
        earlier.void = False


def _follow(slots: list[_Slot], slot: _Slot, turns: Sequence[Turn]) -> _Slot | None:
    """`slot` becomes the first of `turns`, the others are new; returns the one still unclosed."""
    slot.become(turns[0])
    new = [_Slot(None, turn) for turn in turns[1:]]
    slots += new
    return next((one for one in (slot, *new) if one.turn.closed_at is None), None)


def _write(session: ScopedSession, residents: Sequence[Resident], known: dict[UUID, _Known], now: datetime) -> None:
    """What has changed: of one clause only one clock may be open, so what closes comes first."""
    slots = [(resident, slot) for resident in residents for chain in known[resident.id].slots.values() for slot in chain]
    changed = {slot.id: slot.turn for _, slot in slots if slot.changed and slot.id}
    for part in batched(changed, _PEOPLE):
        for clock in session.scalars(select(Clock).where(Clock.community_id == residents[0].community_id, Clock.id.in_(part)).execution_options(rollup=True)):
            turn = changed[clock.id]
            clock.times_done, clock.met_at, clock.closed_at, clock.voided_at = turn.times_done, turn.met_at, turn.closed_at, None
    session.flush()
    new = [
        clock_values(Subject(resident.community_id, "resident", resident.id, resident.grid_id), slot.turn) | {"id": uuid7(), "version": 1}
        for resident, slot in slots if slot.id is None
    ]  # fmt: skip
    insert_rows(session, Clock, new)
    about = {"recorded_at": now, "entered_by": session.scope.actor_id, "entered_staff_id": session.scope.staff_id, "reason": t("late_entries.by_ledger", "zh"), "version": 1}
    late = [
        about | one | {"community_id": resident.community_id, "id": uuid7(), "resident_id": resident.id}
        for resident in residents for one in known[resident.id].late
    ]  # fmt: skip
    insert_rows(session, LateContact, late)
