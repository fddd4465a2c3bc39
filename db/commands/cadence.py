"""Clocks of what must recur: open the first one, count an act, sweep on, end. Steps of other commands; they file nothing themselves.

core.cadence decides; here its turns become rows of `clock`. Whoever changes clocks of a subject locks that subject's row first, so
that two at once count one after the other.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from core.cadence import Hold, Turn, advanced, anew, counted, filled, first, following
from core.calendar import local_day
from core.care import CLAUSES
from core.periods import local_midnight, period_of
from core.rulebook import Clause, load_rulebook
from db.commands.transfers import give_miss
from db.engine import ScopedSession
from db.models.appointments import Appointment
from db.models.clocks import Clock
from db.models.residents import Contact, Snooze, SpecialGroup
from db.queries.clock_state import is_unclosed
from db.queries.departures import holds_of
from db.queries.late_entries import stands
from db.types import uuid7

_INSTANT = timedelta(microseconds=1)
Acts = Callable[[datetime], Sequence[datetime]]
"""All moments since the given one at which an act that counts happened."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what owes: a resident, a grid or a community (`kind`). `grid_id` None: no grid, or the whole community."""

    community_id: UUID
    kind: str
    id: UUID
    grid_id: UUID | None = None

    @property
    def desk(self) -> str:
        """Who works it: the community's own duties lie at the station, everything else with the grid."""
        return "station" if self.kind == "community" else "grid"


def clock_values(subject: Subject, turn: Turn) -> dict:
    """The row of `clock` for `turn`, without an id."""
    return {
        "community_id": subject.community_id,
        "grid_id": subject.grid_id,
        "desk": subject.desk,
        "clause_id": turn.clause_id,
        "effective_from": turn.effective_from,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "resident_id": subject.id if subject.kind == "resident" else None,
        "act": turn.act,
        "period_key": turn.period_key,
        "times_required": turn.times_required,
        "times_done": turn.times_done,
        "started_at": turn.started_at,
        "warn_at": turn.warn_at,
        "due_at": turn.due_at,
        "met_at": turn.met_at,
        "voided_at": None,
        "closed_at": turn.closed_at,
    }


def turn_of(clock: Clock) -> Turn:
    """The turn that a row of `clock` holds."""
    return Turn(
        clock.clause_id, clock.effective_from, clock.act, clock.period_key, clock.times_required, clock.started_at, clock.warn_at, clock.due_at,
        clock.times_done, clock.met_at, clock.closed_at,
    )  # fmt: skip


_OWN = (Clock.community_id == bindparam("community_id"), Clock.subject_id == bindparam("subject_id"))
_UNCLOSED = select(Clock).where(*_OWN, is_unclosed()).with_for_update().execution_options(populate_existing=True, kept=True)
_SAME = (Appointment.community_id == Clock.community_id, Appointment.resident_id == Clock.subject_id, Appointment.act == Clock.act)
_SNOOZED = (
    select(Clock, Snooze, Appointment)
    .outerjoin(Snooze, and_(Snooze.community_id == Clock.community_id, Snooze.clock_id == Clock.id))
    .outerjoin(Appointment, and_(*_SAME, Appointment.ended_at.is_(None)))
    .where(*_OWN, is_unclosed())
    .with_for_update(of=Clock)
    .execution_options(populate_existing=True, kept=True)
)


def unclosed(session: ScopedSession, subject: Subject) -> dict[str, Clock]:
    """The unclosed cadence clocks of `subject`, by clause id, as they are at this moment in the database."""
    return {clock.clause_id: clock for clock in session.scalars(_UNCLOSED, {"community_id": subject.community_id, "subject_id": subject.id})}


def unclosed_and_snoozed(session: ScopedSession, subject: Subject) -> tuple[dict[str, Clock], dict[UUID, Snooze | None], dict[str, Appointment | None]]:
    """The same, what puts each of them off, by its id, and the appointment that stands, by act."""
    rows = session.execute(_SNOOZED, {"community_id": subject.community_id, "subject_id": subject.id}).all()
    return {clock.clause_id: clock for clock, _, _ in rows}, {clock.id: snooze for clock, snooze, _ in rows}, {clock.act: agreed for clock, _, agreed in rows}


