"""core.clocks.state and its SQL twin agree on every clock, on both engines.

Every order in which a clock's moments can lie around now, ties included, is tried; then 10,000 clocks at random, each followed minute by minute.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations_with_replacement, product
from random import Random

from sqlalchemy import insert, select

from core.clocks import State, state
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.queries import clock_state
from db.scope import Scope
from db.types import uuid7

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
AROUND = [NOW + timedelta(microseconds=n) for n in (-2, -1, 0, 1, 2)]
ENDINGS = ("met", "missed", "void", "met, then void")


def _every_clock() -> list[dict]:
    """Clocks as the table's checks allow them: begun before they warn, warned before they are due, closed if met or void."""
    spans = combinations_with_replacement(AROUND, 3)
    ends = [("open", None), *product(ENDINGS, AROUND[1:4])]
    pauses = [(None, None), *((paused, None) for paused in AROUND[1:4]), *combinations_with_replacement(AROUND[1:4], 2)]
    return [_clock(*span, *pause, *end) for span, pause, end in product(spans, pauses, ends) if pause[1] is None or end[1] is None]


def _clock(started, warn, due, paused, until, ending, closed) -> dict:
    paused = max(paused, started) if paused and started <= NOW else None
    return {
        "started_at": started, "warn_at": warn, "due_at": due, "paused_at": paused, "paused_until": max(until, paused) if paused and until else None,
        "closed_at": closed, "met_at": closed if "met" in ending else None, "voided_at": closed if "void" in ending else None,
    }  # fmt: skip


def _fill(session, *, now, community_id, rows):
    # The uniqueness of open clocks needs a subject of its own for each.
    common = {"community_id": community_id, "clause_id": "repair.done", "effective_from": date(2000, 1, 1), "subject_kind": "community", "desk": "grid"}
    session.execute(insert(Clock), [row | common | {"id": uuid7(), "subject_id": uuid7(), "version": 1} for row in rows])
    file(session, "test.clocks", now=now, community_id=community_id)


PREDICATES = {
    "is_unclosed": (lambda: clock_state.is_unclosed(), {State.waiting, State.on_time, State.due_soon, State.overdue, State.paused}),
    "is_open": (lambda: clock_state.is_open(NOW), {State.on_time, State.due_soon, State.overdue, State.paused}),
    "is_waiting": (lambda: clock_state.is_waiting(NOW), {State.waiting}),
    "is_paused": (lambda: clock_state.is_paused(NOW), {State.paused}),
    "is_overdue": (lambda: clock_state.is_overdue(NOW), {State.overdue}),
    "is_due_soon": (lambda: clock_state.is_due_soon(NOW), {State.due_soon}),
    "is_on_time": (lambda: clock_state.is_on_time(NOW), {State.on_time}),
    "is_met": (lambda: clock_state.is_met(), {State.met}),
    "is_missed": (lambda: clock_state.is_missed(), {State.missed}),
    "is_counted": (lambda: clock_state.is_counted(NOW), {State.met, State.missed, State.overdue}),
}


def test_a_clock_stands_the_same_in_python_and_in_sql(engine, two_communities):
    ours = two_communities["ours"]
    carry_out(engine, Scope.system({ours}), _fill, now=NOW, community_id=ours, rows=_every_clock())
    columns = [make().label(name) for name, (make, _) in PREDICATES.items()]
    moments = [Clock.started_at, Clock.warn_at, Clock.due_at, Clock.paused_at, Clock.paused_until, Clock.closed_at, Clock.met_at, Clock.voided_at]
    with open_session(engine, Scope.system({ours})) as session:
        found = session.execute(select(*moments, clock_state.state_of(NOW).label("named"), *columns)).all()
    for row in found:
        expected = state(row, NOW)
        assert row.named == expected
        for name, (_, states) in PREDICATES.items():
            assert bool(getattr(row, name)) == (expected in states), f"{name} of a clock that is {expected}"
    assert {row.named for row in found} == set(State), "every state must occur, or this proves little"


