"""What must recur: the clock of each calendar period, and what an act, or its absence, does to it.

A subject has at most one open turn of a clause: the current period's; the next one's once that is met; or, while the last
elapsed period stands unmet and nothing has been done since, that one, overdue. So a missed period counts once, and nobody
has a heap of open tasks. Civil Code art. 200–204 have no say here: periods are whole calendar periods (core.periods).
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter, itemgetter

from core.calendar import local_day
from core.periods import Period, local_midnight, period_on
from core.rulebook.shapes import Cadence, Clause

Hold = tuple[date, date | None]
"""Local dates on which somebody is in hospital or away: the first one, and the first one back (None: not known)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One period's clock of a clause. Moments are aware UTC; `due_at` is the period's exclusive end (24:00 of its last day).

    `times_done` counts every act of the period, also beyond `times_required`; `met_at` is when the last required one happened.
    """

    clause_id: str
    effective_from: date
    act: str
    period_key: str
    times_required: int
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    times_done: int = 0
    met_at: datetime | None = None
    closed_at: datetime | None = None


_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a turn: the turns closed on the way, oldest first, and the one open now (None: the clause is repealed)."""

    closed: tuple[Turn, ...]
    open: Turn | None


def first(clause: Clause, joined: date, holds: Sequence[Hold] = ()) -> Turn | None:
    """The first turn of somebody who joins on the local date `joined`: that day's period if at least half of its days remain, that
    day included; else the next one. None when the clause is not in force, or a hold has no end. Default; the documents say nothing."""
    dated = clause.on(joined)
    if dated is None:
        return None
    period = _period(dated.figure.per, joined)
    length, remaining = (period.last_day - period.first_day).days + 1, (period.last_day - joined).days + 1
    if remaining * 2 < length:
        return _free(clause, _turn(clause, period.end), holds)
    return _free(clause, _turn(clause, local_midnight(joined)), holds)


def following(clause: Clause, turn: Turn, holds: Sequence[Hold] = ()) -> Turn | None:
    """The turn that begins where `turn` ends, or after the holds that take its period out, by the clause's value in force then; None when
    it is repealed by then, or a hold has no end."""
    return _free(clause, _turn(clause, turn.due_at), holds)


def held(clause: Clause, turn: Turn, holds: Sequence[Hold]) -> bool:
    """Whether `holds` take the turn's period out: fewer than half of its days are left outside of them. The same half by which a first
    period counts, and a default like it."""
    day, last = local_day(turn.started_at), local_day(turn.due_at) - _DAY
    touching = [(begin, end) for begin, end in holds if begin <= last and (end is None or end > day)]
    if not touching:
        return False
    period = _period(clause.on(day).figure.per, day)
    free, after = 0, day
    for begin, end in sorted(touching, key=itemgetter(0)):
        free += max((begin - after).days, 0)
        after = max(after, last + _DAY if end is None else end)
    free += max((last + _DAY - after).days, 0)
    return free * 2 < (period.last_day - period.first_day).days + 1


def held_turns(clause: Clause, joined: date, holds: Sequence[Hold], now: datetime) -> tuple[Turn, ...]:
    """The turns, begun by `now`, that `holds` take out of what is owed to somebody who joined on the local date `joined`, whatever was done in them."""
    turn, found = first(clause, joined), []
    if turn is not None and holds:
        day = max(local_day(turn.started_at), min(begin for begin, _ in holds))
        turn = max(turn, _turn(clause, local_midnight(_period(clause.on(day).figure.per, day).first_day)) if clause.on(day) else turn, key=lambda one: one.started_at)
    while turn is not None and holds and turn.started_at <= now:
        if held(clause, turn, holds):
            found.append(turn)
        turn = following(clause, turn)
    return tuple(found)


def filled(turn: Turn, times: Iterable[datetime]) -> Turn:
    """`turn` with the acts among `times` that fall into it; closed when they suffice."""
    inside = sorted(moment for moment in times if turn.started_at <= moment < turn.due_at)
    return _with(turn, inside)


def advanced(clause: Clause, turn: Turn, now: datetime) -> Step:
    """`turn`, open at some earlier moment, brought to `now`: an unmet one closes as missed once a further period has ended."""
    closed: list[Turn] = []
    while turn is not None:
        after = following(clause, turn)
        if after is None or now <= after.due_at:
            break
        closed.append(replace(turn, closed_at=after.due_at))
        turn = after
    return Step(tuple(closed), turn)


def counted(clause: Clause, turn: Turn, happened_at: datetime, times: Sequence[datetime]) -> Step:
    """An act at `happened_at` falls on the open `turn`, which was brought to the moment of recording by `advanced`. `times` are all acts
    that count since `turn` started, this one included. An act before it changes nothing here (see `filled` for the turn it belongs to)."""
    closed: list[Turn] = []
    while happened_at >= turn.due_at:
        after = following(clause, turn)
        if after is None:
            return Step(tuple(closed), turn)
        closed.append(replace(turn, closed_at=min(happened_at, after.due_at)))
        turn = after
    turn = filled(turn, times)
    if turn.met_at is None:
        return Step(tuple(closed), turn)
    return Step((*closed, turn), following(clause, turn))


