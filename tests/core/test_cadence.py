"""Cadences by calendar period: each missed period counts once, one open task, against a slow day-by-day reference."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import example, given

from core.cadence import Hold, Step, advanced, anew, counted, filled, first, following, held, held_turns, strictest, unrolled
from core.calendar import SHANGHAI, local_day
from core.clocks import State, state
from core.merges import together as merged_turns
from core.periods import local_midnight, period_of
from core.rulebook import load_rulebook, read_rulebook
from core.transfers import held_most
from tests.core.drawn import TEN_THOUSAND, Case, together

RULES = load_rulebook()
CALL, VISIT, SESSION, FILE, PATROL = (RULES[one] for one in ("elder.call", "elder.visit", "child.session", "file.update", "grid.patrol"))


def at(text: str) -> datetime:
    """Local time in Shanghai, as an aware moment."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Seen:
    """A turn as core.clocks.state reads a clock."""

    paused_at = paused_until = voided_at = None

    def __init__(self, turn):
        self.started_at, self.due_at, self.warn_at = turn.started_at, turn.due_at, turn.warn_at
        self.closed_at, self.met_at = turn.closed_at, turn.met_at


def states(step: Step, now: datetime) -> dict[str, State]:
    return {turn.period_key: state(Seen(turn), now) for turn in (*step.closed, *([step.open] if step.open else []))}


def one_by_one(clause, joined: date, times: list[datetime], now: datetime) -> Step:
    """What recording each act when it happened leaves, and a sweep at `now`."""
    closed, turn, seen = [], first(clause, joined), []
    for moment in times:
        step = advanced(clause, turn, moment)
        closed, turn = closed + list(step.closed), step.open
        seen.append(moment)
        if moment < turn.started_at:
            closed = [filled(one, seen) if one.started_at <= moment < one.due_at else one for one in closed]
            continue
        step = counted(clause, turn, moment, seen)
        closed, turn = closed + list(step.closed), step.open
    step = advanced(clause, turn, now)
    return Step((*closed, *step.closed), step.open)


@pytest.mark.parametrize(
    ("clause", "joined", "key"),
    [
        (CALL, date(2026, 11, 16), "2026-W47"),
        (CALL, date(2026, 11, 19), "2026-W47"),
        (CALL, date(2026, 11, 20), "2026-W48"),
        (VISIT, date(2026, 11, 16), "2026-11"),
        (VISIT, date(2026, 11, 17), "2026-12"),
        (VISIT, date(2028, 2, 15), "2028-02"),
        (VISIT, date(2028, 2, 16), "2028-03"),
        (VISIT, date(2026, 2, 15), "2026-02"),
        (VISIT, date(2026, 2, 16), "2026-03"),
        (VISIT, date(2026, 12, 17), "2027-01"),
        (FILE, date(2026, 11, 16), "2026-Q4"),
        (FILE, date(2026, 11, 17), "2027-Q1"),
        (PATROL, date(2026, 11, 18), "2026-11-18"),
        (CALL, date(2026, 12, 31), "2026-W53"),
        (CALL, date(2027, 1, 1), "2027-W01"),
    ],
)
def test_the_first_period_counts_if_at_least_half_of_its_days_remain(clause, joined, key):
    turn = first(clause, joined)
    assert turn.period_key == key
    assert turn.started_at >= local_midnight(joined)
    assert turn.due_at > local_midnight(joined)


def test_nothing_is_due_yesterday_at_enrolment():
    for n in range(800):
        joined = date(2025, 12, 1) + timedelta(n)
        for clause in (CALL, VISIT, SESSION, FILE, PATROL):
            assert first(clause, joined).due_at > local_midnight(joined)


def test_a_week_of_calls_ends_on_sunday_at_24_also_across_the_year():
    turn = first(CALL, date(2026, 12, 28))
    assert (turn.period_key, turn.due_at) == ("2026-W53", at("2027-01-04T00:00"))
    step = counted(CALL, turn, at("2027-01-03T23:59"), [at("2027-01-03T23:59")])
    assert step.closed[0].met_at == at("2027-01-03T23:59") and step.open.period_key == "2027-W01"


def test_a_call_on_29_february_is_the_visit_of_neither_month_but_its_own():
    turn = following(VISIT, first(VISIT, date(2028, 1, 1)))
    assert (turn.period_key, turn.due_at) == ("2028-02", at("2028-03-01T00:00"))
    assert counted(VISIT, turn, at("2028-02-29T23:59"), [at("2028-02-29T23:59")]).open.period_key == "2028-03"


