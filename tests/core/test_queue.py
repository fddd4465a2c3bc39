"""Older people keep a staffed channel, disabled people go first in the queue (HB 二(一)): before whom, and before whom not."""

from datetime import datetime, timedelta
from random import Random

from core.calendar import SHANGHAI
from core.queue import PRESSING, rank

NOW = datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
TONIGHT = NOW.replace(hour=0) + timedelta(1)


def in_order(*things) -> list[int]:
    """Which of these (due, first) stands where."""
    return sorted(range(len(things)), key=lambda n: rank(*things[n], NOW))


def test_disabled_people_go_first_among_what_is_due_the_same_day():
    assert in_order((NOW + 2 * PRESSING, False), (TONIGHT, True)) == [1, 0], "24:00 is still this day"
    assert in_order((TONIGHT, False), (TONIGHT + MINUTE, True)) == [0, 1], "tomorrow is another"


def test_nobody_goes_before_what_is_late_or_due_within_the_hour():
    theirs = (NOW + 2 * PRESSING, True)
    assert in_order(theirs, (NOW - MINUTE, False), (NOW + PRESSING, False), (NOW + PRESSING + MINUTE, False)) == [1, 2, 0, 3]
    assert in_order((NOW + MINUTE, False), (NOW + 2 * MINUTE, True)) == [0, 1]


def test_among_those_of_one_kind_the_limit_alone_decides_so_that_a_cut_list_misses_nobody():
    draw = Random(18)
    dues = sorted(NOW + timedelta(minutes=draw.randint(-3000, 6000)) for _ in range(2_000))
    for first in (True, False):
        ranks = [rank(due, first, NOW) for due in dues]
        assert ranks == sorted(ranks)
