"""Spreadsheet files: .xlsx, .xls and .csv in, with limits and clear words for what can't be read; marked workbooks and exports out."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import python_calamine as calamine
import xlsxwriter

from core.imports.cells import Cell
from core.imports.headers import column_letter
from core.imports.judge import BadCell
from core.refusals import Refused
from db.packed_rows import kept

MAX_BYTES = 50 * 2**20
MAX_UNPACKED = 600 * 2**20
MAX_ROWS = 500_000
MAX_CELLS = 12_000_000
ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".txt", ".tsv")

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\sr=[\"'](\d+)")
_COLUMN = re.compile(rb"r=[\"']([A-Za-z]+)\d")
_FAR_ROW = re.compile(rb"r=[\"'](?:[A-Za-z]{2,}(\d{6,})|[A-Za-z]?(\d{7,}|[5-9]\d{5}))")
"""Rows and cells that say of themselves where they stand, far down: cells from column AA on beyond row 99,999, all else beyond MAX_ROWS. It begins with
letters, not with the white space before them: what is searched is 200 MB, and that is three times as quick."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """One sheet: `cells[row][column]` from the top left corner, merged cells filled with what they show."""

    name: str
    cells: Sequence[list[Cell]]
    names: tuple[str, ...] = ()


def read_sheet(content: bytes, file_name: str, sheet: str | None = None) -> Sheet | Refused:
    """The named sheet, or the first visible one with content. The file's content decides its kind, not its ending."""
    if not file_name.lower().endswith(ENDINGS):
        return Refused("imports.file.ending", values={"name": file_name[-40:]})
    if not content.strip(b"\0 \r\n\t"):
        return Refused("imports.file.empty")
    if len(content) > MAX_BYTES:
        return Refused("imports.file.too_big", values={"size": f"{len(content) / 2**20:.0f}", "most": MAX_BYTES // 2**20})
    if content.startswith((_ZIP, _OLE)):
        return _packed_problem(content) or _workbook(content, sheet)
    return _text(content, file_name)


def _packed_problem(content: bytes) -> Refused | None:
    if content.startswith(_OLE):
        return Refused("imports.file.password") if _ENCRYPTED in content else None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names:
                return Refused("imports.file.not_a_workbook")
            return _bomb(content, archive.infolist())
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError):
        return Refused("imports.file.damaged")


def _bomb(content: bytes, entries: list[zipfile.ZipInfo]) -> Refused | None:
    """Unpack everything once, counting what really comes out: the sizes an archive declares may lie, and so may a sheet's dimensions."""
    left = MAX_UNPACKED
    for entry in entries:
        text, left = _unpack(content, entry, left, keep=entry.filename.startswith("xl/worksheets/sheet"))
        if left < 0:
            return Refused("imports.file.bomb", values={"most": MAX_UNPACKED // 2**20})
        if text and (problem := _too_wide(text)):
            return problem
    return None


def _unpack(content: bytes, entry: zipfile.ZipInfo, left: int, keep: bool) -> tuple[bytes, int]:
    start = entry.header_offset + 30 + int.from_bytes(content[entry.header_offset + 26 : entry.header_offset + 28], "little")
    start += int.from_bytes(content[entry.header_offset + 28 : entry.header_offset + 30], "little")
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        return (bytes(packed) if keep else b""), left - len(packed)
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise ValueError(entry.compress_type)
    stream, parts, rest = zlib.decompressobj(-15), [], bytes(packed)
    while rest and not stream.eof and left >= 0:
        piece = stream.decompress(rest, 2**22)
        rest, left = stream.unconsumed_tail, left - len(piece)
        if keep:
            parts.append(piece)
    return b"".join(parts), left


def _too_wide(xml: bytes) -> Refused | None:
    columns = max((_column_number(letters) for letters in set(_COLUMN.findall(xml))), default=0)
    every = _ROW.findall(xml) if columns * MAX_ROWS > MAX_CELLS else ()  # a narrow sheet is too large by its rows alone, and those are found sooner
    rows = max((int(n) for n in (*every, *(wide or narrow for wide, narrow in _FAR_ROW.findall(xml)))), default=0)
    return _size_problem(rows, columns)


def _size_problem(rows: int, columns: int) -> Refused | None:
    if rows > MAX_ROWS:
        return Refused("imports.file.too_many_rows", values={"rows": rows, "most": MAX_ROWS})
    if rows * columns > MAX_CELLS:
        return Refused("imports.file.too_many_cells", values={"rows": rows, "columns": columns})
    return None


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _workbook(content: bytes, wanted: str | None) -> Sheet | Refused:
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            visible = tuple(s.name for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet and s.visible == calamine.SheetVisibleEnum.Visible)
            for name in [wanted] if wanted in visible else visible:
                sheet = book.get_sheet_by_name(name)
                last_row, last_column = sheet.end or (0, 0)
                if problem := _size_problem(last_row + 1, last_column + 1):
                    return problem
                cells, filled = _cells(sheet)
                if filled:
                    return Sheet(name, cells, visible)
            return Refused("imports.file.empty")
    except calamine.PasswordError:
        return Refused("imports.file.password")
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, ValueError):
        return Refused("imports.file.damaged")


def _shared(row: list[Cell], known: dict[str, str]) -> list[Cell]:
    """The row, with short texts (a building, 男, 户主) once for the whole sheet: most cells of a long ledger say what others do."""
    return [known.setdefault(cell, cell) if isinstance(cell, str) and len(cell) < 9 else cell for cell in row]


def _cells(sheet) -> tuple[Sequence[list[Cell]], bool]:
    """The rows of a sheet from its top left corner, and whether any cell says something."""
    known: dict[str, str] = {}
    seen = [False]
    left = [""] * (sheet.start or (0, 0))[1]

    def rows() -> Iterator[list[Cell]]:
        for row in _merged(([*left, *row] for row in sheet.iter_rows()), sheet.merged_cell_ranges or ()):
            seen[0] = seen[0] or any(cell != "" for cell in row)
            yield _shared(row, known)

    return kept(rows()), seen[0]


def _merged(rows: Iterable[list[Cell]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[list[Cell]]:
    """What is merged across or down is meant for every cell of it: a title, 3号楼 beside its twenty households."""
    coming, present = sorted(ranges, reverse=True), []
    for number, row in enumerate(rows):
        while coming and coming[-1][0][0] <= number:
            (_, left), (bottom, right) = coming.pop()
            if left < len(row):
                present.append((bottom, left, right, row[left]))
        present = [one for one in present if one[0] >= number]
        for _, left, right, shown in present:
            row[left : right + 1] = [shown] * len(row[left : right + 1])
        yield row


def _text(content: bytes, file_name: str) -> Sheet | Refused:
    text = _decoded(content)
    if text is None:
        return Refused("imports.file.not_a_workbook" if file_name.lower().endswith((".xls", ".xlsx", ".xlsm")) else "imports.file.encoding")
    if re.match(r"\s*(<!doctype html|<html|<table|<\?xml)", text[:300], re.IGNORECASE):
        return Refused("imports.file.html")
    csv.field_size_limit(1_000_000)
    known, widths = {}, set()

    def rows() -> Iterator[list[Cell]]:
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), MAX_ROWS + 26):
            widths.add(len(row))
            yield _shared(row, known)

    try:
        cells = kept(rows())
    except csv.Error:
        return Refused("imports.file.damaged")
    return _size_problem(len(cells), max(widths, default=0)) or Sheet("csv", cells)


def _decoded(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\0" in content:
        return None
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    """The mark that cuts the first lines into the most columns most steadily."""
    sample = text[:20_000]
    return max(",\t;|，", key=lambda mark: _steadiness(sample, mark))


def _steadiness(sample: str, mark: str) -> float:
    widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark)][:30]
    usual = max(set(widths), key=widths.count) if widths else 1
    return 0.0 if usual == 1 else widths.count(usual) / len(widths) * usual**0.5


def marked_workbook(cells: Sequence[Sequence[Cell]], bad: Sequence[BadCell], reason: "callable", titles: dict[str, str]) -> bytes:
    """The sheet again with its bad cells coloured (refused red, remarked yellow) and commented, and a list of them all.

    `reason(cell)` words a bad cell; `titles` names sheet, list, row, column, header, value, reason in the reader's language.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        sheet, marks = book.add_worksheet(titles["sheet"]), {(cell.row - 1, cell.column): cell for cell in bad}
        formats = {True: book.add_format({"bg_color": "#F4B6B6"}), False: book.add_format({"bg_color": "#FBE7A1"}), None: None}
        whens = {r: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", **({"bg_color": c} if c else {})}) for r, c in ((True, "#F4B6B6"), (False, "#FBE7A1"), (None, ""))}
        for r, row in enumerate(cells):
            for c, cell in enumerate(row):
                mark = marks.pop((r, c), None)
                if cell not in ("", None) or mark:
                    look = mark.refuses if mark else None
                    _write(sheet, r, c, cell, formats[look], whens[look])
                    if mark and r < 60_000:
                        sheet.write_comment(r, c, reason(mark), {"x_scale": 2})
        sheet.freeze_panes(min((cell.row for cell in bad), default=2) - 1 if len(cells) > 1 and bad and min(cell.row for cell in bad) < 6 else 1, 0)
        _list(book, bad, reason, titles)
    return out.getvalue()


def _write(sheet, row: int, column: int, cell: Cell, look, when) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, look)
    elif isinstance(cell, (int, float)):
        sheet.write_number(row, column, cell, look)
    elif hasattr(cell, "isoformat"):
        sheet.write_datetime(row, column, cell, when)
    elif cell in ("", None):
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write_string(row, column, str(cell)[:32_767], look)


def _list(book, bad: Sequence[BadCell], reason, titles: dict[str, str]) -> None:
    sheet = book.add_worksheet(titles["list"])
    for column, name in enumerate(("row", "column", "header", "value", "reason")):
        sheet.write_string(0, column, titles[name])
    for number, cell in enumerate(bad, 1):
        sheet.write_number(number, 0, cell.row)
        for column, text in enumerate((column_letter(cell.column), cell.header, cell.value[:2_000], reason(cell)), 1):
            sheet.write_string(number, column, text)


def workbook(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """An .xlsx of `rows` in constant memory. Text is always text; what a spreadsheet could run is marked as quoted text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        sheet, head, quoted = book.add_worksheet(title[:31]), book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, head)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    text = str(value)[:32_767]
                    sheet.write_string(number, column, text, quoted if text.startswith(_FORMULA) else None)
    return out.getvalue()


def delimited(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A .csv (UTF-8 with mark, as Excel needs it) in which nothing starts like a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA) or isinstance(value, str) and value[:1] in _FORMULA:
        return f"'{value}"
    return "" if value is None else value
