"""Citizens' ID numbers (GB 11643): 18 characters, MOD 11-2 check digit, a real birth date.

The six-digit region is not checked: regions are renamed every year, and residence permits for Hong Kong (81), Macau (82) and
Taiwan (83) residents and for foreigners (9…) have none. A number typed as a number has lost its last digits: it is refused, never guessed.
"""

import re
from datetime import date
from operator import mul

from core.imports.cells import Bad, Cell, half_width, is_nothing

_SHAPE = re.compile(r"\d{17}[\dX]$", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?1\d$", re.IGNORECASE)
_NOISE = re.compile(r"[\s'`\"\u200b-\u200f\u202a-\u202e\ufeff*]+|_x000[dD]_")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_OLDEST = 1890


def check_digit(first17: str) -> str:
    """The 18th character that belongs to 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(map(mul, map(int, first17), _WEIGHTS)) % 11]


def upgraded(fifteen: str) -> str:
    """The 18 characters that belong to an old number of 15 digits: the century is the 20th, and a check digit is reckoned."""
    first = f"{fifteen[:6]}19{fifteen[6:]}"
    return first + check_digit(first)


def birth_of(id_number: str) -> date:
    """The birth date in a checked ID number."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def sex_in(id_number: str) -> str:
    """M or F by the 17th digit of a checked ID number."""
    return "M" if int(id_number[16]) % 2 else "F"


def id_number_of(cell: Cell, today: date) -> str | Bad | None:
    """The checked number in capitals, or why not."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return Bad("id_as_number") if abs(cell) >= 1e14 else Bad("id_shape")
    if not isinstance(cell, str):
        return None if cell is None else Bad("id_shape")
    text = cell if cell.isascii() and cell.isdigit() else _NOISE.sub("", half_width(cell)).upper()
    if is_nothing(text):
        return None
    return _judge(text, today)


def any_id_number_of(cell: Cell, today: date) -> str | Bad | None:
    """The same, and an old number of 15 digits, also one typed as a number (it loses none), as the 18 that belong to it."""
    text = str(int(cell)) if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell == int(cell) and 1e14 <= cell < 1e15 else cell
    bare = _NOISE.sub("", half_width(text)) if isinstance(text, str) else ""
    return id_number_of(upgraded(bare) if len(bare) == 15 and bare.isdigit() and bare.isascii() else text, today)


def _judge(text: str, today: date) -> str | Bad:
    if _SCIENTIFIC.match(text):
        return Bad("id_as_number")
    if len(text) == 15 and text.isdigit():
        return Bad("id_15_digits")
    if not _SHAPE.match(text):
        return Bad("id_length", {"length": len(text)}) if text.rstrip("X").isdigit() else Bad("id_shape")
    try:
        born = birth_of(text)
    except ValueError:
        return Bad("id_birth_date")
    if born.year < _OLDEST or born > today:
        return Bad("id_birth_date")
    if check_digit(text[:17]) != text[17]:
        return Bad("id_digits_lost") if text.endswith("000") else Bad("id_check_digit")
    return text
