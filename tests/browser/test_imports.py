"""A ledger handed in and tables taken out, as a station head does it, on a phone and at a desk."""

import io
import re

import openpyxl
from playwright.sync_api import expect

from tests import ledgers
from tests.browser.conftest import SIZES
from tests.browser.looking import settled, sideways, small_targets, text_of


def ledger(tmp_path, first="3号院"):
    """A small ledger of people with `first` as their building, so that tests don't find each other's."""
    rows, merges = ledgers.nasty_residents()
    rows[0][0] = "清溪社区居民信息台账"
    for row in rows[3:]:
        row[6] = row[6] and f"{first}{row[6]}"
    path = tmp_path / "居民台账.xlsx"
    path.write_bytes(ledgers.workbook(rows, merges))
    return path


def hand_in(page, path):
    page.set_input_files("input[type=file]", path)
    page.get_by_role("heading", name=re.compile("^3 ")).wait_for()
    return settled(page)


def test_a_station_head_sees_what_a_ledger_would_change_before_anything_is_written_and_takes_the_marked_workbook(page_at, tmp_path):
    page = hand_in(page_at("imports", role="station_head", size="phone"), ledger(tmp_path))
    text = text_of(page)
    assert "居民和特殊群体" in page.content()
    assert "坏格子 7 个，所在的 6 行不导入" in text
    assert re.search(r"新增\s*5", text) and re.search(r"拒收\s*6", text)
    assert page.get_by_role("button", name="导入 5 行").is_visible()
    assert sideways(page) == 0
    assert [one for one in small_targets(page) if "导入" in one or "下载" in one or "读取" in one] == []
    page.set_viewport_size(SIZES["desktop"])
    assert sideways(page) == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="下载标注文件").click()
    marks = ledgers.marks_of(download.value.path().read_bytes())
    assert download.value.suggested_filename == "居民台账-标注.xlsx"
    assert sorted(marks) == ["C11", "D10", "D12", "D13", "D14", "D15", "F12"]


def test_good_rows_go_in_and_the_same_file_again_changes_nothing(worked_server, page_at, tmp_path):
    path = ledger(tmp_path, "新院")
    page = hand_in(page_at("imports", role="station_head", server=worked_server), path)
    page.get_by_role("button", name="导入 5 行").click()
    page.get_by_text("已写入：新增 5 行").wait_for()
    settled(page).get_by_role("button", name="再导入一个文件").click()
    page.get_by_text("最近导入").wait_for()
    settled(page)
    assert "居民台账.xlsx" in text_of(page)
    hand_in(page, path)
    assert "这个文件不会改变任何内容" in text_of(page)
    assert page.get_by_role("button", name=re.compile("^导入 ")).count() == 0


def test_a_wrong_column_is_corrected_and_read_again(page_at, tmp_path):
    path = tmp_path / "网格.xlsx"
    path.write_bytes(ledgers.workbook([["甲", "乙"], ["X9", "东区"]]))
    page = page_at("imports", role="station_head")
    page.set_input_files("input[type=file]", path)
    page.get_by_text("还缺必需的列").wait_for()
    settled(page)
    column = page.get_by_label("网格编号（必需）")
    column.scroll_into_view_if_needed()  # a list open while the page scrolls closes again
    settled(page)
    column.click()
    page.get_by_role("option", name="A 列 甲").click()
    page.get_by_role("button", name="按此读取并记住").click()
    page.get_by_role("heading", name=re.compile("^3 ")).wait_for()
    settled(page)
    assert "已按上次核对过的列对应关系读取" in text_of(page)
    assert page.get_by_role("button", name="导入 1 行").is_visible()


def test_a_file_that_can_not_be_read_is_answered_in_clear_words(page_at, tmp_path):
    page = page_at("imports", role="station_head")
    for name, content, words in [("a.csv", b"x", "还缺必需的列"), ("a.xlsx", ledgers.password_protected(), "文件设有密码"), ("b.xlsx", b"PK\x03\x04junk", "文件已损坏")]:
        (tmp_path / name).write_bytes(content)
        page.set_input_files("input[type=file]", tmp_path / name)
        expect(page.get_by_text(words).first).to_be_visible()
        settled(page)


def test_no_chinese_is_left_on_the_english_page(page_at, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(f"name,id number,phone\nJohn Smith,{ledgers.id_number()},nonsense\nJane Smith,{ledgers.id_number('19600101', 22)},13812345678\n", encoding="utf-8")
    page = hand_in(page_at("imports", role="station_head", lang="en"), path)
    page.get_by_text("Correct the columns").click()
    settled(page)
    assert re.findall(r"[\u4e00-\u9fff]+", text_of(page)) == []


def test_a_table_goes_out_masked_and_the_export_is_filed(page_at):
    page = page_at("exports", role="station_head", size="phone")
    assert sideways(page) == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="导出居民和特殊群体").click()
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()), read_only=True).active
    head, first = list(sheet.iter_rows(max_row=2, values_only=True))
    shown = dict(zip(head, first, strict=True))
    assert re.fullmatch(r"\d{3}\*{13}[\dX]{2}", shown["身份证号"]) and shown["门牌"] == "***"


def test_a_committee_member_has_no_list_of_residents_to_take_out(page_at):
    text = text_of(page_at("exports", role="committee_member"))
    assert "导出工单" in text and "导出居民" not in text
