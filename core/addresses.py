"""One address, however a department writes it: 清溪新村3號樓2單元501室, 清溪新村3栋2单元501 and 清溪新村3-2-501 are one flat.

Only estate, building, unit and room are read; what stands before the estate (city, street) is compared by its end.
"""

import re
from dataclasses import dataclass

from core.imports.cells import half_width

_SIMPLE = str.maketrans("號樓棟單門戶層區東莊園灣華龍陽興廣鎮縣蘭麗壽榮學寶銀馬鳳", "号楼栋单门户层区东庄园湾华龙阳兴广镇县兰丽寿荣学宝银马凤")
_NOISE = re.compile(r"[\s,，、。.·;；()（）【】\[\]'\"]+")
_HAN_NUMBER = re.compile(r"[零〇一二三四五六七八九十]{1,6}(?=号楼|号栋|栋|幢|座|单元|室|$)")
_DIGIT = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_BUILDING = re.compile(r"^(?P<estate>.*)(?<![A-Z0-9])(?P<building>\d+[A-Z]?|[A-Z]\d*)(?:号楼|号栋|栋楼|栋|幢|座|#楼|#|楼(?!道|层|梯))")
_DASHED = re.compile(r"^(?P<estate>.*?)(?<![A-Z0-9])(?P<building>\d{1,4}[A-Z]?)-(?P<unit>[A-Z0-9]{1,3})-(?P<room>[A-Z]?\d{2,5}[A-Z]?)(?:号?[房室户号])?$")
_UNIT = re.compile(r"^-?(?P<unit>[A-Z0-9]{1,3})(?:单元|门|-)")
_FLOOR = re.compile(r"^\d{1,2}[楼层]")
_ROOM = re.compile(r"^-?(?P<room>[A-Z]?\d{1,5}[A-Z]?)(?:号?[房室户号])?$")
_ZEROS = re.compile(r"^0+(?=.)")


@dataclass(frozen=True, slots=True)
class Place:
    """A flat; a part the text doesn't say is "". `estate`: what stands before the building's number."""

    estate: str
    building: str
    unit: str = ""
    room: str = ""


def bare(text: str) -> str:
    """`text` for comparing: half width, simplified, capitals, without spaces and punctuation."""
    return _NOISE.sub("", half_width(text).translate(_SIMPLE)).upper()


def place_of(text: str | None) -> Place | None:
    """The flat an address names. None where no building can be made out: such an address agrees with nothing and contradicts nothing."""
    written = _HAN_NUMBER.sub(lambda found: str(_number(found.group())), bare(text or ""))
    if found := _DASHED.match(written):
        return Place(found["estate"], *(_ZEROS.sub("", found[part]) for part in ("building", "unit", "room")))
    found = _BUILDING.match(written)
    if found is None:
        return None
    rest, unit = written[found.end() :], ""
    if inner := _UNIT.match(rest):
        unit, rest = _ZEROS.sub("", inner["unit"]), rest[inner.end() :]
    rest = _FLOOR.sub("", rest) if _ROOM.match(_FLOOR.sub("", rest)) else rest
    room = _ROOM.match(rest)
    return Place(found["estate"], _ZEROS.sub("", found["building"]), unit, _ZEROS.sub("", room["room"]) if room else "")


def estates_agree(one: Place, other: Place) -> bool:
    """Whether one estate ends like the other: 莱芜区嬴城街道清溪新村 and 清溪新村; one that isn't said agrees with any."""
    return one.estate.endswith(other.estate) or other.estate.endswith(one.estate)


def same_building(one: Place, other: Place) -> bool:
    """Whether both stand in the same building."""
    return one.building == other.building and estates_agree(one, other)


def same_flat(one: Place, other: Place) -> bool:
    """Whether both are the same flat, each saying its room, and both or neither their unit."""
    return same_building(one, other) and bool(one.room) and (one.unit, one.room) == (other.unit, other.room)


def contradict(one: Place | None, other: Place | None) -> bool:
    """Whether the two can't be the same flat. What one of them doesn't say contradicts nothing."""
    if one is None or other is None:
        return False
    parts = ((one.unit, other.unit), (one.room, other.room))
    return not same_building(one, other) or any(mine and theirs and mine != theirs for mine, theirs in parts)


def lives_apart(registered: str | None, lived_at: str | None) -> bool:
    """Whether somebody lives elsewhere than registered (人户分离), as far as two addresses can say: the same flat, however written, is the same. None: not on file."""
    if not registered or not lived_at or _NOISE.sub("", half_width(registered)) == _NOISE.sub("", half_width(lived_at)):
        return False
    one, other = place_of(registered), place_of(lived_at)
    return one is None or other is None or contradict(one, other)


def _number(text: str) -> int:
    """十二 → 12, 二十 → 20, 五〇一 → 501."""
    if "十" not in text:
        return int("".join(str(_DIGIT[sign]) for sign in text))
    tens, _, ones = text.partition("十")
    return (_DIGIT.get(tens, 1) if tens else 1) * 10 + (_DIGIT.get(ones, 0) if ones else 0)
