"""Cells of a sheet about service packages: who helps, with a number beside the name, and whether a service is there."""

import re

from core.imports.cells import Bad, Cell, half_width, is_nothing, name_of, phone_of, plain, squeezed

THERE, NOT_NEEDED, LACKING = "there", "not_needed", "lacking"
_SAID = {
    THERE: """是 有 √ ✓ ✔ 已有 已安装 安装 已装 已开通 开通 已配 已配备 已适配 已办 已完成 完成 已做 已评估 已提供 已提供岗位 已送餐 享受 y yes 1
        installed done offered arranged delivered inplace""",
    NOT_NEEDED: "不需要 无需 不用 不要 不需 本人不需要 拒绝 能行走不需要 不能或不愿就业 notneeded canwalknotneeded cantorwontwork",
    LACKING: "否 没有 未 未安装 未装 未开通 未配 未配备 未办 未完成 未做 未评估 待安装 待办 待配 缺 × ✗ ✘ x n no 0 missing notyet",
}
SERVICES = {word: said for said, words in _SAID.items() for word in words.split()}
"""Squeezed text → what it says of a service. Only what is named as not needed is put on record as that; a plain no leaves the gap."""
_NOBODY = frozenset({"无家属", "无亲属", "无子女", "无亲人", "无监护人", "孤寡", "无已知家属", "没有家属", "没有亲属", "nofamilyknown", "nofamily"})
_SEVERAL = re.compile(r"[、,;/|\n]|\s和\s")
_NUMBER = re.compile(r"[(（:：]?\s*((?:\+?86)?\s*(?:1[3-9]\d[\d -]{8,10}|0\d{2,3}[- ]?\d{7,8}))\s*[)）]?")

Helper = tuple[str, str | None]
"""Name, and number where one stands beside it."""


def service_of(cell: Cell) -> str | Bad | None:
    """THERE, NOT_NEEDED or LACKING."""
    text = plain(cell)
    if is_nothing(text):
        return None
    return SERVICES.get(squeezed(text)) or SERVICES.get(text) or Bad("service")


def helpers_of(cell: Cell) -> tuple[Helper, ...] | Bad | None:
    """Names, each perhaps with a telephone number: 王建国13800000000、李梅. () where it says that there is nobody."""
    if not isinstance(cell, str):
        return name_of(cell) if cell is not None else None
    text = half_width(cell).strip()
    if is_nothing(text):
        return None
    if squeezed(text) in _NOBODY:
        return ()
    found = []
    for part in filter(str.strip, _SEVERAL.split(text)):
        number = _NUMBER.search(part)
        phone = phone_of(number[1].replace(" ", "").replace("-", "")) if number else None
        name = name_of(_NUMBER.sub("", part))
        if isinstance(name, Bad) or isinstance(phone, Bad) or name is None:
            return Bad("helper")
        found.append((name, phone))
    return tuple(found)
