"""The SQL twin of core.clocks.state: how a clock stands, as conditions for any select. A property test holds both equal.

Each condition of an open clock carries the literal `closed_at IS NULL`, so that the partial indexes serve it. `clock` is the model
or an alias of it; `now` is aware.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, literal_column, or_, select
from sqlalchemy.orm import Session

from core.clocks import State
from db.models.clocks import Clock
from db.models.residents import Snooze


def is_unclosed(clock=Clock) -> ColumnElement[bool]:
    """Neither met, missed nor void; its period may not have begun."""
    return clock.closed_at.is_(None)


def is_care(clock=Clock) -> ColumnElement[bool]:
    """Owed to a resident, and no limit of an order about one: the literal predicate of the index of open care."""
    return and_(clock.work_order_id.is_(None), clock.resident_id.is_not(None))


def is_open(now: datetime, clock=Clock) -> ColumnElement[bool]:
    """Unclosed and begun: on time, due soon, overdue or paused. This is what queues list."""
    return and_(is_unclosed(clock), clock.started_at <= now)


def is_waiting(now: datetime, clock=Clock) -> ColumnElement[bool]:
    """The period has not begun."""
    return and_(is_unclosed(clock), clock.started_at > now)


def is_paused(now: datetime, clock=Clock) -> ColumnElement[bool]:
    """Standing still; a pause begun after the limit excuses nothing, one whose end is past is over."""
    lasts = or_(clock.paused_until.is_(None), clock.paused_until > now)
    return and_(is_unclosed(clock), clock.paused_at.is_not(None), clock.paused_at <= clock.due_at, lasts)


def _runs(now: datetime, clock) -> ColumnElement[bool]:
    return or_(clock.paused_at.is_(None), clock.paused_at > clock.due_at, clock.paused_until <= now)


def is_overdue(now: datetime, clock=Clock) -> ColumnElement[bool]:
    """Open past its limit; exactly at the limit is in time."""
    return and_(is_unclosed(clock), clock.due_at < now, _runs(now, clock))


def is_due_soon(now: datetime, clock=Clock) -> ColumnElement[bool]:
    """Open, warning point reached, limit not passed."""
    return and_(is_unclosed(clock), clock.warn_at <= now, clock.due_at >= now, clock.started_at <= now, _runs(now, clock))


def is_on_time(now: datetime, clock=Clock) -> ColumnElement[bool]:
    """Open, warning point not reached."""
    return and_(is_unclosed(clock), clock.warn_at > now, clock.due_at >= now, clock.started_at <= now, _runs(now, clock))


def is_met(clock=Clock) -> ColumnElement[bool]:
    """Done in time."""
    return and_(clock.voided_at.is_(None), clock.met_at.is_not(None), clock.met_at <= clock.due_at)


def is_missed(clock=Clock) -> ColumnElement[bool]:
    """Done late, or closed undone."""
    return and_(clock.voided_at.is_(None), clock.closed_at.is_not(None), or_(clock.met_at.is_(None), clock.met_at > clock.due_at))


def is_counted(now: datetime, clock=Clock) -> ColumnElement[bool]:
    """What a rate divides by: met, missed, and overdue but still open."""
    return or_(and_(clock.voided_at.is_(None), clock.closed_at.is_not(None)), is_overdue(now, clock))


_PUT_OFF = select(Snooze.clock_id, Snooze.until_at).where(Snooze.until_at > bindparam("now")).execution_options(kept=True)


def put_off(session: Session, now: datetime) -> dict[UUID, datetime]:
    """The clocks left out of the lists until somebody may be called again, with that moment; what is late stays late in every count. The few there are,
    are read once a session."""
    key = ("clock_state.put_off", now)
    if key not in session.info:
        session.info[key] = dict(session.execute(_PUT_OFF, {"now": now}).all())
    return session.info[key]


def not_put_off(session: Session, now: datetime) -> list[ColumnElement[bool]]:
    """Conditions: not put off; none where nothing is."""
    found = put_off(session, now)
    return [Clock.id.not_in(tuple(found))] if found else []


def state_of(now: datetime, clock=Clock) -> ColumnElement[str]:
    """The name of the clock's core.clocks.State."""
    return case(
        (clock.voided_at.is_not(None), _word(State.void)),
        (is_met(clock), _word(State.met)),
        (is_missed(clock), _word(State.missed)),
        (is_paused(now, clock), _word(State.paused)),
        (clock.due_at < now, _word(State.overdue)),
        (clock.started_at > now, _word(State.waiting)),
        (clock.warn_at <= now, _word(State.due_soon)),
        else_=_word(State.on_time),
    )


def _word(state: State) -> ColumnElement[str]:
    return literal_column(f"'{state.value}'")
