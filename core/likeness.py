"""Whether two pictures show the same: exactly, by their content, or as a copy saved smaller or anew looks like its original.

A picture's look is a difference hash (dHash): scaled to 17 × 16 grey points, one bit for each pair of neighbours, set where the left one is
clearly lighter. Saving anew or scaling turns a few of the 256 bits; two photos of the same room taken one after the other differ in far more.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping

WIDTH, HEIGHT = 17, 16
_CLEARLY = 3
"""Shades of 256 by which the left point is lighter: less is what saving anew leaves behind."""
PLAIN = 24
"""Fewer bits, or more than all but so many: a wall, a page, the sky. Too little to tell such pictures apart, so only equal contents count."""


def look(grey: bytes) -> bytes | None:
    """32 bytes of WIDTH × HEIGHT grey points, row by row from the upper left; None of a picture too plain."""
    rows = (grey[start : start + WIDTH] for start in range(0, WIDTH * HEIGHT, WIDTH))
    bits = [left > right + _CLEARLY for row in rows for left, right in zip(row, row[1:], strict=False)]
    if not PLAIN <= sum(bits) <= len(bits) - PLAIN:
        return None
    return sum(bit << place for place, bit in enumerate(bits)).to_bytes(len(bits) // 8)


def distance(one: bytes, other: bytes) -> int:
    """In how many bits two looks differ."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def alike(looks: Mapping[Hashable, bytes], most: int) -> set[frozenset]:
    """Pairs of keys whose looks differ in `most` bits at most, `most` below 16: then one of the 16 rows of bits is equal, and only those that share one are compared."""
    shelves: dict[tuple[int, bytes], list[Hashable]] = defaultdict(list)
    found: set[frozenset] = set()
    for key, one in looks.items():
        rows = [(number, one[2 * number : 2 * number + 2]) for number in range(len(one) // 2)]
        near = {other for row in rows for other in shelves[row]}
        found |= {frozenset((key, other)) for other in near if distance(one, looks[other]) <= most}
        for row in rows:
            shelves[row].append(key)
    return found
