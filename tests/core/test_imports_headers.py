"""Where the header is and which column is which: the ways offices lay out their ledgers."""

from datetime import date

import pytest

from core.imports.headers import Mapping, column_letter, guess, guess_table, header_score, labels, read_as, signature
from core.imports.tables import ORDER, load, table
from core.yaml_files import YamlProblem
from tests.ledgers import id_number, nasty_residents

TODAY = date(2026, 11, 18)


def read(rows, name="residents"):
    mapping = guess(rows, table(name), TODAY)
    heads = labels(rows, mapping.header_row, mapping.depth)
    return mapping, {field: heads[column] for field, column in mapping.columns.items()}


def merged(rows):
    """The rows as db.sheets hands them over: what is merged is filled."""
    return [[cell if cell is not None else "" for cell in row] for row in rows]


def test_the_header_is_found_under_a_merged_title_and_a_line_of_notes():
    rows, _ = nasty_residents()
    rows[0], rows[1] = [rows[0][0]] * 12, [rows[1][0]] * 5 + [rows[1][5]] * 7
    mapping, found = read(merged(rows))
    assert (mapping.header_row, mapping.depth) == (2, 1)
    assert found == {
        "name": "姓 名", "sex": "性别", "id_number": "公民身份号码", "relation": "与户主关系", "phone": "联系方式", "building": "楼栋", "unit": "单元",
        "door": "门牌号", "groups": "人员类别", "age": "年龄", "remark": "备注",
    }  # fmt: skip


@pytest.mark.parametrize("below", ["", "姓名"], ids=["only across", "merged down too"])
def test_a_header_in_two_rows_is_read_as_one(below):
    rows = [
        ["居民台账"] * 7,
        ["姓名", "身份证号", "住所", "住所", "住所", "联系方式", "联系方式"],
        [below, below and "身份证号", "楼号", "单元", "房号", "手机", "固话"],
        ["张三", id_number(), "3", "1", "301", "13812345678", ""],
    ]
    mapping, _ = read(rows)
    assert mapping.first_row == 3
    assert mapping.columns == {"name": 0, "id_number": 1, "building": 2, "unit": 3, "door": 4, "phone": 5}


@pytest.mark.parametrize("head", ["身份证号", "身份证号码", "证件号", "证件号码", "公民身份号码", "居民身份证号码", "身份证号（18位）", "*身份证号", "身 份 证 号", "身份证号\n（必填）"])
def test_the_id_number_under_any_of_its_names(head):
    assert "id_number" in read([["姓名", head], ["张三", id_number()]])[0].columns


@pytest.mark.parametrize(("head", "field"), [("联系电话", "phone"), ("手机", "phone"), ("楼号", "building"), ("楼栋", "building"), ("与户主关系", "relation"), ("户主关系", "relation"), ("出生年月日", "birth_date")])
def test_renamed_headers(head, field):
    assert read([["姓名", head], ["张三", ""]])[0].columns.get(field) == 1


@pytest.mark.parametrize("head", ["配偶身份证号", "监护人身份证号", "紧急联系人电话", "工作单位", "家属电话"])
def test_somebody_elses_column_is_not_the_residents(head):
    assert read([["姓名", head], ["张三", id_number()]])[0].columns == {"name": 0}


def test_an_id_column_without_a_header_is_known_by_its_content():
    rows = [["姓名", ""], *[["张三", id_number("19500101", n)] for n in range(11, 20)]]
    assert read(rows)[0].columns == {"name": 0, "id_number": 1}


def test_two_columns_of_the_same_kind_the_better_named_one_wins_and_each_is_used_once():
    mapping, found = read([["姓名", "证件号", "身份证号"], ["张三", "", id_number()]])
    assert found["id_number"] == "身份证号"
    assert len(set(mapping.columns.values())) == len(mapping.columns)


def test_english_headers_of_another_system():
    head = ["Unique Key", "Created Date", "Closed Date", "Agency", "Complaint Type", "Descriptor", "Status", "Due Date", "Resolution Action Updated Date", "Community Board", "Latitude"]
    row = ["1", "03/01/2011 02:27:57 PM", "03/14/2011 03:59:20 PM", "DOF", "x", "y", "Closed", "03/22/2011 02:27:57 PM", "03/14/2011 03:59:20 PM", "09 M", "40.1"]
    mapping, found = read([head, row], "work_orders")
    assert found == {
        "number": "Unique Key", "received": "Created Date", "closed": "Closed Date", "matter": "Complaint Type", "detail": "Descriptor", "status": "Status",
        "due": "Due Date", "latitude": "Latitude",
    }  # fmt: skip
    assert mapping.orders == {"received": "mdy", "closed": "mdy", "due": "mdy"}


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (["网格编号", "网格名称"], "grids"),
        (["楼栋", "所属网格"], "buildings"),
        (["楼栋", "单元", "门牌号", "网格"], "households"),
        (["姓名", "身份证号", "性别", "联系电话"], "residents"),
        (["姓名", "职务", "联系电话", "所属网格", "岗位"], "staff"),
        (["留言编号", "留言用户", "留言主题", "留言时间", "留言详情"], "work_orders"),
        (["一级分类", "二级分类", "三级分类"], "affairs"),
    ],
)
def test_the_table_is_guessed_from_the_headers(head, name):
    assert guess_table([head, ["1"] * len(head)], TODAY) == name


def test_a_header_row_somebody_points_at_is_read_there():
    rows = [["姓名", "性别"], ["旧表", "旧表"], ["名字", "电话"], ["张三", "13812345678"]]
    assert read_as(rows, 2, 1, table("residents"), TODAY).columns == {"name": 0, "phone": 1}


def test_a_sheet_without_any_known_header_maps_nothing():
    assert guess([["甲", "乙"], ["1", "2"]], table("residents"), TODAY).columns == {}
    assert guess([], table("residents"), TODAY) == Mapping(0, 1, {})


def test_a_file_of_the_same_shape_is_recognised_whatever_its_spacing():
    assert signature(["姓 名", "身份证号*"]) == signature(["姓名", "身份证号"])
    assert signature(["姓名", "电话"]) != signature(["电话", "姓名"])


def test_columns_have_the_letters_a_spreadsheet_shows():
    assert [column_letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@pytest.mark.parametrize("name", ORDER)
def test_no_header_names_two_fields_of_a_table_equally_well(name):
    fields = table(name).fields.values()
    for one in fields:
        best = {known: [other.name for other in fields if header_score(known, other) > 0.99] for known in one.known_as[:2]}
        assert {known: names for known, names in best.items() if names[:1] != [one.name]} == {}


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"key": ["nothing"]}, "name one of the fields"),
        ({"fields": {"name": {"parse": "nothing", "title": {"zh": "x", "en": "x"}}}, "key": ["name"]}, "is no parser"),
        ({"fields": {"name": {"parse": "text", "titel": 1}}, "key": ["name"]}, "is no key"),
        ({"fields": {"name": {"parse": "text", "title": {"zh": "x"}}}, "key": ["name"]}, "write title"),
        ({"extra": 1}, "write exactly"),
    ],
)
def test_a_wrong_table_definition_is_refused_with_what_to_write(change, advice):
    good = {"title": {"zh": "表", "en": "t"}, "hint": {"zh": "表", "en": "t"}, "key": ["name"], "fields": {"name": {"parse": "text", "title": {"zh": "名", "en": "name"}}}}
    assert load(good, "x", "x.yaml").required == ()
    with pytest.raises(YamlProblem, match=advice):
        load(good | change, "x", "x.yaml")
