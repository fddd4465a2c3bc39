"""The office's own map: streets, water, greens, outlines and grid polygons from GeoJSON; and grids drawn from their buildings.

One transaction and one ledger entry each; what is there already is left alone, so the same file twice changes nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from uuid import UUID

import shapely
from shapely import Geometry, Polygon
from sqlalchemy import insert, select

from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.geography import Plane, cells, enclosures, geojson
from db.map_file import Drawn, MapFile
from db.models.grids import BaseFeature, Building, Community, Grid
from db.types import uuid7

AROUND_M = 400.0
"""Ground kept around the community's buildings and grids; the rest of a city file is left out."""
WIDTH_M = {"main_street": 11.0, "street": 7.5}
"""Half the width of a street as a barrier between grids. Default of this product; lanes are no barriers."""
BANK_M = 5.0
SHIFT_M = 50.0
"""What moves outlines or cells by this much, half of them by more, is probably in another system of coordinates: nobody rebuilds half a community."""


@dataclass(frozen=True)
class MapImported:
    """What an import did. `outside`: features too far away; `unknown_grids`: polygons whose code no grid has; `layers`: features on file by layer;
    `shifted`: by so many metres outlines and cells have moved, where that is suspicious."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    outside: int = 0
    shifted: int | None = None
    unknown_grids: tuple[str, ...] = ()
    layers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class GridsDrawn:
    """`drawn`: grids whose polygon is new or different; `parts`: of them in several pieces; `no_outline`: buildings that could not help."""

    drawn: int
    unchanged: int
    parts: tuple[str, ...]
    no_outline: int


def import_map(session: ScopedSession, *, now: datetime, community_id: UUID, content: MapFile, replace: bool = False, source: str | None = None) -> MapImported | Refused:
    """Put a file on the community's map. A feature with a building's name becomes its outline, one with a grid's code or name its
    polygon. `replace`: ground of the file's layers that the file doesn't hold is taken off the map. `source`: whose data it is; the map says so."""
    refused = _refused(session, community_id)
    if refused:
        return refused
    buildings = {row.name: row for row in session.scalars(select(Building).where(Building.community_id == community_id))}
    grids = _by_code_and_name(session, community_id)
    near = _near(content, buildings, grids)
    kept = [(one, cut) for one in content.drawn if not (cut := _cut(one, near)).is_empty]
    if content.drawn and not kept:
        return Refused("map.all_outside", values={"metres": int(AROUND_M)})
    own = _own_outlines(kept, buildings)
    tally, unknown, ground, shifts = Counter(outside=len(content.drawn) - len(kept)), [], [], []
    for one, geometry in kept:
        if one.layer == "grid":
            row = grids.get(one.code or "") or grids.get(one.name or "")
            unknown += [] if row else [one.code or one.name or one.key]
        else:
            row = buildings[one.name] if own.get(one.name) is one else None
        if row is not None:
            shifts += _shift(row.polygon, geometry)
            tally[_set(row, "polygon", geojson(geometry))] += 1
        elif one.layer != "grid":
            ground.append((one, geojson(geometry)))
    tally += _file_ground(session, community_id, ground, replace, (source or "").strip() or None)
    if tally["new"] or tally["changed"] or tally["removed"]:
        _bump(session, community_id)
        counts = {name: tally[name] for name in ("new", "changed", "unchanged", "removed", "outside")}
        file(session, "map.import", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, **counts)
    layers = dict(Counter(one.layer for one, _ in kept))
    return MapImported(**{name: tally[name] for name in ("new", "changed", "unchanged", "removed", "outside")}, shifted=_shifted(shifts), unknown_grids=tuple(unknown), layers=layers)


def draw_grids(session: ScopedSession, *, now: datetime, community_id: UUID) -> GridsDrawn | Refused:
    """Draw every grid around its buildings: Voronoi cells between streets and water, so that grids follow the streets."""
    refused = _refused(session, community_id)
    if refused:
        return refused
    rows = session.execute(select(Building.grid_id, Building.polygon).where(Building.community_id == community_id)).all()
    housed = [(row.grid_id, shapely.from_geojson(row.polygon)) for row in rows if row.polygon and row.grid_id]
    if not housed:
        return Refused("map.nothing_to_draw")
    drawn = _cells(session, community_id, housed)
    grids = list(session.scalars(select(Grid).where(Grid.community_id == community_id)))
    tally = Counter(_set(grid, "polygon", geojson(drawn[grid.id])) for grid in grids if grid.id in drawn)
    parts = tuple(sorted(grid.code for grid in grids if grid.id in drawn and drawn[grid.id].geom_type == "MultiPolygon"))
    if tally["new"] or tally["changed"]:
        _bump(session, community_id)
        file(session, "map.draw_grids", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, drawn=tally["new"] + tally["changed"])
    return GridsDrawn(tally["new"] + tally["changed"], tally["unchanged"], parts, sum(not row.polygon for row in rows))


def _refused(session: ScopedSession, community_id: UUID) -> Refused | None:
    if not may(session.scope.role, "import_ledgers"):
        return Refused("common.not_allowed")
    return None if session.scalar(select(Community.community_id).where(Community.community_id == community_id)) else Refused("common.not_found")


def _by_code_and_name(session: ScopedSession, community_id: UUID) -> dict[str, Grid]:
    found = list(session.scalars(select(Grid).where(Grid.community_id == community_id)))
    return {grid.name: grid for grid in found} | {grid.code: grid for grid in found}


def _own_outlines(kept: list[tuple[Drawn, Geometry]], buildings: dict[str, Building]) -> dict[str, Drawn]:
    """For each building the outline that bears its name, the largest where several do (an annexe often carries the name too)."""
    found: dict[str, Drawn] = {}
    for one, _ in kept:
        if one.layer in ("building", "outline") and one.name in buildings and (one.name not in found or one.geometry.area > found[one.name].geometry.area):
            found[one.name] = one
    return found


def _near(content: MapFile, buildings: dict[str, Building], grids: dict[str, Grid]) -> Polygon | None:
    """A box around what the community is known to hold, in the database or in the file; None: nothing is known, keep all."""
    known = [shapely.from_geojson(row.polygon) for row in (*buildings.values(), *grids.values()) if row.polygon]
    known += [one.geometry for one in content.drawn if one.layer in ("grid", "building") or (one.layer == "outline" and one.name in buildings)]
    if not known:
        return None
    west, south, east, north = shapely.total_bounds(known)
    plane = Plane((west + east) / 2, (south + north) / 2)
    return plane.to_degrees(plane.to_metres(shapely.box(west, south, east, north)).buffer(AROUND_M, join_style="mitre"))


def _cut(one: Drawn, near: Polygon | None) -> Geometry:
    """What lies near; buildings and grids are whole or not at all."""
    if near is None or near.covers(one.geometry):
        return one.geometry
    if one.layer in ("building", "grid", "outline"):
        return one.geometry if near.intersects(one.geometry) else Polygon()
    kind = "Polygon" if "Polygon" in one.geometry.geom_type else "LineString"
    parts = [part for part in shapely.get_parts(one.geometry.intersection(near)) if part.geom_type == kind]
    return shapely.union_all(parts)


def _set(row: Building | Grid | BaseFeature, column: str, text: str) -> str:
    before = getattr(row, column)
    if before == text:
        return "unchanged"
    setattr(row, column, text)
    return "changed" if before else "new"


def _file_ground(session: ScopedSession, community_id: UUID, ground: list[tuple[Drawn, str]], replace: bool, source: str | None) -> Counter:
    """The base map's rows: new ones in bulk, known ones compared, lost ones removed when asked."""
    there = {(row.layer, row.source_key): row for row in session.scalars(select(BaseFeature).where(BaseFeature.community_id == community_id))}
    tally, fresh = Counter(), {}
    for one, text in ground:
        layer = "outline" if one.layer == "building" else one.layer
        row = there.pop((layer, one.key), None)
        if row is None:
            fresh[layer, one.key] = {"community_id": community_id, "id": uuid7(), "layer": layer, "name": one.name, "geometry": text, "source_key": one.key, "source": source}
        else:
            tally["changed" if "changed" in (_set(row, "geometry", text), _said(row, "name", one.name), _said(row, "source", source or row.source)) else "unchanged"] += 1
    if fresh:
        session.execute(insert(BaseFeature), list(fresh.values()))
    if replace:
        layers = {layer for layer, _ in fresh} | {"outline" if one.layer == "building" else one.layer for one, _ in ground}
        lost = [row for (layer, _), row in there.items() if layer in layers]
        for row in lost:
            session.delete(row)
        tally["removed"] = len(lost)
    return tally + Counter(new=len(fresh))


