"""Cell by cell through a sheet: which rows can go in, and every cell that can't, with its place and reason.

A row goes in whole or not at all. A remark names a cell that is odd but does not keep its row out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from core.imports.cells import Bad, Cell, is_nothing, plain, squeezed
from core.imports.headers import Mapping, column_letter, labels
from core.imports.parsers import PARSERS, REPETITIVE, Reader, Setting
from core.imports.tables import Field, Table

_TOTAL = re.compile(
    r"^[(（]?(?:[合总小共累]\s*计|总人数|总户数|本页|[制填]\s*表|填\s*报|[审复]\s*核|统\s*计\s*人|经\s*办|(?:单位)?负责人|主管领导|日\s*期\s*[:：]"
    r"|(?:备\s*注|说\s*明|注)\s*[:：]|sub\s*total|total\b|grand total|prepared by|checked by)",
    re.IGNORECASE,
)
_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that can't be taken (`refuses`) or is odd (a remark). `row` is the number at the sheet's edge, from 1; `value` is personal data."""

    row: int
    column: int
    header: str
    field: str
    value: str
    reason: str
    values: dict
    refuses: bool = True

    @property
    def letter(self) -> str:
        """The column's letter in the spreadsheet."""
        return column_letter(self.column)


@dataclass(slots=True)
class Row:
    """A row read: its number at the sheet's edge and what its mapped, filled cells hold."""

    number: int
    values: dict


@dataclass
class Judgement:
    """What a sheet comes to. `skipped`: row number → why (total, header); blank rows are only counted in `blank`, good ones that
    nobody needs any more in `let_go`."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    blank: int = 0
    repeated: int = 0
    let_go: int = 0

    @property
    def read(self) -> int:
        """Rows that hold something: those that can go in, those refused, and those that say an earlier row again."""
        return len(self.rows) + self.let_go + len(self.refused) + self.repeated


@dataclass(frozen=True)
class Column:
    """A mapped column and how its cells are read."""

    field: Field
    index: int
    header: str
    read: Reader


def judge(
    cells: Sequence[Sequence[Cell]], into: Table, mapping: Mapping, *, today: date, now: datetime, ahead: int = 0, progress: Callable[[float], None] = lambda part: None
) -> Judgement:
    """Read every row below the header. `progress` is called with the part done, 0 to 1. `ahead`: rows between header and the first of `cells` below
    it that are left out here. Cross-checks are in core.imports.checks."""
    heads = labels(cells, mapping.header_row, mapping.depth)
    columns = [_column(into.fields[name], index, heads, mapping, today, now) for name, index in mapping.columns.items()]
    found, repeated = Judgement(), [squeezed(head) for head in heads]
    total = max(1, len(cells) - mapping.first_row)
    for offset, row in enumerate(cells[mapping.first_row :]):
        if offset % _EVERY == 0:
            progress(offset / total)
        _judge_row(found, mapping.first_row + ahead + offset + 1, row, columns, into, repeated)
    progress(1.0)
    return found


def bad_cell(cells: Sequence[Sequence[Cell]], heads: list[str], mapping: Mapping, number: int, name: str, reason: str, values: dict, refuses: bool = True, *, ahead: int = 0) -> BadCell:
    """A cell found bad after reading; that of an unmapped field stands in the first column. `ahead` as in `judge`."""
    index = mapping.columns.get(name, 0)
    row = cells[number - 1 - ahead]
    shown = plain(row[index]) if name in mapping.columns and index < len(row) else ""
    return BadCell(number, index, heads[index] if index < len(heads) else "", name, shown, reason, values, refuses)


def _column(wanted: Field, index: int, heads: list[str], mapping: Mapping, today: date, now: datetime) -> Column:
    read = PARSERS[wanted.parse](Setting(today, now, mapping.orders.get(wanted.name, "")), **wanted.options)
    return Column(wanted, index, heads[index] if index < len(heads) else "", _remembering(read) if wanted.parse in REPETITIVE else read)


def _remembering(read: Reader) -> Reader:
    known: dict = {}

    def again(cell: Cell):
        key = (type(cell), cell)
        if key not in known:
            known[key] = read(cell)
        return known[key]

    return again


def _judge_row(found: Judgement, number: int, row: Sequence[Cell], columns: list[Column], into: Table, repeated: list[str]) -> None:
    values, bad, width, filled = {}, [], len(row), False
    for column in columns:
        cell = row[column.index] if column.index < width else ""
        if cell is None or cell == "":
            continue
        filled = True
        value = column.read(cell)
        if isinstance(value, Bad):
            bad.append(BadCell(number, column.index, column.header, column.field.name, plain(cell), value.reason, value.values))
        elif value is not None:
            values[column.field.name] = value
    if not filled or (not values and not bad):
        found.blank += 1
        return
    doubtful = bool(bad) or any(name not in values for name in into.required)
    if why := _not_data(row, doubtful, len(values) <= max(2, len(columns) // 2), repeated):
        found.skipped[number] = why
        return
    bad += _missing(number, columns, values, bad, into)
    found.bad += bad
    if any(cell.refuses for cell in bad):
        found.refused.add(number)
    else:
        found.rows.append(Row(number, values))


def _missing(number: int, columns: list[Column], values: dict, bad: list[BadCell], into: Table) -> list[BadCell]:
    known = {cell.field for cell in bad}
    gaps = []
    for column in columns:
        name = column.field.name
        if name not in values and name not in known and (column.field.required or column.field.missing):
            gaps.append(BadCell(number, column.index, column.header, name, "", column.field.missing or "required", {}, refuses=column.field.required))
    return gaps


def _not_data(row: Sequence[Cell], doubtful: bool, sparse: bool, repeated: list[str]) -> str | None:
    """Why a row is no data: a total or signature line, the header again, a line of notes merged across the sheet."""
    if not (doubtful or sparse):
        return None
    texts = [plain(cell) for cell in row]
    filled = [text for text in texts if not is_nothing(text)]
    if any(_TOTAL.match(text) for text in filled[: 3 if doubtful else 1]):
        return "total"
    if not doubtful:
        return None
    again = sum(squeezed(text) == head for text, head in zip(texts, repeated, strict=False) if text and head)
    if again >= 2 and again * 2 > len(filled):
        return "header"
    return "note" if len(row) > 3 and len(filled) > 2 and len(set(filled)) == 1 else None
