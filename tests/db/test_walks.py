"""Today's round of a worker, on both engines."""

import json

import pytest

from db.commands.care import enrol, record_contact
from db.commands.departures import hold
from db.commands.filing import file
from db.engine import open_session
from db.models.grids import Building, Household
from db.queries.walks import walk
from db.types import uuid7
from tests.db.care_people import Place, at, found

JOINED, NOW = at("2026-11-02T09:00"), at("2026-11-04T10:00")
LONGITUDE = {"甲楼": 117.0, "丙楼": 117.009, "乙楼": 117.001}


@pytest.fixture
def place(kept) -> Place:
    """Three buildings in a line, drawn in another order than one walks; two people in the second one, and somebody without a household."""
    return kept(three_buildings)


def three_buildings(engine) -> Place:
    made = found(engine)
    homes = made.run(_build, JOINED, place=made)
    for name, home in (("高层", "乙楼2单元1201"), ("远处", "丙楼1单元101"), ("低层", "乙楼2单元301"), ("近处", "甲楼1单元101"), ("无户", None)):
        made.run(enrol, JOINED, resident_id=made.resident(name, household_id=homes.get(home)), group="elder")
    made.run(enrol, JOINED, resident_id=made.resident("邻格", grid=1), group="elder")
    return made


def _build(session, *, now, place):
    homes = {}
    for n, (name, longitude) in enumerate(LONGITUDE.items()):
        polygon = json.dumps({"type": "Point", "coordinates": [longitude, 36.0]})
        building = Building(community_id=place.community_id, id=uuid7(), grid_id=place.grids[0], name=name, polygon=polygon, walk=n)
        session.add(building)
        session.flush()
        for door in ("1单元101", "2单元301", "2单元1201"):
            home = Household(community_id=place.community_id, id=uuid7(), grid_id=place.grids[0], building_id=building.id, door=door, door_index=door.encode()[:16].ljust(16))
            session.add(home)
            homes[f"{name}{door}"] = home.id
    file(session, "test.build", now=now, community_id=place.community_id)
    return homes


def stops(place, scope=None, **more) -> list[tuple[str | None, list[str]]]:
    with open_session(place.engine, scope or place.worker()) as session:
        return [(stop.building, [row.name for row in stop.people]) for stop in walk(session, NOW, **more)]


def test_the_round_goes_from_building_to_building_and_inside_by_door(place):
    assert stops(place) == [("甲楼", ["近处"]), ("乙楼", ["低层", "高层"]), ("丙楼", ["远处"]), (None, ["无户"])]


def test_who_has_been_seen_and_called_or_is_away_or_asked_to_be_called_later_is_not_on_it(place):
    for act in ("call", "visit"):
        place.run(record_contact, NOW, place.worker(), resident_id=place.residents["高层"], act=act, outcome="reached", happened_at=NOW)
    place.run(hold, NOW, place.worker(), resident_id=place.residents["远处"], kind="away", from_date=NOW.date())
    place.run(record_contact, NOW, place.worker(), resident_id=place.residents["近处"], act="visit", outcome="reached", happened_at=NOW)
    place.run(record_contact, NOW, place.worker(), resident_id=place.residents["近处"], act="call", outcome="call_later", happened_at=NOW)
    assert stops(place) == [("乙楼", ["低层"]), (None, ["无户"])]


def test_the_round_holds_the_own_grids_people_and_no_more_than_one_can_see(place):
    assert stops(place, place.worker(1)) == [(None, ["邻格"])]
    assert sum(len(names) for _, names in stops(place, place.role("station_head"))) == 6
    assert sum(len(names) for _, names in stops(place, place.role("station_head"), grid_id=place.grids[0], size=2)) == 2
