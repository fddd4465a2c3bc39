"""What may have been brought before is found before an order is filed: the same person, or the same kind at the same place, in 30 days."""

from datetime import timedelta

import pytest

from db.commands import work_orders as commands
from db.engine import open_session
from db.queries.duplicates import similar
from tests.db.test_extensions import DAY, SQLITE
from tests.db.test_work_orders import NOW, Office


@pytest.fixture
def office(engine, two_communities):
    return Office(engine, two_communities["ours"])


def found(office, kind="demand", place="01", contact="13700000000", *, now=NOW, who="a"):
    with open_session(office.engine, office.scope(who)) as session:
        return [(one.number, one.why) for one in similar(session, now, office.id, kind, office.buildings.get(place), contact)]


@SQLITE
def test_the_same_person_or_the_same_kind_at_the_same_place_within_thirty_days(office):
    number = office.take_in("demand").number
    assert found(office) == [(number, "place")]
    assert found(office, place="02") == found(office, kind="advice") == found(office, place="elsewhere") == []
    for contact in ("13812345678", "138 1234-5678", "+86 13812345678"):
        assert found(office, "advice", None, contact) == [(number, "contact")]
    assert found(office, now=NOW + 30 * DAY) == [(number, "place")] and found(office, now=NOW + 30 * DAY + timedelta(minutes=1)) == []


@SQLITE
def test_a_withdrawn_order_is_none_and_one_out_of_reach_tells_nothing(office):
    taken = office.take_in("demand")
    assert found(office, who="property") == []
    office.act(taken.order_id, commands.withdraw, who="head", reason="登记错误")
    assert found(office) == []
