"""Spreadsheet files in and out: every kind, every trap, every limit with clear words."""

import io
import struct
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from core.imports.headers import guess
from core.imports.judge import BadCell
from core.imports.tables import table
from core.refusals import Refused
from core.words import t
from db import sheets
from db.sheets import delimited, marked_workbook, read_sheet, workbook
from tests import ledgers

HEAD = ["姓名", "身份证号"]
ROWS = [["居民台账", None], HEAD, ["张三", ledgers.id_number()], [None, None], ["李四", 371202195001010000.0]]


def refused(content, name="台账.xlsx"):
    answer = read_sheet(content, name)
    assert isinstance(answer, Refused), answer
    assert answer.text("zh") and answer.text("en")
    return answer.reason


@pytest.mark.parametrize(("make", "name"), [(ledgers.workbook, "a.xlsx"), (ledgers.old_workbook, "a.xls"), (ledgers.workbook, "really xlsx.xls"), (ledgers.old_workbook, "really xls.xlsx")])
def test_xlsx_and_xls_read_alike_whatever_their_ending_says(make, name):
    cells = read_sheet(make(ROWS, [(0, 0, 0, 1)]), name).cells
    assert cells == [["居民台账", "居民台账"], HEAD, ["张三", ledgers.id_number()], ["", ""], ["李四", 371202195001010000.0]]


def test_rows_keep_the_numbers_they_have_in_the_spreadsheet():
    """Blank rows at the top count."""
    cells = read_sheet(ledgers.workbook([[None], [None], *ROWS]), "a.xlsx").cells
    assert cells[3] == HEAD


def test_a_building_merged_down_beside_its_households_is_meant_for_each():
    rows = [["楼栋", "门牌"], ["3号楼", "101"], [None, "102"], [None, "103"]]
    assert [row[0] for row in read_sheet(ledgers.workbook(rows, [(1, 0, 3, 0)]), "a.xlsx").cells] == ["楼栋", "3号楼", "3号楼", "3号楼"]
    assert [row[0] for row in read_sheet(ledgers.old_workbook(rows, [(1, 0, 3, 0)]), "a.xls").cells] == ["楼栋", "3号楼", "3号楼", "3号楼"]


