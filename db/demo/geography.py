"""A believable Chinese urban neighbourhood out of one seed: streets, river, park, school, housing compounds, grids.

All of it is synthetic. Compounds are rows of south-facing slabs with their entrances on lanes to the north, some with
towers in the last row; a river crosses the neighbourhood; grids are the Voronoi cells of their buildings between the
streets. The same seed always gives the same neighbourhood. Worked out in metres, handed out in degrees (WGS 84).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from shapely import Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from db.demo.compounds import Plot, compound, frontage, park, school, surroundings
from db.geography import Plane, cells, enclosures, warped

ORIGIN = (117.6762, 36.2142)
TILE_M = (1300.0, 1050.0)  # pitch of neighbourhoods in a district: wider than any neighbourhood with its surroundings
UNGRIDDED = 2  # buildings that no grid was given: a new annexe, a converted hostel
STREETS_NS = ("文昌路", "育才路", "凤凰路", "汇河路", "鲁中街", "长勺路", "花园路", "胜利路", "龙潭路", "鹏泉路")
STREETS_EW = ("汶源大街", "滨河路", "口镇大街", "仁和街", "万福路", "永兴街", "安泰街", "文化街", "民安路", "丰裕街")
RIVERS = ("清溪河", "小汶河", "柳沟河", "泉水河", "莲花河", "孝义河", "牟汶渠", "杏花溪")
PARKS = ("清溪公园", "柳岸公园", "杏园", "同心公园", "莲池公园", "朝阳公园")
SCHOOLS = ("实验小学", "第二小学", "汇河小学", "育才小学", "凤城小学")
COMPOUNDS = ("幸福里", "汇河苑", "清溪小区", "柳岸花园", "安泰家园", "文苑小区", "银座新村", "凤凰城", "朝阳小区", "和润家园",
             "金鼎花园", "莲河新村", "嬴和苑", "春晓小区", "瑞祥家园", "长勺小区")
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Feature:
    """Something drawn under the cells; `layer` is one of db.geography.LAYERS."""

    layer: str
    name: str
    geometry: Geometry


@dataclass(frozen=True)
class Building:
    """A residential building; `grid` is an index into Neighbourhood.grids, or None where no grid was given."""

    name: str
    number: int
    compound: str
    polygon: Polygon
    storeys: int
    units: int
    households: int
    grid: int | None


@dataclass(frozen=True)
class Grid:
    """A grid (网格) with the households of its buildings."""

    code: str
    name: str
    polygon: Geometry
    households: int


@dataclass(frozen=True)
class Neighbourhood:
    """One community's ground. Geometries are shapely, in degrees; `db.geography.geojson(geometry)` is what the tables keep."""

    seed: int
    boundary: Polygon
    features: tuple[Feature, ...]
    buildings: tuple[Building, ...]
    grids: tuple[Grid, ...]
    gates: tuple[tuple[str, Point], ...]

    def of(self, *layers: str) -> tuple[Feature, ...]:
        """The features of some layers."""
        return tuple(f for f in self.features if f.layer in layers)


@dataclass
class _Sheet:
    """What is drawn so far, in metres."""

    features: list[Feature] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    gates: list[tuple[str, Point]] = field(default_factory=list)

    def add(self, layer: str, name: str, geometry: Geometry) -> None:
        if not geometry.is_empty:
            self.features.append(Feature(layer, name, geometry))


