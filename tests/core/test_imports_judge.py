"""Row by row through a sheet: what goes in, what stays out and why, what is no data at all."""

from datetime import UTC, date, datetime

import pytest

from core.imports.checks import check
from core.imports.headers import guess
from core.imports.judge import judge
from core.imports.parsers import PARSERS
from core.imports.tables import ORDER, table
from core.words import t
from tests.ledgers import id_number

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
TODAY = date(2026, 11, 18)
HEAD = ["姓名", "身份证号", "性别", "出生日期", "年龄", "楼栋", "单元", "门牌"]
MAN = id_number("19500315", 11)


def judged(rows, name="residents", community=""):
    rows = [[cell if cell is not None else "" for cell in row] for row in rows]
    mapping = guess(rows, table(name), TODAY)
    return check(judge(rows, table(name), mapping, today=TODAY, now=NOW), rows, table(name), mapping, today=TODAY, community=community)


def complaints(found):
    return [(cell.row, cell.letter, cell.reason, cell.refuses) for cell in found.bad]


@pytest.mark.parametrize("text", ["合计", "合 计", "小计：", "总计", "共计 3 人", "制表人：某某", "填表日期", "审核人", "备注：以上数据", "Total", "（合计）"])
def test_totals_and_signatures_are_passed_over(text):
    found = judged([HEAD, ["张三", MAN], [text, "", "", "", 75.0]])
    assert (len(found.rows), found.bad, found.skipped) == (1, [], {3: "total"})


def test_somebody_called_zong_is_no_total():
    found = judged([["姓名", "身份证号"], ["总某", MAN], ["共某", id_number("19600101", 13)]])
    assert len(found.rows) == 2


def test_blank_rows_and_rows_with_only_a_running_number_are_no_data():
    found = judged([["序号", "姓名", "身份证号"], [1.0, "张三", MAN], ["", "", ""], [2.0, "", ""], [3.0, None, None]])
    assert (len(found.rows), found.blank, found.bad) == (1, 3, [])


def test_the_header_repeated_at_a_page_break_is_no_data():
    found = judged([HEAD, ["张三", MAN], HEAD, ["李四", id_number("19600101", 13)]])
    assert (len(found.rows), found.skipped) == (2, {3: "header"})


def test_a_note_merged_across_the_sheet_is_no_data():
    assert judged([HEAD, ["张三", MAN], ["本表由社区填写"] * 8]).skipped == {3: "note"}


def test_a_missing_name_is_a_bad_cell():
    assert complaints(judged([HEAD, ["", MAN]])) == [(2, "A", "required", True)]


def test_every_bad_cell_of_a_row_is_told_not_only_the_first():
    assert [c[2] for c in complaints(judged([HEAD, ["张3", MAN[:17], "？", "昨天"]]))] == ["not_a_name", "id_length", "sex", "date"]


def test_sex_and_birth_date_that_contradict_the_id_number_refuse_the_row():
    found = judged([HEAD, ["张三", MAN, "女", "1950-03-15"], ["李四", id_number("19600101", 13), "男", "1960.1.2"]])
    assert complaints(found) == [(2, "C", "sex_contradicts_id", True), (3, "D", "birth_contradicts_id", True)]


@pytest.mark.parametrize(("age", "told"), [(76, False), (77, False), (75, True), (78, True)])
def test_an_age_may_be_counted_the_old_way_but_a_wrong_one_is_remarked_and_goes_in(age, told):
    found = judged([HEAD, ["张三", MAN, "男", "", float(age)]])
    assert complaints(found) == ([(2, "E", "age_contradicts_birth", False)] if told else [])
    assert len(found.rows) == 1


def test_the_id_number_fills_in_sex_and_birth_date():
    [row] = judged([HEAD, ["张三", MAN]]).rows
    assert (row.values["sex"], row.values["birth_date"]) == ("M", date(1950, 3, 15))


def test_who_has_neither_id_number_nor_birth_date_can_not_be_told_apart():
    assert complaints(judged([HEAD, ["张三"]])) == [(2, "B", "who_is_it", True)]
    assert complaints(judged([HEAD, ["张三", "", "", "1950-03-15"]])) == []


def test_sixty_today_is_an_elder_and_sixty_tomorrow_is_not():
    today, tomorrow = id_number("19661118", 11), id_number("19661119", 11)
    rows = judged([HEAD, ["张三", today], ["李四", tomorrow]]).rows
    assert [row.values.get("groups") for row in rows] == [{"elder": None}, None]


