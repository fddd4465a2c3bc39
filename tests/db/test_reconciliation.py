"""Data reconciliation (data.reconcile, WS 四.1) as rows: a list compared, every difference decided by a person, the quarter's clock."""

import json
from datetime import date
from hashlib import sha256

import pytest
from sqlalchemy import text

from core.imports.headers import guess
from core.imports.tables import table
from core.refusals import Refused
from db.commands.changes import ask
from db.commands.changes import decide as approve
from db.commands.duties import record_duty
from db.commands.reconciliation import decide, decide_several, keep_list, no_list
from db.commands.reconciliation_shown import export_differences, reveal_difference
from db.commands.sweep import sweep_all
from db.engine import open_session
from db.keys import keyring
from db.models.changes import ChangeRequest
from db.models.grids import Building, Household
from db.models.ledger import LedgerEntry
from db.models.reconciliation import ReconciliationDifference as Difference
from db.models.reconciliation import ReconciliationRun as Run
from db.models.residents import Resident, SpecialGroup
from db.models.work_orders import WorkOrder
from db.queries.imports import Upload
from db.queries.reconciliation import differences, standing, standings
from db.queries.reconciliation_compare import said_by_us
from db.scope import Scope
from db.sheets import read_sheet
from tests.db.care_people import Place, at, found
from tests.ledgers import id_number

NOW = at("2026-11-18T10:00")
CLAUSE = "data.reconcile"
ZHANG, LI, WANG = id_number("19500505", 11), id_number("19600606", 22), id_number("19700707", 33)
PEOPLE = ["姓名", "身份证号", "住址"]
FLATS = ["房屋坐落", "产权人", "使用情况"]
HERE = "测试路1号楼2单元501室"


class Station:
    """The head of a small community, with 张三 (and 李四) at home in 1号楼2单元501."""

    def __init__(self, engine):
        self.place: Place = found(engine)
        sweep_all(engine, at("2026-10-02T08:00"))
        self.head = self.place.role("station_head")
        home = self.place.all(Household)[0]
        self.zhang = self.someone("张三", ZHANG, "1950-05-05", household_id=home.id)
        self.li = self.someone("李四", LI, "1960-06-06", household_id=home.id)

    def someone(self, name, number, born, **more):
        index = number and keyring().blind_index(number, "resident.id_number")
        return self.place.resident(name, born, id_number=number, id_index=index, sex=number and "FM"[int(number[16]) % 2], **more)

    def compare(self, source, *rows, now=NOW, scope=None):
        cells = [PEOPLE if source == "police" else FLATS, *map(list, rows)]
        upload = Upload(source, cells, guess(cells, table(source), now.date()), f"{source}.xlsx", sha256(repr(cells).encode()).digest())
        return self.place.run(keep_list, now, scope or self.head, community_id=self.place.community_id, upload=upload)

    def lines(self, scope=None, **wanted):
        with open_session(self.place.engine, scope or self.head) as session:
            return differences(session, self.place.community_id, "2026-Q4", **{"state": None} | wanted)

    def decide(self, line, verdict, now=NOW, scope=None, **more):
        return self.place.run(decide, now, scope or self.head, community_id=self.place.community_id, difference_id=line.id, version=line.version, verdict=verdict, **more)

    def answer(self, approved, *fields, now=NOW):
        """The street decides what waits, or those fields of it; which they were."""
        waiting = [one for one in self.place.all(ChangeRequest, ChangeRequest.decided_at.is_(None)) if not fields or one.field in fields]
        return [self.place.run(approve, now, self.place.role("street_officer"), request_id=one.id, approved=approved) for one in waiting]

    def clocks(self, now=NOW):
        return [(key, state) for key, state, _ in self.place.states(self.place.community_id, CLAUSE, now)]

    def standing(self):
        with open_session(self.place.engine, self.head) as session:
            return standing(session, NOW, self.place.community_id, "2026-Q4")

    def named(self, name):
        return next(iter(self.place.all(Resident, Resident.name == name)), None)


@pytest.fixture(params=["sqlite"])
def engine(request):
    """One database is enough for all but the whole way."""
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture
def station(kept):
    return kept(Station)