def district_origin(index: int, origin: tuple[float, float] = ORIGIN) -> tuple[float, float]:
    """Where the `index`-th neighbourhood (0, 1, …) of a district lies: eight in a row, none touching another."""
    plane = Plane(*origin)
    point = plane.to_degrees(Point((index % 8) * TILE_M[0], -(index // 8) * TILE_M[1]))
    return point.x, point.y


def neighbourhood(seed: int, grids: int = 12, origin: tuple[float, float] = ORIGIN) -> Neighbourhood:
    """The neighbourhood of `seed` with `grids` grids of about 300 households, centred on `origin` (lon, lat).

    Sizes are 240–380, but for one of 412 and one of 188, and two buildings stand outside every grid.
    """
    sizes = _sizes(random.Random(f"sizes {seed}"), grids)
    stretch = math.sqrt(grids / 12)
    for attempt in range(8):
        ground = _Ground(random.Random(f"{seed} {attempt}"), stretch, grids)
        sheet = ground.draw()
        units = sum(_weight(b) for b in sheet.buildings)
        if 22 * grids <= units <= 33 * grids:
            break
        stretch *= math.sqrt(27 * grids / max(units, 1)) ** 0.8
    _give_grids(sheet, ground.pieces, sizes)
    return _in_degrees(seed, sheet, ground, sizes, Plane(*origin))


def _sizes(chance: random.Random, grids: int) -> list[int]:
    """Household counts: on average 300 with the two ungridded buildings counted in."""
    if grids < 6:
        return [300] * grids
    plain = [chance.randrange(246, 362) for _ in range(grids - 2)]
    while (short := grids * 300 - 60 - 412 - 188 - sum(plain)) != 0:
        step = max(-4, min(4, short))
        i = chance.randrange(len(plain))
        if 240 <= plain[i] + step <= 380:
            plain[i] += step
    plain.insert(chance.randrange(2, grids - 2), 412)
    plain.insert(chance.randrange(1, grids - 1), 188)
    return plain


class _Ground:
    """The layout of one attempt: corridors of streets and river, and the plots between them."""

    def __init__(self, chance: random.Random, stretch: float, grids: int) -> None:
        self.chance = chance
        self.sheet = _Sheet()
        columns = chance.choice((3, 4)) if grids > 8 else max(2, grids // 3)
        self.width, self.height = 690.0 * stretch, 480.0 * stretch
        shares = [chance.uniform(0.85, 1.15) for _ in range(columns)]
        total, self.xs = sum(shares), [0.0]
        for share in shares:
            self.xs.append(self.xs[-1] + self.width * share / total)
        self.mid = self.height * chance.uniform(0.46, 0.54)
        self.phase = chance.uniform(0, 6.28), chance.uniform(0, 6.28)
        self.turn = math.radians(chance.uniform(-5, 5))
        self.names = {"ns": chance.sample(STREETS_NS, 5), "ew": chance.sample(STREETS_EW, 3), "compound": chance.sample(COMPOUNDS, 10)}
        self.pieces: list[Polygon] = []

    def bend(self, x, y):
        """Straight plan to real ground: long gentle bends, then a few degrees of turn, centred on the middle."""
        u = x + 10 * np.sin(y / self.height * 4.2 + self.phase[0]) - self.width / 2
        v = y + 9 * np.sin(x / self.width * 5.0 + self.phase[1]) - self.height / 2
        return u * math.cos(self.turn) - v * math.sin(self.turn), u * math.sin(self.turn) + v * math.cos(self.turn)

    def bent(self, geometry: Geometry) -> Geometry:
        return warped(geometry, self.bend)

    def draw(self) -> _Sheet:
        """Streets and river first, then each plot between them."""
        roads = self._streets()
        self.area = self.bent(box(0, 0, self.width, self.height))
        self.pieces = enclosures(self.area, [*roads, self.river.buffer(9)])
        reserved = self._reserved()
        names = iter(self.names["compound"])
        for piece in self.pieces:
            if piece is reserved:
                self._public_plot(piece)
            else:
                self._compound(piece, next(names, "新村"))
        for outline in surroundings(self.chance, self.area, self._around(roads)):
            self.sheet.add("outline", "", outline)
        return self.sheet

    def _streets(self) -> list[Polygon]:
        """Centre lines onto the sheet; returns the streets as wide as they are."""
        w, h, out = self.width, self.height, 130.0
        wide = []
        for i, x in enumerate(self.xs):
            main = i in (0, len(self.xs) - 1) or i == len(self.xs) // 2
            wide.append(self._street(self.names["ns"][i], LineString([(x, -out), (x, h + out)]), main))
        for name, y, main in zip(self.names["ew"], (0.0, self.mid - 22, h), (True, False, True), strict=True):
            wide.append(self._street(name, LineString([(-out, y), (w + out, y)]), main))
        course = LineString([(x, self.mid + 8 + 7 * math.sin(x / 95 + self.phase[0])) for x in range(-int(out), int(w + out) + 1, 10)])
        self.river = self.bent(course).buffer(self.chance.uniform(7.5, 10), cap_style="flat")
        self.sheet.add("green", "", self.river.buffer(9, cap_style="flat"))
        self.sheet.add("water", self.chance.choice(RIVERS), self.river)
        return wide

    def _street(self, name: str, line: LineString, main: bool) -> Polygon:
        bent = self.bent(line)
        self.sheet.add("main_street" if main else "street", name, bent)
        return bent.buffer(11.0 if main else 7.5, cap_style="flat")

    def _reserved(self) -> Polygon:
        """The plot that is park and school: the smallest one on the river."""
        return min(self.pieces, key=lambda p: p.area)

    def _public_plot(self, piece: Polygon) -> None:
        west, south, east, north = piece.bounds
        cut = west + (east - west) * self.chance.uniform(0.42, 0.55)
        halves = [shapely.intersection(piece, box(west, south, cut - 4, north)), shapely.intersection(piece, box(cut + 4, south, east, north))]
        self.chance.shuffle(halves)
        names = {"green": self.chance.choice(PARKS), "ground": self.chance.choice(SCHOOLS)}
        for layer, shape in [*park(self.chance, halves[0].buffer(-3)), *school(halves[1].buffer(-5))]:
            self.sheet.add(layer, names.pop(layer, ""), shape)

    def _compound(self, piece: Polygon, name: str) -> None:
        shops, rest = frontage(self.chance, piece)
        self.sheet.add("ground", name, rest.buffer(-1))
        for shop in shops:
            self.sheet.add("outline", "", shop)
        plot: Plot = compound(self.chance, rest)
        self.sheet.add("green", "", MultiPolygon(plot.lawns))
        self.sheet.add("court", "", MultiPolygon(plot.courts))
        self.sheet.add("lane", "", MultiLineString(plot.lanes))
        self.sheet.gates.extend((f"{name}{side}门", gate) for side, gate in zip("南北", plot.gates, strict=False))
        for number, (outline, storeys, units) in enumerate(plot.slabs, start=1):
            self.sheet.buildings.append(Building(f"{name}{number}号楼", number, name, outline, storeys, units, 0, None))

    def _around(self, roads: list[Polygon]) -> list[Geometry]:
        return [*roads, self.river.buffer(12)]


def _weight(building: Building) -> float:
    """A building's staircases, a tower's counted for its height."""
    return building.units * (2.6 if building.storeys > 9 else 1.0)


def _give_grids(sheet: _Sheet, pieces: list[Polygon], sizes: list[int]) -> None:
    """Cuts each plot's buildings into runs of about equal weight, one run a grid, and counts out the households."""
    plots = [[b for b in sheet.buildings if piece.covers(b.polygon.centroid)] for piece in pieces]
    plots = sorted((p for p in plots if p), key=len, reverse=True)
    for plot in plots[len(sizes) :]:  # fewer grids than plots: what is left over belongs to the city next door
        sheet.features += [Feature("outline", "", b.polygon) for b in plot]
    plots = plots[: len(sizes)]
    shares = _apportion([sum(map(_weight, p)) for p in plots], len(sizes))
    runs = [run for plot, n in zip(plots, shares, strict=True) for run in _runs(plot, n)]
    runs.sort(key=lambda run: _weight_of(run))
    order = sorted(range(len(sizes)), key=sizes.__getitem__)
    spare = _spare(runs)
    sheet.buildings = []
    for index, run in zip(order, runs, strict=True):
        own = [b for b in run if b not in spare]
        sheet.buildings += [replace(b, grid=index) for b in _filled(own, sizes[index])]
    sheet.buildings += _filled(spare, 60) if spare else []
    sheet.buildings.sort(key=lambda b: (b.compound, b.number))


def _weight_of(run: list[Building]) -> float:
    return sum(map(_weight, run))


def _spare(runs: list[list[Building]]) -> list[Building]:
    """Two buildings at the end of the longest runs, no towers, that will belong to no grid."""
    if len(runs) < 4:
        return []
    ends = [run[-1] for run in sorted(runs, key=len, reverse=True) if run[-1].storeys <= 9]
    return ends[:UNGRIDDED]


def _apportion(weights: list[float], seats: int) -> list[int]:
    """Seats by largest quotient, at least one each."""
    shares = [1] * len(weights)
    for _ in range(seats - len(weights)):
        shares[max(range(len(weights)), key=lambda i: weights[i] / (shares[i] + 0.5))] += 1
    return shares


def _runs(plot: list[Building], n: int) -> list[list[Building]]:
    """The plot's buildings, walked along its longer side, cut into `n` runs of about equal weight."""
    xs, ys = [b.polygon.centroid.x for b in plot], [b.polygon.centroid.y for b in plot]
    across = (max(xs) - min(xs)) > (max(ys) - min(ys))
    walked = sorted(plot, key=lambda b: (b.polygon.centroid.x, b.polygon.centroid.y) if across else (round(b.polygon.centroid.y / 14), b.polygon.centroid.x))
    total, runs, seen = _weight_of(plot), [[] for _ in range(n)], 0.0
    for building in walked:
        runs[min(n - 1, int((seen + _weight(building) / 2) / total * n))].append(building)
        seen += _weight(building)
    return runs


def _filled(buildings: list[Building], households: int) -> list[Building]:
    """The buildings, raised or lowered until they can house `households` (two flats a landing, four in a tower), some flats empty."""
    raised = list(buildings)
    while _room(raised) < households * 1.02:
        low = min(range(len(raised)), key=lambda i: raised[i].storeys / (3.2 if raised[i].storeys > 9 else 1))
        raised[low] = replace(raised[low], storeys=raised[low].storeys + 1)
    while _room(raised) > households * 1.12:
        tall = max(range(len(raised)), key=lambda i: raised[i].storeys)
        if raised[tall].storeys <= 3:
            break
        raised[tall] = replace(raised[tall], storeys=raised[tall].storeys - 1)
    exact = [households * _capacity(b) / _room(raised) for b in raised]
    counts = [int(x) for x in exact]
    for i in sorted(range(len(raised)), key=lambda i: counts[i] - exact[i])[: households - sum(counts)]:
        counts[i] += 1
    return [replace(b, households=n) for b, n in zip(raised, counts, strict=True)]


def _capacity(building: Building) -> int:
    return building.storeys * building.units * 2


def _room(buildings: list[Building]) -> int:
    return sum(map(_capacity, buildings))


def _in_degrees(seed: int, sheet: _Sheet, ground: _Ground, sizes: list[int], plane: Plane) -> Neighbourhood:
    gridded = [b for b in sheet.buildings if b.grid is not None]
    drawn = cells([b.polygon for b in gridded], [b.grid for b in gridded], ground.pieces, seed=seed)
    rank = sorted(drawn, key=lambda i: (-round(drawn[i].centroid.y / 160), drawn[i].centroid.x))
    place = {old: new for new, old in enumerate(rank)}
    grids = tuple(Grid(f"G{place[i] + 1:02d}", f"第{_numeral(place[i] + 1)}网格", plane.to_degrees(drawn[i]), sizes[i]) for i in rank)
    buildings = tuple(replace(b, polygon=plane.to_degrees(b.polygon), grid=None if b.grid is None else place[b.grid]) for b in sheet.buildings)
    features = tuple(replace(f, geometry=plane.to_degrees(f.geometry)) for f in sheet.features)
    gates = tuple((name, plane.to_degrees(point)) for name, point in sheet.gates)
    return Neighbourhood(seed, plane.to_degrees(ground.area), features, buildings, grids, gates)


def _numeral(n: int) -> str:
    """1–99 in Chinese numerals."""
    tens, ones = divmod(n, 10)
    if tens == 0:
        return NUMERALS[ones - 1]
    return ("" if tens == 1 else NUMERALS[tens - 1]) + "十" + (NUMERALS[ones - 1] if ones else "")
