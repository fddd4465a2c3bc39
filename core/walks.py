"""A round on foot: from building to building, always to the nearest one not yet visited, and inside by door.

No shortest path of all: a worker who knows the ground goes by the list and leaves it where a gate is shut.
"""

import re
from collections.abc import Hashable, Mapping
from math import cos, hypot, radians
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Point = tuple[float, float]
"""Longitude and latitude, degrees."""

SIZE = 20
"""People on a round: what somebody can see in half a day. Default of this product."""
_METRES = 111_320
"""Of one degree of latitude."""


def walking_order(places: Mapping[Key, Point | None]) -> list[Key]:
    """The places from the first one on, each time the nearest left; those without a point come last, in the order given."""
    left = {key: point for key, point in places.items() if point is not None}
    order: list[Key] = [next(iter(left))] if left else []
    while len(order) < len(left):
        here = left[order[-1]]
        order.append(min((key for key in left if key not in order), key=lambda key: metres(here, left[key])))
    return order + [key for key, point in places.items() if point is None]


def metres(one: Point, other: Point) -> float:
    """How far two points are apart, as the crow flies; right to a per mille within a city."""
    return hypot((other[0] - one[0]) * cos(radians((one[1] + other[1]) / 2)), other[1] - one[1]) * _METRES


def middle(geometry: Mapping | None) -> Point | None:
    """The middle of a GeoJSON Polygon's or MultiPolygon's corners, or a Point; None where there is none."""
    corners = list(_positions((geometry or {}).get("coordinates", ())))
    if not corners:
        return None
    return sum(lon for lon, _ in corners) / len(corners), sum(lat for _, lat in corners) / len(corners)


def door_order(door: str | None) -> tuple:
    """What doors are sorted by: 2单元301 before 2单元1201; no door comes last."""
    return (door is None, [int(part) for part in re.findall(r"\d+", door or "")], door or "")


def _positions(coordinates):
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _positions(part)
