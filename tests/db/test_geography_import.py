"""The office's own GeoJSON on both engines: once, twice, changed, broken; and grids drawn around their buildings."""

import json

import pytest
import shapely
from sqlalchemy import func, select

from core.refusals import Refused
from core.words import t
from db.commands.filing import carry_out, file, row_digest
from db.commands.geography import MapImported, draw_grids, import_map
from db.demo.geography import neighbourhood
from db.engine import open_session
from db.geography import geojson
from db.map_file import read_map
from db.models.grids import BaseFeature, Building, Grid
from db.models.ledger import LedgerEntry
from db.queries.geometry import geometry, map_version
from db.scope import Scope, ScopeError
from db.types import uuid7
from tests.db.conftest import MOMENT

SQUARE = [[117.0, 36.0], [117.001, 36.0], [117.001, 36.001], [117.0, 36.001], [117.0, 36.0]]
ROAD = [[116.999, 36.0005], [117.002, 36.0005]]


def feature(geometry: dict | None, **properties) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(ring=SQUARE) -> dict:
    return {"type": "Polygon", "coordinates": [ring]}


def line(points=ROAD) -> dict:
    return {"type": "LineString", "coordinates": points}


def content(*features) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


class Office:
    def __init__(self, engine, ids):
        self.engine, self.id, self.theirs = engine, ids["ours"], ids["theirs"]

    def run(self, command, *, role=None, **arguments):
        scope = Scope(uuid7(), role, frozenset({self.id})) if role else Scope.system({self.id})
        return carry_out(self.engine, scope, command, now=MOMENT, community_id=self.id, **arguments)

    def take(self, *features, **more) -> MapImported | Refused:
        return self.run(import_map, content=read_map(content(*features)), **more)

    def ask(self, query):
        with open_session(self.engine, Scope.system({self.id})) as session:
            return session.execute(query).all()

    def put(self, *rows):
        def command(session, *, now, community_id):
            session.add_all(rows)
            file(session, "test.put", now=now, community_id=community_id)

        self.run(command)

    def state(self):
        with open_session(self.engine, Scope.system({self.id})) as session:
            return map_version(session, self.id), session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.command.like("map.%")))


@pytest.fixture
def office(kept, two_communities):
    return kept(Office, two_communities)


# --- reading --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("geometry", "properties", "layer"),
    [
        (line(), {"highway": "primary"}, "main_street"),
        (line(), {"highway": "residential"}, "street"),
        (line(), {"highway": "footway"}, "lane"),
        (line(), {"kind": "major_road", "layer_name": "roads"}, "main_street"),
        (line(), {"waterway": "river"}, "water"),
        (polygon(), {"natural": "water"}, "water"),
        (polygon(), {"building": "yes", "layer": "1"}, "outline"),
        (polygon(), {"leisure": "park"}, "green"),
        (polygon(), {"landuse": "forest"}, "wood"),
        (polygon(), {"landuse": "residential"}, "ground"),
        (polygon(), {"layer": "grid", "code": "01"}, "grid"),
        (polygon(), {"图层": "green", "名称": "同心公园"}, "green"),
    ],
)
def test_a_feature_is_known_by_our_layer_or_by_openstreetmaps_words(geometry, properties, layer):
    (drawn,) = read_map(content(feature(geometry, **properties))).drawn
    assert drawn.layer == layer


@pytest.mark.parametrize(
    ("geometry", "properties", "word"),
    [
        ({"type": "Point", "coordinates": [117.0, 36.0]}, {"kind": "bank"}, "point"),
        (line(), {"kind": "rail"}, "rail"),
        (line(), {"highway": "primary", "tunnel": "yes"}, "tunnel"),
        (line(), {"kind": "water"}, "water LineString"),
    ],
)
def test_what_the_map_has_no_use_for_is_counted(geometry, properties, word):
    found = read_map(content(feature(geometry, **properties)))
    assert (found.drawn, found.ignored) == ((), {word: 1})


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no_geometry"),
        ({"type": "Polygon", "coordinates": []}, "no_geometry"),
        ({"type": "Polygon", "coordinates": [[[117, 36], [117]]]}, "geometry"),
        (line([[36.0, 117.0], [36.1, 117.1]]), "swapped"),
        (line([[500000.0, 4000000.0], [500100.0, 4000000.0]]), "projected"),
        (line([[2.35, 48.85], [2.36, 48.85]]), "outside"),
    ],
)
def test_a_bad_feature_is_named_with_its_number_and_what_to_do(geometry, reason):
    found = read_map(content(feature(line(), highway="primary"), feature(geometry, name="东风路", highway="primary")))
    assert [(one.number, one.name, one.reason) for one in found.problems] == [(2, "东风路", reason)]
    assert len(found.drawn) == 1
    assert t(f"map.bad_{reason}", "zh") != t(f"map.bad_{reason}", "en")


