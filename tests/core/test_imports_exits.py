"""Whether and how somebody left, as ledgers say it in their many columns: plainly, or it is told."""

from datetime import date

import pytest

from core.imports.exits import fold_exit

DAY, LATER = date(2026, 3, 1), date(2026, 3, 15)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"left_on": DAY}, "moved"),
        ({"left_on": DAY, "left_reason": "购房"}, "moved"),
        ({"left_on": DAY, "left_reason": "因故搬走"}, "moved"),
        ({"left_on": DAY, "left_reason": "病故"}, "dead"),
        ({"left_on": DAY, "standing": "去世"}, "dead"),
        ({"left_on": DAY, "dead": False}, "moved"),
        ({"died_on": DAY}, "dead"),
        ({"died_on": DAY, "cancelled_on": LATER}, "dead"),
        ({"cancelled_on": DAY, "left_reason": "死亡注销"}, "dead"),
        ({"cancelled_on": DAY, "standing": "已迁出"}, "moved"),
        ({"cancelled_on": DAY, "dead": True}, "dead"),
        ({"cancelled_on": DAY, "alive": False}, "dead"),
        ({"cancelled_on": DAY, "remark": "去世"}, "dead"),
        ({"cancelled_on": DAY, "standing": "注销", "remark": "户口迁往济南"}, "moved"),
    ],
)
def test_how_somebody_left_is_read_from_any_of_the_columns(row, kind):
    assert list(fold_exit(row)) == []
    assert (row["exit"][0], row["left_on"]) == (kind, DAY) and row["left_reason"] and row.keys() == {"exit", "left_on", "left_reason"}


@pytest.mark.parametrize(
    "row",
    [
        {"cancelled_on": DAY},
        {"cancelled_on": DAY, "left_reason": "其他"},
        {"cancelled_on": DAY, "dead": False},
        {"left_on": DAY, "left_reason": "老伴去世"},
        {"left_on": DAY, "left_reason": "父亲去世，随子女搬走"},
        {"cancelled_on": DAY, "remark": "未死亡"},
    ],
)
def test_how_somebody_left_is_not_guessed_where_it_is_not_said(row):
    assert list(fold_exit(row)) == [] and row["exit"][0] is None and row["left_on"] == DAY


@pytest.mark.parametrize(
    "row",
    [
        {"died_on": DAY, "standing": "迁出"},
        {"died_on": DAY, "dead": False},
        {"died_on": DAY, "alive": True},
        {"left_on": DAY, "standing": "正常"},
        {"left_on": DAY, "standing": "去世", "left_reason": "随子女外迁"},
        {"left_on": DAY, "died_on": LATER},
        {"dead": True, "standing": "在世"},
    ],
)
def test_columns_that_contradict_each_other_on_it_refuse_the_row(row):
    assert [(reason, refuses) for _, reason, _, refuses in fold_exit(row)] == [("exit_contradicts", True)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"standing": "正常", "remark": "党员"}, []),
        ({"standing": "人户分离", "dead": False, "alive": True}, []),
        ({"standing": "失联"}, [("standing", "standing_unknown", {}, False)]),
        ({"left_reason": "新增"}, [("left_reason", "reason_alone", {}, False)]),
        ({"remark": "老伴去年去世"}, [("remark", "remark_names_exit", {}, False)]),
        ({"remark": "没有搬走"}, []),
    ],
)
def test_what_says_of_nobody_that_they_left_changes_nothing_and_what_is_not_understood_is_told(row, told):
    assert list(fold_exit(row)) == told and not row.keys() & {"exit", "left_on", "left_reason"}
