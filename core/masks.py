"""Personal data as somebody may see it who has no need of it in full: enough to tell two people apart, too little to find one."""

import re

_STAR = "*"
_DIGITS = re.compile(r"\d")
_BUILDING = re.compile(r"^.*?(?:号楼|栋|幢|座|楼(?!道|层|梯))")
_BEFORE_DOOR = re.compile(r"^(.*?)(?=\d+\s*(?:单元|室|户|层)|\d+-\d+|\d{3,}$)")


def name(text: str | None) -> str | None:
    """张小明 → 张*明, 张明 → 张*, 欧阳小明 → 欧**明; one sign stays."""
    if not text or len(text) < 2:
        return text
    return text[0] + _STAR * (len(text) - 2) + text[-1] if len(text) > 2 else text[0] + _STAR


def phone(text: str | None) -> str | None:
    """13812345678 → 138****5678; other numbers keep their last two digits; what holds no number keeps its first sign."""
    if not text:
        return text
    digits = "".join(_DIGITS.findall(text))
    if len(digits) == 11:
        return f"{digits[:3]}{_STAR * 4}{digits[-4:]}"
    return f"{_STAR * 4}{digits[-2:]}" if len(digits) > 4 else text[0] + _STAR * 3


def id_number(text: str | None) -> str | None:
    """First three and last two signs: 370**********2X for an ID number of 18."""
    if not text:
        return text
    return text[:3] + _STAR * (len(text) - 5) + text[-2:] if len(text) > 5 else _STAR * len(text)


def address(text: str | None) -> str | None:
    """Up to the building: 幸福小区3号楼2单元501 → 幸福小区3号楼***."""
    if not text:
        return text
    found = _BUILDING.match(text) or _BEFORE_DOOR.match(text)
    kept = found.group() if found else text[: len(text) // 2]
    return kept if kept == text else kept + _STAR * 3


def building(text: str) -> str:
    """Of an address the building alone, which is nobody's secret: 幸福小区3号楼2单元501 → 幸福小区3号楼."""
    return address(text).rstrip(_STAR)


def birth_date(text: str | None) -> str | None:
    """The year: 1950-03-12 → 1950-**-**."""
    return f"{text[:4]}-**-**" if text else text


def health(text: str | None) -> str | None:
    """Nothing but that there is something."""
    return _STAR * 3 if text else text


def free_text(text: str | None) -> str | None:
    """Text that may name people: nothing but that there is something."""
    return _STAR * 3 if text else text


def plate(text: str | None) -> str | None:
    """A number plate: 鲁SA1234 → 鲁S***34."""
    return text and f"{text[:2]}{_STAR * 3}{text[-2:]}"


_BY_FIELD = {"name": name, "phone": phone, "id_number": id_number, "address": address, "registered_address": address, "birth_date": birth_date, "health": health}


def masked(field: str, text: str | None, hidden: frozenset[str]) -> str | None:
    """`text` of a core.roles.PERSONAL `field`, masked when it is among the `hidden`. Raises KeyError for an unknown field."""
    mask = _BY_FIELD[field]
    return mask(text) if field in hidden else text
