"""To which grid a missed period belongs when somebody moved in it."""

from datetime import date, timedelta

from hypothesis import given

from core.addresses import lives_apart
from core.transfers import held_most
from tests.core.drawn import TEN_THOUSAND, together

MONDAY, SUNDAY = date(2026, 11, 2), date(2026, 11, 8)


def week(*moves) -> str:
    return held_most([(MONDAY + timedelta(day), before, after) for day, before, after in moves], moves[-1][2] if moves else "A", MONDAY, SUNDAY)


def test_the_miss_belongs_to_the_grid_that_held_most_of_the_week():
    assert week() == "A"
    assert week((4, "A", "B")) == "A", "four days of seven"
    assert week((3, "A", "B")) == "B", "three days of seven"
    assert week((0, "A", "B")) == "B" and week((7, "A", "B")) == "A", "moved before it began, and after it was over"
    assert week((2, "A", "B"), (4, "B", "A")) == "A" and week((1, "A", None), (5, None, "B")) is None


def test_of_two_grids_with_as_many_days_the_later_one():
    days = [(MONDAY + timedelta(5), "A", "B")]
    assert held_most(days, "B", MONDAY, MONDAY + timedelta(9)) == "B" and held_most(days, "B", MONDAY, MONDAY + timedelta(8)) == "A"


def moved(case) -> tuple[list, date, date]:
    """Up to five moves around a period of up to a half-year, several on one day at times."""
    days = sorted(case.number(-40, 220) for _ in range(case.number(0, 5)))
    grids = [case.number(0, 3) for _ in range(len(days) + 1)]
    return [(MONDAY + timedelta(day), before, after) for day, before, after in zip(days, grids, grids[1:], strict=False)], grids, MONDAY + timedelta(case.number(0, 183))


@TEN_THOUSAND
@given(together(16).map(lambda cases: [moved(case) for case in cases]))
def test_any_moves_give_what_a_walk_day_by_day_gives(cases):
    """Two thousand; with whole lives, ten (test_cadence_by_day)."""
    for moves, grids, last in cases[:2]:
        slept, day = [], min([MONDAY, *(one[0] for one in moves)])
        home = grids[0]
        while day <= last:
            for moved_on, _, after in moves:
                home = after if moved_on == day else home
            slept += [home] if day >= MONDAY else []
            day += timedelta(1)
        most = max(map(slept.count, slept))
        assert held_most(moves, grids[-1], MONDAY, last) == next(one for one in reversed(slept) if slept.count(one) == most)


def test_who_lives_elsewhere_than_registered_is_told_by_the_flat_however_it_is_written():
    assert not lives_apart("莱芜区清溪新村3栋2单元501", "清溪新村3号楼2单元501室") and not lives_apart("济南市某街道", " 济南市 某街道")
    assert lives_apart("清溪新村3号楼2单元502", "清溪新村3号楼2单元501") and lives_apart("济南市历下区文化东路88号", "清溪新村3号楼2单元501")
    assert not lives_apart(None, "清溪新村3号楼2单元501") and not lives_apart("济南市历下区", None)
