"""Bills by ledger: what is new, what has been paid since, and that the same file twice changes nothing."""

from datetime import date

import pytest

from core.imports.bills import bill_period_of, fen_of
from core.imports.cells import Bad
from core.imports.headers import guess, guess_table
from core.imports.tables import table
from db.commands.exports import export
from db.engine import open_session
from db.models.bills import Bill, BillStep
from db.queries.exports import exportable
from db.queries.imports import Upload, preview
from db.sheets import read_sheet
from tests.db.test_imports import NOW, Office

HEAD = ["序号", "楼栋", "单元", "房号", "收费项目", "账期", "应缴金额", "缴费截止日", "缴费日期"]
ROWS = [
    HEAD,
    [1.0, "3#", "1", "301", "水费", "2026年10月", 58.5, date(2026, 11, 25), None],
    [2.0, "3号楼", "1", "302", "电费", "2026-10", "126.00元", date(2026, 10, 10), None],
    [3.0, "3号楼", "", "2-101", "物业管理费", "2026年第三季度", 1080.0, date(2026, 9, 30), date(2026, 10, 2)],
    [4.0, "9号楼", "1", "301", "水费", "2026-10", 58.5, date(2026, 11, 25), None],
    [5.0, "3号楼", "1", "301", "停车费", "2026-10", 0.0, date(2062, 11, 25), None],
    [None, "合计", None, None, None, None, 1323.0, None, None],
]


@pytest.fixture
def office(sqlite_engine, two_communities):
    office = Office(sqlite_engine, two_communities["ours"])
    office.take_in(office.upload("buildings", [["楼栋"], ["3号楼"]]))
    return office


@pytest.fixture
def engine(sqlite_engine):
    """Nothing here differs between the engines."""
    return sqlite_engine


def test_a_ledger_of_bills_is_known_by_its_headers_and_comes_in_row_by_row(office):
    upload = office.upload("bills", ROWS)
    assert guess_table(upload.cells, NOW.date()) == "bills"
    done = office.take_in(upload)
    assert (done.counts["new"], done.counts["rejected"], done.counts["skipped"]) == (3, 2, 1)
    water, power, fee = sorted(office.rows(Bill), key=lambda one: ("water", "electricity", "property_fee").index(one.kind))
    assert (water.door, water.period, water.amount, water.due_on, water.paid_at) == ("1单元301", "2026-10", 5850, date(2026, 11, 25), None)
    assert (power.amount, fee.door, fee.period, fee.paid_way) == (12600, "2单元101", "2026-Q3", "ledger")
    assert fee.closed_at == fee.paid_at and [one.act for one in office.rows(BillStep)] == ["pay"]
    assert {(cell.row, cell.reason) for cell in office.preview(upload).found.bad} == {(5, "unknown_building"), (6, "bill_kind"), (6, "amount")}
    assert office.take_in(upload).batch_id is None, "the same file again"


def test_the_next_ledger_says_what_has_been_paid_and_moves_no_last_payment_day(office):
    office.take_in(office.upload("bills", ROWS))
    later = [HEAD, [*ROWS[1][:6], 60.0, date(2026, 11, 25), None], [*ROWS[2][:8], date(2026, 11, 17)], [*ROWS[3][:6], 999.0, date(2026, 9, 30), date(2026, 10, 2)]]
    done = office.take_in(office.upload("bills", later))
    assert (done.counts["changed"], done.counts["remarks"]) == (2, 1)
    assert sorted((one.kind, one.amount, one.closed_at is not None) for one in office.rows(Bill)) == [("electricity", 12600, True), ("property_fee", 108000, True), ("water", 6000, False)]
    assert [one.way for one in office.rows(BillStep)] == ["ledger", "ledger"]
    moved = office.preview(office.upload("bills", [HEAD, [*ROWS[1][:7], date(2026, 9, 1), None]]))
    assert [(cell.reason, cell.refuses) for cell in moved.found.bad] == [("bill_due_changed", True)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_went_out_comes_in_again_and_changes_nothing(office, lang):
    office.take_in(office.upload("bills", ROWS))
    assert "bills" in exportable("station_head") and "bills" not in exportable("committee_member") + exportable("street_officer")
    made = export(office.engine, office.scope, now=NOW, community_id=office.community_id, name="bills", kind="xlsx", lang=lang)
    cells = read_sheet(made.content, made.name).cells
    with open_session(office.engine, office.scope) as session:
        seen = preview(session, Upload("bills", cells, guess(cells, table("bills"), NOW.date())), community_id=office.community_id, now=NOW)
    assert (seen.found.bad, seen.counts["unchanged"], seen.counts["new"]) == ([], 3, 0)


@pytest.mark.parametrize(
    ("cell", "period"),
    [("2026年10月", "2026-10"), ("2026/3", "2026-03"), (date(2026, 10, 1), "2026-10"), ("202610", "2026-10"), ("2026Q4", "2026-Q4"), ("2026年第一季度", "2026-Q1"), ("2026-2027采暖季", "2026-2027"), (2026.0, "2026"), ("2026年度", "2026")],
)
def test_a_period_in_the_writings_of_offices(cell, period):
    assert bill_period_of(cell) == period


def test_what_is_no_period_and_no_amount_is_refused():
    assert [bill_period_of(cell) for cell in ("十月", "2026-13", "张三")] == [Bad("bill_period")] * 3
    assert [fen_of(cell) for cell in (58.5, "¥1,080.00", "126元", 0.1)] == [5850, 108000, 12600, 10]
    assert [fen_of(cell) for cell in (0.0, "-5", "0.001", "Infinity")] == [Bad("amount")] * 4
    assert (fen_of("多"), fen_of(""), bill_period_of("")) == (Bad("not_a_number"), None, None)
