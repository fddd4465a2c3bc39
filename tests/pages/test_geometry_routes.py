"""The map's files stand behind the gate, go out packed, are kept by the browser, and change their address when they change."""

import gzip
import json
import re

import httpx
import pytest
from sqlalchemy import select

from db.engine import make_engine, open_session
from db.models.grids import Community
from db.scope import Scope
from pages.routes.geometry import _STATIC, ASSETS, _asset, asset_url, geometry_url
from tests.pages.office import PASSWORD


@pytest.fixture(scope="module")
def community_id(office_server):
    engine = make_engine(office_server.database)
    with open_session(engine, None) as session:
        found = session.scalar(select(Community.community_id).execution_options(rollup=True))
    engine.dispose()
    return found


@pytest.fixture
def get(office_server):
    def ask(path: str, user: str | None = None, **headers: str) -> httpx.Response:
        cookies = office_server.sign_in(user, PASSWORD) if user else None
        with httpx.Client(base_url=office_server.address, cookies=cookies) as client:
            return client.get(path, headers=headers)

    return ask


@pytest.mark.parametrize("name", ASSETS)
def test_leaflet_and_our_layer_come_from_the_app_and_only_to_who_is_logged_in(get, name):
    assert get(asset_url(name)).status_code == 401
    answer = get(asset_url(name), "head")
    assert answer.status_code == 200 and answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"] and "private" in answer.headers["cache-control"]


def test_no_vendored_file_points_to_another_host(get):
    for name in ("leaflet.js", "leaflet.css", "grids.js"):
        text = get(asset_url(name), "head").text
        assert re.findall(r"url\(\s*['\"]?https?:|src\s*=\s*['\"]https?:|sourceMappingURL=https?:|@import", text) == []


def test_the_licence_of_leaflet_is_kept():

    text = (_STATIC / ASSETS["leaflet.license"]).read_text(encoding="utf-8")
    assert "BSD 2-Clause" in text and "Agafonkin" in text


def test_geometry_needs_a_log_in_a_role_with_the_map_and_the_community(get, community_id):
    path = f"/desk/map/geometry/{community_id}.json"
    assert get(path).status_code == 401
    assert get(path, "head").status_code == 200
    assert get(path, "property").status_code == 404
    assert get(path, "admin").status_code == 404
    assert get("/desk/map/geometry/00000000-0000-7000-8000-000000000000.json", "head").status_code == 404
    assert get("/desk/map/geometry/x.json", "head").status_code == 404
    assert get(f"/desk/map/geometry/{'-' * 36}.json", "head").status_code == 404


def test_geometry_passes_the_gate_each_time_and_is_sent_once(get, community_id):
    path = f"/desk/map/geometry/{community_id}.json"
    first = get(path, "head")
    assert set(first.json()) == {"bounds", "base", "cells", "sources"}
    assert first.headers["cache-control"] == "private, no-cache"
    again = get(path, "head", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = get(path, "head", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and json.loads(plain.content) == first.json()


def test_the_address_changes_with_the_map_and_with_the_reach(community_id):

    everything, one = (Scope(None, "station_head", frozenset({community_id}), grids) for grids in (None, frozenset({community_id})))
    addresses = {geometry_url(everything, community_id, 1), geometry_url(everything, community_id, 2), geometry_url(one, community_id, 1)}
    assert len(addresses) == 3


def test_what_is_packed_is_what_is_meant():

    plain, packed = _asset("grids.js")
    assert gzip.decompress(packed) == plain
