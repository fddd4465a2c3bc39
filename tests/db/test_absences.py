"""Who is away: entered by whom, ended how, and what follows from it for who stands in and which visits are doubted."""

from datetime import timedelta

import pytest

from core.refusals import Refused
from core.work_orders import Bench
from db.commands.absences import end, enter
from db.commands.care import enrol, record_contact
from db.commands.filing import carry_out
from db.engine import open_session
from db.models.grids import Absence
from db.models.ledger import LedgerEntry
from db.queries.absences import absences
from db.queries.checklist import checklist
from db.queries.posts import bench, holding
from db.queries.staff import workers
from tests.conftest import NOW as DEMO_NOW
from tests.conftest import printed, type_in
from tests.db.care_people import Place, at, found

NOW, MONDAY, FRIDAY = at("2026-11-18T10:00"), at("2026-11-23T00:00"), at("2026-11-28T00:00")


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def place(kept) -> Place:
    return kept(found)


def away(place, who="B0", start=MONDAY, until=FRIDAY, scope=None, now=NOW, reason="leave"):
    about = {"community_id": place.community_id, "staff_id": place.staff[who], "starts_at": start, "ends_at": until, "reason": reason}
    return place.run(enter, now, scope or place.role("station_head"), **about)


def back(place, absence_id, scope=None, now=NOW, when=None):
    return place.run(end, now, scope or place.role("station_head"), community_id=place.community_id, absence_id=absence_id, at=when)


def test_the_head_enters_anybody_s_absence_and_a_worker_his_own(place):
    assert not isinstance(away(place, "A1"), Refused)
    assert not isinstance(away(place, "B0", scope=place.worker()), Refused)
    assert away(place, "A0", scope=place.worker()).reason == "absences.own_only"
    assert away(place, "B0", scope=place.role("grid_worker")).reason == "staff.not_linked"
    assert away(place, "B0", scope=place.role("street_officer")).reason == "common.not_allowed"
    facts = [one.facts for one in place.all(LedgerEntry, LedgerEntry.command == "absence.enter")]
    assert len(facts) == 2 and not any("leave" in one for one in facts), "a reason may be an illness"


def test_why_somebody_is_away_is_read_by_the_head_and_by_themselves_only(place):
    away(place, "A1", reason="sick")
    away(place, "B0")

    def read(scope):
        with open_session(place.engine, scope) as session:
            return [one.reason for one in absences(session, NOW, place.community_id)], {one.username for one in workers(session, NOW)}

    assert read(place.role("station_head"))[0] == ["sick", "leave"]
    assert read(place.worker()) == (["leave"], {None})
    for role in ("grid_worker", "committee_member", "street_officer", "property_company", "administrator"):
        assert read(place.role(role))[0] == []


@pytest.mark.parametrize(
    ("start", "until", "reason"),
    [
        (MONDAY, FRIDAY, "absences.overlaps"),
        (MONDAY - timedelta(1), MONDAY + timedelta(minutes=1), "absences.overlaps"),
        (FRIDAY - timedelta(minutes=1), FRIDAY + timedelta(1), "absences.overlaps"),
        (FRIDAY, FRIDAY + timedelta(1), None),
        (MONDAY - timedelta(1), MONDAY, None),
        (FRIDAY, FRIDAY, "absences.ends_first"),
        (FRIDAY, FRIDAY + timedelta(366), None),
        (FRIDAY, FRIDAY + timedelta(366, minutes=1), "absences.too_long"),
    ],
)
def test_absences_of_one_person_don_t_overlap_and_may_touch(place, start, until, reason):
    away(place)
    done = away(place, start=start, until=until)
    assert (done.reason if isinstance(done, Refused) else None) == reason
    assert not isinstance(away(place, "A0"), Refused), "another person's may"


def test_an_absence_needs_one_of_the_reasons(place):
    assert away(place, reason="").reason == "absences.no_reason"


