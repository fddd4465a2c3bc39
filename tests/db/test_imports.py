"""Ledgers in, on both engines: what a file changes, that the same file twice changes nothing, that half of a file is never there."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from core.imports.headers import Mapping, guess
from core.imports.tables import table
from core.refusals import Refused
from db.commands import imports
from db.commands.care import record_contact
from db.commands.changes import decide
from db.commands.departures import undo
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.changes import ChangeRequest
from db.models.clocks import Clock
from db.models.grids import Building, Grid, Household, Post, Staff
from db.models.imports import AffairClass, ImportBatch, ImportMapping
from db.models.ledger import LedgerEntry
from db.models.residents import Departure, Resident, SpecialGroup
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.imports import Upload, preview, reading
from db.scope import Scope
from db.sheets import read_sheet
from db.types import uuid7
from tests import ledgers

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
TABLES = (Grid, Building, Household, Resident, SpecialGroup, Staff, Post, WorkOrder, WorkOrderEvent, Clock, AffairClass, ImportBatch, ImportMapping, LedgerEntry)


@pytest.fixture
def desk(engine, two_communities):
    return Office(engine, two_communities["ours"])


class Office:
    """A station head of one community with files to hand in."""

    def __init__(self, engine, community_id, role="station_head"):
        self.engine, self.community_id = engine, community_id
        self.scope = Scope(uuid7(), role, frozenset({community_id}))

    def upload(self, name, rows, merges=(), source=""):
        content = ledgers.workbook(rows, merges)
        cells = read_sheet(content, "台账.xlsx").cells
        return Upload(name, cells, guess(cells, table(name), NOW.date()), "台账.xlsx", sha256(content).digest(), source)

    def preview(self, upload):
        with open_session(self.engine, self.scope) as session:
            return preview(session, upload, community_id=self.community_id, now=NOW)

    def take_in(self, upload, **more):
        return carry_out(self.engine, self.scope, imports.take_in, now=NOW, community_id=self.community_id, upload=upload, **more)

    def rows(self, model, *where):
        with open_session(self.engine, Scope.system({self.community_id})) as session:
            return list(session.scalars(select(model).where(*where)))

    def sizes(self):
        with open_session(self.engine, Scope.system({self.community_id})) as session:
            return {model.__tablename__: session.scalar(select(func.count()).select_from(model)) for model in TABLES}


def states(result):
    return {name: result.counts[name] for name in ("new", "changed", "unchanged", "rejected")}


def test_a_residents_ledger_goes_in_with_its_households_groups_and_care_clocks(desk):
    seen = desk.preview(desk.upload("residents", *ledgers.nasty_residents()))
    assert states(seen) == {"new": 5, "changed": 0, "unchanged": 0, "rejected": 6}
    done = desk.take_in(seen.upload, expected=seen.fingerprint)
    assert states(done) == states(seen)
    assert done.aside == {"building": 2, "household": 4, "special_group": 4}
    zhang = next(r for r in desk.rows(Resident) if r.name == "张三")
    assert (zhang.sex, zhang.birth_date, zhang.birth_year, zhang.phone) == ("M", "1950-03-15", 1950, "13812345678")
    assert [(g.group, g.detail) for g in desk.rows(SpecialGroup) if g.resident_id == zhang.id] == [("elder", "living_alone")]
    assert {c.clause_id for c in desk.rows(Clock, Clock.resident_id == zhang.id)} == {"elder.call", "elder.visit", "file.update"}


def test_every_bad_cell_is_listed_with_its_row_column_value_and_reason(desk):
    bad = desk.preview(desk.upload("residents", *ledgers.nasty_residents())).found.bad
    assert [(cell.row, cell.letter, cell.header, cell.reason) for cell in bad] == [
        (10, "D", "公民身份号码", "id_as_number"),
        (11, "C", "性别", "sex_contradicts_id"),
        (12, "D", "公民身份号码", "id_check_digit"),
        (12, "F", "联系方式", "phone"),
        (13, "D", "公民身份号码", "id_birth_date"),
        (14, "D", "公民身份号码", "same_key_as_row"),
        (15, "D", "公民身份号码", "who_is_it"),
    ]
    assert bad[1].value == "男"


def test_the_same_file_twice_changes_nothing_not_even_the_ledger(desk):
    upload = desk.upload("residents", *ledgers.nasty_residents())
    desk.take_in(upload)
    before = desk.sizes()
    again = desk.take_in(upload)
    assert states(again) == {"new": 0, "changed": 0, "unchanged": 5, "rejected": 6}
    assert again.batch_id is None
    assert desk.sizes() == before


def test_a_corrected_file_changes_only_what_it_corrects_and_a_blank_cell_erases_nothing(desk):
    rows, merges = ledgers.nasty_residents()
    desk.take_in(desk.upload("residents", rows, merges))
    rows[3][5], rows[4][5] = "13899990000", None
    seen = desk.preview(desk.upload("residents", rows, merges))
    assert states(seen) == {"new": 0, "changed": 1, "unchanged": 4, "rejected": 6}
    assert [(c.row, c.column, c.old, c.new) for c in seen.plan.changes] == [(4, "phone", "13812345678", "13899990000")]
    desk.take_in(seen.upload)
    assert {r.name: r.phone for r in desk.rows(Resident)} == {"张三": "13899990000", "李四": "13912345678", "王五": "13912345678", "买买提·艾力": "06346123456", "陈港生": None}


_DIES = """
import os, pickle, signal, sys
from db.commands import imports
from db.commands.changes import decide
from db.commands.filing import carry_out, file
from db.engine import make_engine
url, scope, arguments = pickle.loads(sys.stdin.buffer.read())
imports._file = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
carry_out(make_engine(url), scope, imports.take_in, **arguments)
"""


def test_an_import_killed_on_the_way_leaves_nothing_behind(desk):
    """The process is killed in the last step, after rows of every table were written."""
    before, upload = desk.sizes(), desk.upload("residents", *ledgers.nasty_residents())
    url = desk.engine.url.render_as_string(hide_password=False)
    handed = pickle.dumps((url, desk.scope, {"now": NOW, "community_id": desk.community_id, "upload": upload}))
    killed = subprocess.run([sys.executable, "-c", _DIES], input=handed, capture_output=True, timeout=60)
    assert killed.returncode == -9, killed.stderr.decode()
    assert desk.sizes() == before
    assert states(desk.take_in(upload))["new"] == 5


def test_what_somebody_changed_since_the_preview_is_told_and_nothing_is_written(desk):
    rows, merges = ledgers.nasty_residents()
    desk.take_in(desk.upload("residents", rows, merges))
    rows[3][5] = "13899990000"
    seen = desk.preview(desk.upload("residents", rows, merges))

    def edit(session, *, now):
        session.scalar(select(Resident).where(Resident.name == "张三")).phone = "13700000000"
        imports.file(session, "test.edit", now=now, community_id=desk.community_id)

    carry_out(desk.engine, desk.scope, edit, now=NOW)
    answer = desk.take_in(seen.upload, expected=seen.fingerprint)
    assert answer == Refused("imports.changed_since_preview")
    assert {r.phone for r in desk.rows(Resident, Resident.name == "张三")} == {"13700000000"}


def test_one_entry_on_the_ledger_says_what_came_in_and_holds_no_cell(desk):
    upload = desk.upload("residents", *ledgers.nasty_residents())
    desk.take_in(upload)
    [entry] = desk.rows(LedgerEntry, LedgerEntry.command == "import.take_in")
    facts = json.loads(entry.facts)
    assert (facts["table"], facts["new"], facts["rejected"], facts["file"]) == ("residents", 5, 6, upload.digest.hex())
    assert "张三" not in entry.facts and "1381234" not in entry.facts
    [batch] = desk.rows(ImportBatch)
    assert json.loads(batch.counts)["new"] == 5


@pytest.mark.parametrize("role", ["grid_worker", "committee_member", "street_officer", "property_company"])
def test_only_the_station_head_and_the_administrator_take_ledgers_in(engine, two_communities, role):
    office = Office(engine, two_communities["ours"], role)
    upload = office.upload("grids", [["网格编号"], ["07"]])
    assert office.preview(upload) == Refused("common.not_allowed")
    assert office.take_in(upload) == Refused("common.not_allowed")


def test_nobody_takes_ledgers_into_a_community_that_is_not_theirs(engine, two_communities):
    office = Office(engine, two_communities["ours"])
    office.community_id = two_communities["theirs"]
    assert office.take_in(office.upload("grids", [["网格编号"], ["07"]])) == Refused("imports.not_your_community")


def test_a_row_naming_another_community_or_an_unknown_grid_is_refused(desk):
    rows = [["楼栋", "所属网格", "社区"], ["1号楼", "01", "ours"], ["2号楼", "99", "ours"], ["3号楼", "02", "别的社区"]]
    seen = desk.preview(desk.upload("buildings", rows))
    assert [(cell.row, cell.field, cell.reason) for cell in seen.found.bad] == [(3, "grid", "unknown_grid"), (4, "community", "other_community")]
    assert states(seen) == {"new": 1, "changed": 0, "unchanged": 0, "rejected": 2}


def test_a_building_that_moves_to_another_grid_takes_its_people_and_their_clocks_along(desk):
    desk.take_in(desk.upload("buildings", [["楼栋", "所属网格"], ["3号楼", "01"], ["12号楼", "01"]]))
    desk.take_in(desk.upload("residents", *ledgers.nasty_residents()))
    desk.take_in(desk.upload("buildings", [["楼栋", "所属网格"], ["3号楼", "02"]]))
    grids = {g.id: g.code for g in desk.rows(Grid)}
    where = {r.name: grids[r.grid_id] for r in desk.rows(Resident)}
    assert where == {"张三": "02", "李四": "02", "王五": "02", "买买提·艾力": "01", "陈港生": "01"}
    elders = {r.id for r in desk.rows(Resident, Resident.name.in_(["张三", "李四"]))}
    assert {grids[c.grid_id] for c in desk.rows(Clock) if c.resident_id in elders} == {"02"}
    assert {grids[h.grid_id] for h in desk.rows(Household)} == {"01", "02"}


def test_a_known_resident_who_joins_a_second_group_gets_the_clocks_of_both(desk):
    rows, merges = ledgers.nasty_residents()
    desk.take_in(desk.upload("residents", rows, merges))
    rows[3][9] = "老年人、残疾人"
    result = desk.take_in(desk.upload("residents", rows, merges))
    assert states(result)["changed"] == 1
    zhang = next(r for r in desk.rows(Resident) if r.name == "张三")
    assert {c.clause_id for c in desk.rows(Clock, Clock.resident_id == zhang.id)} == {"elder.call", "elder.visit", "file.update", "disabled.assess"}


def test_a_known_resident_who_has_left_by_a_ledger_is_off_the_roster_once_another_person_agrees_and_undone_is_back(desk):
    head = ["姓名", "身份证号", "人员类别", "联系电话", "迁出日期", "迁出原因"]
    number = ledgers.id_number("19500315", 11)
    desk.take_in(desk.upload("residents", [head, ["张三", number, "老人", None, None, None]]))
    gone = desk.upload("residents", [head, ["张三", number, "老人", "13812345678", "2026.11.10", "因病死亡"]])
    assert desk.take_in(gone).counts["waits"] == 1
    [zhang], clocks = desk.rows(Resident), {c.id for c in desk.rows(Clock) if c.closed_at is None}
    assert (zhang.left_on, zhang.phone) == (None, "13812345678") and clocks, "the other cells go in"
    assert desk.take_in(gone).batch_id is None, "and nobody is asked twice"
    [asked] = desk.rows(ChangeRequest)
    assert (asked.field, asked.wanted, asked.reason) == ("exit", "dead:2026-11-10", "导入的台账第 2 行与档案不同：因病死亡")
    head_of_station = replace(desk.scope, actor_id=uuid7(), role="station_head")
    answer = {"now": NOW, "request_id": asked.id, "approved": True}
    assert carry_out(desk.engine, head_of_station, decide, **answer).reason == "grants.actor_unknown", "an account of nobody is no other person"
    assert carry_out(desk.engine, replace(head_of_station, role="street_officer"), decide, **answer) == "exit"
    [zhang], [left] = desk.rows(Resident), desk.rows(Departure)
    assert (zhang.left_on.isoformat(), left.kind) == ("2026-11-10", "dead")
    assert [g.to_date.isoformat() for g in desk.rows(SpecialGroup)] == ["2026-11-18"] and [c for c in desk.rows(Clock) if c.closed_at is None] == []
    assert not isinstance(carry_out(desk.engine, head_of_station, undo, now=NOW, departure_id=left.id, version=left.version), Refused)
    assert desk.rows(Resident)[0].left_on is None and {c.id for c in desk.rows(Clock) if c.closed_at is None} == clocks


def test_no_ledger_says_of_somebody_reached_since_or_gone_already_that_they_left_earlier(desk):
    head = ["姓名", "身份证号", "人员类别", "迁出日期"]
    seen, went = ledgers.id_number("19500315", 11), ledgers.id_number("19510315", 12)
    desk.take_in(desk.upload("residents", [head, ["张三", seen, "老人", None], ["李四", went, "老人", "2026-10-01"]]))
    zhang = next(one for one in desk.rows(Resident) if one.name == "张三")
    said = {"resident_id": zhang.id, "act": "call", "outcome": "reached", "happened_at": NOW}
    carry_out(desk.engine, Scope.system({desk.community_id}), record_contact, now=NOW, **said)
    again = desk.upload("residents", [head, ["张三", seen, "老人", "2026-11-10"], ["李四", went, "老人", "2026-09-01"]])
    assert [(cell.row, cell.reason, cell.values["day"], cell.refuses) for cell in desk.preview(again).found.bad] == [
        (2, "exit_seen_after", "2026-11-18", False), (3, "left_already", "2026-10-01", False),
    ]  # fmt: skip
    assert desk.take_in(again).batch_id is None


def test_staff_take_their_posts_and_hand_them_on(desk):
    head = ["姓名", "职务", "联系电话", "所属网格", "岗位", "到岗日期"]
    desk.take_in(desk.upload("staff", [head, ["甲某", "网格员", "13800000001", "01", "A岗", "2026年1月1日"], ["乙某", "网格员", "13800000002", "01", "B岗", "2026.1.1"]]))
    result = desk.take_in(desk.upload("staff", [head, ["丙某", "网格员", "13800000003", "01", "A岗", "2026/11/1"], ["乙某", "网格员", "13800000002", "01", "B岗", "2026.1.1"]]))
    assert states(result) == {"new": 1, "changed": 0, "unchanged": 1, "rejected": 0}
    names = {s.id: s.name for s in desk.rows(Staff)}
    held = [(names[p.staff_id], p.post, p.from_date.isoformat(), p.to_date and p.to_date.isoformat()) for p in desk.rows(Post)]
    assert sorted(held) == [("丙某", "A", "2026-11-01", None), ("乙某", "B", "2026-01-01", None), ("甲某", "A", "2026-01-01", "2026-11-01")]


def test_work_orders_come_in_with_their_clocks_and_finish_with_a_later_file(desk):
    head = ["工单编号", "标题", "受理时间", "办结时间", "满意度"]
    early = [head, ["W1", "路灯不亮", "2026年11月16日 9:00", None, None], ["W2", "楼道堆物", "2026/11/10 08:00", "2026/11/10 20:00", "满意"], ["W3", "反了", "2026/11/10 08:00", "2026/11/9 20:00", None]]
    seen = desk.preview(desk.upload("work_orders", early, source="12345"))
    assert [(c.row, c.field, c.reason) for c in seen.found.bad] == [(4, "closed", "closed_before_received")]
    desk.take_in(seen.upload)
    one, two = sorted(desk.rows(WorkOrder), key=lambda order: order.number)
    assert (one.number, one.status, one.closed_at, one.kind) == ("12345-W1", "taken_in", None, "demand")
    assert (two.status, two.rating) == ("followed_up", 4)
    late = [head, ["W1", "路灯不亮", "2026年11月16日 9:00", "2026年11月16日 15:00", None]]
    assert states(desk.take_in(desk.upload("work_orders", late, source="12345"))) == {"new": 0, "changed": 1, "unchanged": 0, "rejected": 0}
    clocks = {c.work_order_id: (c.clause_id, c.met_at is not None and c.met_at <= c.due_at) for c in desk.rows(Clock)}
    assert clocks == {one.id: ("demand.feedback", True), two.id: ("demand.feedback", True)}
    before = desk.sizes()
    assert states(desk.take_in(desk.upload("work_orders", late, source="12345")))["unchanged"] == 1
    assert desk.sizes() == before


def test_a_dispute_of_an_old_ledger_says_whether_it_was_settled_or_nobody_knows(desk):
    head = ["工单编号", "标题", "受理时间", "办结时间", "类型", "是否化解"]
    told = {"W1": "已化解", "W2": "调解不成", "W3": None, "W4": "也许"}
    found = desk.preview(desk.upload("work_orders", [head, *([n, "漏水", "2026/11/10 08:00", "2026/11/10 20:00", "纠纷", said] for n, said in told.items())], source="12345"))
    assert [(c.field, c.reason) for c in found.found.bad] == [("outcome", "outcome")]
    desk.take_in(found.upload)
    assert {one.number[-2:]: one.outcome for one in desk.rows(WorkOrder) if one.number[-2:] in ("W1", "W2", "W3")} == {"W1": "settled", "W2": "not_settled", "W3": None}


def test_two_systems_may_use_the_same_numbers(desk):
    rows = [["编号", "主题", "时间"], ["1", "甲", "2026-11-01 08:00"]]
    desk.take_in(desk.upload("work_orders", rows, source="a"))
    desk.take_in(desk.upload("work_orders", rows, source="b"))
    assert sorted(order.external_key for order in desk.rows(WorkOrder)) == ["a:1", "b:1"]


def test_a_corrected_mapping_is_remembered_for_files_with_the_same_headers(desk):
    rows = [["编号", "甲栏", "乙栏"], ["01", "东区", "x"]]
    upload = desk.upload("grids", rows)
    corrected = Upload(upload.table, upload.cells, Mapping(0, 1, {"code": 0, "name": 1}), digest=b"x")
    carry_out(desk.engine, desk.scope, imports.keep_mapping, now=NOW, community_id=desk.community_id, upload=corrected)
    with_title = [["网格一览"] * 3, *rows]
    with open_session(desk.engine, desk.scope) as session:
        again, remembered = reading(session, "grids", desk.community_id, desk.upload("grids", with_title).cells, NOW.date())
        fresh, unknown = reading(session, "grids", desk.community_id, [["代码", "名称"], ["1", "x"]], NOW.date())
    assert remembered and again.columns == {"code": 0, "name": 1} and again.header_row == 1
    assert not unknown and fresh.columns == {"code": 0, "name": 1}


def test_a_file_without_a_required_column_is_refused_whole(desk):
    upload = desk.upload("residents", [["性别", "年龄"], ["男", 3.0]])
    assert desk.take_in(upload).reason == "imports.column_missing"


def test_the_catalogue_of_affairs_comes_in_as_its_leaves(desk):
    rows = [["一级分类", "二级分类", "三级分类"], ["城乡建设", "安全生产", "事故处理"], ["城乡建设", "安全生产", "事故处理"], ["交通运输", "", ""]]
    result = desk.take_in(desk.upload("affairs", rows))
    assert (result.counts["new"], result.counts["repeated"]) == (2, 1)
    assert {(a.major, a.middle, a.minor) for a in desk.rows(AffairClass)} == {("城乡建设", "安全生产", "事故处理"), ("交通运输", "", "")}


def test_progress_goes_from_nothing_to_all(desk):
    heard = []
    desk.take_in(desk.upload("residents", *ledgers.nasty_residents()), progress=heard.append)
    assert heard == sorted(heard) and heard[0] >= 0 and heard[-1] == 1


def test_a_ledger_that_says_otherwise_of_a_protected_field_asks_a_second_person_and_changes_the_rest_at_once(desk):
    head = ["姓名", "身份证号", "出生日期", "联系电话", "住址", "与户主关系"]
    who = ledgers.id_number("19500315", 11)
    desk.take_in(desk.upload("residents", [head, ["张三", who, None, "13812345678", "和平路1号", None], ["李四", None, "1952-06-02", None, None, None]]))
    again = desk.upload("residents", [head, ["张三", who, None, "13900000000", "幸福路2号", "户主"], ["李四", None, "1952-06-02", None, "幸福路3号", None]])
    seen = desk.preview(again)
    assert states(seen) == {"new": 0, "changed": 2, "unchanged": 0, "rejected": 0} and seen.counts["waits"] == 1
    assert [(one.row, one.column, one.old, one.new) for one in seen.plan.asks.values()] == [(2, "address", "和平路1号", "幸福路2号")]
    assert {(one.column, one.new) for one in seen.plan.changes} == {("phone", "13900000000"), ("relation", "户主"), ("address", "幸福路3号")}
    assert desk.take_in(again, expected=seen.fingerprint).counts["waits"] == 1
    assert {(one.name, one.phone, one.address, one.relation) for one in desk.rows(Resident)} == {("张三", "13900000000", "和平路1号", "户主"), ("李四", None, "幸福路3号", None)}
    request = desk.rows(ChangeRequest)[0]
    assert (request.field, request.before, request.wanted, request.approved) == ("address", "和平路1号", "幸福路2号", None)
    assert "幸福路" not in desk.rows(LedgerEntry)[-1].facts
    assert desk.take_in(again).batch_id is None, "it waits already: the same file again asks nothing"
    assert isinstance(carry_out(desk.engine, desk.scope, decide, now=NOW, request_id=request.id, approved=True), Refused), "nobody agrees to their own"
    another = Scope(uuid7(), "street_officer", frozenset({desk.community_id}))
    carry_out(desk.engine, another, decide, now=NOW, request_id=request.id, approved=True)
    assert next(one.address for one in desk.rows(Resident) if one.name == "张三") == "幸福路2号"
    assert desk.take_in(again).batch_id is None


def test_a_birth_date_that_the_ledger_gives_otherwise_waits_with_its_year(desk):
    who = ledgers.id_number("19500315", 11)
    desk.take_in(desk.upload("residents", [["姓名", "身份证号"], ["张三", who]]))
    carry_out(desk.engine, desk.scope, _misdate, community_id=desk.community_id)
    again = desk.upload("residents", [["姓名", "身份证号"], ["张三", who]])
    assert desk.take_in(again).counts["waits"] == 1
    assert [(one.birth_date, one.birth_year) for one in desk.rows(Resident)] == [("1951-03-15", 1951)]
    assert [(one.field, one.wanted) for one in desk.rows(ChangeRequest)] == [("birth_date", "1950-03-15")]


def _misdate(session, *, community_id):
    session.scalars(select(Resident)).one().birth_date, session.scalars(select(Resident)).one().birth_year = "1951-03-15", 1951
    file(session, "test.misdate", now=NOW, community_id=community_id)
