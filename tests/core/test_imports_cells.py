"""What one cell may hold, boundaries first."""

from datetime import UTC, date, datetime

import pytest

from core.calendar import SHANGHAI
from core.imports.cells import Bad, basis_of, code_of, flag_of, long_text_of, name_of, phone_of, sex_of, text_of, whole_of
from core.imports.choices import groups_of
from core.imports.id_numbers import birth_of, check_digit, id_number_of, sex_in
from core.imports.moments import date_of, moment_of, order_of
from core.imports.parsers import PARSERS, Setting
from core.imports.places import Door, building_of, door_of, grid_key
from tests.ledgers import id_number

TODAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
MAN = id_number("19500315", 11)


def reason(value):
    assert isinstance(value, Bad), value
    return value.reason


# --- ID numbers -----------------------------------------------------------------------------------------------------
def test_an_id_number_typed_as_a_number_is_refused_and_never_guessed():
    assert reason(id_number_of(float(MAN), TODAY)) == "id_as_number"
    assert reason(id_number_of(int(MAN), TODAY)) == "id_as_number"
    assert reason(id_number_of("3.71202E+17", TODAY)) == "id_as_number"


def test_an_id_number_whose_digits_were_lost_before_it_became_text_is_told_as_that():
    lost = MAN[:15] + "000"
    assert check_digit(lost[:17]) != "0"
    assert reason(id_number_of(lost, TODAY)) == "id_digits_lost"


@pytest.mark.parametrize("written", [MAN, f" {MAN}\t", f"'{MAN}", f"{MAN[:6]} {MAN[6:14]} {MAN[14:]}", "".join(chr(ord(c) + 0xFEE0) for c in MAN), f"\ufeff{MAN}\n"])
def test_tabs_line_breaks_full_width_digits_and_apostrophes_around_an_id_number_do_no_harm(written):
    assert id_number_of(written, TODAY) == MAN


def test_a_small_x_is_a_capital_one():
    number = next(n for order in range(1, 99) if (n := id_number("19881231", order)).endswith("X"))
    assert id_number_of(number.lower(), TODAY) == number


@pytest.mark.parametrize("region", ["810000", "820000", "830000", "911156", "999999"])
def test_residence_permits_of_hong_kong_macau_taiwan_and_of_foreigners_pass_and_no_region_is_checked(region):
    assert id_number_of(id_number("19900101", 17, region), TODAY) == id_number("19900101", 17, region)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (MAN[:17] + str((int(MAN[17].replace("X", "5")) + 1) % 10), "id_check_digit"),
        (id_number("19500231", 11), "id_birth_date"),
        (id_number("19491301", 11), "id_birth_date"),
        (id_number("20261119", 11), "id_birth_date"),
        (id_number("18500101", 11), "id_birth_date"),
        ("370202500101001", "id_15_digits"),
        (MAN[:17], "id_length"),
        (MAN + "1", "id_length"),
        ("护照 E12345678", "id_shape"),
        (date(1950, 1, 1), "id_shape"),
        (5.0, "id_shape"),
    ],
)
def test_a_wrong_id_number_is_refused_with_what_is_wrong_about_it(written, why):
    assert reason(id_number_of(written, TODAY)) == why


def test_somebody_born_today_has_an_id_number():
    assert id_number_of(id_number("20261118", 11), TODAY)


@pytest.mark.parametrize("written", ["", "无", "/", "—", "不详", "N/A", " "])
def test_what_clerks_write_for_nothing_is_an_empty_cell(written):
    assert id_number_of(written, TODAY) is None
    assert text_of(written) is None
    assert phone_of(written) is None


def test_birth_date_and_sex_stand_in_the_number():
    assert (birth_of(MAN), sex_in(MAN), sex_in(id_number("19500315", 22))) == (date(1950, 3, 15), "M", "F")


