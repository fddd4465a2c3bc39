"""The order of a round: nearest building next, doors as one climbs the stairs."""

from core.walks import door_order, metres, middle, walking_order


def test_the_nearest_building_comes_next_and_those_nobody_has_drawn_come_last():
    places = {"first": (117.0, 36.0), "far": (117.009, 36.0), "unknown": None, "near": (117.001, 36.0), "middle": (117.004, 36.0)}
    assert walking_order(places) == ["first", "near", "middle", "far", "unknown"]
    assert walking_order({}) == [] and walking_order({"a": None, "b": None}) == ["a", "b"]


def test_a_degree_of_longitude_is_shorter_than_one_of_latitude():
    assert round(metres((117.0, 36.0), (118.0, 36.0))) == round(111_320 * 0.809017, 0)
    assert round(metres((117.0, 36.0), (117.0, 37.0))) == 111_320


def test_the_middle_of_an_outline_is_within_it():
    square = [[0, 0], [2, 0], [2, 2], [0, 2]]
    assert middle({"type": "Polygon", "coordinates": [square]}) == (1, 1)
    assert middle({"type": "MultiPolygon", "coordinates": [[square], [square]]}) == (1, 1)
    assert middle({"type": "Point", "coordinates": [3, 4]}) == (3, 4) and middle(None) is None


def test_doors_are_sorted_by_their_numbers():
    doors = ["2单元1201", None, "10单元101", "2单元301", "1单元502"]
    assert sorted(doors, key=door_order) == ["1单元502", "2单元301", "2单元1201", "10单元101", None]