BOTH = (("张三", ZHANG, HERE), ("李四", LI, HERE))
FLAT = (HERE, "张三", "自住")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"], indirect=True)
def test_the_quarter_is_met_when_both_lists_are_compared_and_all_differences_decided(station):
    assert station.clocks() == [("2026-Q4", "on_time")]
    first = station.compare("police", *BOTH[:1])
    assert (first.counts["same"], first.counts["missing_there"], first.met) == (1, 1, False)
    second = station.compare("housing", FLAT)
    assert (second.counts["same"], second.met) == (1, False)
    [line] = station.lines(state="open")
    assert (line.kind, [side.ours for side in line.sides if side.name == "name"]) == ("missing_there", ["李四"])
    done = station.decide(line, "ours", note="问过本人")
    assert (done.outcome, done.met) == ("they_correct", True)
    assert station.clocks() == [("2026-Q4", "met"), ("2027-Q1", "waiting")]
    assert station.standing().met
    [line] = station.lines()
    assert (line.decision, line.note, line.decided_at) == ("ours", "问过本人", NOW)
    facts = [json.loads(one.facts) for one in station.place.all(LedgerEntry, LedgerEntry.command.like("reconciliation.%"))]
    assert facts[-1]["met"] is True
    assert not any(word in json.dumps(facts, ensure_ascii=False) for word in ("李四", LI, "501", "问过"))


def test_the_list_that_closes_the_last_gap_meets_the_clock_by_itself(station):
    assert not station.compare("police", *BOTH).met
    assert station.compare("housing", FLAT).met
    assert station.clocks()[0] == ("2026-Q4", "met")


def test_a_bare_tick_meets_nothing(station):
    done = station.place.run(record_duty, NOW, station.head, clause_id=CLAUSE, happened_at=NOW, community_id=station.place.community_id)
    assert (done.reason, done.clause_id) == ("duties.done_elsewhere", CLAUSE)
    assert station.clocks() == [("2026-Q4", "on_time")]


def test_a_department_that_gives_no_list_is_on_record_with_its_reason_and_meets_nothing(station):
    ask = {"community_id": station.place.community_id, "source": "housing"}
    assert station.place.run(no_list, NOW, station.head, reason=" ", **ask).reason == "reconciliation.say_why"
    station.place.run(no_list, NOW, station.head, reason="住建局系统升级", **ask)
    assert not station.compare("police", *BOTH).met
    housing = station.standing().sources[1]
    assert (housing.run_id, housing.reason) == (None, "住建局系统升级")
    assert station.clocks(at("2027-01-02T08:00"))[0] == ("2026-Q4", "overdue")
    assert station.compare("housing", FLAT).met, "the list came after all"
    assert station.standing().sources[1].reason is None


def test_the_same_file_twice_in_a_quarter_changes_nothing(station):
    first = station.compare("police", *BOTH[:1])
    entries = len(station.place.all(LedgerEntry))
    again = station.compare("police", *BOTH[:1])
    assert (again.run_id, again.repeated) == (first.run_id, True)
    assert (len(station.place.all(Run)), len(station.place.all(Difference)), len(station.place.all(LedgerEntry))) == (1, 1, entries)


def test_a_newer_list_takes_the_earlier_ones_place_and_what_was_decided_stays_decided(station):
    station.compare("police", ("张三丰", ZHANG, HERE))
    for line in station.lines():
        if line.kind == "missing_there":
            station.decide(line, "ours")
    newer = station.compare("police", ("张三", ZHANG, HERE), ("赵六", WANG, HERE))
    assert newer.counts["missing_there"] == 1
    assert sorted((line.kind, line.state) for line in station.lines()) == [("missing_here", "open"), ("missing_there", "decided")]
    old = station.place.all(Difference, Difference.kind == "different")
    assert [(row.decision, row.closed_at) for row in old] == [(None, NOW)], "what nobody decided in the earlier list is closed with it"


