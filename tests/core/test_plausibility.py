"""Home visits that are hard to believe: 12 of one person within 10 minutes, or while that person was away."""

from datetime import date, timedelta

import pytest

from core.plausibility import Doubt, dense, figures, while_absent
from core.rulebook import load_rulebook
from core.words import LANGS
from tests.db.care_people import at

BEGIN = at("2026-11-18T14:00")
LEAST, WINDOW = figures(date(2026, 11, 18))


def visits(n, *, within, who="王明"):
    """`n` visits of one person, evenly from BEGIN to BEGIN + within."""
    return [(f"{who}{i}", who, BEGIN + i * within / (n - 1)) for i in range(n)]


def test_the_products_figures_are_what_the_clause_says():
    assert (12, timedelta(minutes=10)) == (LEAST, WINDOW)
    assert all(str(figure) in load_rulebook()["contact.dense"].figure[lang] for figure in (12, 10) for lang in LANGS)


@pytest.mark.parametrize(
    ("n", "within", "found"), [(12, timedelta(minutes=10), 12), (12, timedelta(minutes=10, microseconds=1), 0), (11, timedelta(minutes=5), 0), (13, timedelta(minutes=10), 13)]
)
def test_the_twelfth_visit_within_ten_minutes_is_too_many(n, within, found):
    assert len(dense(visits(n, within=within), LEAST, WINDOW)) == found


def test_two_people_who_visit_at_once_are_not_one():
    assert dense(visits(6, within=WINDOW / 2) + visits(6, within=WINDOW / 2, who="李芳"), LEAST, WINDOW) == {}


@pytest.mark.parametrize(
    ("begin", "end", "listed"),
    [("2026-11-18T00:00", "2026-11-19T00:00", True), ("2026-11-18T00:01", "2026-11-19T00:00", False), ("2026-11-18T00:00", "2026-11-18T23:59", False), ("2026-11-10T00:00", "2026-11-20T00:00", True)],
)
def test_a_visit_of_which_only_the_day_is_known_was_made_while_away_if_all_of_that_day_was(begin, end, listed):
    visit = ("走访", "王明", at("2026-11-18T00:00"))
    assert list(while_absent([], [("王明", at(begin), at(end))], [visit])) == ["走访"] * listed


def test_only_the_visits_of_the_dense_minutes_are_listed():
    before, after = ("早", "王明", BEGIN - timedelta(hours=1)), ("晚", "王明", BEGIN + timedelta(hours=1))
    found = dense([after, *visits(12, within=timedelta(minutes=9)), before], LEAST, WINDOW)
    assert set(found) == {one[0] for one in visits(12, within=WINDOW)}
    assert {(one.n, one.minutes, one.start) for one in found.values()} == {(12, 9, BEGIN)}, "and what was so dense about it"
    assert {one.n for one in dense(visits(24, within=2 * WINDOW), LEAST, WINDOW).values()} == {24}, "windows that overlap are one stretch"


def test_a_visit_in_the_absence_of_its_maker_is_listed_from_its_first_moment_to_its_end_excluded():
    away = [("王明", BEGIN, BEGIN + timedelta(days=1))]
    made = [("在始", "王明", BEGIN), ("在终", "王明", BEGIN + timedelta(days=1)), ("别人", "李芳", BEGIN), ("之前", "王明", BEGIN - timedelta(seconds=1))]
    assert while_absent(made, away) == {"在始": Doubt(BEGIN, BEGIN + timedelta(days=1))}
