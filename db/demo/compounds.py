"""What stands on a plot of the synthetic neighbourhood: rows of slabs, towers, shops, a school, a park. Metres throughout."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import shapely
from shapely import Geometry, LineString, Point, Polygon, affinity, box

DEPTH = 12.5  # of a slab, entrance to balcony


@dataclass
class Plot:
    """A housing compound: slabs (outline, storeys, staircases), lawns, squares, lanes and its gates, south first."""

    slabs: list[tuple[Polygon, int, int]] = field(default_factory=list)
    lawns: list[Polygon] = field(default_factory=list)
    courts: list[Polygon] = field(default_factory=list)
    lanes: list[LineString] = field(default_factory=list)
    gates: list[Point] = field(default_factory=list)


def compound(chance: random.Random, ground: Polygon) -> Plot:
    """Rows of slabs facing south with a lane behind each row, a spine lane from gate to gate, a square in the middle."""
    tilt, pivot = chance.uniform(-3, 3), ground.centroid
    flat = affinity.rotate(ground, -tilt, origin=pivot)
    plot = _rows(chance, flat.buffer(-6))
    return Plot(
        [(affinity.rotate(s, tilt, origin=pivot), n, u) for s, n, u in plot.slabs],
        *([affinity.rotate(g, tilt, origin=pivot) for g in some] for some in (plot.lawns, plot.courts, plot.lanes, plot.gates)),
    )


def _rows(chance: random.Random, flat: Polygon) -> Plot:
    west, south, east, north = flat.bounds
    plot, pitch = Plot(), DEPTH + chance.uniform(19, 23)
    count = max(1, int((north - south - DEPTH - 4) // pitch) + 1)
    pitch = (north - south - DEPTH - 6) / max(1, count - 1) if count > 1 else pitch
    spine = west + (east - west) * chance.uniform(0.44, 0.56)
    storeys, unit = chance.choice((5, 6, 6, 6)), chance.uniform(13.5, 16)
    slots = [*_slots(west, spine - 5, unit), *_slots(spine + 5, east, unit)]
    towers = chance.random() < 0.45 and count > 3
    square = (count // 2, chance.randrange(len(slots))) if slots and count > 2 else None
    for row in range(count):
        y = south + 2 + row * pitch
        if towers and row == count - 1:
            _towers(chance, plot, flat, y, spine)
            continue
        for column, (x, units) in enumerate(slots):
            if (row, column) == square:
                _square(plot, flat, x, y, units * unit, pitch)
            else:
                _slab(plot, flat, x, y, units, unit, storeys)
        _lane(plot, flat, [(west - 2, y + DEPTH + 4.5), (east + 2, y + DEPTH + 4.5)])
    _lane(plot, flat, [(spine, south - 8), (spine, north + 8)], grow=8)
    plot.gates = [Point(spine, south - 5), Point(spine, north + 5)]
    return plot


def _slots(west: float, east: float, unit: float) -> list[tuple[float, int]]:
    """Left edges and staircases of the slabs that fill one side of the spine, all alike so that rows line up."""
    width = east - west
    best: list[tuple[float, int]] = []
    for units in (4, 3, 2):
        n = int((width + 9) // (units * unit + 9))
        if n * units > sum(u for _, u in best):
            gap = (width - n * units * unit) / max(1, n)
            best = [(west + gap / 2 + i * (units * unit + gap), units) for i in range(n)]
    return best


def _slab(plot: Plot, flat: Polygon, x: float, y: float, units: int, unit: float, storeys: int) -> None:
    """A slab where it fits, with fewer staircases where the plot is cut off."""
    for fewer in range(units, 1, -1):
        for left in (x, x + (units - fewer) * unit):
            outline = _stepped(left, y, fewer, unit)
            if flat.covers(outline):
                plot.slabs.append((outline, storeys, fewer))
                plot.lawns.append(box(left + 1, y - 6.5, left + fewer * unit - 1, y - 1.5).intersection(flat.buffer(3)))
                return


def _stepped(x: float, y: float, units: int, unit: float) -> Polygon:
    """A slab's outline: stairwells step out a little to the north, as real slabs do."""
    top = y + DEPTH
    points = [(x, y), (x + units * unit, y), (x + units * unit, top)]
    for i in reversed(range(units)):
        middle = x + (i + 0.5) * unit
        points += [(middle + 1.8, top), (middle + 1.8, top + 1.4), (middle - 1.8, top + 1.4), (middle - 1.8, top)]
    return Polygon([*points, (x, top)])


def _towers(chance: random.Random, plot: Plot, flat: Polygon, y: float, spine: float) -> None:
    west, _, east, north = flat.bounds
    side, gap = 24.0, chance.uniform(18, 24)
    x, low = west + 4, min(y - 4, north - side - 2)
    while x + side < east:
        tower = box(x, low, x + side, low + 16).union(box(x + 6, low - 3, x + side - 6, low + 20))
        if flat.covers(tower) and abs(x + side / 2 - spine) > side / 2 + 4:
            plot.slabs.append((tower, chance.choice((15, 16, 17, 18)), 2))
        x += side + gap


def _square(plot: Plot, flat: Polygon, x: float, y: float, width: float, pitch: float) -> None:
    """Where a slab is left out: a lawn with a paved round, the compound's meeting place."""
    lawn = box(x, y - 6, x + width, y + pitch - DEPTH - 8).intersection(flat)
    if lawn.area > 300:
        plot.lawns.append(lawn.buffer(-1).buffer(-3).buffer(3))
        plot.courts.append(Point(lawn.centroid).buffer(min(9.0, (pitch - DEPTH) / 3)))