def test_the_right_list_can_be_put_back_after_a_wrong_one_and_keeps_what_was_decided(station):
    """A, B by mistake, A again."""
    right = (("张三丰", ZHANG, HERE), ("李四", LI, HERE))
    first = station.compare("police", *right)
    station.decide(station.lines()[0], "ours", note="问过本人")
    wrong = station.compare("police", ("赵六", WANG, HERE))
    assert (wrong.counts["missing_here"], wrong.counts["missing_there"]) == (1, 2)
    back = station.compare("police", *right)
    assert not back.repeated and back.run_id not in (first.run_id, wrong.run_id)
    assert [(line.kind, line.state) for line in station.lines()] == [("different", "decided")]
    assert station.compare("police", *right) == type(back)(back.run_id, back.counts, repeated=True)
    assert not station.compare("police", ("赵六", WANG, HERE)).repeated and not station.compare("police", *right).repeated, "as often as need be"


def test_two_of_their_rows_are_never_one_resident(station):
    """The same name and home, no number, two birth dates: both may be 张三, until one is."""
    rows = [("张三", "", "1950-05-06", HERE), ("张三", "", "1950-05-07", HERE), ("李四", LI, "", HERE)]
    station.place.run(keep_list, NOW, station.head, community_id=station.place.community_id, upload=born(rows))
    one, other = station.lines(kind="candidate")
    assert [choice.id for choice in one.choices] == [choice.id for choice in other.choices] == [station.zhang]
    assert not isinstance(station.decide(one, "ours", chosen=station.zhang), Refused)
    assert station.decide(other, "ours", chosen=station.zhang) == Refused("common.changed_meanwhile")
    again = next(line for line in station.lines(state="open") if line.row == other.row)
    assert (again.kind, again.choices) == ("missing_here", ()), "nobody else it could be"
    newer = born([*rows, ("王五", "", "1960-01-01", HERE)])
    station.place.run(keep_list, NOW, station.head, community_id=station.place.community_id, upload=newer)
    third = next(line for line in station.lines(state="open") if line.kind == "candidate")
    assert station.decide(third, "ours", chosen=station.zhang) == Refused("reconciliation.is_another", values={"row": one.row})


def born(rows):
    cells = [["姓名", "身份证号", "出生日期", "住址"], *map(list, rows)]
    return Upload("police", cells, guess(cells, table("police"), NOW.date()), "police.xlsx", sha256(repr(cells).encode()).digest())


def test_what_the_desk_has_about_who_is_on_a_list_is_masked_by_the_query_for_who_only_reads(station):
    told = []
    for role in ("station_head", "committee_member", "street_officer", "administrator"):
        with open_session(station.place.engine, station.place.role(role)) as session:
            told.append(said_by_us(session, station.place.community_id, "police", [station.zhang])[station.zhang][0])
    assert told[0]["id_number"] == ZHANG
    assert all(ZHANG not in one.values() and "1950-05-05" not in one.values() for one in told[1:]), told


def test_what_is_decided_after_the_quarter_does_not_meet_it(station):
    late = at("2027-01-05T10:00")
    station.compare("police", *BOTH[:1])
    station.compare("housing", FLAT)
    [line] = station.lines(state="open")
    assert station.decide(line, "ours", now=late).met is False
    assert station.clocks(late)[0] == ("2026-Q4", "overdue")


def test_theirs_is_right_changes_the_row_here_by_the_rules_of_an_import(station):
    place = station.place
    building = place.all(Building)[0]
    station.compare("police", ("张三丰", ZHANG, "1号楼1单元102"), *BOTH[1:])
    [line] = station.lines()
    assert (line.kind, {side.name for side in line.sides if side.differs}) == ("different", {"name", "address"})
    assert station.decide(line, "theirs").outcome == "asked"
    changed = station.named("张三丰")
    assert changed.household_id == place.all(Household)[0].id, "the name is corrected at once, the home takes another person's word"
    assert station.answer(True) == ["address"]
    changed = station.named("张三丰")
    assert (changed.id, changed.birth_date, changed.id_number) == (station.zhang, "1950-05-05", ZHANG)
    home = next(one for one in place.all(Household) if one.id == changed.household_id)
    assert (home.building_id, home.door, home.grid_id) == (building.id, "1单元102", place.grids[0])


