"""Service packages by sheet: an office's 关爱服务对象台账 fills the gaps that the file shows, and the same sheet again changes nothing."""

from datetime import date

import pytest

from core.imports.cells import Bad
from core.imports.headers import guess_table
from core.imports.teams import helpers_of, service_of
from core.refusals import Refused
from db.commands.exports import export
from db.commands.filing import file
from db.commands.packages import add_member, record_service
from db.models.grids import Staff
from db.models.packages import ServiceRecord, TeamMember
from db.types import uuid7
from tests import ledgers
from tests.db.care_people import Place, found
from tests.db.test_imports import NOW, Office, states
from tests.db.test_packages import gap_ids, on_roster

HEAD = ["老人姓名", "身份证号", "网格员", "楼长（结对志愿者）", "家属", "家属联系电话", "家庭医生", "居家护理员", "社区专职工作者", "紧急呼叫", "助餐", "防跌倒评估", "备注"]
LI, WANG = ledgers.id_number("19500315", 11), ledgers.id_number("19510620", 12)
ROW = ["李大爷", LI, "吴网格", "赵楼长", "李小明、李小红 13800000001", None, "孙医生 0634-6221234", "周护士", "吴网格", "已安装", "不需要", "有", ""]


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def place(kept) -> Place:
    return kept(made)


def made(engine) -> Place:
    place = found(engine)
    on_roster(place, "elder", "disabled_elder", id_number=LI)
    on_roster(place, "elder", name="王大妈", id_number=WANG, born="1951-06-20")
    for name in ("甲", "乙"):
        on_roster(place, "disabled", "mental 2", name=name, born="1990-01-01")
    place.run(hires, NOW)
    return place


def hires(session, *, now):
    community_id = next(iter(session.scope.communities))
    session.add(Staff(community_id=community_id, id=uuid7(), name="吴网格", kind="grid_worker"))
    file(session, "test.hire", now=now, community_id=community_id)


def sheet(place, *rows, head=HEAD):
    office = Office(place.engine, place.community_id)
    return office, office.upload("teams", [head, *rows])


def told(seen):
    return {(cell.row, cell.reason, cell.refuses) for cell in seen.found.bad}


def test_an_offices_sheet_fills_every_gap_and_the_same_sheet_again_changes_nothing(place):
    office, upload = sheet(place, ROW)
    assert guess_table(upload.cells, NOW.date()) == "teams"
    seen = office.preview(upload)
    assert states(seen) == {"new": 0, "changed": 1, "unchanged": 0, "rejected": 0} and not seen.found.bad
    assert office.take_in(upload, expected=seen.fingerprint).aside == {"service_record": 3, "team_member": 7}
    assert gap_ids(place, place.residents["李大爷"]) == []
    wu = place.all(Staff, Staff.name == "吴网格")[0].id
    members = {(one.role, one.name, one.phone, one.staff_id) for one in place.all(TeamMember)}
    assert members == {
        ("social_worker", None, None, wu), ("community_worker", None, None, wu), ("volunteer", "赵楼长", None, None), ("family", "李小明", None, None),
        ("family", "李小红", "13800000001", None), ("family_doctor", "孙医生", "06346221234", None), ("home_nurse", "周护士", None, None),
    }  # fmt: skip
    assert {(one.part, one.is_there, one.from_date) for one in place.all(ServiceRecord)} == {(part, part != "meals", date(2026, 11, 18)) for part in ("emergency_call", "meals", "fall_check")}
    assert office.take_in(upload).batch_id is None and states(office.preview(upload))["unchanged"] == 1


def test_another_name_takes_the_role_over_and_family_joins(place):
    office, upload = sheet(place, ROW)
    office.take_in(upload)
    changed = [*ROW[:3], "钱楼长", "李小刚", "13800000002", *[None] * 7]
    seen = office.preview(sheet(place, changed)[1])
    assert [(one.column, one.old, one.new) for one in seen.plan.changes] == [("volunteer", "赵楼长", "钱楼长"), ("family", None, "李小刚")]
    office.take_in(seen.upload)
    assert [(one.name, one.to_date is None) for one in place.all(TeamMember, TeamMember.role == "volunteer")] == [("赵楼长", False), ("钱楼长", True)]
    assert {one.name for one in place.all(TeamMember, TeamMember.role == "family", TeamMember.to_date.is_(None))} == {"李小明", "李小红", "李小刚"}


