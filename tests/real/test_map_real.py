"""A city's real map, drawn by nobody here: taken in by the command an office types, gridded, and served."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
import shapely
from sqlalchemy import select

from db.commands.filing import carry_out, file
from db.engine import open_session
from db.geography import Plane
from db.map_file import read_map
from db.models.grids import BaseFeature, Building, Community, Grid
from db.queries.geometry import geometry, map_version
from db.scope import Scope
from db.types import uuid7
from tests.conftest import NOW, ROOT, run_db

DATA = Path(os.environ.get("DESK_REAL_DATA") or ROOT.parent / "shared" / "data")
SHANGHAI = DATA / "shanghai_osm.geojson"


@pytest.fixture(scope="module")
def shanghai():
    return read_map(SHANGHAI.read_bytes())


def test_every_feature_is_either_drawn_or_counted_as_not_used(shanghai):
    features = json.loads(SHANGHAI.read_text(encoding="utf-8"))["features"]
    used = len({(json.dumps(f["properties"].get("id")), f["properties"]["layer_name"]) for f in features}) - sum(shanghai.ignored.values())
    assert shanghai.problems == ()
    assert 0 < len(shanghai.drawn) + sum(shanghai.ignored.values()) <= len(features)
    assert used < len(shanghai.drawn)
    assert shanghai.ignored["point"] == sum(f["geometry"]["type"] == "Point" for f in features)


def test_streets_water_greens_and_more_than_a_thousand_outlines_are_found(shanghai):
    layers = Counter(one.layer for one in shanghai.drawn)
    assert layers["outline"] > 1200
    assert min(layers[name] for name in ("main_street", "street", "lane", "water", "green", "ground", "court")) > 10
    assert {"黄浦江", "苏州河"} & {one.name for one in shanghai.drawn if one.layer == "water"}
    assert all(one.geometry.is_valid for one in shanghai.drawn)


@pytest.fixture
def office(sqlite_engine, shanghai):
    """A community whose ledger knows the named buildings of the file west of the river, in four grids from south to north."""
    named = {one.name: one for one in shanghai.drawn if one.layer == "outline" and one.name and one.geometry.centroid.x < 121.492}
    walked = sorted(named, key=lambda name: named[name].geometry.centroid.y)
    community_id = uuid7()

    def found(session, *, now):
        session.add(Community(community_id=community_id, code="SH", name="外滩社区", created_at=now))
        session.flush()
        grids = [Grid(community_id=community_id, id=uuid7(), code=f"{n:02}", name=f"第{n:02}网格") for n in range(1, 5)]
        session.add_all(grids)
        session.flush()
        session.add_all(Building(community_id=community_id, name=name, grid_id=grids[n * 4 // len(walked)].id) for n, name in enumerate(walked))
        file(session, "test.found", now=now, community_id=community_id)

    carry_out(sqlite_engine, Scope.system({community_id}), found, now=NOW)
    return sqlite_engine, community_id, len(walked)


def rows(engine, community_id, query):
    with open_session(engine, Scope.system({community_id})) as session:
        return session.execute(query).all()


def test_the_file_goes_all_the_way_in_and_a_second_time_changes_nothing(office, sqlite_url):
    engine, community_id, named = office
    said = run_db(sqlite_url, "import-map", str(SHANGHAI), "--community", "外滩社区")
    again = run_db(sqlite_url, "import-map", str(SHANGHAI), "--community", "SH")
    assert "point 843" in said
    assert again.startswith("0 new, 0 changed")
    assert len([1 for (p,) in rows(engine, community_id, select(Building.polygon)) if p]) == named
    layers = Counter(layer for (layer,) in rows(engine, community_id, select(BaseFeature.layer)))
    assert layers["outline"] > 300 and layers["main_street"] > 50


def test_grids_of_a_real_city_don_t_overlap_and_stay_out_of_the_river(office, sqlite_url):
    engine, community_id, _ = office
    run_db(sqlite_url, "import-map", str(SHANGHAI), "--community", "SH")
    run_db(sqlite_url, "draw-grids", "--community", "SH")
    drawn = [shapely.from_geojson(text) for (text,) in rows(engine, community_id, select(Grid.polygon).order_by(Grid.code))]
    plane = Plane(drawn[0].centroid.x, drawn[0].centroid.y)
    cells = [plane.to_metres(one) for one in drawn]
    water = [plane.to_metres(shapely.from_geojson(text)) for (text,) in rows(engine, community_id, select(BaseFeature.geometry).where(BaseFeature.layer == "water"))]
    assert len(cells) == 4 and all(one.is_valid for one in cells)
    assert sum(one.area for one in cells) - shapely.union_all(cells).area < 1.0
    assert shapely.union_all(cells).intersection(shapely.union_all(water)).area < 1.0
    with open_session(engine, Scope.system({community_id})) as session:
        got = json.loads(geometry(session, community_id))
        assert map_version(session, community_id) == 3
    assert len(got["cells"]["features"]) == 4 and got["base"]["building"]["features"]
