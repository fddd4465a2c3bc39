"""What a ledger says about where somebody lives: the same however written, elsewhere, or nothing comparable."""

import pytest

from core.changes import compared
from core.homes import FILLS, OTHER, SAME, SILENT, by_address, by_door, lives_at

HOME = "3号楼1单元301"


@pytest.mark.parametrize(
    ("said", "home", "written", "says"),
    [
        ("3号楼1单元301", None, None, FILLS),
        ("3号楼1单元301", HOME, None, SAME),
        ("3号楼301", HOME, None, SAME),
        ("3号楼", HOME, None, SAME),
        ("3号楼2单元301", HOME, None, OTHER),
        ("13号楼1单元301", HOME, None, OTHER),
        ("阳光公寓301", "阳光公寓301", None, SAME),
        ("阳光公寓302", "阳光公寓301", None, OTHER),
        ("3号楼1单元301", None, "清溪新村３＃1单元301室", FILLS),
        ("3号楼1单元301", None, "清溪新村4号楼", OTHER),
        ("3号楼1单元301", None, "和平路1号", OTHER),
        ("3号楼1单元301", None, "清溪新村", FILLS),
    ],
)
def test_a_door_is_somebodys_own_elsewhere_or_fills_what_nothing_is_known_of(said, home, written, says):
    assert by_door(said, home, written) is says


@pytest.mark.parametrize(
    ("text", "home", "written", "says"),
    [
        ("和平路1号", None, None, FILLS),
        ("清溪新村 3栋１单元301室", HOME, None, SAME),
        ("莱芜区清溪新村3-1-301", HOME, None, SAME),
        ("清溪新村三号楼", HOME, None, SAME),
        ("清溪新村13号楼1单元301", HOME, None, OTHER),
        ("清溪新村3号楼1单元302", HOME, None, OTHER),
        ("汇河小区阳光公寓301室", "阳光公寓301", None, SAME),
        ("和平路1号", HOME, None, SILENT),
        ("清溪新村", HOME, None, SILENT),
        ("和平路1号", HOME, "和平路1号", SAME),
        ("幸福路2号", HOME, "和平路1号", OTHER),
        ("烟台市和平路１号", None, "和平路1号", SAME),
        ("和平路11号", None, "和平路1号", OTHER),
        ("清溪新村", None, "和平路1号", SILENT),
    ],
)
def test_an_address_is_somebodys_own_elsewhere_or_nothing_that_can_be_compared(text, home, written, says):
    assert by_address(text, home, written) is says


def test_a_refused_address_is_recognised_however_it_is_written():
    assert compared("address", "3号楼 1单元301") == compared("address", "3＃1单元301室") != compared("address", "3号楼 1单元302")
    assert compared("address", "和平路 1号") == compared("address", "和平路１号") and compared("birth_date", "1950-03-15") == compared("birth_date", "1950-03-15")


@pytest.mark.parametrize(
    ("home", "written", "lives"),
    [
        (None, None, None), (HOME, None, HOME), (None, "和平路1号", "和平路1号"), (HOME, "清溪新村3-1-301", HOME), (HOME, "清溪新村", HOME), (HOME, "和平路1号", HOME),
        (HOME, "清溪新村13号楼1单元301", "清溪新村13号楼1单元301"),
    ],
)  # fmt: skip
def test_somebody_lives_behind_the_households_door_unless_the_written_address_is_plainly_another_place(home, written, lives):
    assert lives_at(home, written) == lives
