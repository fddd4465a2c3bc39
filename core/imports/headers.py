"""Where the header of a ledger is and which column holds what: guessed from headers first, from content second, corrected by people.

Rows are lists of cells from the top of the sheet, merged cells filled; row and column numbers here start at 0.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import islice

from core.imports.cells import Bad, Cell, plain, squeezed
from core.imports.id_numbers import id_number_of
from core.imports.moments import order_of
from core.imports.tables import ORDER, Field, Table, table

_LOOK_AT = 25
_SAMPLES = 60
_DEEPEST = 3
_LONGEST_HEADER = 60
_EXACT, _WITHIN, _LEAST = 1.0, 0.7, 0.35
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：]")
_WHOSE = (
    "配偶", "监护人", "父亲", "母亲", "父母", "紧急", "子女", "家属", "亲属", "责任人", "负责人", "代理人", "志愿者", "医生", "工作单位", "单位", "包保", "帮扶",
    "spouse", "guardian", "emergency", "resolutionaction",
)  # fmt: skip
"""Words before a known header that make it somebody else's: 配偶身份证号 is not the resident's."""


@dataclass(frozen=True)
class Mapping:
    """How to read one sheet: header rows [header_row, header_row + depth), `columns` field → column, `orders` field → 'mdy' or 'dmy'."""

    header_row: int
    depth: int
    columns: dict[str, int]
    orders: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict:
        """For keeping as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict) -> "Mapping":
        """From what `as_dict` gave."""
        return cls(int(content["header_row"]), int(content["depth"]), dict(sorted(content["columns"].items(), key=lambda pair: pair[1])), dict(content.get("orders", {})))

    @property
    def first_row(self) -> int:
        """The first row below the header."""
        return self.header_row + self.depth


