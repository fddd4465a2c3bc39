"""A photo that another visit had before: the very same, or a copy of it made anew."""

from datetime import date, timedelta

import pytest

from core.likeness import HEIGHT, WIDTH, alike, distance, look
from core.plausibility import Photo, photo_figures, repeated
from core.rulebook import load_rulebook
from core.words import LANGS
from tests.db.care_people import at

NEAR, WINDOW = photo_figures(date(2026, 11, 18))
BEGIN = at("2026-11-18T14:00")
ROOM = look(bytes((x * 29 + y * 53 + x * y * 7) % 251 for y in range(HEIGHT) for x in range(WIDTH)))


def turned(picture: bytes, bits: int) -> bytes:
    """The same look but for its first `bits` bits, spread over the rows."""
    return (int.from_bytes(picture) ^ sum(1 << (16 * (n % 16) + n // 16) for n in range(bits))).to_bytes(32)


def test_the_products_figures_are_what_the_clause_says():
    assert (8, timedelta(365)) == (NEAR, WINDOW) and NEAR < 16
    assert all(str(figure) in load_rulebook()["contact.photo"].figure[lang] for figure in (8, 365) for lang in LANGS)


@pytest.mark.parametrize(("bits", "found"), [(0, True), (8, True), (9, False)])
def test_a_copy_differs_in_eight_of_256_points_at_most(bits, found):
    assert distance(ROOM, turned(ROOM, bits)) == bits
    assert (alike({"原": ROOM, "副": turned(ROOM, bits)}, NEAR) == {frozenset(("原", "副"))}) is found
    photos = [Photo("甲", BEGIN, 1, ROOM), Photo("乙", BEGIN + WINDOW, 2, turned(ROOM, bits))]
    assert repeated(photos, NEAR, WINDOW) == ({"乙": ("甲", False)} if found else {})


def test_the_very_same_photo_is_listed_however_long_ago_and_a_copy_within_the_window_only():
    long_ago = BEGIN - WINDOW - timedelta(seconds=1)
    assert repeated([Photo("甲", long_ago, 1, ROOM), Photo("乙", BEGIN, 1, ROOM)], NEAR, WINDOW) == {"乙": ("甲", True)}
    assert repeated([Photo("甲", long_ago, 1, ROOM), Photo("乙", BEGIN, 2, turned(ROOM, 1))], NEAR, WINDOW) == {}
    three = [Photo("甲", BEGIN, 1, ROOM), Photo("乙", BEGIN, 2, turned(ROOM, 1)), Photo("丙", BEGIN, 2, turned(ROOM, 1))]
    assert repeated(three, NEAR, WINDOW) == {"乙": ("甲", False), "丙": ("乙", True)}


def test_two_photos_of_one_visit_and_what_shows_nothing_are_no_repetition():
    assert repeated([Photo("甲", BEGIN, 1, ROOM), Photo("甲", BEGIN, 1, ROOM), Photo("甲", BEGIN, 2, turned(ROOM, 1))], NEAR, WINDOW) == {}
    assert look(bytes([200]) * WIDTH * HEIGHT) is None, "a wall is like every wall"
    assert repeated([Photo("甲", BEGIN, 1, None), Photo("乙", BEGIN, 2, None)], NEAR, WINDOW) == {}
    assert repeated([Photo("甲", BEGIN, 1, None), Photo("乙", BEGIN, 1, None)], NEAR, WINDOW) == {"乙": ("甲", True)}
