"""Cells of a ledger of bills: the period a bill is for, and its amount in fen."""

import re
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation

from core.imports.cells import Bad, Cell, half_width, is_nothing, plain

_MOST = Decimal(10_000_000)
_SIGNS = re.compile(r"[¥￥元圆,\s]|人民币|rmb", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})(?:年|[-/.])?(0?[1-9]|1[0-2])月?(?:份)?")
_QUARTER = re.compile(r"(\d{4})(?:年|-)?(?:第|q)?([1-4一二三四])(?:季度?)?", re.IGNORECASE)
_SEASON = re.compile(r"(\d{4})年?[-/~至](\d{4})年?(?:度|采暖季|供暖季)?")
_YEAR = re.compile(r"(\d{4})(?:年度?)?")


def bill_period_of(cell: Cell) -> str | Bad | None:
    """The period as the desk writes it: 2026-10, 2026-Q4, 2026-2027 (a heating season) or 2026. A cell with a date means its month."""
    if isinstance(cell, date):
        return f"{cell:%Y-%m}"
    if isinstance(cell, (time, timedelta)):
        return Bad("bill_period")
    text = half_width(plain(cell)).replace(" ", "")
    if is_nothing(text):
        return None
    if found := _SEASON.fullmatch(text):
        return f"{found[1]}-{found[2]}"
    if ("季" in text or "q" in text.lower()) and (found := _QUARTER.fullmatch(text)):
        return f"{found[1]}-Q{'一二三四'.find(found[2]) + 1 or found[2]}"
    if found := _YEAR.fullmatch(text):
        return found[1]
    found = _MONTH.fullmatch(text)
    return f"{found[1]}-{int(found[2]):02}" if found else Bad("bill_period")


def fen_of(cell: Cell) -> int | Bad | None:
    """An amount of yuan in fen (1/100 yuan): more than nothing, no fraction of a fen."""
    if isinstance(cell, (bool, date, time, timedelta)):
        return Bad("not_a_number")
    text = _SIGNS.sub("", half_width(plain(cell)))
    if is_nothing(text):
        return None
    try:
        yuan = Decimal(text)
    except InvalidOperation:
        return Bad("not_a_number")
    if not yuan.is_finite() or not 0 < yuan <= _MOST:
        return Bad("amount")
    fen = yuan * 100
    return int(fen) if fen == fen.to_integral_value() else Bad("amount")
