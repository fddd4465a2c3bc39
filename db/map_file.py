"""Reads an office's GeoJSON: what each feature is on the map, what can't be used and why. Pure: no database.

A feature says what it is by `layer` (a layer of db.geography.LAYERS, `building` or `grid`), or by OpenStreetMap's words: tags
(highway, building, natural, landuse, …) or the `kind` and `layer_name` of its tiles. Fragments with one id are put together again.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import shapely
from shapely import Geometry
from shapely.errors import GEOSException

from core.refusals import Refused
from db.geography import LAYERS

LIMIT = 200_000
"""Features a file may hold: a district has fewer."""
CHINA = (73.0, 17.0, 136.0, 54.5)
_AREAS = {
    "green": "park grass garden recreation_ground village_green meadow golf_course cemetery protected_area nature_reserve farmland orchard pitch",
    "wood": "forest wood natural_wood scrub natural_forest",
    "court": "pedestrian parking pier plaza square footway bridge",
    "ground": "residential commercial retail industrial school university college kindergarten hospital library place_of_worship attraction construction fuel",
    "water": "water riverbank river lake pond reservoir basin dock swimming_pool canal",
    "outline": "building",
}
_LINES = {
    "main_street": "major_road highway motorway trunk primary secondary trunk_link primary_link secondary_link",
    "street": "minor_road tertiary tertiary_link residential unclassified living_street road",
    "lane": "path footway service pedestrian cycleway steps track",
    "water": "river canal stream drain",
}
_AREA_LAYER = {kind: layer for layer, kinds in _AREAS.items() for kind in kinds.split()}
_LINE_LAYER = {kind: layer for layer, kinds in _LINES.items() for kind in kinds.split()}
_TAGS = ("highway", "waterway", "natural", "water", "leisure", "landuse", "amenity")


@dataclass(frozen=True)
class Drawn:
    """A feature to be put on the map. `layer`: of LAYERS, or building or grid; `key` recognises it at the next import; `code` of a grid."""

    layer: str
    name: str | None
    geometry: Geometry
    key: str
    code: str | None = None


@dataclass(frozen=True)
class Problem:
    """A feature that was turned down. `number` counts from 1 in the file; `reason`: words map.bad_<reason>, which say what to do."""

    number: int
    name: str
    reason: str


@dataclass(frozen=True)
class MapFile:
    """A file read. `ignored`: how many features of which kind the map has no use for (points, railways, …)."""

    drawn: tuple[Drawn, ...]
    ignored: dict[str, int]
    problems: tuple[Problem, ...]


def read_map(content: bytes) -> MapFile | Refused:
    """What a GeoJSON file holds; Refused when it is none, or too large."""
    try:
        whole = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as problem:
        return Refused("map.bad_file", values={"problem": str(problem)})
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list):
        return Refused("map.bad_file", values={"problem": "FeatureCollection.features"})
    if len(features) > LIMIT:
        return Refused("map.too_large", values={"n": len(features), "limit": LIMIT})
    found, ignored, problems = [], Counter(), []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") or {} if isinstance(feature, dict) else {}
        geometry = _geometry(feature)
        if isinstance(geometry, str):
            problems.append(Problem(number, _name(properties) or "", geometry))
        elif (layer := _layer(properties, geometry)) in (*LAYERS, "building", "grid"):
            found.append(_drawn(layer, properties, geometry))
        else:
            ignored[layer] += 1
    return MapFile(tuple(_whole(found)), dict(ignored), tuple(problems))


def _geometry(feature) -> Geometry | str:
    """The feature's geometry in degrees, or the reason why it can't be used."""
    if not isinstance(feature, dict) or not feature.get("geometry"):
        return "no_geometry"
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(feature["geometry"])))
    except GEOSException:
        return "geometry"
    if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        return "no_geometry"
    west, south, east, north = shape.bounds
    if not (CHINA[0] <= west and east <= CHINA[2] and CHINA[1] <= south and north <= CHINA[3]):
        swapped = CHINA[0] <= south and north <= CHINA[2] and CHINA[1] <= west and east <= CHINA[3]
        return "swapped" if swapped else "projected" if max(abs(east), abs(north)) > 400 else "outside"
    return shape


def _layer(properties: dict, geometry: Geometry) -> str:
    """What the feature is on the map, or a word for what it isn't."""
    said = str(properties.get("layer") or properties.get("图层") or "")
    if said and not said.lstrip("-").replace(".", "").isdigit():  # OpenStreetMap's own `layer` is a storey: -1, 2
        return said if said in (*LAYERS, "building", "grid") and "Point" not in geometry.geom_type else f"layer {said}"
    if "Point" in geometry.geom_type:
        return "point"
    if properties.get("is_tunnel") or properties.get("tunnel") in ("yes", True):
        return "tunnel"
    if properties.get("building") not in (None, "", "no") and "Polygon" in geometry.geom_type:
        return "outline"
    kind = str(properties.get("kind") or next((properties[tag] for tag in _TAGS if properties.get(tag)), "") or "?")
    known = _AREA_LAYER if "Polygon" in geometry.geom_type else _LINE_LAYER
    return known.get(kind, kind if kind not in LAYERS else f"{kind} {geometry.geom_type}")


def _name(properties: dict) -> str | None:
    """The Chinese name, else whichever there is."""
    name = properties.get("name:zh") or properties.get("name") or properties.get("名称")
    return str(name).strip() or None if name else None


def _drawn(layer: str, properties: dict, geometry: Geometry) -> Drawn:
    code = properties.get("code") or properties.get("编号")
    own = properties.get("id") or properties.get("@id") or properties.get("osm_id")
    name, code = _name(properties), str(code) if code else None
    looks = shapely.to_wkb(geometry.normalize()) + f"{name}\0{code}".encode()
    return Drawn(layer, name, geometry, f"id {own}" if own is not None else f"g {sha256(looks).hexdigest()[:24]}", code)


def _whole(found: list[Drawn]) -> Iterator[Drawn]:
    """Features cut up at tile edges, one again; coordinates to a centimetre, broken rings mended."""
    by_key: dict[tuple[str, str], list[Drawn]] = {}
    for one in found:
        by_key.setdefault((one.layer, one.key), []).append(one)
    for parts in by_key.values():
        shapes = [shapely.make_valid(part.geometry) for part in parts]
        joined = shapely.union_all(shapes) if len(shapes) > 1 else shapes[0]
        flat = _of_one_kind(joined, "Polygon" if "Polygon" in parts[0].geometry.geom_type else "LineString")
        if not flat.is_empty:
            yield Drawn(parts[0].layer, parts[0].name, flat, parts[0].key, parts[0].code)


def _of_one_kind(geometry: Geometry, kind: str) -> Geometry:
    """Polygons or lines only (mending a ring may leave points and threads), merged, rounded."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == kind]
    inner = [leaf for part in shapely.get_parts(geometry) if part.geom_type.startswith("Multi") for leaf in shapely.get_parts(part) if leaf.geom_type == kind]
    whole = shapely.union_all(parts + inner)
    whole = shapely.line_merge(whole) if kind == "LineString" else whole
    return shapely.transform(whole, lambda xy: np.round(xy, 7))