@pytest.mark.parametrize(
    ("change", "reason", "refuses"),
    [
        ({2: "没这人"}, "unknown_worker", True),
        ({2: "吴网格、王网格"}, "one_helper", True),
        ({2: "网格3"}, "helper", True),
        ({0: "没这人", 1: ""}, "unknown_resident", True),
        ({9: "也许"}, "service", True),
        ({11: "不需要"}, "always_asked", False),
    ],
)
def test_what_a_cell_may_not_say_is_told_with_its_reason_and_keeps_the_row_out(place, change, reason, refuses):
    office, upload = sheet(place, [change.get(n, cell) for n, cell in enumerate(ROW)])
    seen = office.preview(upload)
    assert told(seen) == {(2, reason, refuses)} and bool(seen.plan.inserts) is not refuses


def test_what_a_package_doesn_t_ask_for_is_left_out_and_what_is_on_record_is_not_taken_off(place):
    office, upload = sheet(place, ["王大妈", WANG, None, None, "无家属", None, "孙医生", None, None, "无", "有", "没有", ""])
    assert told(office.preview(upload)) == {(2, "not_asked", False)} and office.preview(upload).counts["remarks"] == 2
    office.take_in(upload)
    assert gap_ids(place, place.residents["王大妈"]) == ["social_worker", "volunteer"] and not place.all(TeamMember)
    assert place.run(record_service, NOW, resident_id=place.residents["李大爷"], part="emergency_call", is_there=True)
    again = sheet(place, ["李大爷", LI, *[None] * 7, "未安装", None, None, ""])[1]
    assert told(office.preview(again)) == {(2, "service_on_record", False)} and office.take_in(again).batch_id is None


def test_a_therapist_serves_one_resident_on_the_desk_and_within_the_sheet(place):
    head, other = ["残疾人姓名", "康复协调员", "康复师", "康复师电话"], ("13900000009", "13900000008")
    office, upload = sheet(place, ["甲", "冯某", "郑某", other[0]], ["乙", "冯某", "郑某", other[0]], head=head)
    assert told(office.preview(upload)) == {(3, "one_to_one", True)}
    assert not isinstance(place.run(add_member, NOW, resident_id=place.residents["乙"], role="therapist", name="郑某", phone=other[1]), Refused)
    assert told(office.preview(sheet(place, ["甲", None, "郑某", other[1]], ["乙", None, "郑某", None], head=head)[1])) == {(2, "one_to_one", True)}
    assert told(office.preview(sheet(place, ["甲", None, "郑某", None], head=head)[1])) == {(2, "therapist_phone", True)}


def test_what_began_before_the_quarter_is_taken_in_by_the_station_head_alone(place):
    head = ["姓名", "身份证号", "网格员", "结对日期"]
    early = ["李大爷", LI, "吴网格", "2026-09-30"]
    administrator = Office(place.engine, place.community_id, "administrator")
    assert told(administrator.preview(administrator.upload("teams", [head, early]))) == {(2, "package_too_early", True)}
    assert sheet(place, early, head=head)[0].take_in(sheet(place, early, head=head)[1]).counts["changed"] == 1
    assert [one.from_date for one in place.all(TeamMember)] == [date(2026, 9, 30)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_went_out_says_how_each_package_stands_in_words_that_come_in_again(place, lang):
    office, upload = sheet(place, ROW)
    office.take_in(upload)
    made = export(place.engine, office.scope, now=NOW, community_id=place.community_id, name="teams", kind="csv", lang=lang)
    assert made.rows == 4
    line = next(one for one in made.content.decode("utf-8-sig").splitlines() if one.startswith("李大爷"))
    assert "赵楼长,,李小明、李小红,,吴网格,孙医生,063****1234,周护士,," in line and (lang == "en" or ",已安装,能行走，不需要,已评估," in line)
    assert [service_of(word) for word in (("已安装", "能行走，不需要") if lang == "zh" else ("installed", "can walk, not needed"))] == ["there", "not_needed"]


@pytest.mark.parametrize(
    ("cell", "helpers"),
    [
        ("王建国", (("王建国", None),)), ("王建国13800000000", (("王建国", "13800000000"),)), ("李梅（0634-6221234）， 王 建国", (("李梅", "06346221234"), ("王建国", None))),
        ("无", None), ("孤寡", ()), ("3号楼", Bad("helper")),
    ],
)  # fmt: skip
def test_a_cell_holds_names_each_with_a_number_or_says_that_there_is_nobody(cell, helpers):
    assert helpers_of(cell) == helpers
