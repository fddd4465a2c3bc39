"""The synthetic neighbourhood and the drawing of cells: what makes them believable, and what keeps a map free of holes and overlaps."""

import pytest
import shapely
from shapely import LineString, Point, box

from db.demo.geography import UNGRIDDED, district_origin, neighbourhood
from db.geography import LAYERS, SLIVER_M, Plane, cells, enclosures

SEEDS = (1, 2, 7, 23)


@pytest.fixture(scope="module", params=SEEDS)
def ground(request):
    return neighbourhood(request.param)


def in_metres(ground, geometry):
    return Plane(ground.boundary.centroid.x, ground.boundary.centroid.y).to_metres(geometry)


def test_twelve_grids_hold_3600_households_in_about_a_hundred_buildings(ground):
    assert len(ground.grids) == 12
    assert sum(one.households for one in ground.buildings) == 3600
    assert 80 <= len(ground.buildings) <= 130


def test_one_grid_of_412_and_one_of_188_stand_outside_the_warning_band_all_others_within(ground):
    sizes = sorted(one.households for one in ground.grids)
    assert (sizes[0], sizes[-1]) == (188, 412)
    assert all(240 <= size <= 380 for size in sizes[1:-1])


def test_a_grids_households_are_those_of_its_buildings_and_two_buildings_are_in_none(ground):
    for index, grid in enumerate(ground.grids):
        assert sum(one.households for one in ground.buildings if one.grid == index) == grid.households
    assert sum(one.grid is None for one in ground.buildings) == UNGRIDDED


def test_every_building_has_a_name_of_its_own_and_can_house_its_households(ground):
    assert len({one.name for one in ground.buildings}) == len(ground.buildings)
    assert all(0 < one.households <= one.storeys * one.units * 2 for one in ground.buildings)


def test_no_two_cells_overlap_and_none_has_a_hole_or_broken_ring(ground):
    drawn = [in_metres(ground, one.polygon) for one in ground.grids]
    assert all(cell.is_valid and not cell.is_empty for cell in drawn)
    assert sum(cell.area for cell in drawn) - shapely.union_all(drawn).area < 1.0


def test_cells_follow_the_streets_and_lie_on_no_water(ground):
    drawn = shapely.union_all([in_metres(ground, one.polygon) for one in ground.grids])
    river = in_metres(ground, max(ground.of("water"), key=lambda one: one.geometry.area).geometry)
    assert drawn.intersection(river).area < 1.0
    for street in ground.of("street", "main_street"):
        assert drawn.intersection(in_metres(ground, street.geometry).buffer(4)).area < 30.0


def test_each_building_stands_in_the_cell_of_its_grid(ground):
    for one in ground.buildings:
        if one.grid is not None:
            cell, outline = in_metres(ground, ground.grids[one.grid].polygon), in_metres(ground, one.polygon)
            assert cell.intersection(outline).area > 0.97 * outline.area


def test_no_two_buildings_stand_on_the_same_ground(ground):
    outlines = [in_metres(ground, one.polygon) for one in ground.buildings]
    assert sum(one.area for one in outlines) - shapely.union_all(outlines).area < 1.0


def test_there_are_streets_with_names_a_river_a_park_a_school_and_shops(ground):
    assert all(street.name for street in ground.of("street", "main_street"))
    assert {one.layer for one in ground.features} == set(LAYERS)
    assert [one.name for one in ground.of("water") if one.name]
    assert [one.name for one in ground.of("green") if one.name]
    assert [one.name for one in ground.of("ground") if "小学" in one.name]


def test_the_same_seed_gives_the_same_neighbourhood_and_another_seed_another():
    once, again, other = neighbourhood(5), neighbourhood(5), neighbourhood(6)
    assert [one.polygon.wkb for one in once.buildings] == [one.polygon.wkb for one in again.buildings]
    assert [one.polygon.wkb for one in once.grids] != [one.polygon.wkb for one in other.grids]


def test_forty_neighbourhoods_of_a_district_lie_side_by_side():
    origins = [district_origin(index) for index in range(40)]
    plane = Plane(*origins[0])
    tiles = [plane.to_metres(Point(*origin)) for origin in origins]
    whole = [box(*shapely.total_bounds([plane.to_metres(f.geometry) for f in neighbourhood(i, origin=origins[i]).features])) for i in (0, 1, 8)]
    assert len({(round(tile.x), round(tile.y)) for tile in tiles}) == 40
    assert not whole[0].intersects(whole[1]) and not whole[0].intersects(whole[2])


@pytest.mark.parametrize("grids", [1, 3, 6, 10, 16])
def test_any_number_of_grids_can_be_asked_for(grids):
    found = neighbourhood(3, grids=grids)
    assert len(found.grids) == grids
    assert sum(one.households for one in found.buildings) == 300 * grids


# --- drawing cells --------------------------------------------------------------------------------------------------
def test_a_street_between_two_buildings_of_one_grid_cuts_its_cell_in_two():
    pieces = enclosures(box(0, 0, 100, 60), [LineString([(50, -5), (50, 65)]).buffer(5)])
    drawn = cells([box(10, 20, 30, 32), box(70, 20, 90, 32)], ["a", "a"], pieces)
    assert drawn["a"].geom_type == "MultiPolygon"
    assert drawn["a"].area == pytest.approx(2 * 45 * 60)


def test_two_grids_in_one_enclosure_share_it_half_way_without_gap_or_overlap():
    drawn = cells([box(10, 10, 40, 22), box(10, 40, 40, 52)], ["south", "north"], [box(0, 0, 50, 62)])
    assert drawn["south"].area + drawn["north"].area == pytest.approx(50 * 62)
    assert drawn["south"].bounds[3] == pytest.approx(31, abs=3)


def test_buildings_in_one_straight_line_don_t_upset_the_voronoi():
    outlines = [box(i * 10, 0, i * 10 + 5, 5) for i in range(12)]
    drawn = cells(outlines, list(range(12)), [box(-5, -5, 125, 10)])
    assert len(drawn) == 12
    assert shapely.union_all(list(drawn.values())).area == pytest.approx(130 * 15, rel=0.01)


def test_a_building_drawn_on_the_street_belongs_to_the_nearest_enclosure():
    drawn = cells([box(46, 20, 54, 30)], ["a"], [box(0, 0, 45, 60), box(60, 0, 100, 60)])
    assert drawn["a"].bounds == (0, 0, 45, 60)


def test_an_enclosure_without_a_building_belongs_to_no_grid():
    drawn = cells([box(10, 10, 20, 20)], ["a"], [box(0, 0, 40, 40), box(60, 0, 100, 40)])
    assert drawn["a"].equals(box(0, 0, 40, 40))


def test_a_verge_is_no_ground_for_a_grid():
    road = LineString([(-5, 50), (205, 50)]).buffer(5)
    verge = LineString([(-5, 50 + 5 + SLIVER_M / 2), (205, 50 + 5 + SLIVER_M / 2)]).buffer(1)
    assert len(enclosures(box(0, 0, 200, 100), [road, verge])) == 2