def _lane(plot: Plot, flat: Polygon, ends: list[tuple[float, float]], grow: float = 0.0) -> None:
    line = shapely.intersection(LineString(ends), flat.buffer(grow) if grow else flat)
    plot.lanes.extend(p for p in shapely.get_parts(line) if p.geom_type == "LineString" and p.length > 25)


def frontage(chance: random.Random, piece: Polygon) -> tuple[list[Polygon], Polygon]:
    """Shops along the southern or the eastern street of a plot, and the ground left behind them."""
    if chance.random() < 0.25:
        return [], piece
    inner = piece.buffer(-3)
    west, south, east, north = inner.bounds
    strip = inner.difference(affinity.translate(inner, *((0, 11) if chance.random() < 0.6 else (-11, 0))))
    strip = _largest(strip)
    along = strip.bounds[2] - strip.bounds[0] > strip.bounds[3] - strip.bounds[1]
    cuts, at = [], (west if along else south) + 4
    end, middle = (east, (west + east) / 2) if along else (north, (south + north) / 2)
    while at < end - 12:
        length = chance.uniform(16, 44)
        if not at < middle < at + length:
            cuts.append(box(at, south, at + length, north) if along else box(west, at, east, at + length))
        at += length + chance.choice((1.0, 1.0, 7.0))
    shops = [p for cut in cuts for p in shapely.get_parts(shapely.intersection(strip, cut)) if p.geom_type == "Polygon" and p.area > 90]
    rest = piece.difference(strip.buffer(3, join_style="mitre"))
    return [s.simplify(0.8) for s in shops], _largest(rest)


def park(chance: random.Random, ground: Polygon) -> list[tuple[str, Geometry]]:
    """A lawn, a pond with an island, paths around it and groves: (layer, shape)."""
    lawn = _largest(ground.buffer(-6).buffer(6))
    west, south, east, north = lawn.bounds
    heart, width, height = lawn.centroid, east - west, north - south
    blob = []
    for _ in range(4):
        middle = Point(heart.x + chance.uniform(-0.12, 0.12) * width, heart.y + chance.uniform(-0.16, 0.16) * height)
        blob.append(middle.buffer(chance.uniform(0.09, 0.14) * min(width, height) + 6))
    pond = _largest(shapely.union_all([*blob, Point(heart).buffer(12)]).buffer(14).buffer(-14).intersection(lawn.buffer(-12)))
    shore, corners = pond.buffer(9), ((west, south), (east, north), (west, north), (east, south))
    spokes = [LineString([heart, corner]).difference(shore).intersection(lawn) for corner in corners]
    paths = [shore.exterior, _largest(lawn.buffer(-9)).exterior, *spokes]
    groves = [Point(chance.uniform(west, east), chance.uniform(south, north)).buffer(chance.uniform(6, 13)) for _ in range(26)]
    wood = shapely.union_all(groves).intersection(lawn.buffer(-3)).difference(shore.buffer(4))
    return [("green", lawn), ("wood", wood), ("lane", shapely.union_all(paths)), ("water", pond)]


def _largest(geometry: Geometry) -> Polygon:
    return max(shapely.get_parts(geometry), key=lambda part: part.area)


def school(ground: Polygon) -> list[tuple[str, Geometry]]:
    """A schoolyard: running track with a field on the south, teaching blocks on the north."""
    west, south, east, north = ground.buffer(-6).bounds
    width, height = east - west, north - south
    radius = min(width * 0.2, height * 0.17, 30)
    y, middle = south + radius + 4, (west + east) / 2
    half = max(4.0, min(width / 2 - radius - 4, 42))
    oval = LineString([(middle - half, y), (middle + half, y)])
    track, pitch = oval.buffer(radius), oval.buffer(radius - 7)
    base = y + radius + 12
    blocks: list[Geometry] = []
    if north - base > 20:
        wing = box(west + width * 0.12, base, west + width * 0.88, base + 12)
        side = box(west + width * 0.12, base, west + width * 0.12 + 13, min(north, base + 42))
        blocks = [wing.union(side)]
        if north - base > 48:
            blocks.append(box(west + width * 0.36, base + 30, west + width * 0.86, base + 42))
    inside = [b.intersection(ground.buffer(-3)) for b in blocks]
    shapes = [("ground", ground), ("court", track.difference(pitch).intersection(ground)), ("green", pitch.intersection(ground))]
    return shapes + [("outline", b) for b in inside if b.area > 60]


def surroundings(chance: random.Random, area: Polygon, corridors: list[Geometry]) -> list[Polygon]:
    """Outlines of the city next door, so that the neighbourhood does not hang in the void."""
    ring = area.buffer(105, join_style="mitre").difference(shapely.union_all([area.buffer(14), *(c.buffer(4) for c in corridors)]))
    west, south, east, north = ring.bounds
    outlines, y = [], south + chance.uniform(0, 12)
    while y < north:
        x = west + chance.uniform(0, 20)
        while x < east:
            length = chance.choice((28, 42, 42, 56, 60))
            outline = box(x, y, x + length, y + DEPTH)
            if ring.covers(outline) and chance.random() < 0.9:
                outlines.append(outline)
                x += 9
            x += length if chance.random() < 0.7 else 14
        y += chance.uniform(30, 35)
    return outlines