def test_an_elder_missing_here_joins_the_desk_and_the_roster_when_theirs_is_right(station):
    station.compare("police", *BOTH, ("王五", id_number("19500505", 55), HERE))
    [line] = station.lines()
    assert (line.kind, line.row, line.grid) == ("missing_here", 4, "第1网格")
    assert station.decide(line, "theirs").outcome == "applied"
    new = station.named("王五")
    assert (new.birth_date, new.grid_id, new.sex) == ("1950-05-05", station.place.grids[0], "M")
    assert [one.group for one in station.place.all(SpecialGroup, SpecialGroup.resident_id == new.id)] == ["elder"]
    assert station.place.clocks(new.id, "elder.call")


def test_who_the_police_no_longer_have_leaves_only_with_reason_and_day(station):
    station.compare("police", *BOTH[:1])
    [line] = station.lines()
    assert station.decide(line, "theirs").reason == "reconciliation.say_how_left"
    assert station.decide(line, "theirs", left=("moved", date(2026, 11, 1))).outcome == "applied"
    assert station.named("李四").left_on == date(2026, 11, 1)
    assert station.compare("police", *BOTH[:1], ("空行", WANG, HERE)).counts["missing_there"] == 0


def test_a_changed_id_number_is_offered_and_applied_only_by_two_people(station):
    changed = id_number("19500505", 77)
    station.compare("police", ("张三", changed, HERE), *BOTH[1:])
    maybe, gone = station.lines()
    assert (maybe.kind, gone.kind, [one.score for one in maybe.choices]) == ("candidate", "missing_there", [100])
    assert station.decide(maybe, "theirs").reason == "reconciliation.choose_candidate"
    assert station.decide(maybe, "theirs", chosen=station.li).reason == "reconciliation.choose_candidate", "who is not among the candidates can't be chosen"
    assert station.decide(maybe, "theirs", chosen=station.zhang).outcome == "asked"
    [request] = station.place.all(ChangeRequest)
    assert (station.named("张三").id_number, request.field, request.wanted) == (ZHANG, "id_number", changed), "a protected field takes another person's word"
    assert station.place.run(approve, NOW, station.head, request_id=request.id, approved=True).reason == "changes.by_another"
    assert station.place.run(approve, NOW, station.place.role("street_officer"), request_id=request.id, approved=True) == "id_number"
    assert station.named("张三").id_number == changed
    assert [line.state for line in station.lines()] == ["decided", "decided"], "that he was missing there is answered by it"


@pytest.fixture
def waits(station):
    """Both lists are compared; the one difference, 张三's number and address, is decided for the police: it waits for a second person."""
    station.compare("police", ("张三", id_number("19500505", 77), "1号楼1单元102"), *BOTH[1:])
    station.compare("housing", FLAT)
    maybe = station.lines(state="open", kind="candidate")[0]
    assert station.decide(maybe, "theirs", chosen=station.zhang).outcome == "asked"
    return station


def test_what_waits_for_a_second_person_is_decided_and_doesnt_meet_the_quarter(waits):
    assert (waits.standing().undecided, waits.standing().waits, waits.standing().met) == (0, 1, False)
    [line] = waits.lines(state="waits")
    assert {one.field for one in line.asked} == {"id_number", "address"} and {one.approved for one in line.asked} == {None}
    assert waits.decide(line, "ours").reason == "reconciliation.decided_before"
    assert waits.answer(True, "address") == ["address"] and waits.standing().waits == 1, "one of two"
    assert waits.answer(True) == ["id_number"]
    assert (waits.standing().waits, waits.standing().met, waits.lines(state="waits")) == (0, True, [])
    assert waits.clocks()[0] == ("2026-Q4", "met")
    [*_, entry] = waits.place.all(LedgerEntry, LedgerEntry.command == "care.approve_change")
    assert json.loads(entry.facts)["met"] is True