def test_while_the_b_post_is_away_the_a_post_stands_in_until_the_very_minute(place):
    away(place)
    for moment, holder in ((MONDAY - timedelta(minutes=1), "B0"), (MONDAY, "A0"), (FRIDAY - timedelta(minutes=1), "A0"), (FRIDAY, "B0")):
        with open_session(place.engine, place.system) as session:
            assert holding(session, moment).by_grid[place.grids[0]].staff_id == place.staff[holder]
    with open_session(place.engine, place.system) as session:
        on: Bench = bench(session, place.community_id, place.grids[0], MONDAY)
        assert on.absent == {place.staff["B0"]}
        [row] = absences(session, NOW, place.community_id)
        assert (row.state, row.cover) == ("coming", (("第1网格", ("员工A0",)),))
    away(place, "A0", start=NOW, until=MONDAY)
    with open_session(place.engine, place.system) as session:
        found_now = {one.name: (one.state, one.cover) for one in absences(session, NOW, place.community_id)}
    assert found_now["员工B0"][1] == (("第1网格", ("员工A0",)),), "who is away today is back by then"
    assert found_now["员工A0"] == ("running", (("第1网格", ("员工B0",)),))


def test_an_absence_to_come_is_taken_back_and_a_running_one_ends_now(place):
    coming = away(place)
    assert back(place, coming, place.worker()) == MONDAY
    with open_session(place.engine, place.system) as session:
        assert absences(session, NOW, place.community_id) == [], "taken back is none"
    running = away(place, start=NOW - timedelta(2), until=FRIDAY)
    assert not isinstance(running, Refused), "what was taken back stands in nobody's way"
    assert back(place, running, place.worker()) == NOW
    assert back(place, running).reason == "absences.over"


def test_nobody_says_of_himself_that_he_was_back_before_and_the_head_does_of_others(place):
    running = away(place, start=NOW - timedelta(2), until=FRIDAY)
    assert back(place, running, place.worker(), when=NOW - timedelta(hours=2)).reason == "absences.back_by_another"
    assert back(place, running, when=FRIDAY).reason == "absences.not_earlier"
    assert back(place, running, place.role("committee_member")).reason == "common.not_allowed"
    assert back(place, running, when=NOW - timedelta(hours=2)) == NOW - timedelta(hours=2)
    own = away(place, "head", start=NOW - timedelta(2), until=FRIDAY)
    assert back(place, own, when=NOW - timedelta(hours=2)).reason == "absences.back_by_another"


def test_a_visit_entered_for_the_time_of_an_absence_is_on_the_checklist(place):
    who = place.resident("张老人")
    place.run(enrol, at("2026-11-02T09:00"), resident_id=who, group="elder")
    away(place, start=NOW - timedelta(2), until=FRIDAY)
    for happened in (NOW - timedelta(2, minutes=1), NOW - timedelta(1)):
        place.run(record_contact, NOW, place.worker(), resident_id=who, act="visit", outcome="reached", happened_at=happened)
    with open_session(place.engine, place.role("committee_member")) as session:
        line = checklist(session, NOW, place.community_id, "2026-Q4").line("contact.absent")
    assert (line.met, line.not_met) == (1, 1)


def test_two_who_enter_the_same_absence_enter_one(place):
    assert [isinstance(away(place), Refused) for _ in range(2)] == [False, True]
    assert len(place.all(Absence)) == 1
    assert isinstance(carry_out(place.engine, place.role("station_head"), end, now=NOW, community_id=place.community_id, absence_id=place.community_id), Refused)


def test_an_absence_is_entered_listed_and_ended_on_the_command_line(demo_db):
    who = next(line.split("\t")[4] for line in printed(demo_db, "account", "list").splitlines() if line.startswith("worker1\t"))
    at_demo = ("--community", "demo-01", "--as")
    days = ("--from", "2026-11-18", "--to", "2026-11-20", "--reason", "sick")
    assert f"{who} is away" in printed(demo_db, "absence", "add", who, *at_demo, "head", *days)
    assert "overlaps an absence" in type_in(demo_db, "absence", "add", who, *at_demo, "worker1", *days).stderr
    assert f"{who}\t2026-11-18\t2026-11-20\trunning" in printed(demo_db, "absence", "list", *at_demo, "head")
    assert DEMO_NOW.strftime("%Y-%m-%d %H:%M") in printed(demo_db, "absence", "end", who, *at_demo, "worker1")
    assert "no absence" in type_in(demo_db, "absence", "end", who, *at_demo, "worker1").stderr
    for account in ("committee", "street", "property", "admin"):
        refused = type_in(demo_db, "absence", "list", *at_demo, account)
        assert refused.exit_code == 1 and "may not" in refused.stderr, "no silence that could pass for nobody away"