def test_dates_come_as_dates():
    [[day]] = read_sheet(ledgers.workbook([[date(2025, 3, 1)]]), "a.xlsx").cells
    assert day in (date(2025, 3, 1), datetime(2025, 3, 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_a_text_table_in_any_encoding_and_with_any_mark(encoding, mark):
    text = "\r\n".join(mark.join(row) for row in (HEAD, ["张三", ledgers.id_number()], [f'"李{mark}四"', "x"]))
    assert read_sheet(text.encode(encoding), "a.csv").cells == [HEAD, ["张三", ledgers.id_number()], [f"李{mark}四", "x"]]


def test_a_chosen_sheet_and_hidden_ones():
    book = openpyxl.Workbook()
    book.active.title = "空"
    book.create_sheet("人员")["A1"] = "姓名"
    book.create_sheet("楼")["A1"] = "楼栋"
    book.create_sheet("藏")["A1"] = "秘密"
    book["藏"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    first, chosen, hidden = (read_sheet(out.getvalue(), "a.xlsx", name) for name in (None, "楼", "藏"))
    assert (first.name, first.names, chosen.cells, hidden.name) == ("人员", ("空", "人员", "楼"), [["楼栋"]], "人员")


# --- what can't be read ---------------------------------------------------------------------------------------------
def test_a_workbook_with_a_password_is_told_as_that():
    assert refused(ledgers.password_protected()) == "imports.file.password"


@pytest.mark.parametrize("name", ["台账.pdf", "台账.docx", "台账", "a.xlsx.exe", "a.ods"])
def test_another_ending_is_refused_with_the_ones_that_pass(name):
    assert refused(ledgers.workbook(ROWS), name) == "imports.file.ending"


@pytest.mark.parametrize("content", [b"", b"  \r\n", ledgers.workbook([]), ledgers.workbook([[None]])])
def test_an_empty_file_is_told_as_that(content):
    assert refused(content) == "imports.file.empty"


def test_a_web_page_called_xls_is_told_as_that():
    assert refused(b"<html><table><tr><td>x</td></tr></table></html>", "a.xls") == "imports.file.html"


def test_a_picture_called_xlsx_is_no_workbook():
    assert refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.xlsx") == "imports.file.not_a_workbook"
    assert refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.csv") == "imports.file.encoding"


def test_a_word_file_called_xlsx_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refused(out.getvalue()) == "imports.file.not_a_workbook"


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda b: b[:100] + b"\xff" * 300 + b[400:], lambda b: b[:4] + b"junk"])
def test_a_damaged_workbook_is_told_as_that(spoil):
    assert refused(spoil(ledgers.workbook(ROWS))) == "imports.file.damaged"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls") == "imports.file.damaged"


# --- limits ---------------------------------------------------------------------------------------------------------
def repacked(sheet_xml: bytes) -> bytes:
    """A small workbook whose sheet is replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ledgers.workbook(ROWS))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, sheet_xml if entry.filename == "xl/worksheets/sheet1.xml" else old.read(entry))
    return out.getvalue()


def sheet_of(cells: str) -> bytes:
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    "cells",
    ['<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>', "<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"],
)
def test_two_cells_at_the_far_corners_do_not_fill_the_memory(cells):
    assert refused(repacked(sheet_of(cells))) == "imports.file.too_many_rows"


def test_a_very_wide_sheet_is_too_many_cells():
    cells = "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c></row>' for r in (1, 100_000)) + '<row r="100001"><c r="XFD100001"><v>1</v></c></row>'
    assert refused(repacked(sheet_of(cells))) == "imports.file.too_many_cells"


def test_a_tall_sheet_with_one_wide_row_is_too_many_cells():
    cells = '<row r="5"><c r="A5"><v>1</v></c><c r="ZZ5"><v>1</v></c></row><row r="400000"><c r="B400000"><v>1</v></c></row>'
    assert refused(repacked(sheet_of(cells))) == "imports.file.too_many_cells"


def test_a_row_without_cells_below_the_last_that_is_taken_is_too_many_rows():
    assert refused(repacked(sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row spans="1:1" r="500001"></row>'))) == "imports.file.too_many_rows"


def test_a_zip_bomb_is_unpacked_no_further_than_the_limit(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 1_000_000)
    assert refused(repacked(b"<x>" + b" " * 5_000_000)) == "imports.file.bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_one_all_the_same(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 1_000_000)
    honest = repacked(b"<x>" + b" " * 5_000_000)
    true_size = struct.pack("<I", 5_000_003)
    assert true_size in honest
    assert refused(honest.replace(true_size, struct.pack("<I", 10))) == "imports.file.bomb"


def test_the_limits_of_size_and_rows(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_BYTES", 100)
    assert refused(ledgers.workbook(ROWS)) == "imports.file.too_big"
    monkeypatch.undo()
    monkeypatch.setattr(sheets, "MAX_ROWS", 4)
    assert refused(ledgers.workbook(ROWS)) == "imports.file.too_many_rows"
    assert refused(ledgers.old_workbook(ROWS), "a.xls") == "imports.file.too_many_rows"
    assert refused(b"a,b\n" * 40, "a.csv") == "imports.file.too_many_rows"
    monkeypatch.setattr(sheets, "MAX_ROWS", 5)
    assert not isinstance(read_sheet(ledgers.workbook(ROWS), "a.xlsx"), Refused)


# --- out ------------------------------------------------------------------------------------------------------------
def test_the_marked_workbook_shows_each_bad_cell_with_its_reason_and_lists_them():
    rows, merges = ledgers.nasty_residents()
    cells = read_sheet(ledgers.workbook(rows, merges), "a.xlsx").cells
    bad = [BadCell(10, 3, "公民身份号码", "id_number", "3.7e17", "id_as_number", {}), BadCell(5, 10, "年龄", "age", "74", "age_contradicts_birth", {"age": 74}, refuses=False)]
    titles = {name: name for name in ("sheet", "list", "row", "column", "header", "value", "reason")}
    made = marked_workbook(cells, bad, lambda cell: t(f"imports.bad.{cell.reason}", "zh", **cell.values), titles)
    assert ledgers.marks_of(made) == {"D10": "身份证号被存成了数字，后三位已丢失，不能猜。请把单元格设为文本后重新填写", "K5": "与出生日期不符，应为 74 岁"}
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert [book["sheet"][where].fill.fgColor.rgb for where in ("D10", "K5")] == ["FFF4B6B6", "FFFBE7A1"]
    assert [cell.value for cell in book["list"][2]] == [10, "D", "公民身份号码", "3.7e17", bad[0] and t("imports.bad.id_as_number", "zh")]
    again = read_sheet(made, "marked.xlsx").cells
    assert guess(again, table("residents"), date(2026, 11, 18)).header_row == 2, "what was handed in is still where it was"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"http://x\")", "http://example.com"])
def test_nothing_in_an_export_is_a_formula_or_a_link(text):
    sheet = openpyxl.load_workbook(io.BytesIO(workbook("t", ["a"], [[text], ["plain"]]))).active
    assert sheet["A2"].data_type == "s" and sheet["A2"].hyperlink is None
    assert sheet["A2"].quotePrefix == (text[0] != "h")
    line = delimited(["a"], [[text]]).decode("utf-8-sig").split("\r\n", 1)[1]
    assert not line.lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_same_holds_for_a_marked_workbook():
    cells = [["姓名"], ["=cmd|' /C calc'!A0"]]
    bad = [BadCell(2, 0, "姓名", "name", "=cmd|' /C calc'!A0", "not_a_name", {})]
    book = openpyxl.load_workbook(io.BytesIO(marked_workbook(cells, bad, lambda cell: "x", {name: name for name in ("sheet", "list", "row", "column", "header", "value", "reason")})))
    assert [cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value and "cmd" in str(cell.value)] == ["s", "s"]


def test_numbers_stay_numbers_in_an_export():
    sheet = openpyxl.load_workbook(io.BytesIO(workbook("t", ["a"], [[-5], [None]]))).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == (-5, "n")
    assert delimited(["a"], [[-5]]).endswith(b"-5\r\n")