def test_what_the_second_person_refuses_is_to_be_decided_again_with_its_trace(waits):
    waits.answer(True, "address")
    waits.answer(False)
    [line] = waits.lines(state="open")
    assert (line.decision, line.outcome, sorted((one.field, one.approved) for one in line.asked)) == (None, None, [("address", True), ("id_number", False)])
    assert waits.standing().undecided == 1 and not waits.standing().met
    assert waits.decide(line, "theirs").outcome == "asked", "once more, and only for what is still different"
    assert [one.field for one in waits.place.all(ChangeRequest, ChangeRequest.decided_at.is_(None))] == ["id_number"]
    waits.answer(False)
    [line] = waits.lines(state="open")
    assert waits.decide(line, "ours").met is True


def test_a_value_refused_of_a_ledger_or_by_hand_is_told_where_the_polices_list_says_the_same(station):
    asked = {"resident_id": station.zhang, "field": "address", "value": "1号楼 1单元102"}
    station.place.run(ask, NOW, station.head, **asked)
    station.answer(False)
    station.compare("police", ("张三", ZHANG, "测试路1栋1单元102室"), ("李四", LI, "测试路1号楼1单元103"))
    lines = station.lines(state="open")
    told = {line.row: [(one.field, one.approved) for one in line.asked] for line in lines}
    assert told == {2: [("address", False)], 3: []}
    assert station.decide(next(line for line in lines if line.row == 2), "theirs").outcome == "asked", "a person may ask again"


def test_what_waits_goes_over_into_a_newer_list(waits):
    waits.compare("police", ("张三", id_number("19500505", 77), "1号楼1单元102"), *BOTH[1:], ("无名氏", None, None))
    assert waits.standing().waits == 1
    waits.answer(False)
    assert [line.asked[0].approved for line in waits.lines(state="open") if line.asked] == [False]


def test_none_of_the_candidates_leaves_the_row_to_be_decided_as_missing_here(station):
    station.compare("police", ("张三", id_number("19500505", 77), HERE), *BOTH[1:])
    maybe = station.lines(kind="candidate")[0]
    assert station.decide(maybe, "nobody").outcome is None
    assert sorted((line.kind, line.state) for line in station.lines()) == [("missing_here", "open"), ("missing_there", "open")]


def test_somebody_goes_and_looks_and_the_difference_stays_open_until_it_is_decided(station):
    station.compare("police", *BOTH, ("王五", id_number("19500505", 55), HERE))
    [line] = station.lines()
    sent = station.decide(line, "visit")
    [order] = station.place.all(WorkOrder)
    assert (order.number, order.kind, order.grid_id, order.holder_id) == (sent.order, "data_check", station.place.grids[0], station.place.staff["B0"])
    assert [clock.due_at for clock in station.place.clocks(order.id, "reconcile.visit")] == [at("2026-11-26T00:00")]
    [line] = station.lines(state="visit")
    assert station.decide(line, "visit").reason == "reconciliation.on_the_way"
    assert station.decide(line, "ours").outcome == "they_correct"


def test_many_of_one_kind_are_decided_at_once_with_their_grounds_and_none_unseen(station):
    for n in range(3):
        station.someone(f"租客{n}", None, "1990-01-01")
    station.compare("police", *BOTH)
    ask = {"community_id": station.place.community_id, "quarter_key": "2026-Q4", "source": "police", "kind": "missing_there"}
    for expected, note, reason in ((3, " ", "reconciliation.say_why"), (2, "名单只含户籍人口", "common.changed_meanwhile")):
        assert station.place.run(decide_several, NOW, station.head, expected=expected, note=note, **ask).reason == reason
    assert station.place.run(decide_several, NOW, station.head, expected=3, note="名单只含户籍人口", **ask).outcome == "they_correct"
    assert [(line.state, line.note) for line in station.lines()] == [("decided", "名单只含户籍人口")] * 3


