"""A survey among the special groups: drawn so that anybody can draw it again, asked by who doesn't care."""

from uuid import UUID

import pytest

from core.measures import Verdict, satisfaction
from core.periods import quarter
from core.surveys import CLAUSE, Answers, asking_grid, check_entry, counted, drawn, size
from core.words import t

FRAME = [UUID(int=n) for n in range(200)]
DAY = quarter("2026-Q4").last_day
A, B, C, D = (UUID(int=n) for n in range(4))
ANN, BEN, CAT = (frozenset({UUID(int=n)}) for n in range(90, 93))


@pytest.mark.parametrize(("frame", "n"), [(0, 0), (1, 1), (29, 29), (30, 30), (31, 30), (300, 30), (301, 31), (1000, 100), (1001, 100), (60_000, 100)])
def test_a_tenth_is_asked_at_least_thirty_and_at_most_a_hundred(frame, n):
    assert size(frame) == n


def test_the_same_seed_and_list_give_the_same_people_in_whatever_order_the_list_stands():
    people = drawn(FRAME, "seed", 30)
    assert drawn(reversed(FRAME), "seed", 30) == people != drawn(FRAME, "other", 30)
    assert len(set(people)) == 30 and people[0] == UUID(int=81), "by SHA-256 of seed and id, which any tool can reckon"
    once = [sum(one in drawn(FRAME, f"{seed}", 30) for seed in range(200)) for one in FRAME[:20]]
    assert min(once) > 10 and max(once) < 55, "nobody is drawn always or never"


def test_who_asks_is_of_another_grid_with_other_people_on_its_posts():
    staff = {A: ANN | BEN, B: BEN, C: CAT}
    assert asking_grid(A, [A, B, C, D], staff) == C, "in B somebody of A works"
    assert asking_grid(C, [A, B, C, D], staff) == A, "D has nobody"
    assert asking_grid(A, [A, B], staff) is None
    assert asking_grid(None, [A, B], staff) == A, "of no grid"


def test_special_group_satisfaction_is_at_least_95_percent_of_who_answered():
    good = satisfaction(Answers(100, 100, 95), DAY)
    assert (good.verdict, good.good, good.of) == (Verdict.kept, 95, 100)
    assert satisfaction(Answers(100, 100, 94), DAY).verdict == Verdict.broken
    assert satisfaction(Answers(100, 40, 38, 50, 10), DAY).verdict == Verdict.kept, "who was not reached or refused is in neither, and told"
    assert satisfaction(Answers(30), DAY).verdict == Verdict.nothing_due


@pytest.mark.parametrize(("refused", "over", "verdict"), [(1, False, Verdict.nothing_due), (2, False, Verdict.kept), (1, True, Verdict.kept)])
def test_there_is_a_verdict_once_everybody_drawn_was_asked_or_the_quarter_is_over(refused, over, verdict):
    found = satisfaction(Answers(100, 97, 97, 1, refused), DAY, over=over)
    assert (found.verdict, found.value) == (verdict, 1.0 if verdict == Verdict.kept else None)
    assert verdict == Verdict.kept or t(found.why, "zh", **found.values).startswith("尚未完成 99/100")


@pytest.mark.parametrize(("answered", "why"), [(29, "surveys.why_few"), (30, "surveys.why")])
def test_with_few_answers_it_says_that_one_weighs_much_and_always_how_many_there_are(answered, why):
    found = satisfaction(Answers(60, answered, answered, 3, 1), DAY, over=True)
    text = t(found.why, "en", **found.values)
    assert found.why == why and all(str(n) in text for n in (60, answered, 3, 1))


def test_each_answer_counts_once_and_four_of_five_is_satisfied():
    rows = [("answered", 5), ("answered", 4), ("answered", 3), ("not_reached", None), ("refused", None), (None, None)]
    found = counted(rows)
    assert found == Answers(6, 3, 2, 1, 1) and found.left == 1


@pytest.mark.parametrize(
    ("before", "outcome", "rating", "carer", "over", "reason"),
    [
        (None, "answered", 5, None, False, None), (None, "not_reached", None, None, False, None), ("not_reached", "answered", 1, None, False, None),
        ("answered", "answered", 5, None, False, "surveys.entered_before"), ("refused", "answered", 5, None, False, "surveys.entered_before"),
        (None, "answered", None, None, False, "surveys.no_such_answer"), (None, "answered", 6, None, False, "surveys.no_such_answer"),
        (None, "refused", 3, None, False, "surveys.no_such_answer"), (None, "", None, None, False, "surveys.no_such_answer"),
        (None, "answered", 5, "post", False, "surveys.carer_post"), (None, "answered", 5, "contact", False, "surveys.carer_contact"),
        (None, "answered", 5, "team", False, "surveys.carer_team"), (None, "answered", 5, None, True, "surveys.over"),
    ],
)  # fmt: skip
def test_an_answer_is_entered_once_by_somebody_who_does_not_care_for_the_person_while_the_quarter_runs(before, outcome, rating, carer, over, reason):
    found = check_entry(before, outcome, rating, carer, over)
    assert (found and found.reason) == reason
    assert found is None or found.clause_id == CLAUSE