def open_first(session: ScopedSession, subject: Subject, clause: Clause, joined: date) -> Clock | None:
    """The first clock of `clause` for a subject that joins on the local date `joined`; a period it has had before is not opened twice, and
    none while a hold without an end lasts."""
    holds = _holds(session, subject)
    turn = first(clause, joined, holds)
    while turn is not None and _had(session, subject, turn):
        turn = following(clause, turn, holds)
    return _open(session, subject, turn)


def count(
    session: ScopedSession, subject: Subject, clause: Clause, happened_at: datetime, acts: Acts, now: datetime, *,
    held: dict[str, Clock] | None = None, holds: Sequence[Hold] | None = None,
) -> Clock | None:  # fmt: skip
    """An act of `subject` at `happened_at` falls on its unclosed clock of `clause`, or, late entered, on the closed one of an earlier
    period. Returns the clock it counted for, None when no period of this subject holds it. `held`, its unclosed clocks, and `holds`: where the caller has read
    them; `held` is afterwards what is unclosed then."""
    held, holds = unclosed(session, subject) if held is None else held, _holds(session, subject) if holds is None else holds
    clock = held.get(clause.id)
    since = min([_period_start(clause, happened_at), *([clock.started_at] if clock else [])])
    if lasting := _lasting(holds, since):
        rows = replay(session, subject, clause, lasting, now, since=since)
        if rows is not None:
            _read_again(session, subject, held)
            return _holding(rows, happened_at) or _fill_earlier(session, subject, clause, happened_at, acts)
    if clock is not None and sweep_on(session, clause, clock, now, holds):
        _read_again(session, subject, held)
        clock = held.get(clause.id)
    if clock is None or happened_at < clock.started_at:
        return _fill_earlier(session, subject, clause, happened_at, acts)
    step = counted(clause, turn_of(clock), happened_at, acts(clock.started_at))
    rows = _file(session, subject, clock, [*step.closed, *([step.open] if step.open else [])])
    held[clause.id] = rows[-1]
    if rows[-1].closed_at is not None:
        del held[clause.id]
    return _holding(rows, happened_at)


def sweep_on(session: ScopedSession, clause: Clause, clock: Clock, now: datetime, holds: Sequence[Hold] | None = None) -> bool:
    """An overdue `clock` closes as missed once a further period has ended, and that one opens. Returns whether anything changed. `holds` of
    its subject, where the caller knows them."""
    step = advanced(clause, turn_of(clock), now)
    if step.closed:
        subject = Subject(clock.community_id, clock.subject_kind, clock.subject_id, clock.grid_id)
        lasting = _lasting(_holds(session, subject) if holds is None else holds, clock.started_at)
        if lasting and replay(session, subject, clause, lasting, now, since=clock.started_at) is not None:
            return True
        _file(session, subject, clock, [*step.closed, *([step.open] if step.open else [])])
    return bool(step.closed)


def sweep_out(session: ScopedSession, clause: Clause, clock: Clock, left_at: datetime) -> bool:
    """The same where the subject leaves at `left_at`: the period that ends with that very moment was owed whole."""
    return sweep_on(session, clause, clock, left_at + _INSTANT)


def replay(session: ScopedSession, subject: Subject, clause: Clause, holds: Sequence[Hold], now: datetime, *, since: datetime) -> list[Clock] | None:
    """The resident's clocks of `clause` from the period that holds `since` on become what their contacts and `holds` make of them: a period
    taken out is void, one given back is as if it had never been. Returns those that count, by due time; None: no group of theirs asks for it."""
    joined = _joined(session, subject, clause)
    if joined is None:
        return None
    rows, begin = _chain(session, subject, clause, joined), max(joined, local_day(since))
    start, step = anew(clause, [turn_of(row) for row in rows], since, lambda turn: contacts_of(session, subject, turn.act, turn.started_at), now, holds, begin)
    return _become(session, subject, rows[start:], [*step.closed, *([step.open] if step.open else [])], now)


_REACHED = (
    select(Contact.happened_at)
    .where(Contact.community_id == bindparam("community_id"), Contact.resident_id == bindparam("resident_id"), Contact.act == bindparam("act"))
    .where(Contact.happened_at >= bindparam("since"), Contact.outcome == "reached", stands())
    .execution_options(rollup=True)
)


