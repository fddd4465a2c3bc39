"""Where a ledger says that somebody lives, held against where their file says so: the same, elsewhere, or nothing that could be compared.

Default of this product; the documents say nothing. Two texts are comparable when a building can be made out in both (core.addresses): what one of them
leaves out (estate, unit, room) contradicts nothing. A text without a building neither agrees with a home nor moves anybody out of it; one without any
number names a neighbourhood, no house. The file's home is the household's door where there is one, and the address that is written beside it or instead.
"""

import re

from core.addresses import bare, contradict, place_of

FILLS, SAME, OTHER, SILENT = "fills", "same", "other", "silent"
"""Nothing stands there yet; it says what stands there; it says something else, which takes a second person; it says nothing comparable and is left."""
_ENDING = re.compile(r"(?<=\d)(?:号?[房室户号])$")
_NUMBER = re.compile(r"\d")


def by_door(said: str, home: str | None, written: str | None) -> str:
    """What a building of ours, with or without a door, says about somebody at `home` (building and door of the household) or at the address `written`."""
    if home is None and written is None:
        return FILLS
    place, stands = place_of(said), place_of(home or written)
    if place and stands:
        return OTHER if contradict(place, stands) else SAME if home else FILLS
    if home is not None:
        return SAME if _ends_alike(home, said) else OTHER
    return OTHER if _NUMBER.search(written) and not _ends_alike(written, said) else FILLS


def by_address(text: str, home: str | None, written: str | None) -> str:
    """What the written address `text` says about them."""
    if home is None and written is None:
        return FILLS
    if _ends_alike(text, home) or _ends_alike(text, written) or _ends_alike(written, text):
        return SAME
    place = place_of(text)
    stands = [known for known in map(place_of, (home, written)) if known] if place else []
    if stands:
        return OTHER if all(contradict(place, one) for one in stands) else SAME
    return OTHER if written is not None and _NUMBER.search(bare(text)) else SILENT


def lives_at(home: str | None, written: str | None) -> str | None:
    """Where somebody lives, for their file and for a comparison: behind the household's door `home`, where the round goes, too; at the address `written` beside it only if
    that is plainly another place."""
    return written if home is None or written is not None and by_address(written, home, None) == OTHER else home


def _ends_alike(text: str | None, home: str | None) -> bool:
    """Whether `text` is the home, perhaps with something before it: 清溪新村3号楼301室, but no 13号楼301."""
    if text is None or home is None:
        return False
    long, short = (_ENDING.sub("", bare(one)) for one in (text, home))
    before = long[-len(short) - 1 : -len(short)] if short else "0"
    return long.endswith(short) and not (before.isascii() and (before.isalnum() or before == "-"))
