"""Cadences against a slow day-by-day reference that knows nothing but days: 10,000 whole pasts, 10,000 lives in one to three groups that get known bit by bit, a thousand merges."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise

from hypothesis import example, given

from core.cadence import Hold, Step, anew, first, following, held, unrolled
from core.calendar import SHANGHAI, local_day
from core.care import CLAUSES, plan
from core.merges import together as merged_turns
from core.periods import local_midnight, period_of
from core.rulebook import load_rulebook
from core.transfers import held_most
from tests.core.drawn import TEN_THOUSAND, Case, together
from tests.core.test_cadence import at, one_by_one, shown

RULES = load_rulebook()
FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2032, 1, 1)


@cache
def days_of_periods(per: str) -> tuple[tuple[str, tuple[date, ...], datetime], ...]:
    """Every period by its key, with its days, one looked up after the other, and the midnight at its end."""
    days: dict[str, list[date]] = {}
    for n in range((LAST_DAY - FIRST_DAY).days):
        day = FIRST_DAY + timedelta(n)
        days.setdefault(period_of(per, at(f"{day}T12:00")).key, []).append(day)
    return tuple((key, tuple(own), local_midnight(own[-1] + timedelta(1))) for key, own in days.items())


def reference(clause, joined: date, times: list[datetime], now: datetime, holds=(), spans=()) -> dict[str, tuple[str, int]]:
    """Period key → (state, acts done), by walking the calendar day by day. What is missed closes when the period after it is over, or with
    any later act: also with one at the very end of a period, which is the next one's. `spans`: from when until when each group asked for it, the first day
    without it; only what one of them asked for whole, or from its beginning on for at least half, is owed. When none asks any more, nothing stays open."""
    figure = clause.on(joined).figure
    acts = [moment.astimezone(SHANGHAI).date() for moment in times]
    away, for_good = {begin + timedelta(n) for begin, end in holds if end for n in range((end - begin).days)}, min((begin for begin, end in holds if not end), default=LAST_DAY)
    periods = [one for one in days_of_periods(figure.per) if one[1][-1] >= joined and (one[1][0] >= joined or sum(day >= joined for day in one[1]) * 2 >= len(one[1]))]
    found: dict[str, tuple[str, int]] = {}
    ended = bool(spans) and all(left for _, left in spans)
    for (key, own, end), (_, _, further) in pairwise(periods):
        owed = not spans or any(sum(day >= begin for day in own) * 2 >= len(own) and (left is None or own[-1] < left) for begin, left in spans)
        counting = [one for one in own if one >= joined]
        here = [one for one in counting if one < for_good and one not in away]
        done = sum(counting[0] <= act <= own[-1] for act in acts)
        if done >= figure.times:
            found[key] = ("met", done)
        elif not owed or len(here) < len(counting) and len(here) * 2 < len(own):
            if ended and local_midnight(own[0]) > now:
                break
            continue
        elif ended or further < now or any(act > own[-1] for act in acts):
            found[key] = ("missed", done)
        else:
            found[key] = ("overdue" if end < now else "running" if local_midnight(counting[0]) <= now else "waiting", done)
            break
    return found


@dataclass(frozen=True)
class History:
    """Somebody who joins, what was done for them, and when we look; the acts in their order, none before the first day or after `now`."""

    clause_id: str
    joined: date
    times: tuple[datetime, ...]
    now: datetime
    holds: tuple[Hold, ...] = ()


CADENCES = {"elder.call": 60, "elder.visit": 200, "child.session": 200, "file.update": 500, "disabled.assess": 600}
"""Clause → over how many days a history reaches."""


def history(case: Case) -> History:
    """Of somebody in one to three groups, each joined on a day of its own, one of the clauses they ask for, owed since the first of them that does. Moments at half hours, so that some
    fall on a midnight. Holds overlap, touch, lie before somebody joined or after now, or have no end."""
    begin, chosen = date(2026, 1, 1) + timedelta(case.number(0, 500)), case.number(1, 2 ** len(CLAUSES) - 1)
    groups = {group: begin + timedelta(case.number(0, 90)) for n, group in enumerate(CLAUSES) if chosen >> n & 1}
    clause_id = case.one_of([clause.id for clause in plan(groups, RULES, begin)])
    joined, reach = min(day for group, day in groups.items() if clause_id in CLAUSES[group]), CADENCES[clause_id]
    now, *moments = (local_midnight(joined) + case.number(0, reach * 48) * timedelta(minutes=30) for _ in range(1 + case.number(0, 12)))
    begins = [joined + timedelta(case.number(-reach // 4, reach)) for _ in range(case.number(0, 3))]
    ends = [begin + timedelta(case.number(1, reach // 3)) if case.number(0, 4) else None for begin in begins]
    return History(clause_id, joined, tuple(sorted(one for one in moments if one <= now)), now, tuple(zip(begins, ends, strict=True)))


HISTORIES = together(30).map(lambda cases: [history(case) for case in cases])
AT_THE_VERY_END = History("elder.call", date(2026, 1, 1), (at("2027-11-15T00:00"),), at("2027-11-15T00:00"))
"""The act is the next week's: it closes the week that ends at this moment, and the one before."""


