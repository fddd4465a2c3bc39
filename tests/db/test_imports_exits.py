"""Ledgers that say in one of many columns that somebody died or moved: known people wait for a second person's word, and what isn't plain is told by row."""

import pytest

from db.models.changes import ChangeRequest
from db.models.residents import Resident
from tests import ledgers
from tests.db.conftest import found_two
from tests.db.test_imports import Office, states

NAMES = ("张三", "李四", "王五", "赵六", "钱七")
PEOPLE = {name: ledgers.id_number(f"195{n}0315", 11 + n) for n, name in enumerate(NAMES)}
HEAD = ["姓名", "身份证号", "人员状态", "是否死亡", "死亡日期", "注销日期", "注销原因", "备注"]


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def desk(kept) -> Office:
    return kept(lived_in)


def lived_in(engine) -> Office:
    office = Office(engine, found_two(engine)["ours"])
    office.take_in(office.upload("residents", [HEAD[:2], *([name, PEOPLE[name]] for name in NAMES[:4])]))
    return office


def test_each_row_is_understood_by_what_its_columns_say_or_says_why_not(desk):
    rows = [
        ["张三", PEOPLE["张三"], "注销", "是", "2026-11-02", "2026-11-10", None, None],
        ["李四", PEOPLE["李四"], "注销", "否", None, "2026-11-10", None, "户口迁往济南"],
        ["王五", PEOPLE["王五"], "注销", None, None, "2026-11-10", None, None],
        ["赵六", PEOPLE["赵六"], "死亡", None, None, None, None, None],
        ["钱七", PEOPLE["钱七"], "死亡", None, None, None, None, None],
    ]
    seen = desk.preview(desk.upload("residents", [HEAD, *rows]))
    assert [(one.new, one.why) for one in seen.plan.asks.values()] == [("dead:2026-11-02", "去世"), ("moved:2026-11-10", "迁出")]
    told = [(cell.row, cell.header, cell.reason, cell.refuses) for cell in seen.found.bad]
    assert told == [(4, "人员状态", "exit_kind_unknown", False), (5, "人员状态", "exit_without_day", False), (6, "人员状态", "exit_without_day", True)], "nobody who is dead joins the roster"
    assert states(seen) == {"new": 0, "changed": 2, "unchanged": 2, "rejected": 1}
    desk.take_in(seen.upload)
    assert len(desk.rows(ChangeRequest)) == 2 and not [one for one in desk.rows(Resident) if one.left_on]


def test_somebody_new_who_is_gone_already_is_filed_as_gone(desk):
    desk.take_in(desk.upload("residents", [HEAD, ["钱七", PEOPLE["钱七"], "死亡", "是", "2026-11-02", None, None, None]]))
    [qian] = desk.rows(Resident, Resident.name == "钱七")
    assert (qian.left_on.isoformat(), qian.left_reason) == ("2026-11-02", "去世")