def test_the_child_that_had_one_session_of_two_is_still_owed_one():
    turn = first(SESSION, date(2026, 11, 1))
    once = counted(SESSION, turn, at("2026-11-03T16:00"), [at("2026-11-03T16:00")])
    assert (once.closed, once.open.times_done, once.open.closed_at) == ((), 1, None)
    times = [at("2026-11-03T16:00"), at("2026-11-10T16:00")]
    twice = counted(SESSION, once.open, times[1], times)
    assert twice.closed[0].met_at == times[1] and twice.open.period_key == "2026-12"


def test_an_overdue_week_closes_as_missed_with_the_next_call_and_that_call_counts_for_its_own_week():
    turn, call = first(CALL, date(2026, 11, 2)), at("2026-11-11T09:00")
    step = counted(CALL, turn, call, [call])
    assert [(one.period_key, one.met_at, one.closed_at) for one in step.closed] == [("2026-W45", None, call), ("2026-W46", call, call)]
    assert step.open.period_key == "2026-W47"


def test_while_a_further_week_runs_the_missed_one_stays_open_and_overdue():
    turn = first(CALL, date(2026, 11, 2))
    assert advanced(CALL, turn, at("2026-11-15T23:59")) == Step((), turn)
    assert advanced(CALL, turn, at("2026-11-16T00:00")) == Step((), turn), "exactly at the end the further week is not over"
    step = advanced(CALL, turn, at("2026-11-16T00:01"))
    assert [one.period_key for one in step.closed] == ["2026-W45"] and step.open.period_key == "2026-W46"


def test_an_act_at_the_very_end_of_a_period_is_the_next_ones():
    turn, end = first(CALL, date(2026, 11, 2)), at("2026-11-09T00:00")
    assert filled(turn, [end]).times_done == 0
    step = counted(CALL, turn, end, [end])
    assert [(one.period_key, one.met_at) for one in step.closed] == [("2026-W45", None), ("2026-W46", end)]


def test_at_the_very_end_of_the_further_period_the_missed_one_is_still_open():
    moment = at("2026-11-16T00:00")
    assert unrolled(CALL, date(2026, 11, 2), [], moment).open.period_key == "2026-W45"
    step = counted(CALL, first(CALL, date(2026, 11, 2)), moment, [moment])
    assert [(one.period_key, one.closed_at) for one in step.closed[:2]] == [("2026-W45", moment), ("2026-W46", moment)]
    late = at("2026-11-20T09:00")
    assert counted(CALL, first(CALL, date(2026, 11, 2)), late, [late]).closed[0].closed_at == moment, "a miss closes with the next period's end at the latest"


def test_each_missed_week_counts_once_after_a_long_silence():
    step = advanced(CALL, first(CALL, date(2026, 9, 7)), at("2026-11-18T10:00"))
    keys = [one.period_key for one in (*step.closed, step.open)]
    assert keys == [f"2026-W{n}" for n in range(37, 47)]
    assert list(states(step, at("2026-11-18T10:00")).values()) == [State.missed] * 9 + [State.overdue]


def test_a_late_entry_fills_the_period_in_which_the_call_happened():
    step = advanced(CALL, first(CALL, date(2026, 10, 26)), at("2026-11-18T10:00"))
    call = at("2026-10-28T09:00")
    turn = filled(step.closed[0], [call])
    assert (turn.met_at, turn.closed_at, turn.times_done) == (call, call, 1)


def test_a_repealed_clause_opens_no_further_clock():
    text = """
elder.call:
  section: 2
  shape: clock
  title: {zh: 电话, en: Call}
  source: WS 二.2
  desk: null
  values:
    - {from: 2025-01-01, value: {times: 1, per: week, act: call, subject: resident}, figure: {zh: 每周, en: weekly}}
    - {from: 2026-11-16, value: null}
"""
    clause = read_rulebook([("x.yaml", text)])["elder.call"]
    turn = first(clause, date(2026, 11, 9))
    assert counted(clause, turn, at("2026-11-10T09:00"), [at("2026-11-10T09:00")]).open is None
    assert first(clause, date(2026, 11, 16)) is None
    assert unrolled(clause, date(2026, 11, 9), [], at("2026-12-20T00:00")).open == turn