def column_letter(index: int) -> str:
    """Column 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def labels(rows: Sequence[Sequence[Cell]], header_row: int, depth: int) -> list[str]:
    """The header of each column; of a header in several rows the parts that differ, joined by a space."""
    width = max((len(row) for row in rows[header_row : header_row + depth]), default=0)
    return [" ".join(dict.fromkeys(part for part in _column(rows, header_row, depth, index) if part)) for index in range(width)]


def signature(headers: Sequence[str]) -> bytes:
    """By what a file of the same shape is recognised: SHA-256 over its squeezed headers."""
    return sha256("\x1f".join(squeezed(header) for header in headers).encode()).digest()


def guess_table(rows: Sequence[Sequence[Cell]], today: date) -> str:
    """The table these rows most likely belong to: most required fields found, then the best headers."""
    return max(ORDER, key=lambda name: _fit(rows, table(name), today))


def _fit(rows, into: Table, today: date) -> tuple[float, float]:
    mapping = guess(rows, into, today)
    heads = labels(rows, mapping.header_row, mapping.depth)
    found = sum(name in mapping.columns for name in into.required) / len(into.required)
    named = sum(header_score(heads[column], into.fields[name]) for name, column in mapping.columns.items() if column < len(heads))
    return (found, named / max(1, sum(1 for head in heads if head)) + 0.05 * named)


def guess(rows: Sequence[Sequence[Cell]], into: Table, today: date) -> Mapping:
    """The most likely reading of `rows` as table `into`."""
    top = min(_LOOK_AT, max(1, len(rows) - 1), len(rows))  # something stands below a header
    places = [(start, depth) for start in range(top) for depth in range(1, _DEEPEST + 1) if start + depth <= top]
    start, depth = max(places, key=lambda place: _header_fit(rows, *place, into), default=(0, 1))
    return read_as(rows, start, depth, into, today)


def read_as(rows: Sequence[Sequence[Cell]], header_row: int, depth: int, into: Table, today: date) -> Mapping:
    """The columns guessed under a header somebody has pointed at."""
    body = rows[header_row + depth : header_row + depth + _SAMPLES]
    heads = labels(rows, header_row, depth)
    width = max((len(row) for row in body), default=0)
    heads += [""] * (width - len(heads))
    samples = [[row[index] for row in body if index < len(row) and row[index] not in ("", None)] for index in range(len(heads))]
    columns = _assign(heads, samples, into, today)
    return Mapping(header_row, depth, columns, date_orders(rows, columns, into, header_row + depth))


def date_orders(rows: Sequence[Sequence[Cell]], columns: dict[str, int], into: Table, first_row: int) -> dict[str, str]:
    """For each column of dates whose year comes last: which of day and month comes first, if what stands from `first_row` on says."""
    dated = {name: index for name, index in columns.items() if into.fields[name].parse in _DATED}
    found = {name: order_of(row[index] for row in islice(rows, first_row, None) if index < len(row)) for name, index in dated.items()}
    return {name: order for name, order in found.items() if order}


_DATED = {"date", "past_date", "birth_date", "moment", "past_moment"}


def _column(rows, header_row: int, depth: int, index: int) -> list[str]:
    return [plain(row[index]) if index < len(row) else "" for row in rows[header_row : header_row + depth]]


def _header_fit(rows, start: int, depth: int, into: Table) -> float:
    if depth > 1 and not _continues(rows, start, depth):
        return -1.0
    heads = labels(rows, start, depth)
    best: dict[str, float] = {}
    for head in heads:
        name, score = max(((f.name, header_score(head, f)) for f in into.fields.values()), key=lambda pair: pair[1])
        if score >= _LEAST:
            best[name] = max(best.get(name, 0), score)
    data = sum(_looks_like_data(cell) for row in rows[start : start + depth] for cell in row)
    return sum(best.values()) - 0.5 * data - 0.15 * (depth - 1)


def _continues(rows, start: int, depth: int) -> bool:
    """A second header row belongs to the first only under cells merged across or down: some label repeats, none is alone in its row."""
    first = [plain(cell) for cell in rows[start]]
    pairs = any(first[i] and first[i] == first[i + 1] for i in range(len(first) - 1))
    down = any(first[i] and i < len(rows[start + 1]) and first[i] == plain(rows[start + 1][i]) for i in range(len(first)))
    return (pairs or down) and all(len({plain(cell) for cell in row} - {""}) > 1 for row in rows[start : start + depth])


def _looks_like_data(cell: Cell) -> bool:
    if isinstance(cell, (int, float, date, datetime)) and not isinstance(cell, bool):
        return True
    text = plain(cell)
    return len(text) > _LONGEST_HEADER or sum(c.isdigit() for c in text) >= 4


def header_score(header: str, wanted: Field) -> float:
    """How well `header` names the field, 0 to 1."""
    return _score(header, wanted.known_as, wanted.exact) if len(header) <= _LONGEST_HEADER else 0.0


@lru_cache(20_000)
def _score(header: str, known_as: tuple[str, ...], exact: bool) -> float:
    bare = squeezed(_ASIDE.sub("", header)) or squeezed(header)
    if bare in known_as:
        return _EXACT - 0.004 * known_as.index(bare)
    if not bare or exact or _somebody_elses(bare):
        return 0.0
    last = squeezed(_ASIDE.sub("", header.split(" ")[-1]))
    if last in known_as and not header.isascii():
        return 0.95 - 0.004 * known_as.index(last)
    within = (len(known) for known in known_as if known in bare and len(known) > (4 if known.isascii() else 1))
    return _WITHIN * max(within, default=0) / len(bare)


def _somebody_elses(bare: str) -> bool:
    return any(bare.startswith(word) for word in _WHOSE)


def _assign(heads: list[str], samples: list[list[Cell]], into: Table, today: date) -> dict[str, int]:
    scored = []
    for position, wanted in enumerate(into.fields.values()):
        for index, head in enumerate(heads):
            score = header_score(head, wanted)
            if score >= _LEAST:
                score += 0.1 * _content(samples[index], wanted, today)
            elif not squeezed(head) and wanted.parse in ("id_number", "phone") and _content(samples[index], wanted, today) > 0.6:
                score = 0.4
            if score >= _LEAST:
                scored.append((-score, index, position, wanted.name))
    columns: dict[str, int] = {}
    for _, index, _, name in sorted(scored):
        if name not in columns and index not in columns.values():
            columns[name] = index
    return dict(sorted(columns.items(), key=lambda pair: pair[1]))


def _content(samples: list[Cell], wanted: Field, today: date) -> float:
    from core.imports.parsers import PARSERS, Setting

    if not samples:
        return 0.0
    if wanted.parse == "id_number":
        return sum(isinstance(id_number_of(cell, today), str) for cell in samples) / len(samples)
    read = PARSERS[wanted.parse](Setting(today=today), **wanted.options)
    return sum(not isinstance(read(cell), Bad) for cell in samples) / len(samples)
