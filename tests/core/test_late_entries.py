"""Contacts entered after their period count once somebody confirms them, against a slow day-by-day reference."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import given

from core.cadence import Step, advanced, counted, filled, first
from core.calendar import SHANGHAI
from core.late_entries import period_over
from core.periods import local_midnight, period_of
from core.rulebook import load_rulebook
from tests.core.drawn import TEN_THOUSAND, Case, together
from tests.core.test_cadence import shown
from tests.core.test_cadence_by_day import CADENCES, days_of_periods, reference

RULES = load_rulebook()


@dataclass(frozen=True)
class Entry:
    """An act, when it was entered, and when another person decided it (None: nobody has), if it waits."""

    happened_at: datetime
    entered_at: datetime
    decided_at: datetime | None
    confirmed: bool


def entries(case: Case) -> tuple[str, date, list[Entry], datetime]:
    """Somebody who joins; acts entered at once, later in their period, exactly at its end, or long after, and decided before `now` or not."""
    clause_id = case.one_of(tuple(CADENCES))
    joined, reach = date(2026, 1, 1) + timedelta(case.number(0, 500)), CADENCES[clause_id]
    begin = local_midnight(joined)
    now = begin + case.number(1, reach * 48) * _HALF_HOUR
    found = []
    for _ in range(case.number(0, 6)):
        happened = begin + case.number(0, reach * 48) * _HALF_HOUR
        end = period_of(RULES[clause_id].on(joined).figure.per, happened).end
        entered = case.one_of((happened, end, end + _HALF_HOUR, happened + case.number(0, reach * 24) * _HALF_HOUR))
        decided = entered + case.number(0, reach * 24) * _HALF_HOUR if case.number(0, 3) else None
        if entered <= now:
            found.append(Entry(happened, entered, decided if decided and decided <= now else None, bool(case.number(0, 2))))
    return clause_id, joined, sorted(found, key=lambda one: one.entered_at), now


_HALF_HOUR = timedelta(minutes=30)


def as_recorded(clause, joined: date, made: list[Entry], now: datetime) -> Step:
    """What entering each act, and deciding what waits, leaves: each at its moment, by the steps that the commands take."""
    closed, turn, seen, waits = [], first(clause, joined), [], set()
    moments = sorted([(one.entered_at, 0, n) for n, one in enumerate(made)] + [(one.decided_at, 1, n) for n, one in enumerate(made) if one.decided_at])
    for moment, decides, n in moments:
        one = made[n]
        step = advanced(clause, turn, moment)
        closed, turn = closed + list(step.closed), step.open
        held_by = next((known for known in (*closed, turn) if known.started_at <= one.happened_at < known.due_at), None)
        if not decides and period_over(clause, one.happened_at, moment) and held_by and held_by.met_at is None:
            waits.add(n)
            continue
        if decides and not (n in waits and one.confirmed):
            continue
        seen = sorted([*seen, one.happened_at])
        if one.happened_at < turn.started_at:
            closed = [filled(known, seen) if known is held_by else known for known in closed]
            continue
        step = counted(clause, turn, one.happened_at, seen)
        closed, turn = closed + list(step.closed), step.open
    step = advanced(clause, turn, now)
    return Step((*closed, *step.closed), step.open)


def what_counts(clause, joined: date, made: list[Entry]) -> list[datetime]:
    """Moments of the acts that count, by walking through the entries with nothing but days: what was entered when its period was over and short of
    acts counts only if it was confirmed, from then on."""
    figure, known = clause.on(joined).figure, []
    days = {day: own for _, own, _ in days_of_periods(figure.per) for day in own}
    moments = sorted([(one.entered_at, 0, n) for n, one in enumerate(made)] + [(one.decided_at, 1, n) for n, one in enumerate(made) if one.decided_at])
    waits = set()
    for moment, decides, n in moments:
        one = made[n]
        own = days[one.happened_at.astimezone(SHANGHAI).date()]
        owed = own[0] >= joined or sum(day >= joined for day in own) * 2 >= len(own)
        there = sum(days[act.astimezone(SHANGHAI).date()] == own for act in known)
        if not decides and owed and moment > local_midnight(own[-1] + timedelta(1)) and there < figure.times:
            waits.add(n)
        elif not decides or (n in waits and one.confirmed):
            known.append(one.happened_at)
    return sorted(known)


@TEN_THOUSAND
@given(together(40, 4).map(lambda cases: [entries(case) for case in cases]))
def test_any_late_entries_count_once_confirmed_as_a_slow_day_by_day_count_says(cases):
    """Four thousand."""
    for clause_id, joined, made, now in cases:
        clause = RULES[clause_id]
        step = as_recorded(clause, joined, made, now)
        assert shown(step, now) == reference(clause, joined, what_counts(clause, joined, made), now)
