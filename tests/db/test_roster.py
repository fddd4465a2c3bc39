"""The roster as it is read: who comes first, whose counts, what each role sees; on both engines."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from core.clocks import State, state
from core.duties import CLAUSES
from core.refusals import Refused
from db.commands.care import enrol, record_contact
from db.commands.departures import hold, leave_roster
from db.commands.duties import record_duty
from db.commands.filing import file
from db.commands.residents import reveal
from db.commands.sweep import sweep_all
from db.engine import open_session
from db.keys import keyring
from db.models.clocks import Clock
from db.models.grids import Household
from db.models.ledger import LedgerEntry
from db.models.residents import Resident
from db.queries.care import contacts, person
from db.queries.checklist import checklist
from db.queries.duties import duties, history
from db.queries.roster import Wanted, found_people, grids, roster, totals
from db.queries.roster_order import STATES
from tests.db.care_people import Place, at, found

JOINED, NOW = at("2026-11-02T09:00"), at("2026-11-18T10:00")
SECRET = {"phone": "13800005678", "id_number": "37060219500505123X", "health": "高血压"}


@pytest.fixture
def place(kept) -> Place:
    """Six people on the roster; the first four were not called last week."""
    return kept(six_people)


def six_people(engine) -> Place:
    made = found(engine)
    home = made.all(Household)[0].id
    for name, born, grid, group, detail in (
        ("丁普通", "1960-05-05", 0, "elder", None),
        ("丙高龄", "1940-05-05", 1, "elder", None),
        ("甲独居", "1960-05-05", 0, "elder", "living_alone"),
        ("乙失能", "1960-05-05", 0, "elder", "disabled_elder"),
        ("戊按时", "1960-05-05", 1, "elder", "living_alone"),
        ("己儿童", "2015-05-05", 0, "child", None),
    ):
        resident_id = made.resident(name, born, grid, household_id=home, **SECRET | {"id_number": f"3706021950050512{len(made.residents):02}"})
        made.run(enrol, JOINED, resident_id=resident_id, group=group, detail=detail)
    sweep_all(engine, JOINED)
    for act, day in (("call", "2026-11-05"), ("call", "2026-11-12"), ("call", "2026-11-17"), ("visit", "2026-11-17"), ("file_update", "2026-11-17")):
        moment = at(f"{day}T10:00")
        made.run(record_contact, moment, made.worker(1), resident_id=made.residents["戊按时"], act=act, outcome="reached", happened_at=moment)
    sweep_all(engine, NOW)
    return made


def read(place, wanted=Wanted(), scope=None, **more):
    with open_session(place.engine, scope or place.role("station_head")) as session:
        return roster(session, NOW, wanted, **more)


def counted(place, wanted=Wanted()):
    with open_session(place.engine, place.role("station_head")) as session:
        return totals(session, NOW, wanted)


def names(place, wanted=Wanted(), scope=None, **more) -> list[str]:
    return [row.name for row in read(place, wanted, scope, **more).rows]


def test_the_late_come_first_then_who_lives_alone_is_disabled_is_over_80(place):
    assert names(place) == ["甲独居", "乙失能", "丙高龄", "丁普通", "己儿童", "戊按时"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(state="overdue"), ["甲独居", "乙失能", "丙高龄", "丁普通"]),
        (Wanted(state="met"), ["戊按时"]),
        (Wanted(group="child"), ["己儿童"]),
        (Wanted(act="call", state="overdue"), ["甲独居", "乙失能", "丙高龄", "丁普通"]),
        (Wanted(act="call", state="met"), ["戊按时"]),
        (Wanted(clause_id="child.session"), ["己儿童"]),
        (Wanted(text="独居"), ["甲独居"]),
        (Wanted(text="1号楼", state="overdue"), ["甲独居", "乙失能", "丙高龄", "丁普通"]),
        (Wanted(text="37060219500505 12"), []),
        (Wanted(text="%"), []),
    ],
)
def test_the_roster_is_narrowed_by_group_state_act_and_text(place, wanted, expected):
    assert names(place, wanted) == expected


def test_a_person_is_found_by_the_whole_id_number_only(place):
    def index(session, *, now):
        session.get(Resident, (place.community_id, place.residents["丁普通"])).id_index = keyring().blind_index("370602195005051200", "resident.id_number")
        file(session, "test.index", now=now, community_id=place.community_id)

    place.run(index, NOW)
    assert names(place, Wanted(text="370602195005051200")) == ["丁普通"]
    assert names(place, Wanted(text="3706021950050512")) == []


def test_every_count_opens_exactly_its_rows(place):
    found = counted(place)
    assert found["call"].overdue == 4
    for act, total in found.items():
        for chosen in ("overdue", "due", "met"):
            assert len(names(place, Wanted(act=act, state=chosen))) == getattr(total, chosen), (act, chosen)


@pytest.mark.parametrize("narrowed", [Wanted(), Wanted(group="elder"), Wanted(text="独居"), Wanted(act="visit")])
def test_the_counts_are_the_same_whatever_state_is_chosen(place, narrowed):
    for chosen in STATES:
        wanted = replace(narrowed, state=chosen, lack="elder.team" if chosen == "gaps" else None)
        assert wanted.counted == narrowed and counted(place, wanted) == counted(place, narrowed) != {}


def test_the_roster_uses_the_one_definition_of_a_clocks_state(place):
    clocks = {clock.subject_id: {} for clock in place.all(Clock)}
    for clock in place.all(Clock, Clock.closed_at.is_(None)):
        clocks[clock.subject_id][clock.act] = state(clock, NOW)
    for row in read(place).rows:
        assert {one.act: one.state for one in row.clocks} == clocks[row.resident_id]


def test_more_rows_come_page_by_page_without_a_gap_or_a_repeat(place):
    pages = [read(place, limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [page.more for page in pages] == [True, True, False]
    assert [row.name for page in pages for row in page.rows] == names(place)


def test_a_row_says_when_the_last_contact_was_by_whom_and_who_holds_it(place):
    row = read(place, Wanted(text="戊")).rows[0]
    assert (row.last.act, row.last.outcome, row.last.by, row.last.happened_at) in {(act, "reached", "员工B1", at("2026-11-17T10:00")) for act in ("call", "visit", "file_update")}
    assert (row.holder, row.grid, row.building, row.age_band) == ("员工B1", "第2网格", "1号楼", "60-69")
    assert row.groups == (("elder", "living_alone"),)


def test_a_grid_worker_sees_the_own_grid_only(place):
    assert names(place, scope=place.worker(1)) == ["丙高龄", "戊按时"]
    assert names(place, Wanted(grid_id=place.grids[0]), scope=place.worker(1)) == []
    with open_session(place.engine, place.worker(1)) as session:
        assert list(grids(session, NOW)) == [place.grids[1]]


def test_the_committee_and_the_street_see_masked_names_and_can_not_search_them(place):
    for role in ("committee_member", "street_officer"):
        assert names(place, scope=place.role(role))[0] == "甲*居"
        assert names(place, Wanted(text="独居"), scope=place.role(role)) == []


def test_the_property_company_sees_nobody(place):
    scope = place.role("property_company")
    found = read(place, scope=scope)
    assert found.rows == ()
    with open_session(place.engine, scope) as session:
        assert person(session, NOW, place.residents["甲独居"]) is None


def test_a_file_is_masked_for_everybody_until_a_field_is_asked_for(place):
    resident_id = place.residents["甲独居"]
    with open_session(place.engine, place.worker()) as session:
        file_ = person(session, NOW, resident_id)
    assert file_.fields["phone"] == "138****5678" and file_.fields["address"] == "1号楼***" and file_.fields["health"] == "***"
    assert file_.fields["birth_date"] == "1960-**-**" and file_.fields["name"] == "甲独居"
    assert all(secret not in str(file_) for secret in SECRET.values())


def test_showing_a_field_asks_for_a_purpose_and_leaves_a_trace_without_its_value(place):
    resident_id = place.residents["甲独居"]
    shown = place.run(reveal, NOW, place.worker(), resident_id=resident_id, field="phone", purpose="contact")
    assert shown == "13800005678"
    assert place.run(reveal, NOW, place.worker(), resident_id=resident_id, field="address", purpose="visit") == "1号楼 2单元501"
    entries = place.all(LedgerEntry, LedgerEntry.command == "resident.reveal")
    assert [(json.loads(one.facts), one.subject_id) for one in entries][0] == ({"field": "phone", "purpose": "contact"}, resident_id)
    assert "13800005678" not in entries[0].facts


@pytest.mark.parametrize(
    ("role", "field", "purpose", "reason"),
    [
        ("committee_member", "phone", "contact", "common.not_allowed"),
        ("street_officer", "phone", "contact", "common.not_allowed"),
        ("administrator", "phone", "contact", "common.not_allowed"),
        ("station_head", "phone", "", "care.no_purpose"),
        ("station_head", "phone", "curiosity", "care.no_purpose"),
        ("station_head", "password", "contact", "care.no_such_field"),
        ("property_company", "phone", "contact", "common.not_found"),
    ],
)
def test_nothing_is_shown_without_right_and_reason(place, role, field, purpose, reason):
    shown = place.run(reveal, NOW, place.role(role), resident_id=place.residents["甲独居"], field=field, purpose=purpose)
    assert isinstance(shown, Refused) and shown.reason == reason
    assert place.all(LedgerEntry, LedgerEntry.command == "resident.reveal") == []


def test_contacts_are_read_page_by_page_newest_first_and_notes_only_by_those_who_care(place):
    resident_id = place.residents["戊按时"]
    place.run(record_contact, NOW, place.worker(1), resident_id=resident_id, act="call", outcome="no_answer", happened_at=NOW, note="儿子接的")
    with open_session(place.engine, place.worker(1)) as session:
        first, more = contacts(session, resident_id, limit=4)
        rest, none = contacts(session, resident_id, limit=4, offset=4)
    assert (first[0].note, first[0].outcome, more, none, len(first) + len(rest)) == ("儿子接的", "no_answer", True, False, 6)
    with open_session(place.engine, place.role("committee_member")) as session:
        assert contacts(session, resident_id)[0][0].note == "***"


def test_duties_show_late_ones_first_and_who_did_them_last(place):
    head = replace(place.role("station_head"), staff_id=place.staff["head"])
    place.run(record_duty, at("2026-11-10T15:00"), head, clause_id="meeting.party_committee", happened_at=at("2026-11-10T15:00"), attendees=9)
    with open_session(place.engine, place.role("station_head")) as session:
        rows = duties(session, NOW, place.community_id)
        done = history(session, NOW, place.community_id, "meeting.party_committee")
    assert len(rows) == len(CLAUSES) + 1, "each duty, and the patrol of both grids"
    meeting = next(row for row in rows if row.clause_id == "meeting.party_committee")
    assert (meeting.state, meeting.done_in_period, meeting.last.by, meeting.last.attendees, len(done)) == (State.waiting, True, "员工head", 9, 1)
    assert [row.state for row in rows] == sorted((row.state for row in rows), key=[State.overdue, State.due_soon, State.on_time, State.waiting].index)


def test_the_roster_is_found_by_the_partial_indexes_of_open_clocks(sqlite_engine):
    made = found(sqlite_engine)
    plans: list[str] = []

    def explain(connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT") and "FROM clock" in statement:
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in rows if " clock " in f" {row[3]} ")

    event.listen(made.engine, "before_cursor_execute", explain)
    for wanted in (Wanted(), *(Wanted(state=one) for one in STATES)):
        read(made, wanted)
    assert plans and [one for one in plans if "ix_clock_open" not in one and "uq_clock_open" not in one] == []


def test_who_is_in_hospital_or_gone_stands_in_a_list_of_its_own_and_is_not_done(place):
    head, hospital, gone = place.role("station_head"), place.residents["丁普通"], place.residents["甲独居"]
    before = counted(place)["call"]
    place.run(hold, NOW, head, resident_id=hospital, kind="hospital", from_date=NOW.date(), until_date=date(2026, 12, 1))
    place.run(leave_roster, NOW, head, resident_id=gone, kind="moved", from_date=NOW.date())
    place.run(hold, NOW, head, resident_id=place.residents["丙高龄"], kind="away", from_date=NOW.date())
    assert names(place, Wanted(state="away")) == ["丁普通", "丙高龄", "甲独居"]
    assert names(place, Wanted(state="away"), place.worker(1)) == ["丙高龄"], "of the own grids only"
    assert names(place, Wanted(state="away", group="child")) == []
    found = read(place)
    assert found.away == 2 and counted(place)["call"].met == before.met
    rows = {row.name: row.away for row in read(place, Wanted(state="away")).rows}
    assert rows["丁普通"] == ("hospital", NOW.date(), date(2026, 12, 1)) and rows["甲独居"][0] == "moved"


def test_the_file_says_how_many_periods_a_stay_took_out_and_so_does_the_checklist(place):
    resident_id = place.residents["丁普通"]
    place.run(hold, NOW, place.role("station_head"), resident_id=resident_id, kind="hospital", from_date=date(2026, 11, 9))
    with open_session(place.engine, place.role("station_head")) as session:
        file = person(session, NOW, resident_id)
        lines = {line.clause_id: line.held for line in checklist(session, NOW, place.community_id, "2026-Q4").lines if line.held}
    assert [one.kind for one in file.departures] == ["hospital"] and file.held == 4
    assert lines == {"elder.call": 2, "elder.visit": 1, "file.update": 1}, "weeks 46 and 47, November, and a quarter with a week at home"


def test_somebody_on_no_roster_is_found_by_name_in_the_own_grids(place):
    place.resident("新来人")
    for scope, expected in ((place.worker(0), ["新来人"]), (place.worker(1), [])):
        with open_session(place.engine, scope) as session:
            assert [row.name for row in found_people(session, NOW, "新来")] == expected


def test_who_joins_late_in_a_period_is_not_said_to_be_done_but_from_when_it_begins(place):
    """The first period counts if at least half of it remains: of who joins on the 18th the visits begin in December."""
    late = place.resident("庚新来", "1960-05-05", 0, household_id=place.all(Household)[0].id, phone="13800005678")
    place.run(enrol, NOW, resident_id=late, group="elder", detail=None)
    begins = {row.name: {clock.act: clock.begins for clock in row.clocks} for row in read(place).rows}
    assert begins["庚新来"]["visit"] == at("2026-12-01T00:00")
    assert begins["戊按时"]["visit"] is None and begins["丁普通"]["visit"] is None