# --- dates and moments ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    ["2025.3.1", "2025-03-01", "2025/3/1", "2025年3月1日", "2025年3月1号", "20250301", "２０２５．３．１", "2025 年 3 月 1 日", "2025-03-01 00:00:00", "2025.3.1 星期六", "'2025-3-1",
     20250301.0, 20250301, 45717, 45717.0, "45717", date(2025, 3, 1), datetime(2025, 3, 1)],
)  # fmt: skip
def test_the_first_of_march_in_every_shape_a_ledger_has_it(written):
    assert date_of(written) == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("85.3.1", "date_short_year"), ("2025.3", "date_no_day"), ("2025年3月", "date_no_day"), (2025.3, "date_number"), (2025.0, "date_number"), (-1.0, "date_number"),
        ("2025.2.29", "date_impossible"), ("20251301", "date_impossible"), ("民国114年3月1日", "date_minguo"), ("三月一日", "date"), (True, "date"), ("3/1/2025", "date_either_way"),
        ("2025-03-01 25:00", "date_impossible"), ("2025-03-01 x", "date"),
    ],
)  # fmt: skip
def test_a_date_that_can_not_be_read_without_guessing_is_refused(written, why):
    assert reason(date_of(written)) == why


def test_day_and_month_are_told_apart_by_the_column_or_not_at_all():
    assert order_of(["03/01/2025", "03/25/2025"]) == "mdy"
    assert order_of(["03/01/2025", "25/03/2025"]) == "dmy"
    assert order_of(["03/01/2025 02:27:57 PM"]) == "mdy"
    assert order_of(["03/25/2025", "25/03/2025"]) == ""
    assert date_of("03/01/2025", "mdy") == date(2025, 3, 1)
    assert date_of("03/01/2025", "dmy") == date(2025, 1, 3)
    assert date_of("5/5/2025") == date(2025, 5, 5)


@pytest.mark.parametrize(
    "written",
    ["2025/3/1 14:05", "2025-03-01T14:05:00", "2025年3月1日 14时05分", "2025年3月1日下午2:05", "2025.3.1 14:05:00.000", "20250301140500", datetime(2025, 3, 1, 14, 5), 45717 + (14 * 60 + 5) / 1440,
     "2025-03-01T06:05:00Z", "2025-03-01T15:05:00+09:00"],
)  # fmt: skip
def test_a_time_without_a_zone_is_shanghais(written):
    assert moment_of(written) == datetime(2025, 3, 1, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(("written", "local"), [("03/02/2025 12:00:00 AM", "00:00:00"), ("03/02/2025 12:30 PM", "12:30:00"), ("03/02/2025 11:59:59 PM", "23:59:59")])
def test_noon_and_midnight_in_twelve_hours(written, local):
    assert moment_of(written, "mdy").astimezone(SHANGHAI).isoformat() == f"2025-03-02T{local}+08:00"


def test_a_closing_year_1900_and_a_moment_to_come_are_bad_cells():
    read = PARSERS["past_moment"](Setting(TODAY, NOW, "mdy"))
    assert read("01/01/1900 12:00:00 AM") == Bad("moment_too_old", {"year": 1900})
    assert reason(read("2026-11-18 10:11")) == "moment_future"
    assert read("2026-11-18 10:00") == NOW
    assert read("2026-11-18 10:09") == NOW, "another system's clock may run ahead a little"


def test_nobody_is_born_tomorrow():
    read = PARSERS["birth_date"](Setting(TODAY, NOW))
    assert read("2026-11-18") == TODAY
    assert reason(read("2026-11-19")) == "birth_date_range"


# --- phones, names, texts -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13812345678", "13812345678"), (13812345678.0, "13812345678"), ("138 1234 5678", "13812345678"), ("138-1234-5678", "13812345678"), ("+86 13812345678", "13812345678"),
        ("008613812345678", "13812345678"), ("１３８１２３４５６７８", "13812345678"), ("15412345678", "15412345678"), ("17412345678", "17412345678"), ("17912345678", "17912345678"),
        ("0634-6123456", "06346123456"), ("(0531) 88123456", "053188123456"), ("6123456", "6123456"), ("400-810-8888", "4008108888"), ("12345", "12345"), ("95598", "95598"),
        ("13812345678/0634-6123456", "13812345678"), ("座机坏了、13812345678", "13812345678"), ("\t13812345678\n", "13812345678"),
    ],
)  # fmt: skip
def test_a_phone_number_is_read_permissively(written, number):
    assert phone_of(written) == number


@pytest.mark.parametrize("written", ["1381234567", "138123456789", "没有手机", 1.5, True, "12812345678"])
def test_what_is_no_phone_number_is_refused(written):
    assert reason(phone_of(written)) == "phone"


@pytest.mark.parametrize("written", ["1380013", "13800138", "1381234567", 1380013.0, "13900", "139001"])
def test_a_mobile_number_cut_short_is_no_land_line_and_no_service_number(written):
    assert reason(phone_of(written)) == "phone"
    assert phone_of("2380013") == "2380013" and phone_of("62380013") == "62380013"