def contacts_of(session: ScopedSession, subject: Subject, act: str, since: datetime) -> list[datetime]:
    """When a resident was reached by `act` since then, but for what waits to be confirmed. Over all grids, whatever the scope: who moved was visited
    where they lived before, and the period goes on. Only moments come back."""
    return list(session.scalars(_REACHED, {"community_id": subject.community_id, "resident_id": subject.id, "act": act, "since": since}))


def end(session: ScopedSession, clocks: Iterable[Clock], left_at: datetime) -> None:
    """The subject left at `left_at`: what had fallen due by then is a miss, what had not is void."""
    for clock in clocks:
        clock.closed_at = left_at
        if clock.due_at > left_at:
            clock.voided_at = left_at
        give_miss(session, clock)


def void_after(session: ScopedSession, subject: Subject, clause_ids: Collection[str], left_at: datetime) -> None:
    """A group that asks for `clause_ids` ended at `left_at`, which may be long ago: periods that end later, unmet, and that no other group of theirs asks for, are void; where one asks
    again for a later one, that is open."""
    own = (Clock.community_id == subject.community_id, Clock.subject_id == subject.id, Clock.clause_id.in_(tuple(clause_ids)))
    late = select(Clock).where(*own, Clock.due_at > left_at, Clock.met_at.is_(None), Clock.voided_at.is_(None)).with_for_update()
    clocks = session.scalars(late.execution_options(rollup=True, populate_existing=True)).all()
    member = (SpecialGroup.community_id == subject.community_id, SpecialGroup.resident_id == subject.id)
    groups = session.execute(select(SpecialGroup.group, SpecialGroup.from_date, SpecialGroup.to_date).where(*member)).all() if clocks else []
    void = [one for one in clocks if not any(_asks(one, *group) for group in groups)]
    still_open = [turn_of(one) for one in void if one.closed_at is None]
    end(session, void, left_at)
    session.flush()
    lasting = {clause_id for group, _, until in groups if until is None for clause_id in CLAUSES[group]}
    for turn in (turn for turn in still_open if turn.clause_id in lasting):
        clause, holds = load_rulebook()[turn.clause_id], _holds(session, subject)
        while turn is not None and not any(_asks(turn, *group) for group in groups):
            turn = following(clause, turn, holds)
        _open(session, subject, turn)
    session.flush()


def _asks(turn: Turn | Clock, group: str, begin: date, until: date | None) -> bool:
    """Whether a membership asks for the period of `turn`."""
    if turn.clause_id not in CLAUSES[group] or until is not None and turn.due_at > local_midnight(until):
        return False
    earliest = first(load_rulebook()[turn.clause_id], begin)
    return earliest is not None and turn.due_at >= earliest.due_at


def _holds(session: ScopedSession, subject: Subject) -> Sequence[Hold]:
    return holds_of(session, subject.community_id, subject.id) if subject.kind == "resident" else ()


def _period_start(clause: Clause, moment: datetime) -> datetime:
    """Of the period that holds `moment`: a hold that ended in it may have taken it out. Without a figure of that day, the moment."""
    dated = clause.on(local_day(moment))
    return period_of(dated.figure.per, moment).start if dated else moment


def _lasting(holds: Sequence[Hold], since: datetime) -> Sequence[Hold]:
    """All of `holds` if one of them lasts beyond `since`, else none: then nothing from there on is held."""
    return holds if any(end is None or local_midnight(end) > since for _, end in holds) else ()


def _joined(session: ScopedSession, subject: Subject, clause: Clause) -> date | None:
    """The local date on which the resident joined the first of their groups that ask for `clause`."""
    groups = [group for group, ids in CLAUSES.items() if clause.id in ids]
    member = (SpecialGroup.community_id == subject.community_id, SpecialGroup.resident_id == subject.id, SpecialGroup.to_date.is_(None), SpecialGroup.group.in_(groups))
    return session.scalar(select(SpecialGroup.from_date).where(*member).order_by(SpecialGroup.from_date).limit(1))