@TEN_THOUSAND
@given(HISTORIES)
@example([AT_THE_VERY_END])
def test_any_history_gives_what_a_slow_day_by_day_count_gives(histories):
    """A thousand, also recorded one by one; with stays and all that gets known late, below, ten."""
    for one in histories[:1]:
        clause = RULES[one.clause_id]
        step = unrolled(clause, one.joined, one.times, one.now)
        assert step == one_by_one(clause, one.joined, one.times, one.now)
        assert shown(step, one.now) == reference(clause, one.joined, one.times, one.now)


@dataclass(frozen=True)
class Life:
    """A past that gets known bit by bit. `rounds`: when something is entered, and all acts and stays that are known then: acts entered late, stays told
    afterwards, ended otherwise than thought, or undone. `moves`: into which grid, on which day; the first one is where they joined."""

    clause_id: str
    joined: date
    rounds: tuple[tuple[datetime, tuple[datetime, ...], tuple[Hold, ...]], ...]
    moves: tuple[tuple[date, str, str], ...]

    @property
    def end(self) -> History:
        now, times, holds = self.rounds[-1]
        return History(self.clause_id, self.joined, times, now, holds)


def life(case: Case) -> Life:
    """A history whose acts, stays, and ends of stays are known in up to three rounds; a stay that is known in one and not in a later one was undone."""
    end = history(case)
    span = int((end.now - local_midnight(end.joined)) / timedelta(minutes=30))
    looks = sorted(local_midnight(end.joined) + case.number(0, span) * timedelta(minutes=30) for _ in range(case.number(0, 2)))
    rounds, told = [], 0
    for moment in looks:
        known = case.number(0, 2**12 - 1)
        told |= known
        acts = tuple(one for n, one in enumerate(end.times) if one <= moment and told >> n % 8 & 1)
        holds = tuple((begin, until if known >> 11 & 1 else None) for n, (begin, until) in enumerate(end.holds) if known >> 8 + n & 1)
        wrong = ((local_day(moment) - timedelta(case.number(0, 20)), None),) if case.number(0, 2) == 0 else ()
        rounds.append((moment, acts, holds + wrong))
    days = sorted({end.joined + timedelta(case.number(1, 1 + span // 48)) for _ in range(case.number(0, 3))})
    grids = "ABAC"
    return Life(end.clause_id, end.joined, (*rounds, (end.now, end.times, end.holds)), tuple((day, grids[n], grids[n + 1]) for n, day in enumerate(days)))


LIVES = together(54).map(lambda cases: [life(case) for case in cases])


def entered(clause, one: Life) -> Step:
    """What entering each round when it became known leaves: since the earliest moment at which it says something else than the one before."""
    rows, known, stays = {first(clause, one.joined): True}, Counter(), set()
    for now, acts, holds in one.rounds:
        late = [local_midnight(begin) for begin, _ in stays.symmetric_difference(holds)]
        since = min([now, *late, *(Counter(acts) - known)])
        stay, step = anew(clause, (*rows,), since, lambda turn, acts=acts: [moment for moment in acts if moment >= turn.started_at], now, holds)
        kept, after = dict([*rows.items()][:stay]), {turn: True for turn in (*step.closed, *([step.open] if step.open else []))}
        there = {turn.due_at for turn in after}
        void = {replace(turn, closed_at=now): False for turn in [*rows][stay:] if turn.due_at not in there}
        rows = dict(sorted((kept | void | after).items(), key=lambda row: row[0].due_at))
        known, stays = Counter(acts), set(holds)
    counting = [turn for turn, counts in rows.items() if counts]
    return Step(tuple(turn for turn in counting if turn.closed_at), next((turn for turn in counting if not turn.closed_at), None))


@TEN_THOUSAND
@given(LIVES)
@example([Life(AT_THE_VERY_END.clause_id, AT_THE_VERY_END.joined, ((AT_THE_VERY_END.now, AT_THE_VERY_END.times, ()),), ())])
def test_any_life_entered_bit_by_bit_gives_what_a_slow_day_by_day_count_gives(lives):
    """Ten thousand: stays, back-dated acts and stays, undone stays, and whose the misses are after moves."""
    for one in lives:
        clause, end = RULES[one.clause_id], one.end
        step = entered(clause, one)
        assert shown(step, end.now) == reference(clause, end.joined, end.times, end.now, end.holds)
        for turn in step.closed:
            if turn.met_at is None and any(local_day(turn.started_at) < moved_on <= local_day(turn.due_at) for moved_on, _, _ in one.moves):
                assert_holds_most(one, turn)


def assert_holds_most(one: Life, turn) -> None:
    """The miss's grid had as many of its days as any other, and of as many the last one."""
    day, lived = local_day(turn.started_at), []
    while local_midnight(day) < turn.due_at:
        lived.append(next((to for moved_on, _, to in reversed(one.moves) if moved_on <= day), "A"))
        day += timedelta(1)
    owner = held_most(one.moves, one.moves[-1][2] if one.moves else "A", local_day(turn.started_at), day - timedelta(1))
    for grid in set(lived) - {owner}:
        assert (lived.count(owner), lived[::-1].index(grid)) >= (lived.count(grid), lived[::-1].index(owner))


@dataclass(frozen=True)
class TwoFiles:
    """One person's two files, made one at `at_once`, perhaps two again at the end; `since`: acts entered after that, some of them late."""

    one: History
    other: History
    merged_at: datetime
    since: tuple[datetime, ...]


def two_files(case: Case) -> TwoFiles:
    one = history(case)
    other = replace(history(case), clause_id=one.clause_id)
    shift = one.joined + timedelta(case.number(0, CADENCES[one.clause_id] // 2)) - other.joined
    moved = (tuple((begin + shift, end and end + shift) for begin, end in other.holds), tuple(moment + shift for moment in other.times))
    other = replace(other, joined=other.joined + shift, holds=moved[0], times=moved[1], now=other.now + shift)
    merged_at = max(one.now, other.now)
    span = int((merged_at - local_midnight(one.joined)) / timedelta(minutes=30))
    since = tuple(sorted(local_midnight(one.joined) + case.number(0, span + 2000) * timedelta(minutes=30) for _ in range(case.number(0, 4))))
    return TwoFiles(one, other, merged_at, since)


def on_file(clause, file: History, now: datetime) -> dict:
    """The file's clocks, each with whether it counts: what its stays away took out is void."""
    step, turn = unrolled(clause, file.joined, file.times, now, file.holds), first(clause, file.joined)
    found = {one: True for one in (*step.closed, *([step.open] if step.open else []))}
    there = {one.due_at for one in found}
    while turn.started_at <= now:
        if turn.due_at not in there and held(clause, turn, file.holds):
            found[replace(turn, closed_at=now)] = False
        turn = following(clause, turn)
    return dict(sorted(found.items(), key=lambda one: one[0].due_at))


@TEN_THOUSAND
@given(together(72, 1).map(lambda cases: [two_files(case) for case in cases]))
def test_any_two_files_made_one_count_as_one_person_from_the_start_and_undone_as_two(cases):
    """A thousand merges, each with its undoing, two calendars more."""
    for case in cases:
        clause, one, other = RULES[case.one.clause_id], case.one, case.other
        turns = [on_file(clause, file, case.merged_at) for file in (one, other)]
        times, holds = sorted((*one.times, *other.times)), (*one.holds, *other.holds)
        step = merged_turns(clause, turns, times, case.merged_at, holds)
        assert shown(step, case.merged_at) == reference(clause, min(one.joined, other.joined), times, case.merged_at, holds)
        later = max([case.merged_at, *case.since]) + timedelta(days=3)
        since = min([case.merged_at, *case.since])
        for own, file, acts in ((turns[0], one, sorted((*one.times, *case.since))), (turns[1], other, other.times)):
            kept, step = anew(clause, (*own,), since, lambda turn, acts=acts: [one for one in acts if one >= turn.started_at], later, file.holds)
            before = [turn for turn in (*own,)[:kept] if own[turn]]
            assert shown(Step((*before, *step.closed), step.open), later) == reference(clause, file.joined, acts, later, file.holds)