@pytest.mark.parametrize("bad", [b"", b"\xff\xfe", b"[1]", b'{"type": "FeatureCollection"}', b'{"features": 3}'])
def test_a_file_that_is_no_geojson_is_refused_in_words(bad):
    refused = read_map(bad)
    assert isinstance(refused, Refused) and refused.text("zh")


def test_a_building_cut_up_at_the_edge_of_a_tile_is_one_again():
    right = [[x + 0.001, y] for x, y in SQUARE]
    (drawn,) = read_map(content(feature(polygon(), kind="building", id=7), feature(polygon(right), kind="building", id=7))).drawn
    assert drawn.geometry.geom_type == "Polygon"
    assert drawn.geometry.bounds == pytest.approx((117.0, 36.0, 117.002, 36.001))


def test_a_ring_that_crosses_itself_is_mended():
    bow = [[117.0, 36.0], [117.001, 36.001], [117.001, 36.0], [117.0, 36.001], [117.0, 36.0]]
    (drawn,) = read_map(content(feature(polygon(bow), building="yes"))).drawn
    assert drawn.geometry.is_valid


# --- importing ------------------------------------------------------------------------------------------------------
def test_the_same_file_twice_changes_nothing_and_files_nothing(office):
    features = [feature(line(), highway="primary", name="人民路"), feature(polygon(), leisure="park", name="同心公园")]
    first = office.take(*features)
    before = office.state()
    again = office.take(*features)
    assert (first.new, again.new, again.changed, again.unchanged) == (2, 0, 0, 2)
    assert office.state() == before == (2, 1)


def test_a_changed_feature_is_changed_not_doubled(office):
    office.take(feature(line(), highway="primary", id=1, name="人民路"))
    done = office.take(feature(line(), highway="primary", id=1, name="人民大街"))
    assert (done.new, done.changed) == (0, 1)
    assert office.ask(select(BaseFeature.name)) == [("人民大街",)]


def test_what_the_file_no_longer_holds_stays_unless_it_is_to_be_replaced(office):
    office.take(feature(line(), highway="primary", id=1), feature(polygon(), leisure="park", id=2))
    rest = feature(line([[116.999, 36.0], [117.002, 36.0]]), highway="primary", id=3)
    assert office.take(rest).removed == 0
    assert office.take(rest, replace=True).removed == 1
    assert sorted(row.layer for row in office.ask(select(BaseFeature.layer))) == ["green", "main_street"]


def test_an_outline_with_a_buildings_name_becomes_that_buildings(office):
    office.put(Building(community_id=office.id, name="3号楼"))
    done = office.take(feature(polygon(), building="yes", name="3号楼"), feature(polygon(), building="yes", name="百货大楼"))
    assert done.new == 2
    assert json.loads(office.ask(select(Building.polygon))[0][0])["type"] == "Polygon"
    assert office.ask(select(BaseFeature.layer, BaseFeature.name)) == [("outline", "百货大楼")]


def test_of_two_outlines_with_a_buildings_name_the_larger_is_its_own_every_time(office):
    office.put(Building(community_id=office.id, name="3号楼"))
    annexe = [[x, 36.0 + (y - 36.0) / 5] for x, y in SQUARE]
    both = [feature(polygon(), building="yes", name="3号楼", id=1), feature(polygon(annexe), building="yes", name="3号楼", id=2)]
    office.take(*both)
    again = office.take(*reversed(both))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert office.ask(select(BaseFeature.source_key)) == [("id 2",)]


def test_a_grid_polygon_goes_to_the_grid_of_its_code_or_name_and_an_unknown_code_is_told(office):
    done = office.take(feature(polygon(), layer="grid", code="01"), feature(polygon(), layer="grid", name="第02网格"), feature(polygon(), layer="grid", code="77"))
    assert done.unknown_grids == ("77",)
    assert all(row.polygon for row in office.ask(select(Grid.polygon)))


def test_ground_far_from_the_community_is_left_out_and_a_file_of_another_city_refused(office):
    office.put(Building(community_id=office.id, name="3号楼", polygon=json.dumps(polygon())))
    far = feature(line([[118.0, 37.0], [118.1, 37.0]]), highway="primary")
    done = office.take(feature(line(), highway="primary"), far)
    assert (done.new, done.outside) == (1, 1)
    assert office.take(far).reason == "map.all_outside"


