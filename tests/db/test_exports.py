"""Ledgers out, on both engines: the same tables, masked by role, each export on the ledger."""

import io
import json
from datetime import UTC, datetime
from hashlib import sha256

import openpyxl
import pytest
from sqlalchemy import select

from core.imports.headers import guess
from core.imports.tables import ORDER, table
from core.refusals import Refused
from db.commands import imports
from db.commands.exports import export
from db.commands.filing import carry_out
from db.engine import open_session
from db.models.ledger import LedgerEntry
from db.queries.exports import exportable
from db.queries.imports import Upload, preview
from db.scope import Scope
from db.sheets import read_sheet
from db.types import uuid7
from tests import ledgers

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
MAN = ledgers.id_number("19500315", 11)
FILES = {
    "buildings": [["楼栋", "所属网格", "巡查顺序"], ["3号楼", "01", 2.0], ["A座", None, 1.0]],
    "residents": [["姓名", "身份证号", "联系电话", "楼栋", "门牌", "人员类别", "住址", "健康状况"], ["张小三", MAN, "13812345678", "3号楼", "1单元301", "独居老人、残疾人", "汇河路3号楼1单元301", "高血压"]],
    "staff": [["姓名", "职务", "联系电话", "所属网格", "岗位", "到岗日期"], ["王某某", "网格员", "13900000001", "01", "A", "2026-01-05"]],
    "work_orders": [["编号", "主题", "详情", "申请人", "联系电话", "受理时间", "渠道", "楼栋"], ["W1", "=cmd|' /C calc'!A0", "张小三家漏水", "张小三", "13812345678", "2026-11-17 09:00:00", "热线", "3号楼"]],
    "affairs": [["一级分类", "二级分类", "三级分类"], ["城乡建设", "安全生产", "事故处理"]],
}  # fmt: skip


@pytest.fixture
def office(engine, kept, two_communities):
    """A community with a row in each table; returns engine and community id."""
    kept(taken_in, two_communities["ours"])
    return engine, two_communities["ours"]


def taken_in(engine, community_id) -> None:
    for name, rows in FILES.items():
        cells = read_sheet(ledgers.workbook(rows), "a.xlsx").cells
        upload = Upload(name, cells, guess(cells, table(name), NOW.date()), source="12345")
        done = carry_out(engine, scope(community_id), imports.take_in, now=NOW, community_id=community_id, upload=upload)
        assert done.counts["rejected"] == 0, name


def scope(community_id, role="station_head"):
    return Scope(uuid7(), role, frozenset({community_id}))


def taken_out(office, name, role="station_head", kind="xlsx", lang="zh"):
    engine, community_id = office
    made = export(engine, scope(community_id, role), now=NOW, community_id=community_id, name=name, kind=kind, lang=lang)
    assert not isinstance(made, Refused), made
    rows = read_sheet(made.content, made.name).cells
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_a_station_head_gets_names_but_no_number_phone_or_address_in_full(office):
    [zhang] = taken_out(office, "residents")
    assert zhang == {
        "姓名": "张小三", "身份证号": f"{MAN[:3]}*************{MAN[-2:]}", "性别": "男", "出生日期": "1950-**-**", "联系电话": "138****5678", "与户主关系": "", "所属网格": "01",
        "楼栋": "3号楼", "门牌": "***", "住址": "汇河路3号楼***", "户籍地址": "", "特殊群体": "独居老人、残疾人", "认定依据": "", "健康状况": "***", "迁出日期": "", "迁出原因": "",
    }  # fmt: skip


@pytest.mark.parametrize("role", ["committee_member", "street_officer"])
def test_the_committee_and_the_street_see_no_name_in_full_and_no_list_of_residents(office, role):
    [worker] = taken_out(office, "staff", role)
    [order] = taken_out(office, "work_orders", role)
    assert (worker["姓名"], worker["联系电话"]) == ("王*某", "139****0001")
    assert (order["申请人"], order["联系电话"], order["详情"]) == ("张*三", "138****5678", "***")
    engine, community_id = office
    assert export(engine, scope(community_id, role), now=NOW, community_id=community_id, name="residents", kind="xlsx", lang="zh") == Refused("common.not_allowed")