@pytest.mark.parametrize(("written", "name"), [("张 三", "张三"), ("　张三　", "张三"), ("买买提•艾力", "买买提·艾力"), ("John  Smith", "John Smith"), ("张三\n", "张三")])
def test_a_name_is_one_name_however_it_is_spaced(written, name):
    assert name_of(written) == name


@pytest.mark.parametrize("written", [5.0, "张三2", date(2025, 1, 1)])
def test_a_number_is_no_name(written):
    assert reason(name_of(written)) == "not_a_name"


def test_text_wrapped_in_tabs_and_newlines_keeps_its_paragraphs():
    assert long_text_of("\n\t\t\t\n\t\t\t第一段，  有字。\n\n\t第二段_x000D_\n") == "第一段， 有字。\n第二段"


def test_an_exported_apostrophe_before_a_formula_sign_is_taken_off_again():
    assert text_of("'=1+1") == "=1+1"
    assert text_of("'n Sync") == "'n Sync"


def test_a_broken_formula_is_told_as_that():
    assert reason(text_of("#REF!")) == "formula_error"
    assert text_of("#3楼") == "#3楼"


def test_a_code_stored_as_a_float_is_whole_or_refused():
    assert code_of(188006.0) == "188006"
    assert reason(code_of(1.2345678901234567e17)) == "number_lost_digits"


def test_text_at_the_limit_passes_and_one_more_does_not():
    assert text_of("字" * 200) == "字" * 200
    assert text_of("字" * 201) == Bad("too_long", {"longest": 200, "length": 201})


def test_a_certificate_number_that_holds_an_id_number_is_not_kept_in_the_open():
    assert basis_of(f"残疾证 {MAN}43") == "残疾证 ***"


@pytest.mark.parametrize(("written", "value"), [("男", "M"), ("女性", "F"), ("１", "M"), (2.0, "F"), ("F", "F")])
def test_sex_in_words_and_by_national_code(written, value):
    assert sex_of(written) == value


def test_yes_no_and_ages():
    assert [flag_of(c) for c in ("是", "√", "无", "否", True, 0.0)] == [True, True, False, False, True, False]
    assert [whole_of(c, most=130) for c in ("75岁", 75.0, "130")] == [75, 75, 130]
    assert reason(whole_of("131", most=130)) == "out_of_range"
    assert [reason(c) for c in (sex_of("未说明"), flag_of("也许"), whole_of("很老"))] == ["sex", "flag", "not_a_number"]


# --- places and groups ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("written", ["3", 3.0, "3#", "3栋", "3幢", "3号楼", "03号楼", "３号楼", "3 号 楼", "3#楼"])
def test_one_building_however_it_is_written(written):
    assert building_of(written) == "3号楼"


@pytest.mark.parametrize(("written", "name"), [("幸福小区3栋", "幸福小区3号楼"), ("A座", "A座"), ("办公楼", "办公楼"), ("幸福小区", "幸福小区")])
def test_other_buildings_keep_their_names(written, name):
    assert building_of(written) == name


@pytest.mark.parametrize(
    ("written", "door"),
    [
        ("301", Door("", "", "301")), (301.0, Door("", "", "301")), ("301室", Door("", "", "301")), ("1单元301室", Door("", "1", "301")), ("1-301", Door("", "1", "301")),
        ("3-1-301", Door("3号楼", "1", "301")), ("3号楼1单元301", Door("3号楼", "1", "301")), ("3#1-301", Door("3号楼", "1", "301")), ("12号楼2单元1102户", Door("12号楼", "2", "1102")),
        ("幸福里11号楼2单元501", Door("幸福里11号楼", "2", "501")),
    ],
)  # fmt: skip
def test_a_door_in_every_shape(written, door):
    assert door_of(written) == door


def test_a_grid_is_known_by_its_number_or_name():
    assert grid_key("第3网格") == grid_key("3号网格") == grid_key("03") == grid_key("网格3")
    assert grid_key("G03") != grid_key("3")
    assert grid_key("第三网格") == grid_key("三网格")


def test_the_groups_in_one_cell():
    assert groups_of("独居老人、残疾人") == (("elder", "living_alone"), ("disabled", None))
    assert groups_of("低保") == ()
    assert groups_of("孤儿") == (("child", "no_guardian"),)
    assert reason(groups_of("外星人")) == "group"
