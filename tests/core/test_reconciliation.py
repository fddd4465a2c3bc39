"""Which entries of two lists are one person or one flat: by the ID number, else by points, and never by the program where it could be somebody else."""

import random

import pytest

from core.addresses import place_of, same_flat
from core.imports.id_numbers import any_id_number_of, check_digit, upgraded
from core.reconciliation import Home, Person, Rules, compare_homes, compare_people, differing, points, rules
from tests.core.test_imports_cells import TODAY

HOME, NEXT_DOOR, ELSEWHERE = place_of("清溪新村3号楼2单元501"), place_of("清溪新村3号楼2单元502"), place_of("清溪新村4号楼1单元101")
BY = Rules({"name": 40, "birth_date": 40, "address": 20}, 95, 10, 60, 5)


def person(key, name="张三", born="1950-05-05", place=HOME, number=None, **more):
    return Person(key, number, name, birth_date=born, place=place, **more)


def kinds(theirs, ours, by=BY):
    return [(one.kind, one.theirs, one.ours, one.fields) for one in compare_people(theirs, ours, by)]


@pytest.mark.parametrize(
    "text",
    ["清溪新村3號樓2單元501室", "清溪新村3栋2单元501", "莱芜区嬴城街道清溪新村3幢2门501户", "清溪新村3-2-501", "清溪新村 ３＃２单元５０１", "清溪新村三号楼二单元五〇一室",
     "凤凰路12号清溪新村03号楼2单元5层501", "清溪新村3号楼2单元0501"],
)  # fmt: skip
def test_one_flat_is_one_flat_however_it_is_written(text):
    assert same_flat(place_of(text), HOME)


@pytest.mark.parametrize("text", ["清溪新村13号楼2单元501", "清溪新村3号楼1单元501", "清溪新村3号楼501", "文苑3号楼2单元501", "清溪新村", ""])
def test_another_flat_or_half_an_address_is_not(text):
    place = place_of(text)
    assert place is None or not same_flat(place, HOME)


def test_an_old_id_number_of_15_digits_is_the_one_of_18():
    first17 = "37120219500505113"
    assert upgraded("371202500505113") == first17 + check_digit(first17)
    for cell in ("371202500505113", " 371202 500505113", "３７１２０２５００５０５１１３", 371202500505113.0, first17 + check_digit(first17).lower()):
        assert any_id_number_of(cell, TODAY) == first17 + check_digit(first17)
    assert any_id_number_of("371202501305113", TODAY).reason == "id_birth_date"


def test_the_same_id_number_is_the_same_person_whatever_else_differs():
    found = kinds([person(1, "张叁", "1950-05-06", ELSEWHERE, number="A")], [person("a", number="A"), person("b", "李四", number="B")])
    assert found == [("different", 1, "a", ("name", "birth_date", "address")), ("missing_there", None, "b", ())]


def test_without_an_id_number_all_three_parts_make_one_person():
    assert kinds([person(1)], [person("a", number="A")]) == [("same", 1, "a", ())]
    assert kinds([person(1, number="A")], [person("a")]) == [("different", 1, "a", ("id_number",))], "what only the desk lacks is a difference"


def test_a_changed_id_number_is_never_matched_by_the_program():
    [maybe, gone] = compare_people([person(1, number="new")], [person("a", number="old")], BY)
    assert (maybe.kind, maybe.candidates[0].ours, maybe.candidates[0].score, gone.kind) == ("candidate", "a", 100, "missing_there")


def test_same_name_and_birth_date_in_different_flats_is_a_candidate():
    [maybe, _] = compare_people([person(1, place=ELSEWHERE)], [person("a")], BY)
    assert (maybe.kind, maybe.candidates[0].parts) == ("candidate", {"name": 1, "birth_date": 1, "address": 0})


def test_twins_are_told_apart_by_their_id_numbers_and_never_mixed_without():
    twins = [person("a", "张小明", number="A"), person("b", "张小亮", number="B")]
    assert [one[0] for one in kinds([person(1, "张小亮", number="B"), person(2, "张小明", number="A")], twins)] == ["same", "same"]
    assert [(one[0], one[2]) for one in kinds([person(1, "张小亮"), person(2, "张小明")], twins)] == [("same", "b"), ("same", "a")]
    [maybe, *_] = compare_people([person(1, "张小红")], twins, BY)
    assert (maybe.kind, [one.score for one in maybe.candidates]) == ("candidate", [80, 80])


def test_a_tie_and_two_rows_that_claim_one_person_are_left_to_a_person():
    assert [one[0] for one in kinds([person(1)], [person("a", number="A"), person("b", number="B")])] == ["candidate", "missing_there", "missing_there"]
    assert [one[0] for one in kinds([person(1), person(2)], [person("a", number="A")])] == ["candidate", "candidate", "missing_there"]


@pytest.mark.parametrize(("match_from", "kind"), [(100, "same"), (100.5, "candidate")])
def test_exactly_the_points_asked_for_are_enough(match_from, kind):
    assert kinds([person(1)], [person("a")], Rules(BY.weights, match_from, 10, 60, 5))[0][0] == kind