@pytest.mark.parametrize(("role", "door", "hidden"), [("station_head", "1单元301", []), ("committee_member", "***", ["address"]), ("street_officer", "***", ["address"])])
def test_only_who_brings_households_in_gets_their_door_numbers(office, role, door, hidden):
    [home] = taken_out(office, "households", role)
    assert (home["楼栋"], home["门牌"]) == ("3号楼", door)
    engine, community_id = office
    with open_session(engine, scope(community_id)) as session:
        [entry] = session.scalars(select(LedgerEntry).where(LedgerEntry.command == "export.table")).all()
    assert json.loads(entry.facts)["masked"] == hidden


@pytest.mark.parametrize("role", ["grid_worker", "property_company", "administrator"])
def test_nobody_else_takes_anything_out(office, role):
    engine, community_id = office
    assert exportable(role) == ()
    for name in ORDER:
        assert export(engine, scope(community_id, role), now=NOW, community_id=community_id, name=name, kind="csv", lang="zh") == Refused("common.not_allowed")


def test_nothing_goes_out_of_a_community_that_is_not_ones_own(office, two_communities):
    engine, community_id = office
    answer = export(engine, scope(community_id), now=NOW, community_id=two_communities["theirs"], name="grids", kind="csv", lang="zh")
    assert answer == Refused("common.not_found")


def test_each_export_is_on_the_ledger_with_what_was_masked_and_the_file_it_made(office):
    engine, community_id = office
    made = export(engine, scope(community_id), now=NOW, community_id=community_id, name="residents", kind="csv", lang="zh")
    with open_session(engine, scope(community_id)) as session:
        [entry] = session.scalars(select(LedgerEntry).where(LedgerEntry.command == "export.table")).all()
    assert json.loads(entry.facts) == {
        "table": "residents", "format": "csv", "rows_out": 1, "masked": ["address", "birth_date", "health", "id_number", "phone", "registered_address"], "file": sha256(made.content).hexdigest(),
    }  # fmt: skip
    assert made.name == "ours-居民和特殊群体-20261118.csv"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_matter_that_looks_like_a_formula_goes_out_as_text_and_comes_back_the_same(office, kind):
    engine, community_id = office
    made = export(engine, scope(community_id), now=NOW, community_id=community_id, name="work_orders", kind=kind, lang="zh")
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(made.content)).active
        assert (sheet["B2"].value, sheet["B2"].data_type, sheet["B2"].quotePrefix) == ("=cmd|' /C calc'!A0", "s", True)
    else:
        assert "'=cmd|" in made.content.decode("utf-8-sig")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["grids", "buildings", "households", "affairs"])
def test_what_went_out_comes_in_again_and_changes_nothing(office, name, lang):
    engine, community_id = office
    made = export(engine, scope(community_id), now=NOW, community_id=community_id, name=name, kind="xlsx", lang=lang)
    cells = read_sheet(made.content, made.name).cells
    with open_session(engine, scope(community_id)) as session:
        seen = preview(session, Upload(name, cells, guess(cells, table(name), NOW.date())), community_id=community_id, now=NOW)
    assert seen.found.bad == []
    assert (seen.counts["unchanged"], seen.counts["new"], seen.counts["changed"]) == (made.rows, 0, 0)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_an_export_writes_is_one_an_import_reads(office, lang):
    """All but what is masked: groups, kinds, posts, channels, categories."""
    engine, community_id = office
    for name in ("residents", "staff", "work_orders"):
        made = export(engine, scope(community_id), now=NOW, community_id=community_id, name=name, kind="csv", lang=lang)
        cells = read_sheet(made.content, made.name).cells
        with open_session(engine, scope(community_id)) as session:
            seen = preview(session, Upload(name, cells, guess(cells, table(name), NOW.date())), community_id=community_id, now=NOW)
        masked = {"id_number", "birth_date", "phone", "contact", "who_is_it"}
        assert [cell for cell in seen.found.bad if cell.field not in masked] == [], name