def test_a_new_figure_holds_from_its_day_and_rewrites_no_period_begun():
    text = """
elder.call:
  section: 2
  shape: clock
  title: {zh: 电话, en: Call}
  source: WS 二.2
  desk: null
  values:
    - {from: 2025-01-01, value: {times: 1, per: week, act: call, subject: resident}, figure: {zh: 每周, en: weekly}}
    - {from: 2026-11-18, value: {times: 2, per: week, act: call, subject: resident}, figure: {zh: 每周2次, en: twice a week}}
"""
    clause = read_rulebook([("x.yaml", text)])["elder.call"]
    turn = first(clause, date(2026, 11, 16))
    assert (turn.times_required, turn.effective_from) == (1, date(2025, 1, 1))
    after = following(clause, turn)
    assert (after.times_required, after.effective_from) == (2, date(2026, 11, 18))


def test_of_two_clauses_for_one_act_the_strictest_holds():
    text = "\n".join(
        f"""
x.{name}:
  section: 2
  shape: clock
  title: {{zh: 电话, en: Call}}
  source: WS 二.2
  desk: null
  values:
    - {{from: 2025-01-01, value: {{times: {times}, per: {per}, act: call, subject: resident}}, figure: {{zh: 电话, en: call}}}}
"""
        for name, times, per in (("month", 3, "month"), ("week", 1, "week"), ("quarter", 8, "quarter"))
    )
    rules = read_rulebook([("x.yaml", text)])
    assert [one.id for one in strictest(rules.values(), date(2026, 1, 1))] == ["x.week"]


# --- against a reference that knows nothing but days -----------------------------------------------------------------
FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2032, 1, 1)


@cache
def days_of_periods(per: str) -> tuple[tuple[str, tuple[date, ...]], ...]:
    """Every period by its key, with its days, one looked up after the other."""
    days: dict[str, list[date]] = {}
    for n in range((LAST_DAY - FIRST_DAY).days):
        day = FIRST_DAY + timedelta(n)
        days.setdefault(period_of(per, at(f"{day}T12:00")).key, []).append(day)
    return tuple((key, tuple(own)) for key, own in days.items())


def reference(clause, joined: date, times: list[datetime], now: datetime, holds=()) -> dict[str, tuple[str, int]]:
    """Period key → (state, acts done), by walking the calendar day by day. What is missed closes when the period after it is over, or with
    any later act: also with one at the very end of a period, which is the next one's."""
    figure = clause.on(joined).figure
    acts = [moment.astimezone(SHANGHAI).date() for moment in times]
    away, for_good = {begin + timedelta(n) for begin, end in holds if end for n in range((end - begin).days)}, min((begin for begin, end in holds if not end), default=LAST_DAY)
    periods = [(key, own) for key, own in days_of_periods(figure.per) if own[-1] >= joined and (own[0] >= joined or sum(one >= joined for one in own) * 2 >= len(own))]
    found: dict[str, tuple[str, int]] = {}
    for (key, own), (_, after) in pairwise(periods):
        counting = [one for one in own if one >= joined]
        here = [one for one in counting if one < for_good and one not in away]
        done = sum(counting[0] <= act <= own[-1] for act in acts)
        over, further_over = (local_midnight(days[-1] + timedelta(1)) < now for days in (own, after))
        if done >= figure.times:
            found[key] = ("met", done)
        elif len(here) < len(counting) and len(here) * 2 < len(own):
            continue
        elif further_over or any(act > own[-1] for act in acts):
            found[key] = ("missed", done)
        else:
            found[key] = ("overdue" if over else "running" if local_midnight(counting[0]) <= now else "waiting", done)
            break
    return found


def shown(step: Step, now: datetime) -> dict[str, tuple[str, int]]:
    names = {State.on_time: "running", State.due_soon: "running"}
    turns = {turn.period_key: turn for turn in (*step.closed, *([step.open] if step.open else []))}
    return {key: (str(names.get(one, one)), turns[key].times_done) for key, one in states(step, now).items()}


def test_a_week_with_four_days_at_home_stays_due_and_one_with_three_is_taken_out():
    turn = first(CALL, date(2026, 11, 2))
    assert not held(CALL, turn, [(date(2026, 11, 6), None)])
    assert held(CALL, turn, [(date(2026, 11, 5), None)])
    assert not held(CALL, turn, [(date(2026, 11, 2), date(2026, 11, 5))]) and held(CALL, turn, [(date(2026, 11, 2), date(2026, 11, 6))])
    assert not held(CALL, turn, [(date(2026, 11, 9), None), (date(2026, 10, 1), date(2026, 11, 2))]), "neither hold touches it"