def _random_clock(draw: Random) -> dict:
    """A clock within two hours of now, in whole minutes, as the table's checks allow it."""
    started = draw.randint(-120, 20)
    warn, due = sorted(started + draw.randint(0, 120) for _ in range(2))
    paused, closed = (draw.choice((None, draw.randint(started, due + 30))) for _ in range(2))
    until = None if paused is None else draw.choice((None, paused + draw.randint(0, 60)))
    # No limit ends inside a pause that began in time.
    due = max(due, until) if until is not None and paused <= due else due
    moments = {"started_at": started, "warn_at": warn, "due_at": due, "paused_at": paused, "paused_until": until, "closed_at": closed, "met_at": None, "voided_at": None}
    if closed is not None:
        moments |= {name: draw.choice((None, closed)) for name in ("met_at", "voided_at")}
    return {name: None if minute is None else NOW + timedelta(minutes=minute) for name, minute in moments.items()}


@cache
def _followed(started: int, warn: int, due: int, paused: int | None, until: int | None) -> State:
    """How a clock stands, by walking through its life up to now, minute 0: what it was the minute before, and what happens this minute."""
    stands = State.waiting
    for minute in range(min(started, 0), 1):
        if minute >= started and (stands is not State.paused or minute == until):
            stands = State.overdue if stands is State.overdue or minute > due else State.due_soon if minute >= warn else State.on_time
            if minute == paused and minute != until and stands is not State.overdue:
                stands = State.paused
    return stands


def _minute(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - NOW) // timedelta(minutes=1)


def test_ten_thousand_clocks_stand_the_same_in_python_in_sql_and_followed_minute_by_minute(engine, two_communities):
    ours, draw = two_communities["ours"], Random(20261118)
    carry_out(engine, Scope.system({ours}), _fill, now=NOW, community_id=ours, rows=[_random_clock(draw) for _ in range(10_000)])
    moments = [Clock.started_at, Clock.warn_at, Clock.due_at, Clock.paused_at, Clock.paused_until, Clock.closed_at, Clock.met_at, Clock.voided_at]
    with open_session(engine, Scope.system({ours})) as session:
        found = session.execute(select(*moments, clock_state.state_of(NOW).label("named"))).all()
    assert len(found) == 10_000
    for row in found:
        assert row.named == state(row, NOW)
        if row.closed_at is None and (row.paused_at is None or row.paused_at <= NOW):
            assert row.named == _followed(*map(_minute, (row.started_at, row.warn_at, row.due_at, row.paused_at, row.paused_until)))
        elif row.voided_at is None and row.closed_at is not None:
            assert row.named == (State.met if row.met_at is not None and row.met_at <= row.due_at else State.missed)


def test_exactly_at_the_limit_is_in_time(engine, two_communities):
    ours = two_communities["ours"]
    plain = {"started_at": NOW - timedelta(hours=1), "warn_at": NOW, "due_at": NOW, "paused_at": None, "paused_until": None, "closed_at": None, "met_at": None, "voided_at": None}
    carry_out(engine, Scope.system({ours}), _fill, now=NOW, community_id=ours, rows=[plain])
    with open_session(engine, Scope.system({ours})) as session:
        assert session.scalar(select(clock_state.state_of(NOW))) == State.due_soon
        assert session.scalar(select(clock_state.state_of(NOW + timedelta(microseconds=1)))) == State.overdue


def test_what_is_overdue_is_found_by_the_index_of_open_clocks(sqlite_engine):
    ours = uuid7()
    query = select(Clock.id).where(Clock.community_id == ours, clock_state.is_overdue(NOW)).order_by(Clock.due_at)
    text = str(query.compile(sqlite_engine, compile_kwargs={"render_postcompile": True}))
    assert "closed_at IS NULL" in text
    with sqlite_engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text, (ours.bytes, 0, 0)))
    assert "ix_clock_open_community_due" in plan
