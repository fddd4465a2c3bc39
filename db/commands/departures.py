"""Away and back, gone and undone: each one filing. A hold takes the periods out that it leaves less than half of; an exit closes everything.

An exit keeps what it closed, so that undoing restores exactly that, in the grid where the person lives by then: what fell due meanwhile is owed, and what was entered
meanwhile counts, as if there had been no exit. Whoever turns out to be at home after all is looked for where that is due (db.commands.attempts).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from core.cadence import Hold
from core.calendar import local_day
from core.care import plan
from core.departures import EXITS, HOLDS, check_exit, check_hold, right, takes_out_late, told_end
from core.periods import local_midnight
from core.refusals import Refused
from core.roles import may
from core.rulebook import load_rulebook
from core.words import t
from db.commands import cadence
from db.commands.attempts import call_off, look_at_home
from db.commands.cadence import Subject
from db.commands.care import current_groups
from db.commands.filing import file
from db.commands.packages import close_package, reopen_package
from db.commands.transfers import give_miss
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.residents import Departure, Resident, SpecialGroup
from db.queries.clock_state import is_counted
from db.queries.departures import holds_of, last_seen, touched_since
from db.types import uuid7


@dataclass(frozen=True)
class Departed:
    """What a departure did: `closed` clocks and `left` groups it ended, or gave back when undone. `check`: number of the order to look for them at home that it made;
    `until`: of a stay whose end nobody knows, the day on which all is due again."""

    departure_id: UUID
    closed: int
    left: int = 0
    check: str | None = None
    until: date | None = None


def hold(session: ScopedSession, *, now: datetime, resident_id: UUID, kind: str, from_date: date, until_date: date | None = None, reason: str | None = None) -> Departed | Refused:
    """Somebody on the roster is in hospital or away from the local date `from_date`, back on `until_date` (None: not known, which holds for
    core.departures.UNKNOWN where the one who enters it may let nobody go). Raises ValueError for another kind."""
    if kind not in HOLDS:
        raise ValueError(f"{kind!r} is no hold: one of {', '.join(HOLDS)}")
    resident = _locked(session, resident_id)
    refused = _not_allowed(session, kind) or (None if resident else Refused("common.not_found"))
    if refused:
        return refused
    others = holds_of(session, resident.community_id, resident.id)
    refused = check_hold(from_date, until_date, local_day(now), _joined(session, resident), others)
    if refused:
        return refused
    until = told_end(until_date, local_day(now), not may(session.scope.role, "care_exit"))
    row = _new(session, resident, kind, from_date, now, reason, until_date=until)
    taken = _held_anew(session, resident, from_date, others, [*others, (from_date, until)], now)
    return taken if isinstance(taken, Refused) else replace(_filed(session, "care.hold", resident, row, now, taken), until=until if until != until_date else None)


def come_back(session: ScopedSession, *, now: datetime, departure_id: UUID, version: int, until_date: date) -> Departed | Refused:
    """Somebody is back since, or expected back on, the local date `until_date`: the first day at home."""
    row, resident = _standing(session, departure_id)
    refused = _stale(row, version, HOLDS) or _not_allowed(session, row.kind)
    if refused:
        return refused
    before = holds_of(session, resident.community_id, resident.id)
    others = [one for one in before if one != (row.from_date, row.until_date)]
    refused = check_hold(row.from_date, until_date, local_day(now), _joined(session, resident), others)
    if refused:
        return refused
    row.until_date = until_date
    session.flush()
    taken = _held_anew(session, resident, row.from_date, before, [*others, (row.from_date, until_date)], now)
    return taken if isinstance(taken, Refused) else _filed(session, "care.come_back", resident, row, now, taken, check=look_at_home(session, resident, now))


def leave_roster(session: ScopedSession, *, now: datetime, resident_id: UUID, kind: str, from_date: date, reason: str | None = None) -> Departed | Refused:
    """Somebody died or moved away on the local date `from_date`: their groups end, with their team and services, and nobody looks for them at home any more; what was due
    by then is a miss, the rest is void. Raises ValueError for another kind."""
    if kind not in EXITS:
        raise ValueError(f"{kind!r} is no exit: one of {', '.join(EXITS)}")
    resident = _locked(session, resident_id)
    refused = _not_allowed(session, kind) or (None if resident else Refused("common.not_found"))
    left = refused or leave(session, resident, kind, from_date, now, reason)
    if isinstance(left, Refused):
        return left
    row, clocks, groups = left
    return _filed(session, "care.leave_roster", resident, row, now, clocks, groups)


def leave(session: ScopedSession, resident: Resident, kind: str, from_date: date, now: datetime, reason: str | None = None) -> tuple[Departure, int, int] | Refused:
    """Step of this and other commands: `resident`, locked, died or moved away. Returns the departure and how many clocks and groups it ended."""
    refused = check_exit(from_date, local_day(now), resident.left_on, last_seen(session, resident.community_id, resident.id))
    if refused:
        return refused
    row = _new(session, resident, kind, from_date, now, reason)
    clocks = _close_clocks(session, resident, local_midnight(from_date))
    groups = current_groups(session, resident.id)
    for one in groups.values():
        one.to_date = max(from_date, one.from_date)
    resident.left_on, resident.left_reason = from_date, t(f"departures.{kind}", "zh")
    checks = [str(one) for one in call_off(session, resident, now, resident.left_reason)]
    row.closed = json.dumps({"clocks": clocks, "groups": [str(one.id) for one in groups.values()], **close_package(session, resident, from_date), "checks": checks})
    return row, len(clocks), len(groups)


def undo(session: ScopedSession, *, now: datetime, departure_id: UUID, version: int) -> Departed | Refused:
    """It was entered by mistake: an exit gives back exactly what it closed, and takes in what was entered meanwhile; a hold its periods."""
    row, resident = _standing(session, departure_id)
    refused = _stale(row, version, (*HOLDS, *EXITS)) or _not_allowed(session, row.kind)
    if refused:
        return refused
    before = holds_of(session, resident.community_id, resident.id)
    row.undone_at = now
    session.flush()
    if row.kind in HOLDS:
        given = _held_anew(session, resident, row.from_date, before, holds_of(session, resident.community_id, resident.id), now)
        return given if isinstance(given, Refused) else _filed(session, "care.undo", resident, row, now, given, check=look_at_home(session, resident, now))
    if resident.left_on != row.from_date:
        return Refused("departures.not_last")
    resident.left_on = resident.left_reason = None
    closed = json.loads(row.closed or "{}")
    reopen_package(session, closed)
    groups, clocks = _rejoin(session, closed.get("groups", [])), _reopen(session, resident, closed.get("clocks", []))
    _take_in(session, resident, row.recorded_at, now)
    check = look_at_home(session, resident, now, [UUID(one) for one in closed.get("checks", [])])
    return _filed(session, "care.undo", resident, row, now, clocks, groups, check)


# --- holds ----------------------------------------------------------------------------------------------------------
def _held_anew(session: ScopedSession, resident: Resident, begin: date, known: Sequence[Hold], holds: Sequence[Hold], now: datetime) -> int | Refused:
    """The resident's clocks since `begin` by these holds, `known` before; how many changed. Whoever may not let somebody go may not excuse what is late, swept or not,
    nor what is nearly over."""
    subject = Subject(resident.community_id, "resident", resident.id, resident.grid_id)
    rulebook = load_rulebook()
    for clause_id, clock in cadence.unclosed(session, subject).items():
        cadence.sweep_on(session, rulebook[clause_id], clock, now, known)
    clauses = plan(current_groups(session, resident.id), rulebook, local_day(now))
    running = [cadence.turn_of(clock) for clock in cadence.unclosed(session, subject).values()]
    before = _late(session, resident, now) + sum(takes_out_late(rulebook[turn.clause_id], turn, known, holds, now) for turn in running)
    kept = _counting(session, resident)
    for clause in clauses:
        cadence.replay(session, subject, clause, holds, now, since=local_midnight(begin))
    excused = before - _late(session, resident, now)
    if excused > 0 and not may(session.scope.role, "care_exit"):
        return Refused("departures.would_excuse", values={"n": excused})
    return len(kept ^ _counting(session, resident))


def _late(session: ScopedSession, resident: Resident, now: datetime) -> int:
    """How many of the resident's periods are missed or overdue."""
    own = (Clock.community_id == resident.community_id, Clock.subject_id == resident.id, Clock.met_at.is_(None), is_counted(now))
    return session.scalar(select(func.count()).select_from(Clock).where(*own).execution_options(rollup=True))