def _chain(session: ScopedSession, subject: Subject, clause: Clause, joined: date) -> list[Clock]:
    """The resident's clocks of `clause` since they joined, one a period, by due time, whichever grid held them; the first may have begun, and an unclosed one even ended,
    for a group they were in before."""
    turn = first(clause, joined)
    since = Clock.due_at >= turn.due_at if turn else Clock.started_at >= local_midnight(joined)
    own = (Clock.community_id == subject.community_id, Clock.subject_id == subject.id, Clock.clause_id == clause.id, or_(since, Clock.closed_at.is_(None)))
    query = select(Clock).where(*own).order_by(Clock.due_at, Clock.voided_at.is_(None)).with_for_update()
    # A void clock beside one that counts, of the same period, is what somebody left behind who came back: the later of the two holds.
    return list({row.due_at: row for row in session.scalars(query.execution_options(rollup=True, populate_existing=True))}.values())


def _become(session: ScopedSession, subject: Subject, rows: Sequence[Clock], turns: Sequence[Turn], now: datetime) -> list[Clock]:
    """`rows` become `turns`: those of no turn are void. Only one may be open, so what closes comes first."""
    known = {row.due_at: row for row in rows}
    wanted = {turn.due_at: turn for turn in turns}
    for row in rows:
        turn = wanted.get(row.due_at)
        if turn is not None and turn.closed_at is not None:
            row.voided_at = None
            _settle(session, row, turn)
        elif turn is None and row.voided_at is None and row.met_at is None:
            row.voided_at = row.closed_at = now
    session.flush()
    for turn in turns:
        row = known.get(turn.due_at)
        if row is None:
            known[turn.due_at] = _open(session, subject, turn)
        elif turn.closed_at is None:
            _settle(session, row, turn)
            row.voided_at, row.grid_id = None, subject.grid_id
    session.flush()
    return [known[turn.due_at] for turn in turns]


def _file(session: ScopedSession, subject: Subject, clock: Clock, turns: Sequence[Turn]) -> list[Clock]:
    """`clock` becomes the first of `turns`, the others are new rows. Only one may be open: of one table, what closes is written before what is new."""
    _settle(session, clock, turns[0])
    rows = [clock, *(_open(session, subject, turn) for turn in turns[1:])]
    session.flush()
    return rows


def _holding(rows: Iterable[Clock], moment: datetime) -> Clock | None:
    return next((row for row in rows if row.started_at <= moment < row.due_at), None)


def _read_again(session: ScopedSession, subject: Subject, held: dict[str, Clock]) -> None:
    held.clear()
    held.update(unclosed(session, subject))


def _fill_earlier(session: ScopedSession, subject: Subject, clause: Clause, happened_at: datetime, acts: Acts) -> Clock | None:
    """A late entry: the act belongs to a period that is closed already, whichever grid held it then. One that is void, because somebody left a group or altogether, is met where it
    would have been, had the act been entered first."""
    # rollup here and in _had: what closed before a move stays in the old grid, which the new grid's worker doesn't reach.
    own = (Clock.community_id == subject.community_id, Clock.subject_id == subject.id, Clock.clause_id == clause.id)
    held = select(Clock).where(*own, Clock.started_at <= happened_at, Clock.due_at > happened_at).order_by(Clock.voided_at.is_not(None), Clock.id.desc()).limit(1)
    clock = session.scalar(held.with_for_update().execution_options(rollup=True))
    turn = clock and filled(turn_of(clock), acts(clock.started_at))
    if turn is None or clock.voided_at is not None and turn.met_at is None:
        return None
    clock.voided_at = None
    _settle(session, clock, turn)
    return clock


def _settle(session: ScopedSession, clock: Clock, turn: Turn) -> None:
    clock.times_done, clock.met_at, clock.closed_at = turn.times_done, turn.met_at, turn.closed_at
    give_miss(session, clock)


def _open(session: ScopedSession, subject: Subject, turn: Turn | None) -> Clock | None:
    if turn is None:
        return None
    clock = Clock(id=uuid7(), **clock_values(subject, turn))
    give_miss(session, clock)
    session.add(clock)
    return clock


def _had(session: ScopedSession, subject: Subject, turn: Turn) -> bool:
    own = (Clock.community_id == subject.community_id, Clock.subject_id == subject.id, Clock.clause_id == turn.clause_id)
    query = select(Clock.id).where(*own, Clock.due_at == turn.due_at, Clock.voided_at.is_(None)).limit(1)
    return session.scalar(query.execution_options(rollup=True)) is not None
