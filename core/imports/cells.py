"""What one cell may hold: from what a spreadsheet hands over to a value, or to the exact reason why not.

A cell is what python-calamine yields: str, int, float, bool, date, datetime, time, timedelta; "" is an empty one.
A parser answers None for an empty cell, a value, or `Bad`.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class Bad:
    """Why a cell is refused. `reason` is the last part of a word key (imports.bad.<reason>), `values` fill its {places}."""

    reason: str
    values: dict = field(default_factory=dict)


NOTHING = frozenset({"", "无", "-", "--", "---", "—", "——", "/", "\\", "//", "*", "暂无", "不详", "未知", "空", "n/a", "na", "none", "null", "nan", "nil", "unknown"})
"""What clerks and systems write for “nothing”."""

_FORMULA_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]|_x000[dD]_")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_DOTS = str.maketrans("•‧・∙⋅.．", "·······")
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2014: 0x2D, 0x2013: 0x2D, 0x2212: 0x2D}


def plain(cell: Cell) -> str:
    """The cell as one line of text: invisible marks gone, white space (tabs, line breaks, full-width) squeezed, whole floats without “.0”."""
    if isinstance(cell, str):
        if cell.isalnum():
            return cell
        return _SPACES.sub(" ", _INVISIBLE.sub("", cell)).strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell)


def half_width(text: str) -> str:
    """`text` with full-width letters, digits and punctuation made half-width."""
    return text if text.isascii() else text.translate(FULL_WIDTH)


def is_nothing(text: str) -> bool:
    """Whether `text` stands for an empty cell."""
    return text.lower() in NOTHING


def formula_error(cell: Cell) -> Bad | None:
    """A broken formula's result (#REF!), else None."""
    if isinstance(cell, str) and cell[:1] == "#" and cell.strip().upper() in _FORMULA_ERRORS:
        return Bad("formula_error")
    return None


def text_of(cell: Cell, longest: int = 200) -> str | Bad | None:
    """One line of text of at most `longest` characters."""
    text = plain(cell)
    if is_nothing(text):
        return None
    if problem := formula_error(cell):
        return problem
    if text[0] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]  # how exports neutralise formulas
    return Bad("too_long", {"longest": longest, "length": len(text)}) if len(text) > longest else text


_LONG_NUMBER = re.compile(r"\d{12,}[\dXx]?")


def basis_of(cell: Cell, longest: int = 80) -> str | Bad | None:
    """What a membership rests on. A number long enough to hold an ID number (a disability certificate's does) is not kept: the column is readable."""
    if isinstance(cell, (int, float)):
        return None
    text = text_of(cell, longest)
    return _LONG_NUMBER.sub("***", half_width(text)) if isinstance(text, str) else text


def long_text_of(cell: Cell, longest: int = 20_000) -> str | Bad | None:
    """Text that keeps its paragraphs; tabs and blank lines around them are dropped."""
    if not isinstance(cell, str):
        return text_of(cell, longest)
    if problem := formula_error(cell):
        return problem
    lines = (_SPACES.sub(" ", line).strip() for line in _CONTROL.sub("", _INVISIBLE.sub("", cell)).splitlines())
    text = "\n".join(line for line in lines if line)
    if is_nothing(text):
        return None
    return Bad("too_long", {"longest": longest, "length": len(text)}) if len(text) > longest else text


def name_of(cell: Cell, longest: int = 60) -> str | Bad | None:
    """A person's name: “张 三” is 张三, the dot of 买买提·艾力 is always the same one."""
    if isinstance(cell, (bool, int, float, date, time, timedelta)):
        return Bad("not_a_name")
    text = text_of(half_width(cell or ""), longest)
    if text is None or isinstance(text, Bad):
        return text
    if any(c.isdigit() for c in text):
        return Bad("not_a_name")
    if text.isascii():
        return text
    return _BETWEEN_HAN.sub("", text).translate(_DOTS)