def _counting(session: ScopedSession, resident: Resident) -> set[UUID]:
    own = (Clock.community_id == resident.community_id, Clock.subject_id == resident.id, Clock.voided_at.is_(None))
    return set(session.scalars(select(Clock.id).where(*own).execution_options(rollup=True)))


# --- exits ----------------------------------------------------------------------------------------------------------
def _close_clocks(session: ScopedSession, resident: Resident, at: datetime) -> list[list]:
    """Everything open closes as of `at`, and what was missed only after that is void. Returns [id, when it was closed before or None]."""
    subject = Subject(resident.community_id, "resident", resident.id, resident.grid_id)
    rulebook = load_rulebook()
    for clause_id, clock in cadence.unclosed(session, subject).items():
        cadence.sweep_out(session, rulebook[clause_id], clock, at)
    own = (Clock.community_id == resident.community_id, Clock.subject_id == resident.id, Clock.met_at.is_(None), Clock.voided_at.is_(None))
    ended = session.scalars(select(Clock).where(*own, Clock.closed_at.is_(None) | ((Clock.closed_at > at) & (Clock.due_at > at))).with_for_update()).all()
    before = [[str(clock.id), clock.closed_at and clock.closed_at.isoformat()] for clock in ended]
    cadence.end(session, ended, at)
    session.flush()
    return before


