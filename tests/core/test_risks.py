"""Who stands first among those equally late. WS 二.2, and defaults of this product."""

from datetime import date

import pytest

from core.care import age_band
from core.refusals import Refused
from core.risks import FACTORS, check, factors, risk

DAY = date(2026, 11, 18)


def test_living_alone_comes_before_disabled_before_80_and_over_before_a_recent_change():
    single = [
        factors(["living_alone"], ["elder"], 1960, False, DAY), factors([None], ["elder", "disabled"], 1960, False, DAY), factors([None], ["elder"], 1940, False, DAY),
        factors([None], ["elder"], 1960, True, DAY), factors([None], ["elder"], 1960, False, DAY),
    ]  # fmt: skip
    assert single == [("alone",), ("disabled",), ("old",), ("changed",), ()]
    assert sorted(map(risk, single), reverse=True) == list(map(risk, single)) and risk(()) == 0
    assert risk(["alone"]) > risk(FACTORS[1:]), "whoever lives alone comes before everybody else"
    assert factors(["disabled_elder"], ["elder"], 1960, False, DAY) == ("disabled",)


@pytest.mark.parametrize("day", [date(2026, 1, 1), DAY, date(2026, 12, 31)])
@pytest.mark.parametrize(("born", "old"), [(1947, False), (1946, True), (1945, True), (None, False)])
def test_80_and_over_comes_first_from_the_first_of_january_on_by_the_year_of_birth_alone(born, old, day):
    """At 79, 80 and 81; whoever the card says is in the band of 80 and over, and nobody else."""
    assert factors([], ["elder"], born, False, day) == (("old",) if old else ())
    assert (age_band(born, day) == "80+") is old


def test_a_word_overrides_all_factors_and_asks_for_a_reason():
    assert risk((), "first") > risk(FACTORS) and risk(FACTORS, "usual") == 0
    assert check("first", None, "刚做过手术") is None and check(None, "first", "已康复") is None
    assert check("first", None, "  ") == Refused("risks.no_reason")
    assert check("first", "first", "又说一次") == check(None, None, "没说过") == Refused("risks.said_already")
    assert check("never", None, "x") == Refused("risks.no_such_level")
