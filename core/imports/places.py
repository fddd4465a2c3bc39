"""Buildings and doors: 3#, 3栋, 3幢, 3号楼 and ３ are one building; 3-1-301 and 3号楼1单元301室 are one door of it."""

import re
from dataclasses import dataclass

from core.imports.cells import Bad, Cell, half_width, is_nothing, plain

_BUILDING_END = re.compile(r"(?:号楼|号栋|栋楼|#楼|号|栋|幢|座|楼|#)+$")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_UNIT = re.compile(r"^0*(\w+?)(?:单元|门)?$")
_ROOM_END = re.compile(r"(?:室|户|号房|房|号)$")
_CODE = re.compile(r"^(?P<building>.*?[^\W_]\s*(?:号楼|栋|幢|座|#楼|#))\s*-?(?:(?P<unit>\w{1,3}?)\s*(?:单元|门|-)\s*)?(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|户|房|号)?$")
_DASHED = re.compile(r"^(?P<building>\d{1,4}[A-Za-z]?)-(?P<unit>\w{1,3})-(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|户)?$")
_UNIT_ROOM = re.compile(r"^(?P<unit>\w{1,3}?)(?:单元|门|-)(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|户|房|号)?$")


@dataclass(frozen=True)
class Door:
    """A door; `building` and `unit` are "" where the text doesn't say."""

    building: str
    unit: str
    room: str

    @property
    def name(self) -> str:
        """The door within its building, as the desk writes it: 1单元301 or 301."""
        return f"{self.unit}单元{self.room}" if self.unit else self.room


def building_of(cell: Cell) -> str | Bad | None:
    """A building's name as the desk writes it: a number gets 号楼, other names (A座, 办公楼) are kept."""
    if isinstance(cell, float) and not cell.is_integer():
        return Bad("building")
    text = half_width(plain(cell)).replace(" ", "")
    if is_nothing(text):
        return None
    if len(text) > 60:
        return Bad("too_long", {"longest": 60, "length": len(text)})
    stem = _BUILDING_END.sub("", text)
    return f"{_LEADING_ZEROS.sub('', stem)}号楼" if stem and stem[-1] in "0123456789" else text


def grid_key(text: str) -> str:
    """By what a grid's name or code is recognised: 第3网格, 3号网格, 网格3 and 03 are the same."""
    stem = re.sub(r"网格|第|号|\s", "", half_width(text))
    return _LEADING_ZEROS.sub("", stem).upper() or text


def door_of(cell: Cell) -> Door | Bad | None:
    """A door from one cell: 301, 1单元301室, 1-301, 3-1-301 or 3号楼1单元301."""
    if not isinstance(cell, str) and isinstance(cell, float) and not cell.is_integer():
        return Bad("door")
    text = half_width(plain(cell)).replace(" ", "")
    if is_nothing(text):
        return None
    for shape in (_DASHED, _CODE, _UNIT_ROOM):
        if found := shape.match(text):
            parts = found.groupdict()
            return Door(building_of(parts["building"]) if parts.get("building") else "", _unit(parts.get("unit") or ""), parts["room"])
    if len(text) > 30:
        return Bad("door")
    return Door("", "", _ROOM_END.sub("", text) or text)


def unit_of(cell: Cell) -> str | Bad | None:
    """A unit (单元, 门): its number or letter."""
    text = half_width(plain(cell)).replace(" ", "")
    if is_nothing(text):
        return None
    return _unit(text) if len(text) <= 8 else Bad("door")


def _unit(text: str) -> str:
    found = _UNIT.match(text)
    return found.group(1) if found else text
