"""The map's geometry as one JSON text for the browser: ground, buildings, cells. No figures, nobody's data."""

import json
import re
from uuid import UUID

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models.grids import BaseFeature, Building, Community, Grid

NAMED = ("water", "green", "ground")
"""Layers whose areas carry their name in the middle; streets carry it along the line."""


def map_version(session: Session, community_id: UUID) -> int:
    """Raised by every command that changes a community's geometry; 0 when it is not in scope."""
    return session.scalar(select(Community.map_version).where(Community.community_id == community_id)) or 0


def geometry(session: Session, community_id: UUID) -> str:
    """{"bounds": [[w, s], [e, n]], "base": {layer: FeatureCollection}, "cells": FeatureCollection, "sources": [text]}, in WGS 84.

    Cells are those in scope. Buildings' outlines are ground: all of them are drawn, also outside one's own grids.
    Raises ScopeError for a community outside the scope.
    """
    session.scope.within(community_id)
    base: dict[str, list[str]] = {}
    sources: set[str] = set()
    ground = select(BaseFeature.layer, BaseFeature.name, BaseFeature.geometry, BaseFeature.source).where(BaseFeature.community_id == community_id)
    for layer, name, text, source in session.execute(ground):
        sources |= {source} if source else set()
        base.setdefault(layer, []).append(_feature({"n": name, **_spot(text, layer)} if name else {}, text))
    outlines = select(Building.name, Building.polygon).where(Building.community_id == community_id, Building.polygon.is_not(None))
    buildings = session.execute(outlines.execution_options(rollup=True)).all()
    if buildings:
        base["building"] = [_feature({"n": _number(name)}, text) for name, text in buildings]
    cells = session.execute(select(Grid.id, Grid.polygon).where(Grid.community_id == community_id, Grid.polygon.is_not(None)).order_by(Grid.code)).all()
    drawn = [_feature({"id": str(id_), "at": _middle(text)}, text) for id_, text in cells]
    bounds = _bounds([text for _, text in cells] or [text for _, text in buildings] or _texts(base))
    layers = ",".join(f"{json.dumps(layer)}:{_collection(features)}" for layer, features in sorted(base.items()))
    return f'{{"bounds":{json.dumps(bounds)},"base":{{{layers}}},"cells":{_collection(drawn)},"sources":{json.dumps(sorted(sources), ensure_ascii=False)}}}'


def _feature(properties: dict, text: str) -> str:
    return f'{{"type":"Feature","properties":{json.dumps(properties, ensure_ascii=False)},"geometry":{text}}}'


def _collection(features: list[str]) -> str:
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _spot(text: str, layer: str) -> dict:
    return {"at": _middle(text)} if layer in NAMED else {}


def _middle(text: str) -> list[float]:
    """Where a label has most room inside a polygon; a point on anything else."""
    shape = shapely.from_geojson(text)
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not polygons:
        spot = shape.representative_point()
    else:
        spot = shapely.get_point(shapely.maximum_inscribed_circle(max(polygons, key=lambda part: part.area), 2e-5), 0)
    return [round(spot.x, 6), round(spot.y, 6)]


def _number(name: str) -> str:
    """What fits on a roof: the number of "幸福里3号楼", else the name itself if it is short."""
    found = re.search(r"(\d+)\s*[号幢栋座#]", name)
    return found[1] if found else name if len(name) <= 6 else ""


def _texts(base: dict[str, list[str]]) -> list[str]:
    return [json.dumps(json.loads(feature)["geometry"]) for features in base.values() for feature in features]


def _bounds(texts: list[str]) -> list[list[float]]:
    if not texts:
        return [[73.0, 18.0], [135.0, 54.0]]
    west, south, east, north = shapely.total_bounds(shapely.from_geojson(texts)).tolist()
    return [[west, south], [east, north]]
