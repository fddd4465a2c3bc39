"""Ledgers as offices keep them: merged titles, renamed headers, ID numbers typed as numbers, totals at the end. All people are made up."""

import io
import random
from datetime import date

import openpyxl
import xlsxwriter
import xlwt

from core.imports.id_numbers import check_digit


def id_number(born: str = "19500101", order: int = 11, region: str = "371202") -> str:
    """A valid, synthetic ID number; an odd `order` is a man's."""
    first = f"{region}{born}{order:03}"
    return first + check_digit(first)


def workbook(rows, merges=(), sheet="台账") -> bytes:
    """An .xlsx of `rows`; `merges` are (first row, first column, last row, last column), from 0."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_numbers": False, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet(sheet)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(r, c, cell)
                elif cell is not None:
                    page.write(r, c, cell)
        for top, left, bottom, right in merges:
            page.merge_range(top, left, bottom, right, rows[top][left])
    return out.getvalue()


def old_workbook(rows, merges=()) -> bytes:
    """The same as .xls."""
    book, out = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    page = book.add_sheet("台账")
    covered = {(r, c) for top, left, bottom, right in merges for r in range(top, bottom + 1) for c in range(left, right + 1)}
    for top, left, bottom, right in merges:
        page.write_merge(top, bottom, left, right, rows[top][left])
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell not in (None, "") and (r, c) not in covered:
                page.write(r, c, cell, *([day] if isinstance(cell, date) else []))
    book.save(out)
    return out.getvalue()


RESIDENT_HEAD = ["序号", "姓 名", "性别", "公民身份号码", "与户主关系", "联系方式", "楼栋", "单元", "门牌号", "人员类别", "年龄", "备注"]


def nasty_residents() -> tuple[list[list], list[tuple]]:
    """Rows and merges of a residents' ledger: a merged title, a note line, the header in row 3, good rows 4–9, bad ones below, totals."""
    title, note = ["汇河社区居民信息台账"] + [None] * 11, ["填报单位：汇河社区", None, None, None, None, "填报时间：2026年11月1日"] + [None] * 6
    rows = [
        title, note, RESIDENT_HEAD,
        [1.0, "张 三", "男", id_number("19500315", 11), "户主", "13812345678", "3#", "1", "301", "老年人、独居", 76.0, None],
        [2.0, "李四", "女", id_number("19520602", 22), "配偶", 13912345678.0, "3#", "1", "302", "老年人", 74.0, None],
        [3.0, "　王五\n", "１", "\t" + id_number("20100909", 13) + " ", "子", "０１３９１２３４５６７８"[1:], "3栋", "一单元", "303室", "困境儿童", 16.0, None],
        [4.0, "买买提•艾力", "男", id_number("19881231", 15).lower(), "户主", "0634-6123456", "12号楼", None, "2单元1102", "普通居民", None, None],
        [5.0, "陈港生", "男", id_number("19900101", 17, region="810000"), "户主", "", "12号楼", "2", "1102", "残疾人", 36.0, None],
        [None] * 12,
        [6.0, "赵六", "男", 371202195001010000.0, "户主", "13812345678", "3#", "2", "101", None, None, None],
        [7.0, "钱七", "男", id_number("19500101", 22), "户主", "13812345679", "3#", "2", "102", None, None, None],
        [8.0, "孙八", "男", id_number("19610101", 31)[:-1] + "0", "户主", "1381234", "3#", "2", "103", None, None, None],
        [9.0, "周九", "女", id_number("19500231", 44), "户主", "13812345670", "3#", "2", "104", None, None, None],
        [10.0, "张三", "男", id_number("19500315", 11), "户主", "13800000000", "3#", "1", "301", "老年人", 76.0, None],
        [11.0, "吴十", "女", None, "户主", "13812345671", "3#", "2", "105", None, None, None],
        ["合计", None, None, None, None, None, None, None, None, None, 11.0, None],
        ["制表人：某某", None, None, None, "审核人：", None, None, None, None, None, None, None],
    ]  # fmt: skip
    return rows, [(0, 0, 0, 11), (1, 0, 1, 4), (1, 5, 1, 11)]


def many_residents(count: int, grids: int = 12, seed: int = 7) -> list[list]:
    """`count` good residents, header in row 1."""
    chance = random.Random(seed)
    rows = [["姓名", "性别", "身份证号", "联系电话", "网格", "楼栋", "单元", "门牌", "与户主关系"]]
    for n in range(count):
        born = f"{chance.randrange(1930, 2024)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
        order, building = n % 1000, n // 90
        number = id_number(born, order, region=f"37{1200 + n // 1000 % 800:04}")
        rows.append([f"居民{'甲乙丙丁戊己庚辛'[n % 8]}", "男" if order % 2 else "女", number, f"13{n % 10**9:09}", f"{building % grids + 1:02}", f"{building + 1}号楼", str(n // 30 % 3 + 1), str(101 + n % 30), "户主"])
    return rows


def password_protected() -> bytes:
    """The first bytes of what Excel writes for a workbook with a password: an OLE file holding an EncryptedPackage."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def marks_of(content: bytes) -> dict[str, str]:
    """Cell → comment of the first sheet of a marked workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