@pytest.mark.parametrize("role", ["grid_worker", "committee_member", "street_officer", "property_company"])
def test_who_may_not_import_ledgers_may_not_change_the_map(office, role):
    assert office.take(feature(line(), highway="primary"), role=role).reason == "common.not_allowed"
    assert office.run(draw_grids, role=role).reason == "common.not_allowed"
    assert office.state() == (1, 0)


# --- drawing and serving --------------------------------------------------------------------------------------------
@pytest.fixture
def compound(office):
    """Our two grids on the synthetic ground: buildings of its first two grids, its streets and water."""
    ground = neighbourhood(1)
    ids = [row.id for row in office.ask(select(Grid.id).order_by(Grid.code))]
    office.put(*(Building(community_id=office.id, grid_id=ids[b.grid], name=b.name, polygon=geojson(b.polygon)) for b in ground.buildings if b.grid in (0, 1)))
    base = ground.of("main_street", "street", "water")
    office.put(*(BaseFeature(community_id=office.id, layer=f.layer, name=f.name, geometry=geojson(f.geometry), source_key=str(n)) for n, f in enumerate(base)))
    return ground


def test_grids_are_drawn_around_their_buildings_between_the_streets(office, compound):
    done = office.run(draw_grids)
    assert (done.drawn, done.unchanged, done.no_outline) == (2, 0, 0)
    drawn = [shapely.from_geojson(row.polygon) for row in office.ask(select(Grid.polygon).order_by(Grid.code))]
    assert not drawn[0].overlaps(drawn[1])
    for street in compound.of("main_street", "street"):
        assert all(cell.intersection(street.geometry).length < 1e-6 for cell in drawn)


def test_drawing_again_changes_nothing_and_files_nothing(office, compound):
    office.run(draw_grids)
    before = office.state()
    assert (office.run(draw_grids).drawn, office.state()) == (0, before)


def test_without_an_outline_there_is_nothing_to_draw(office):
    assert office.run(draw_grids).reason == "map.nothing_to_draw"


def test_the_browser_gets_ground_and_the_cells_in_scope_and_nobody_elses(office, compound):
    office.run(draw_grids)
    (one, _other) = [row.id for row in office.ask(select(Grid.id).order_by(Grid.code))]
    with open_session(office.engine, Scope(uuid7(), "grid_worker", frozenset({office.id}), frozenset({one}))) as session:
        got = json.loads(geometry(session, office.id))
        with pytest.raises(ScopeError):
            geometry(session, office.theirs)
    assert [cell["properties"]["id"] for cell in got["cells"]["features"]] == [str(one)]
    assert set(got["base"]) == {"main_street", "street", "water", "building"}
    assert len(got["base"]["building"]["features"]) == sum(b.grid in (0, 1) for b in compound.buildings)


def test_whose_data_the_ground_is_stands_on_the_map_until_the_ground_goes(office):
    road = feature(line(), highway="primary", id=1)
    said = lambda: json.loads(office_geometry(office))["sources"]  # noqa: E731
    office.take(road)
    assert said() == [], "the office's own needs no word"
    assert office.take(road, source=" © OpenStreetMap contributors ").changed == 1
    assert said() == ["© OpenStreetMap contributors"]
    assert office.take(road).unchanged == 1 and said() == ["© OpenStreetMap contributors"], "no word is no other word"
    office.take(feature(line([[117.0, 36.0], [117.002, 36.002]]), highway="primary", id=2), replace=True)
    assert said() == []


def office_geometry(office) -> str:
    with open_session(office.engine, Scope.system({office.id})) as session:
        return geometry(session, office.id)


@pytest.mark.parametrize(("degrees", "warned"), [(0.0004, None), (0.0006, 67)])
def test_outlines_that_all_move_by_fifty_metres_are_suspicious(office, degrees, warned):
    office.put(*(Building(community_id=office.id, id=uuid7(), name=f"{n}号楼") for n in range(3)))
    moved = lambda by: [feature(polygon([[x, y + by] for x, y in SQUARE]), layer="building", name=f"{n}号楼") for n in range(3)]  # noqa: E731
    assert office.take(*moved(0)).shifted is None
    assert office.take(*moved(degrees)).shifted == warned


def test_a_column_that_came_later_alters_no_older_rows_digest():
    row = {"community_id": uuid7(), "id": uuid7(), "layer": "street", "name": None, "geometry": "{}", "source_key": "id 1"}
    assert row_digest("base_feature", row | {"source": None}) == row_digest("base_feature", row) != row_digest("base_feature", row | {"source": "©"})