def code_of(cell: Cell, longest: int = 60) -> str | Bad | None:
    """A number or code that is only compared, never reckoned with: 188006.0 is “188006”."""
    if isinstance(cell, float) and (not cell.is_integer() or abs(cell) >= 1e15):
        return Bad("number_lost_digits")
    text = text_of(half_width(cell) if isinstance(cell, str) else cell, longest)
    return text.lstrip("'`") or None if isinstance(text, str) else text


_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})$")
_LANDLINE = re.compile(r"(?:\+?86)?(0\d{2,3}\d{7,8}(?:\d{1,6})?|[2-9]\d{6,7}|[48]00\d{7}|1[0-2]\d{3,4}|9\d{4}(?:\d{1,3})?|1[12]\d)$")
_PHONE_NOISE = re.compile(r"[\s()\-'`.·]+|转|ext\.?", re.IGNORECASE)
_SEVERAL = re.compile(r"[/、，,；;|]|\s{2,}|\n|或")


def phone_of(cell: Cell) -> str | Bad | None:
    """A mobile or land-line number, digits only; of several in one cell the first good one. Permissive: 154, 174, 179 exist.
    A number of 1[3-9] with fewer than eleven digits is a mobile cut short; service numbers begin with 10, 11, 12 or 9."""
    if isinstance(cell, (bool, date, time, timedelta)):
        return Bad("phone")
    if isinstance(cell, float) and not cell.is_integer():
        return Bad("phone")
    if isinstance(cell, str) and len(cell) == 11 and cell.isdigit() and cell.isascii() and cell[0] == "1" and cell[1] > "2":
        return cell
    text = half_width(_INVISIBLE.sub("", cell)).strip() if isinstance(cell, str) else plain(cell)
    if is_nothing(text):
        return None
    for part in _SEVERAL.split(text):
        digits = _PHONE_NOISE.sub("", part)
        if found := _MOBILE.match(digits) or _LANDLINE.match(digits):
            return found.group(1)
    return Bad("phone")


_SEXES = {"男": "M", "男性": "M", "m": "M", "male": "M", "1": "M", "女": "F", "女性": "F", "f": "F", "female": "F", "2": "F"}


def sex_of(cell: Cell) -> str | Bad | None:
    """M or F (GB/T 2261.1 codes 1 and 2 too)."""
    text = plain(cell)
    if is_nothing(text):
        return None
    return _SEXES.get(half_width(text).lower()) or Bad("sex")


_YES = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true", "1", "v"})
_NO = frozenset({"否", "没有", "×", "✗", "✘", "x", "n", "no", "false", "0", "不是", "非"})


def flag_of(cell: Cell) -> bool | Bad | None:
    """Yes or no, as 是 / 有 / √ / 1 and their opposites."""
    text = half_width(plain(cell)).lower()
    if text == "无":
        return False
    if is_nothing(text):
        return None
    return True if text in _YES else False if text in _NO else Bad("flag")


_AGE = re.compile(r"(\d{1,3})(?:周?岁|years?)?$")


def whole_of(cell: Cell, least: int = 0, most: int = 1_000_000) -> int | Bad | None:
    """A whole number within [least, most]; “75岁” is 75."""
    if isinstance(cell, (date, time, timedelta)):
        return Bad("not_a_number")
    text = half_width(plain(cell)).replace(",", "").replace(" ", "")
    if is_nothing(text):
        return None
    found = _AGE.match(text)
    number = int(found.group(1)) if found else int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if number is None:
        return Bad("not_a_number")
    return number if least <= number <= most else Bad("out_of_range", {"least": least, "most": most})


def decimal_of(cell: Cell, least: float = -1e9, most: float = 1e9) -> float | Bad | None:
    """A number with a fraction within [least, most]."""
    if isinstance(cell, (date, time, timedelta)):
        return Bad("not_a_number")
    text = half_width(plain(cell))
    if is_nothing(text):
        return None
    try:
        number = float(text)
    except ValueError:
        return Bad("not_a_number")
    return number if least <= number <= most else Bad("out_of_range", {"least": least, "most": most})


@lru_cache(20_000)
def squeezed(text: str) -> str:
    """`text` for comparing headers and choices: NFKC, lower case, only letters and digits left."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum() or c in "#°")