def test_after_a_hold_the_first_week_with_half_of_its_days_at_home_is_due():
    turn = first(CALL, date(2026, 11, 2))
    assert following(CALL, turn, [(date(2026, 11, 9), date(2026, 11, 19))]).period_key == "2026-W47"
    assert following(CALL, turn, [(date(2026, 11, 9), date(2026, 11, 20))]).period_key == "2026-W48"
    assert following(CALL, turn, [(date(2026, 11, 9), None)]) is None, "nobody knows when"
    assert first(CALL, date(2026, 11, 10), [(date(2026, 11, 9), date(2026, 11, 17))]).period_key == "2026-W47"


def test_what_was_missed_before_a_hold_is_missed_and_the_hold_excuses_it_not():
    now, holds = at("2026-11-18T10:00"), [(date(2026, 11, 9), None)]
    assert shown(unrolled(CALL, date(2026, 10, 26), [], now, holds), now) == {"2026-W44": ("missed", 0), "2026-W45": ("missed", 0)}
    early = at("2026-11-12T10:00")
    assert shown(unrolled(CALL, date(2026, 11, 2), [], early, holds), early) == {"2026-W45": ("overdue", 0)}, "until the week after is over"


def test_a_call_into_the_hospital_counts_and_the_weeks_around_it_are_taken_out():
    now, holds = at("2026-11-18T10:00"), [(date(2026, 11, 2), None)]
    step = unrolled(CALL, date(2026, 11, 2), [at("2026-11-11T09:00")], now, holds)
    assert shown(step, now) == {"2026-W46": ("met", 1)} and step.open is None
    assert [turn.period_key for turn in held_turns(CALL, date(2026, 11, 2), holds, now)] == ["2026-W45", "2026-W46", "2026-W47"]


def test_the_held_periods_are_those_a_walk_over_all_of_them_finds():
    holds = [(date(2026, 3, 4), date(2026, 3, 20)), (date(2026, 6, 1), date(2026, 9, 1))]
    for clause in (CALL, VISIT, FILE):
        turn, found = first(clause, date(2025, 1, 1)), []
        while turn.started_at <= at("2026-08-20T10:00"):
            found += [turn] if held(clause, turn, holds) else []
            turn = following(clause, turn)
        assert held_turns(clause, date(2025, 1, 1), holds, at("2026-08-20T10:00")) == tuple(found)
    assert held_turns(CALL, date(2025, 1, 1), (), at("2026-08-20T10:00")) == ()


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
    """Moments at half hours, so that some fall on a midnight. Holds overlap, touch, lie before somebody joined or after now, or have no end."""
    clause_id = case.one_of(tuple(CADENCES))
    joined, reach = date(2026, 1, 1) + timedelta(case.number(0, 500)), CADENCES[clause_id]
    now, *moments = (local_midnight(joined) + case.number(0, reach * 48) * timedelta(minutes=30) for _ in range(1 + case.number(0, 12)))
    begins = [joined + timedelta(case.number(-reach // 4, reach)) for _ in range(case.number(0, 3))]
    ends = [begin + timedelta(case.number(1, reach // 3)) if case.number(0, 4) else None for begin in begins]
    return History(clause_id, joined, tuple(sorted(one for one in moments if one <= now)), now, tuple(zip(begins, ends, strict=True)))


HISTORIES = together(26).map(lambda cases: [history(case) for case in cases])
AT_THE_VERY_END = History("elder.call", date(2026, 1, 1), (at("2027-11-15T00:00"),), at("2027-11-15T00:00"))
"""The act is the next week's: it closes the week that ends at this moment, and the one before."""


@TEN_THOUSAND
@given(HISTORIES)
@example([AT_THE_VERY_END])
def test_any_history_gives_what_a_slow_day_by_day_count_gives(histories):
    """Two thousand, also recorded one by one; with stays and all that gets known late, below, ten."""
    for one in histories[:2]:
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


LIVES = together(50).map(lambda cases: [life(case) for case in cases])


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
@given(together(64, 1).map(lambda cases: [two_files(case) for case in cases]))
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