def test_one_person_on_two_lines_for_two_groups_is_one_person_in_both():
    found = judged([["姓名", "身份证号", "人员类别"], ["张三", MAN, "独居老人"], ["张三", MAN, "残疾人"]])
    assert [row.values["groups"] for row in found.rows] == [{"elder": "living_alone", "disabled": None}]
    assert complaints(found) == [(3, "B", "merged_with_row", False)]
    assert (found.read, found.repeated) == (2, 1)


def test_one_number_on_two_lines_that_differ_stays_out_the_second_time():
    found = judged([HEAD, ["张三", MAN], ["张四", MAN]])
    assert complaints(found) == [(3, "B", "same_key_as_row", True)]
    assert found.bad[0].values == {"row": 2}


def test_a_disability_with_its_level():
    [row] = judged([["姓名", "身份证号", "残疾类别", "残疾等级"], ["张三", id_number("19900101", 11), "肢体残疾", "二级"]]).rows
    assert (row.values["groups"], row.values["basis"]) == ({"disabled": "physical"}, "残疾二级")


def test_a_door_that_contradicts_its_building_or_has_none():
    head = ["姓名", "身份证号", "楼栋", "单元", "门牌"]
    found = judged([head, ["张三", MAN, "3", "2", "4-2-301"], ["李四", id_number("19600101", 13), "3", "2", "1单元301"], ["王五", id_number("19600101", 15), "", "", "301"]])
    assert [c[2] for c in complaints(found)] == ["building_contradicts_door", "unit_contradicts_door", "door_without_building"]


def test_the_building_of_a_door_that_says_all_of_it():
    [row] = judged([["姓名", "身份证号", "门牌号"], ["张三", MAN, "3-1-301"]]).rows
    assert (row.values["building"], row.values["door"]) == ("3号楼", "1单元301")


def test_rows_of_another_community_stay_out():
    head = ["姓名", "身份证号", "所属社区"]
    found = judged([head, ["张三", MAN, "汇河社区居委会"], ["李四", id_number("19600101", 13), "文苑社区"]], community="汇河社区")
    assert complaints(found) == [(3, "C", "other_community", True)]


ORDERS = ["编号", "主题", "受理时间", "办结时间", "截止时间", "状态"]


@pytest.mark.parametrize(
    ("closed", "due", "status", "told"),
    [
        ("2026-11-01 08:00", "", "", []),
        ("2026-11-01 07:59", "", "", [("D", "closed_before_received", True)]),
        ("01/01/1900 12:00 AM", "", "", [("D", "moment_too_old", True)]),
        ("", "2026-11-01 07:59", "", [("E", "due_before_received", True)]),
        ("", "", "已办结", [("D", "closed_without_time", True)]),
        ("2026-11-02 08:00", "", "办理中", [("F", "open_with_closing_time", False)]),
        ("2026-11-18 10:11", "", "", [("D", "moment_future", True)]),
        ("", "2026-12-31 08:00", "奇怪的状态", []),
    ],
)
def test_the_moments_of_an_order_must_be_possible(closed, due, status, told):
    found = judged([ORDERS, ["1", "路灯", "2026-11-01 08:00", closed, due, status]], "work_orders")
    assert [(c[1], c[2], c[3]) for c in complaints(found)] == told


def test_every_reason_has_words_in_both_languages_and_its_places_are_filled():
    rows = [
        [HEAD, ["张3", MAN[:17], "？", "昨天", 200.0], ["李四", "", "", "", 5.0], ["字" * 70, MAN]],
        [["姓名", "身份证号", "所属社区", "人员类别"], ["张三", MAN, "别处", "外星人"]],
    ]
    for sheet in rows:
        for cell in judged(sheet, community="汇河社区").bad:
            assert t(f"imports.bad.{cell.reason}", "zh", **cell.values) != t(f"imports.bad.{cell.reason}", "en", **cell.values)


@pytest.mark.parametrize("name", ORDER)
def test_every_parser_a_table_names_exists(name):
    assert {field.parse for field in table(name).fields.values()} <= set(PARSERS)


def test_progress_is_told_from_nothing_to_all():
    rows, heard = [["姓名", "身份证号"], *[["张三", MAN]] * 5_000], []
    judge(rows, table("residents"), guess(rows, table("residents"), TODAY), today=TODAY, now=NOW, progress=heard.append)
    assert heard[0] == 0 and heard[-1] == 1 and heard == sorted(heard) and len(heard) == 4
