"""Plane geometry for grids: metres around an origin, enclosures between barriers, Voronoi cells of buildings.

Pure functions over shapely geometries; nothing here reads the database or the clock.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry, MultiPoint, MultiPolygon, Polygon, STRtree

LAYERS = ("ground", "green", "wood", "court", "water", "lane", "street", "main_street", "outline")
"""Layers of the base map, lowest first. `ground`: compounds, schoolyards; `court`: paved squares and tracks; `outline`: buildings
nobody is registered in (shops, schools, the city next door)."""
METRES_PER_DEGREE = 111_320.0
JITTER_M = 0.01  # points in one line make GEOS' Voronoi raise; a centimetre is below any survey's precision
SAMPLE_M = 5.0
SLIVER_M = 14.0  # narrower than this is a verge or a bank, no ground for a grid


@dataclass(frozen=True)
class Plane:
    """A flat sheet in metres (x east, y north) touching the earth at one WGS 84 point; good for a few kilometres."""

    lon: float
    lat: float

    @property
    def _scale(self) -> tuple[float, float]:
        return METRES_PER_DEGREE * math.cos(math.radians(self.lat)), METRES_PER_DEGREE

    def to_metres(self, geometry: Geometry) -> Geometry:
        """Degrees (lon, lat) to metres."""
        sx, sy = self._scale
        return shapely.transform(geometry, lambda xy: (xy - [self.lon, self.lat]) * [sx, sy])

    def to_degrees(self, geometry: Geometry) -> Geometry:
        """Metres to degrees, rounded to 1e-7 degree (about a centimetre)."""
        sx, sy = self._scale
        return shapely.transform(geometry, lambda xy: np.round(xy / [sx, sy] + [self.lon, self.lat], 7))


def enclosures(area: Polygon, barriers: Iterable[Geometry]) -> list[Polygon]:
    """The pieces of `area` (metres) that barriers (polygons: streets as wide as they are, water) leave over, slivers dropped."""
    rest = shapely.difference(area, shapely.union_all(list(barriers)))
    pieces = [p for p in shapely.get_parts(rest) if p.geom_type == "Polygon" and not p.buffer(-SLIVER_M / 2).is_empty]
    return sorted(pieces, key=lambda p: (round(p.centroid.y), round(p.centroid.x)))


def cells(outlines: Sequence[Polygon], labels: Sequence[Hashable], pieces: Iterable[Polygon], *, seed: int = 0) -> dict[Hashable, Geometry]:
    """Voronoi cells of building outlines (metres), dissolved by label and clipped to the enclosure each building stands in.

    Outlines are sampled every few metres, so that a long slab keeps the ground in front of its whole length. A piece
    without a building belongs to no cell. Returns {label: Polygon or MultiPolygon}.
    """
    chance = random.Random(seed)
    pieces = list(pieces)
    parts: dict[Hashable, list[Geometry]] = {}
    for piece, inside in zip(pieces, _standing_in(pieces, outlines), strict=True):
        for label, part in _cells_of_piece(piece, [(outlines[i], labels[i]) for i in inside], chance):
            parts.setdefault(label, []).append(part)
    return _tidy({label: shapely.union_all(some) for label, some in parts.items()}) if parts else {}


def _standing_in(pieces: list[Polygon], outlines: Sequence[Polygon]) -> list[list[int]]:
    """For each enclosure the numbers of the buildings in it; one that stands on a street as drawn counts to the nearest enclosure."""
    inside: list[list[int]] = [[] for _ in pieces]
    if pieces and len(outlines):
        tree = STRtree(pieces)
        for number, piece in zip(*tree.query_nearest([o.representative_point() for o in outlines], all_matches=False), strict=True):
            inside[piece].append(int(number))
    return inside


def _cells_of_piece(piece: Polygon, buildings: list[tuple[Polygon, Hashable]], chance: random.Random):
    if len({label for _, label in buildings}) <= 1:
        return [(label, piece) for _, label in buildings[:1]]
    points, owner = [], []
    for outline, label in buildings:
        for x, y in shapely.get_coordinates(shapely.segmentize(shapely.boundary(outline), SAMPLE_M))[:-1]:
            points.append((x + chance.uniform(-JITTER_M, JITTER_M), y + chance.uniform(-JITTER_M, JITTER_M)))
            owner.append(label)
    faces = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(points), extend_to=piece, ordered=True))
    by_label: dict[Hashable, list[Geometry]] = {}
    for face, label in zip(faces, owner, strict=True):
        by_label.setdefault(label, []).append(face)
    return [(label, shapely.intersection(shapely.union_all(some), piece)) for label, some in by_label.items()]


def _tidy(drawn: dict[Hashable, Geometry]) -> dict[Hashable, Geometry]:
    """Saw-tooth edges straightened on both sides at once (no gap, no overlap), crumbs dropped, polygons only."""
    smooth = shapely.coverage_simplify(list(drawn.values()), 2.5)
    return {label: _polygons(geometry) for label, geometry in zip(drawn, smooth, strict=True)}


def _polygons(geometry: Geometry) -> Geometry:
    parts = [p for p in shapely.get_parts(shapely.make_valid(geometry)) if p.geom_type == "Polygon" and p.area > 30]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts) if parts else geometry


def warped(geometry: Geometry, bend: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]], step: float = 12.0) -> Geometry:
    """The geometry with its edges cut every `step` metres and each point moved by `bend(x, y) -> (x, y)`."""
    return shapely.transform(shapely.segmentize(geometry, step), lambda xy: np.column_stack(bend(xy[:, 0], xy[:, 1])))


def geojson(geometry: Geometry) -> str:
    """The geometry as GeoJSON text, as the tables keep it."""
    return shapely.to_geojson(geometry)