def unrolled(clause: Clause, joined: date, times: Sequence[datetime], now: datetime, holds: Sequence[Hold] = ()) -> Step:
    """Every turn from `joined` to `now`, as recording the sorted `times` one by one, each when it happened, would have left them."""
    return continued(clause, first(clause, joined), times, now, holds)


def continued(clause: Clause, turn: Turn | None, times: Sequence[datetime], now: datetime, holds: Sequence[Hold] = ()) -> Step:
    """Every turn from `turn`, in which nothing is done yet, to `now`. A period that a hold takes out is no turn, unless what it asks for
    was done all the same; what was missed before a hold closes when it would without."""
    closed: list[Turn] = []
    index = bisect_left(times, turn.started_at) if turn else 0
    while turn is not None:
        end = bisect_left(times, turn.due_at, index)
        turn = _with(turn, times[index:end])
        after, index = following(clause, turn), end
        if turn.met_at is None and held(clause, turn, holds):
            turn = None if index == len(times) and _for_good(turn, holds) else after
            continue
        if turn.met_at is None:
            at = _missed_at(after, times[end] if end < len(times) else None, now)
            if at is None:
                break
            turn = replace(turn, closed_at=at)
        closed.append(turn)
        turn = after
    return Step(tuple(closed), turn)


def anew(
    clause: Clause, turns: Sequence[Turn], since: datetime, acts: Callable[[Turn], Iterable[datetime]], now: datetime, holds: Sequence[Hold] = (), joined: date | None = None
) -> tuple[int, Step]:
    """The sorted `turns` from the one that holds `since` on (the last one begun by then), or an earlier open one, as what was done and `holds` make them; `acts`: all moments
    since a turn's start. Returns how many turns stay as they are, and the others. A hold may have kept the first ones away: then from that of who joined on `joined` (now)."""
    start = max((n for n, turn in enumerate(turns) if turn.started_at <= since), default=0)
    start = min([start, *(n for n, turn in enumerate(turns) if turn.closed_at is None)])
    turn = fresh(turns[start]) if turns else None
    if turn is None or joined and since < turn.started_at:
        kept_away = first(clause, joined or local_day(now))
        turn = min((one for one in (kept_away, turn) if one), key=attrgetter("due_at"), default=None)
    return start, continued(clause, turn, sorted(acts(turn)) if turn else (), now, holds)


def fresh(turn: Turn) -> Turn:
    """`turn` as if nothing had been done in it yet."""
    return replace(turn, times_done=0, met_at=None, closed_at=None)


def strictest(clauses: Iterable[Clause], day: date) -> tuple[Clause, ...]:
    """Of `clauses` in force on `day`, for each act the one that asks most often, in the order given."""
    best: dict[str, Clause] = {}
    for clause in clauses:
        dated = clause.on(day)
        if dated is not None:
            held = best.get(dated.figure.act)
            if held is None or _per_year(dated.figure) > _per_year(held.on(day).figure):
                best[dated.figure.act] = clause
    return tuple(best.values())


def _per_year(figure: Cadence) -> float:
    return figure.times * {"day": 365.25, "week": 52.18, "month": 12, "quarter": 4, "half_year": 2, "year": 1}[figure.per]


def _missed_at(after: Turn | None, next_act: datetime | None, now: datetime) -> datetime | None:
    """When an unmet turn closed: at the next act, at the latest at the end of the next turn; None: it is still open."""
    if after is None:
        return None
    if next_act is not None:
        return min(next_act, after.due_at)
    return after.due_at if after.due_at < now else None


def _free(clause: Clause, turn: Turn | None, holds: Sequence[Hold]) -> Turn | None:
    while turn is not None and held(clause, turn, holds):
        turn = None if _for_good(turn, holds) else _turn(clause, turn.due_at)
    return turn


def _for_good(turn: Turn, holds: Sequence[Hold]) -> bool:
    """Whether a hold without an end lasts from the beginning of `turn`: then no later one is free either."""
    return any(end is None and begin <= local_day(turn.started_at) for begin, end in holds)


def _with(turn: Turn, inside: Sequence[datetime]) -> Turn:
    done = len(inside)
    met_at = inside[turn.times_required - 1] if done >= turn.times_required else None
    return replace(turn, times_done=done, met_at=met_at, closed_at=met_at or turn.closed_at) if done or turn.times_done else turn


def _turn(clause: Clause, start: datetime) -> Turn | None:
    """The turn of the period that holds `start`; it starts there."""
    day = local_day(start)
    dated = clause.on(day)
    if dated is None:
        return None
    figure, period = dated.figure, _period(dated.figure.per, day)
    return Turn(clause.id, dated.from_, figure.act, period.key, figure.times, max(start, period.start), max(start, period.warn_at), period.end)


@lru_cache(maxsize=8192)
def _period(per: str, day: date) -> Period:
    return period_on(per, day)