@pytest.mark.parametrize(("least", "kind"), [(80, "candidate"), (80.5, "missing_here")])
def test_exactly_the_points_asked_for_make_a_candidate(least, kind):
    assert kinds([person(1, place=ELSEWHERE)], [person("a")], Rules(BY.weights, 95, 10, least, 5))[0][0] == kind


@pytest.mark.parametrize(("lead", "kind"), [(10, "same"), (10.5, "candidate")])
def test_exactly_the_lead_asked_for_is_clear(lead, kind):
    ours = [person("a"), person("b", place=NEXT_DOOR)]
    assert [one.score for one in (points(person(1), other, BY) for other in ours)] == [100, 90]
    assert kinds([person(1)], ours, Rules(BY.weights, 95, lead, 60, 5))[0][0] == kind


def test_half_a_part_is_one_wrong_sign_days_and_months_changed_round_or_the_same_building():
    part = points(person(1, "张叁", "1950-05-12", NEXT_DOOR), person("a", "张三", "1950-12-05"), BY).parts
    assert part == {"name": 0.5, "birth_date": 0.5, "address": 0.5}
    assert points(person(1, "李三丰", "1951-06-05", ELSEWHERE), person("a"), BY).score == 0


@pytest.mark.parametrize(("stored", "part"), [("19500512", 1), ("1950-W19-5", 1), ("19500513", 0.5), ("5月12日", 0)])
def test_a_birth_date_that_an_earlier_release_stored_as_it_was_typed_is_compared_all_the_same(stored, part):
    assert points(person(1, "张三", "1950-05-12"), person("a", "张三", stored), BY).parts["birth_date"] == part


def test_what_theirs_leaves_out_differs_in_nothing_and_who_left_here_is_a_difference():
    assert differing(Person(1, None, "张三"), person("a", number="A", sex="M")) == ()
    assert kinds([person(1, number="A")], [person("a", number="A", left=True)]) == [("different", 1, "a", ("left",))]
    assert kinds([], [person("a", number="A", left=True)]) == [], "who has left is not missing there"


def test_the_products_figures_are_data_and_hold_together():
    by = rules()
    assert by.candidate_from <= by.match_from <= sum(by.weights.values())
    assert max(sum(by.weights.values()) - half / 2 for half in by.weights.values()) < by.match_from, "half a part short is never matched by the program"


def test_no_list_however_mixed_loses_or_doubles_anybody():
    chance = random.Random(20261122)
    for _ in range(300):
        pool = [
            person(n, chance.choice(("张三", "张叁", "李四")), chance.choice(("1950-05-05", "1950-05-06")), chance.choice((HOME, NEXT_DOOR, None)), chance.choice((None, f"id{n}")))
            for n in range(8)
        ]
        ours = [one for one in pool if chance.random() < 0.7]
        theirs = [Person(f"t{one.key}", chance.choice((one.id_key, None)), one.name, None, one.birth_date, one.place) for one in pool if chance.random() < 0.7]
        chance.shuffle(theirs)
        found = list(compare_people(theirs, ours, BY))
        assert [one.theirs for one in found if one.theirs] == [one.key for one in theirs]
        assert sorted(one.ours for one in found if one.ours is not None) == sorted(one.key for one in ours)
        numbers = {one.key: one.id_key for one in [*theirs, *ours]}
        assert all(None in (a := (numbers[one.theirs], numbers[one.ours])) or a[0] == a[1] for one in found if one.kind in ("same", "different"))


@pytest.mark.parametrize(
    ("occupancy", "owners", "fields"),
    [("self", (("张三", None),), ()), ("self", (("李四", None),), ("owner",)), ("let", (("李四", None),), ()), ("vacant", (("李四", None),), ("occupancy",)),
     (None, (("李四", "A"),), ()), (None, (("张三", "B"),), ("owner",)), (None, (), ())],
)  # fmt: skip
def test_a_flat_differs_by_its_use_or_by_an_owner_who_does_not_live_there(occupancy, owners, fields):
    ours = Home("h", HOME, None, (("张三", "A"),))
    [found] = compare_homes([Home(1, HOME, occupancy, owners)], [ours])
    assert found.fields == fields


def test_a_flat_that_is_empty_here_and_lived_in_there_differs_and_one_that_could_be_two_is_offered():
    assert [(one.kind, one.fields) for one in compare_homes([Home(1, HOME, "self", (("张三", None),))], [Home("h", HOME, "vacant")])] == [("different", ("occupancy",))]
    two = [Home("h", HOME), Home("i", place_of("清溪新村3号楼1单元501"))]
    assert [one.kind for one in compare_homes([Home(1, place_of("清溪新村3号楼501"))], two)] == ["candidate", "missing_there", "missing_there"]
    assert [one.kind for one in compare_homes([Home(1, HOME), Home(2, HOME)], [Home("h", HOME)])] == ["candidate", "candidate", "missing_there"]