def _reopen(session: ScopedSession, resident: Resident, closed: list[list]) -> int:
    """What the exit closed is as before; what is open again lies where the resident lives now. What was confirmed meanwhile to have been done stays met."""
    for clock_id, closed_at, *_ in closed:
        own = select(Clock).where(Clock.community_id == resident.community_id, Clock.id == UUID(clock_id))
        clock = session.scalar(own.with_for_update().execution_options(rollup=True, populate_existing=True))
        if clock is None or clock.met_at is not None:
            continue
        clock.voided_at, clock.closed_at = None, datetime.fromisoformat(closed_at) if closed_at else None
        clock.grid_id = resident.grid_id if closed_at is None else clock.grid_id
        give_miss(session, clock)
    session.flush()
    return len(closed)


def _take_in(session: ScopedSession, resident: Resident, left_at: datetime, now: datetime) -> None:
    """What was entered while they were thought gone, since `left_at`, says what became of the periods it is about."""
    since = touched_since(session, resident.community_id, [resident.id], left_at)
    subject, holds = Subject(resident.community_id, "resident", resident.id, resident.grid_id), holds_of(session, resident.community_id, resident.id)
    for clause in plan(current_groups(session, resident.id), load_rulebook(), local_day(now)) if since else ():
        cadence.replay(session, subject, clause, holds, now, since=since)


def _rejoin(session: ScopedSession, groups: list[str]) -> int:
    for row in session.scalars(select(SpecialGroup).where(SpecialGroup.id.in_([UUID(one) for one in groups]))) if groups else ():
        row.to_date = None
    session.flush()
    return len(groups)


# --- what both share ------------------------------------------------------------------------------------------------
def _locked(session: ScopedSession, resident_id: UUID) -> Resident | None:
    return session.scalar(select(Resident).where(Resident.id == resident_id).with_for_update())


def _standing(session: ScopedSession, departure_id: UUID) -> tuple[Departure | None, Resident | None]:
    """The departure and its resident, locked; neither when the resident is out of scope."""
    row = session.scalar(select(Departure).where(Departure.id == departure_id))
    resident = _locked(session, row.resident_id) if row else None
    return (row, resident) if resident else (None, None)


def _new(session: ScopedSession, resident: Resident, kind: str, day: date, now: datetime, reason: str | None, **more) -> Departure:
    row = Departure(
        community_id=resident.community_id, id=uuid7(), resident_id=resident.id, kind=kind, from_date=day, reason=(reason or "").strip() or None,
        recorded_at=now, staff_id=session.scope.staff_id, **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _filed(session: ScopedSession, command: str, resident: Resident, row: Departure, now: datetime, closed: int, left: int = 0, check: str | None = None) -> Departed:
    file(
        session, command, now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id,
        departure=row.id, clocks=closed, groups=left, **({"order": check} if check else {}),
    )  # fmt: skip
    return Departed(row.id, closed, left, check)


def _joined(session: ScopedSession, resident: Resident) -> date | None:
    return min((one.from_date for one in current_groups(session, resident.id).values()), default=None)


def _not_allowed(session: ScopedSession, kind: str) -> Refused | None:
    return None if may(session.scope.role, right(kind)) else Refused("common.not_allowed")


def _stale(row: Departure | None, version: int, kinds: Sequence[str]) -> Refused | None:
    if row is None or row.kind not in kinds:
        return Refused("common.not_found")
    return None if row.version == version and row.undone_at is None else Refused("departures.gone")