def test_showing_a_difference_in_full_and_taking_the_list_out_are_on_the_ledger(station):
    station.compare("police", ("张三丰", ZHANG, HERE), *BOTH[1:])
    [line] = station.lines()
    own = {"community_id": station.place.community_id}
    theirs, ours = station.place.run(reveal_difference, NOW, station.head, difference_id=line.id, purpose="correct_file", **own)
    assert (theirs["id_number"], theirs["address"], ours["name"]) == (ZHANG, HERE, "张三")
    committee = station.place.role("committee_member")
    assert station.place.run(reveal_difference, NOW, committee, difference_id=line.id, purpose="correct_file", **own).reason == "common.not_allowed"
    made = export_differences(station.place.engine, committee, now=NOW, quarter_key="2026-Q4", lang="zh", **own)
    cells = [cell for row in read_sheet(made.content, made.name).cells for cell in row]
    assert "张*丰" in cells and not {"张三丰", ZHANG, HERE} & set(cells)
    assert [one.command for one in station.place.all(LedgerEntry)][-2:] == ["reconciliation.reveal", "reconciliation.export"]


def test_the_street_reads_counts_of_each_of_its_communities(station):
    other = found(station.place.engine)
    station.compare("police", *BOTH[:1])
    station.place.run(no_list, NOW, station.head, community_id=station.place.community_id, source="housing", reason="未提供")
    both = [station.place.community_id, other.community_id]
    with open_session(station.place.engine, Scope(None, "street_officer", frozenset(both))) as session:
        rows = standings(session, NOW, both, "2026-Q4")
    assert [(one.met, one.undecided, one.lacking) for one in rows] == [(False, 1, ("housing",)), (False, 0, ("police", "housing"))]


def test_the_second_of_two_who_decide_is_told(station):
    station.compare("police", *BOTH[:1])
    [line] = station.lines()
    assert station.decide(line, "ours").outcome == "they_correct"
    other = station.place.role("station_head")
    assert station.decide(line, "ours", scope=other).reason == "reconciliation.decided_before"


def test_a_number_somebody_else_has_meanwhile_is_not_given_twice(station):
    station.compare("police", *BOTH, ("王五", WANG, HERE))
    [line] = station.lines()
    station.someone("王五", WANG, "1970-07-07")
    assert station.decide(line, "theirs").reason == "reconciliation.id_taken"


def test_the_housing_list_finds_what_is_empty_missing_and_anothers(station):
    done = station.compare("housing", (HERE, "钱七", "自住"), ("测试路1号楼1单元101", "孙八", "空置"), ("别处9号楼1单元101", "周九", "自住"))
    assert (done.counts["different"], done.counts["missing_here"]) == (1, 2)
    other, empty, elsewhere = station.lines()
    assert [side.name for side in other.sides if side.differs] == ["owner"]
    assert station.decide(other, "theirs").outcome == "we_correct", "the desk has no command that makes an owner live there"
    assert station.decide(empty, "theirs").outcome == "applied"
    assert {one.door for one in station.place.all(Household)} == {"2单元501", "1单元101"}
    assert station.decide(elsewhere, "theirs").reason == "reconciliation.unknown_building"


def test_only_the_station_head_compares_and_decides(station):
    station.compare("police", *BOTH[:1])
    [line] = station.lines()
    for other in map(station.place.role, ("grid_worker", "committee_member", "street_officer", "property_company", "administrator")):
        tried = (station.compare("housing", FLAT, scope=other), station.decide(line, "ours", scope=other))
        assert [one.reason for one in tried if isinstance(one, Refused)] == ["common.not_allowed"] * 2


def test_personal_data_is_encrypted_at_rest_and_masked_by_role(station):
    station.compare("police", ("张三丰", ZHANG, HERE), *BOTH[1:])
    with station.place.engine.connect() as link:
        raw = repr(link.execute(text("SELECT * FROM reconciliation_difference")).all())
    assert "张三" not in raw and ZHANG not in raw and "1950" not in raw
    head, committee = (station.lines(station.place.role(role))[0] for role in ("station_head", "committee_member"))
    shown = [{side.name: side.theirs for side in line.sides} for line in (head, committee)]
    assert [one["name"] for one in shown] == ["张三丰", "张*丰"]
    assert [one["id_number"] for one in shown] == [f"{ZHANG[:3]}*************{ZHANG[-2:]}"] * 2
    assert [one["address"] for one in shown] == ["测试路1号楼***"] * 2
    assert station.lines(station.place.role("property_company")) == []

