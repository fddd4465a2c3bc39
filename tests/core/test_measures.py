"""Thresholds of section 3, at their boundaries."""

from datetime import date
from fractions import Fraction

import pytest

from core.clocks import Tally
from core.measures import (
    Verdict,
    each,
    ending_clauses,
    not_measured,
    of_clocks,
    of_rows,
    on_time,
    percent,
    reaches,
    share,
    station,
    total,
)
from core.rulebook import Threshold, load_rulebook
from core.words import t
from core.work_orders import kinds

DAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("clause_id", "good", "of", "verdict"),
    [
        ("kpi.on_time", 98, 100, Verdict.kept),
        ("kpi.on_time", 979, 1000, Verdict.broken),
        ("kpi.on_time", 9_799_999, 10_000_000, Verdict.broken),
        ("kpi.on_time", 49, 50, Verdict.kept),
        ("kpi.on_time", 1, 1, Verdict.kept),
        ("kpi.on_time", 0, 1, Verdict.broken),
        ("kpi.on_time", 0, 0, Verdict.nothing_due),
        ("kpi.mediation", 9, 10, Verdict.kept),
        ("kpi.mediation", 27, 30, Verdict.kept),
        ("kpi.mediation", 8, 9, Verdict.broken),
        ("kpi.special_satisfaction", 95, 100, Verdict.kept),
        ("kpi.special_satisfaction", 94, 100, Verdict.broken),
        ("survey.coverage", 940, 9400, Verdict.kept),
        ("survey.coverage", 939, 9400, Verdict.broken),
        ("vote.representatives", 2, 3, Verdict.kept),
        ("vote.representatives", 47, 72, Verdict.broken),
        ("vote.owners", 66, 100, Verdict.broken),
    ],
)
def test_a_share_is_held_against_its_clause_exactly(clause_id, good, of, verdict):
    assert share(clause_id, good, of, DAY).verdict == verdict


def test_nothing_due_is_neither_0_nor_100_percent():
    nothing = share("kpi.on_time", 0, 0, DAY)
    assert (nothing.verdict, nothing.value) == (Verdict.nothing_due, None)
    assert of_clocks(Tally(0, 0, 0)) == Verdict.nothing_due


@pytest.mark.parametrize(
    ("tally", "verdict"),
    [(Tally(1, 0, 0), Verdict.kept), (Tally(99, 1, 0), Verdict.broken), (Tally(99, 0, 1), Verdict.broken), (Tally(0, 0, 1), Verdict.broken)],
)
def test_a_clause_of_clocks_is_kept_only_when_each_was_met(tally, verdict):
    assert of_clocks(tally) == verdict


def test_what_is_overdue_and_still_open_weighs_on_the_rate():
    assert on_time({"repair.done": Tally(98, 0, 2)}, DAY).verdict == Verdict.kept
    assert on_time({"repair.done": Tally(98, 0, 3)}, DAY).verdict == Verdict.broken


def test_a_matter_counts_once_by_the_limit_that_ends_it():
    assert "repair.done" in ending_clauses() and "repair.on_site" not in ending_clauses()
    assert "complaint.feedback" in ending_clauses() and "complaint.contact" not in ending_clauses()
    assert "matter.supplement" not in ending_clauses()
    assert on_time({"repair.on_site": Tally(0, 5, 0), "matter.supplement": Tally(0, 5, 0)}, DAY).verdict == Verdict.nothing_due
    assert all(len(ending_clauses() & set(kind.clocks)) == (kind.id not in ("welfare_check", "data_check")) for kind in kinds().values()), "our own kinds are none of the documents' matters"


@pytest.mark.parametrize(("households", "good"), [([199], 0), ([200], 1), ([300], 1), ([400], 1), ([401], 0), ([199, 200, 401], 1)])
def test_a_grid_of_200_to_400_households_is_within_the_band(households, good):
    found = each("grid.size", households, DAY)
    assert (found.good, found.of) == (good, len(households))
    assert found.verdict == (Verdict.kept if good == len(households) else Verdict.broken)


@pytest.mark.parametrize(("posts", "verdict"), [([2, 2], Verdict.kept), ([2, 1], Verdict.broken), ([0], Verdict.broken), ([], Verdict.nothing_due)])
def test_every_grid_has_two_people_at_its_posts(posts, verdict):
    assert each("grid.posts", posts, DAY).verdict == verdict


@pytest.mark.parametrize(
    ("heads", "workers", "households", "verdict"),
    [
        (1, 6, 1800, Verdict.kept),
        (1, 8, 4000, Verdict.kept),
        (1, 8, 4001, Verdict.broken),
        (1, 6, 1799, Verdict.broken),
        (1, 5, 2000, Verdict.broken),
        (1, 9, 3600, Verdict.broken),
        (0, 7, 2800, Verdict.broken),
        (2, 7, 2800, Verdict.broken),
        (1, 0, 3600, Verdict.not_measured),
    ],
)
def test_a_station_has_one_head_and_six_to_eight_social_workers_one_to_300_to_500_households(heads, workers, households, verdict):
    assert station(heads, workers, households, DAY).verdict == verdict


def test_a_follow_up_rating_is_no_survey():
    for clause_id in ("kpi.special_satisfaction", "survey.coverage"):
        found = not_measured(clause_id)
        assert (found.verdict, found.value) == (Verdict.not_measured, None)
        assert t(found.why, "zh") and t(found.why, "en")


def test_nine_tenths_are_nine_tenths():
    """As binary numbers 0.9 is more than 9/10, and 2/3 less."""
    assert reaches(Threshold(">=", 0.9, "share"), Fraction(9, 10))
    assert reaches(Threshold(">=", Fraction(2, 3), "share"), Fraction(2, 3))
    assert not reaches(Threshold("<=", 0.3, "share"), Fraction(3000001, 10000000))


def test_tallies_add_up():
    assert total([Tally(1, 2, 3), Tally(10, 20, 30)]) == Tally(11, 22, 33)
    assert of_rows(3, 3) == Verdict.kept and of_rows(2, 3) == Verdict.broken and of_rows(0, 0) == Verdict.nothing_due


def test_every_measure_in_the_rulebook_gets_some_verdict():
    for clause in load_rulebook().values():
        if clause.shape == "measure":
            assert t(not_measured(clause.id).why, "en")


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "—"), (0.0, "0.0%"), (1.0, "100.0%"), (0.97999, "97.9%"), (0.98, "98.0%"), (0.29, "29.0%"), (433 / 434, "99.7%"), (0.9999, "99.9%")]
)
def test_a_share_is_never_rounded_up_to_its_figure(value, shown):
    assert percent(value) == shown


@pytest.mark.parametrize(("lang", "today"), [("zh", "今天的户数"), ("en", "today's count")])
def test_the_size_of_grids_says_that_it_is_todays_count_whatever_the_quarter(lang, today):
    assert today in t(each("grid.size", [250], date(2026, 6, 30)).why, lang)