def _said(row: BaseFeature, column: str, text: str | None) -> str:
    if getattr(row, column) == text:
        return "unchanged"
    setattr(row, column, text)
    return "changed"


def _shift(before: str | None, after: Geometry) -> list[float]:
    """By how many metres the middle of an outline or a cell moves; empty where there was none."""
    if before is None:
        return []
    was = shapely.from_geojson(before).centroid
    return [Plane(was.x, was.y).to_metres(after.centroid).distance(shapely.Point(0, 0))]


def _shifted(shifts: list[float]) -> int | None:
    middle = median(shifts) if shifts else 0
    return round(middle) if middle >= SHIFT_M else None


def _bump(session: ScopedSession, community_id: UUID) -> None:
    """The browser fetches the geometry again."""
    community = session.scalars(select(Community).where(Community.community_id == community_id)).one()
    community.map_version += 1


def _cells(session: ScopedSession, community_id: UUID, housed: list[tuple[UUID, Geometry]]) -> dict[UUID, Geometry]:
    """Grid id → cell, in degrees."""
    west, south, east, north = shapely.total_bounds([outline for _, outline in housed])
    plane = Plane((west + east) / 2, (south + north) / 2)
    outlines = [plane.to_metres(outline) for _, outline in housed]
    layers = select(BaseFeature.layer, BaseFeature.geometry).where(BaseFeature.community_id == community_id, BaseFeature.layer.in_((*WIDTH_M, "water")))
    barriers = [plane.to_metres(shapely.from_geojson(text)).buffer(WIDTH_M.get(layer, BANK_M)) for layer, text in session.execute(layers)]
    pieces = enclosures(shapely.union_all(outlines).convex_hull.buffer(30), barriers)
    drawn = cells(outlines, [grid_id for grid_id, _ in housed], pieces)
    return {grid_id: plane.to_degrees(cell) for grid_id, cell in drawn.items()}
