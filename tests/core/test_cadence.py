"""Cadences by calendar period: each missed period counts once, one open task, against a slow day-by-day reference."""

from datetime import date, datetime, timedelta

import pytest

from core.cadence import Step, advanced, counted, filled, first, following, held, held_turns, strictest, unrolled
from core.calendar import SHANGHAI
from core.clocks import State, state
from core.periods import local_midnight
from core.rulebook import load_rulebook, read_rulebook

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


def shown(step: Step, now: datetime) -> dict[str, tuple[str, int]]:
    names = {State.on_time: "running", State.due_soon: "running"}
    turns = {turn.period_key: turn for turn in (*step.closed, *([step.open] if step.open else []))}
    return {key: (str(names.get(one, one)), turns[key].times_done) for key, one in states(step, now).items()}


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
    more = filled(twice.closed[0], [*times, at("2026-11-20T16:00")])
    assert (more.met_at, more.closed_at, more.times_done) == (times[1], times[1], 3), "met by the second, whatever came after"


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
