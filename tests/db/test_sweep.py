"""What happens by itself: missed periods, birthdays, new clocks. However often and however many sweep."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import insert, text, update

from core.alerts import Audience
from core.awaited import said
from core.duties import COMMUNITY
from db.commands.care import enrol, record_contact, update_file
from db.commands.filing import file
from db.commands.sweep import sweep, sweep_all
from db.engine import open_session
from db.models.clocks import Clock
from db.models.ledger import LedgerEntry
from db.models.residents import Resident, SpecialGroup
from db.queries.awaited import rising_words
from db.queries.birthdays import by_age
from db.queries.care import person
from db.types import uuid7
from tests.conftest import printed
from tests.db.care_people import Place, at, found

JOINED = at("2026-11-02T09:00")
OF_OURS, WAITING = text("SELECT set_config('desk.communities', :ours, true)"), text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def place(kept) -> Place:
    return kept(found)


@pytest.fixture
def elder(kept, place):
    place.residents = kept(enrolled, place)
    return place.residents["李大爷"]


def enrolled(_engine, place) -> dict:
    resident_id = place.resident("李大爷")
    place.run(enrol, JOINED, resident_id=resident_id, group="elder")
    return place.residents


def swept(place: Place) -> list[LedgerEntry]:
    return place.all(LedgerEntry, LedgerEntry.command == "sweep")


def groups(place: Place) -> list[tuple]:
    return [(one.group, one.from_date, one.to_date) for one in place.all(SpecialGroup)]


def test_each_missed_week_counts_once_and_the_last_one_stays_open_and_overdue(place, elder):
    for day in ("2026-11-10T08:00", "2026-11-18T08:00", "2026-11-25T08:00"):
        sweep_all(place.engine, at(day))
    assert place.states(elder, "elder.call", at("2026-11-25T08:00")) == [("2026-W45", "missed", 0), ("2026-W46", "missed", 0), ("2026-W47", "overdue", 0)]


def test_a_sweep_after_a_long_silence_leaves_what_daily_sweeps_leave(place, elder):
    other = place.resident("王大妈")
    place.run(enrol, JOINED, resident_id=other, group="elder")
    sweep_all(place.engine, at("2027-01-20T08:00"))
    once = place.states(elder, "elder.call", at("2027-01-20T08:00"))
    assert [state for _, state, _ in once] == ["missed"] * 10 + ["overdue"]
    assert once[8][0] == "2026-W53" and once[9][0] == "2027-W01"


def test_the_second_sweep_changes_nothing_and_files_nothing(place, elder):
    assert sweep_all(place.engine, at("2026-11-18T08:00")) == 1
    assert sweep_all(place.engine, at("2026-11-18T08:00")) == 0
    assert len(swept(place)) == 1


def test_four_sweeps_at_once_do_the_work_of_one(place, elder):
    for n in range(8):
        place.run(enrol, JOINED, resident_id=place.resident(f"老人{n}"), group="elder")
    with ThreadPoolExecutor(4) as four:
        done = list(four.map(lambda _: sweep_all(place.engine, at("2026-11-18T08:00")), range(4)))
    assert sorted(done) == [0, 0, 0, 1] and len(swept(place)) == 1
    for one in place.residents.values():
        assert [state for _, state, _ in place.states(one, "elder.call", at("2026-11-18T08:00"))] == ["missed", "overdue"]


def test_a_sweep_and_a_call_at_once_are_both_kept(place, elder):
    def call():
        return place.run(record_contact, at("2026-11-18T08:00"), resident_id=elder, act="call", outcome="reached", happened_at=at("2026-11-18T07:00"))

    with ThreadPoolExecutor(2) as two:
        first, second = two.submit(sweep_all, place.engine, at("2026-11-18T08:00")), two.submit(call)
        first.result(), second.result()
    assert [state for _, state, _ in place.states(elder, "elder.call", at("2026-11-18T08:00"))] == ["missed", "missed", "met", "waiting"]


@pytest.mark.parametrize(
    ("born", "now", "joined"),
    [
        ("1966-11-18", "2026-11-17T23:59", None),
        ("1966-11-18", "2026-11-18T00:00", date(2026, 11, 18)),
        ("1968-02-29", "2028-02-28T12:00", None),
        ("1968-02-29", "2028-02-29T00:00", date(2028, 2, 29)),
        ("1950-05-05", "2026-11-18T00:00", date(2010, 5, 5)),
    ],
)
def test_residents_join_the_elders_on_their_60th_birthday(place, born, now, joined):
    resident_id = place.resident("张阿姨", born)
    sweep_all(place.engine, at(now))
    assert groups(place) == ([("elder", joined, None)] if joined else [])
    clocks = place.clocks(resident_id)
    assert sorted(clock.clause_id for clock in clocks) == (["elder.call", "elder.visit", "file.update"] if joined else [])
    assert all(clock.due_at > at(now) for clock in clocks), "nothing is due yesterday"


def test_without_a_date_of_birth_the_year_decides_once_it_is_over(place):
    place.resident("赵大爷", None, birth_year=1966)
    sweep_all(place.engine, at("2026-12-31T12:00"))
    assert groups(place) == [("elder", date(2026, 12, 31), None)]


@pytest.mark.parametrize(("born", "now", "left"), [("2008-02-29", "2026-02-27T12:00", None), ("2008-02-29", "2026-02-28T00:00", date(2026, 2, 28)), ("2008-11-18", "2026-11-18T00:00", date(2026, 11, 18))])
def test_children_leave_at_18_and_their_clocks_end(place, born, now, left):
    child = place.resident("小明", born)
    place.run(enrol, at("2026-02-02T09:00"), resident_id=child, group="child")
    sweep_all(place.engine, at(now))
    assert groups(place) == [("child", date(2026, 2, 2), left)]
    assert any(clock.closed_at is None for clock in place.clocks(child)) is (left is None)


def test_who_is_found_to_have_turned_18_months_ago_missed_nothing_since(place):
    """The date of birth is corrected in November: 18 since 15 July."""
    child = place.resident("小明", "2012-07-15")
    place.run(enrol, at("2026-05-04T09:00"), resident_id=child, group="child")
    sweep_all(place.engine, at("2026-11-18T08:00"))

    def corrected(session, *, now):
        row = session.get(Resident, (place.community_id, child))
        row.birth_date, row.birth_year = "2008-07-15", 2008
        file(session, "test.born", now=now, community_id=place.community_id)

    place.run(corrected, at("2026-11-18T08:30"))
    sweep_all(place.engine, at("2026-11-18T09:00"))
    counting = [(one.clause_id, one.period_key) for one in place.clocks(child) if one.voided_at is None]
    assert counting == [("child.session", "2026-05"), ("child.session", "2026-06"), ("file.update", "2026-Q2")]


def test_a_sweep_waits_for_who_corrects_a_childs_birth_date_and_goes_by_the_new_one(postgres_engine):
    """On SQLite writers wait for one another anyway."""
    place = found(postgres_engine)
    child = place.resident("小明", "2008-11-18")
    place.run(enrol, at("2026-02-02T09:00"), resident_id=child, group="child")
    with postgres_engine.connect() as link, postgres_engine.connect() as seen, ThreadPoolExecutor(1) as one:
        link.execute(OF_OURS, {"ours": str(place.community_id)})
        link.execute(update(Resident.__table__).where(Resident.__table__.c.id == child).values(birth_year=2010, birth_date=None))
        done = one.submit(sweep_all, postgres_engine, at("2026-11-18T08:00"))
        while not done.done() and not seen.execute(WAITING).scalar():
            seen.rollback()
        link.commit()
        done.result()
    assert groups(place) == [("child", date(2026, 2, 2), None)]


def test_the_grids_worker_is_told_who_joined_or_left_by_age_for_14_days_or_until_the_file_was_gone_through(place):
    grown, old = place.resident("小明", "2008-11-18"), place.resident("张阿姨", "1966-11-18")
    place.resident("王大爷", "1950-05-05", grid=1)
    place.run(enrol, at("2026-02-02T09:00"), resident_id=grown, group="child")
    sweep_all(place.engine, at("2026-11-18T00:00"))

    def told(now, scope=None):
        with open_session(place.engine, scope or place.worker()) as session:
            return sorted((one.name, one.joined) for one in by_age(session, at(now)))

    assert told("2026-11-18T08:00") == told("2026-12-01T23:59") == [("小明", False), ("张阿姨", True)]
    assert told("2026-12-02T00:00") == told("2026-11-18T08:00", place.worker(1)) == []
    with open_session(place.engine, place.system) as session:
        rising = rising_words(session, at("2026-11-18T08:00"), place.community_id)
    assert sorted((one.awaited.kind, one.audiences) for one in rising) == [(kind, (Audience(None, place.staff["B0"]),)) for kind in ("joined_by_age", "left_by_age")]
    lines = [said(one.awaited, at("2026-11-18T08:00"), "zh") for one in rising]
    assert not any(secret in line for line in lines for secret in ("小明", "张阿姨", "11-18"))
    with open_session(place.engine, place.worker()) as session:
        days = [(one.from_date, one.to_date) for who in (grown, old) for one in person(session, at("2026-11-18T08:00"), who).memberships]
    assert days == [("2026-02-02", "2026-**-**"), ("2026-**-**", None)], "the file tells no birthday either"
    place.run(update_file, at("2026-11-18T09:00"), place.worker(), resident_id=old, expected_version=1)
    assert told("2026-11-18T10:00") == [("小明", False)]


def test_who_is_found_to_have_turned_60_or_18_weeks_ago_is_told_of_since_that_day_not_since_the_birthday(place):
    """Both dates of birth are corrected on 18 November."""
    grown, old = place.resident("小明", "2012-07-31"), place.resident("张阿姨", "1967-10-01")
    place.resident("王大爷", "1950-05-05")
    place.run(enrol, at("2026-05-04T09:00"), resident_id=grown, group="child")
    sweep_all(place.engine, at("2026-11-17T08:00"))

    def corrected(session, *, now):
        for who, born in ((grown, "2008-07-31"), (old, "1966-10-01")):
            row = session.get(Resident, (place.community_id, who))
            row.birth_date, row.birth_year = born, int(born[:4])
        file(session, "test.born", now=now, community_id=place.community_id)

    place.run(corrected, at("2026-11-18T08:00"))
    sweep_all(place.engine, at("2026-11-18T09:00"))
    with open_session(place.engine, place.worker()) as session:
        told = [{(one.name, one.joined) for one in by_age(session, at(now))} for now in ("2026-11-18T10:00", "2026-12-01T23:59", "2026-12-02T00:00")]
    assert told == [{("小明", False), ("张阿姨", True)}] * 2 + [set()], "who had been 60 for years came with a ledger"


def test_those_who_moved_away_owe_nothing_more(place, elder):
    def move(session, *, now):
        session.get(Resident, (place.community_id, elder)).left_on = date(2026, 11, 12)
        file(session, "test.move", now=now, community_id=place.community_id)

    place.run(move, at("2026-11-12T10:00"))
    sweep_all(place.engine, at("2026-11-18T08:00"))
    assert [state for _, state, _ in place.states(elder, "elder.call", at("2026-11-18T08:00"))] == ["missed"]
    assert [state for _, state, _ in place.states(elder, "elder.visit", at("2026-11-18T08:00"))] == ["void"]


def test_imported_members_get_the_clocks_they_are_owed(place):
    people = [place.resident(f"老人{n}", None) for n in range(5)]

    def put(session, *, now):
        rows = [{"community_id": place.community_id, "id": uuid7(), "resident_id": one, "grid_id": place.grids[0], "group": "disabled", "from_date": date(2020, 1, 1)} for one in people]
        session.execute(insert(SpecialGroup), rows)
        file(session, "test.put", now=now, community_id=place.community_id)

    place.run(put, at("2026-11-18T08:00"))
    done = place.run(sweep, at("2026-11-18T08:00"), community_id=place.community_id)
    assert done["settled"] == 5
    assert {clock.clause_id for one in people for clock in place.clocks(one)} == {"disabled.assess", "file.update"}


def test_every_duty_of_grid_and_community_gets_its_clock(place):
    sweep_all(place.engine, at("2026-11-18T08:00"))
    clocks = place.all(Clock)
    assert [(c.clause_id, c.period_key) for c in clocks if c.subject_kind == "grid"] == [("grid.patrol", "2026-11-18")] * 2
    assert len({c.clause_id for c in clocks if c.subject_kind == "community"}) == len(COMMUNITY)
    assert all(c.due_at > at("2026-11-18T08:00") for c in clocks)


def test_the_command_line_sweeps_and_says_how_many_changed(sqlite_engine, sqlite_url):
    place = found(sqlite_engine)
    place.resident("张阿姨")
    assert printed(sqlite_url, "sweep") == "1 communities changed, 0 alerts raised\n"
    assert printed(sqlite_url, "sweep") == "0 communities changed, 0 alerts raised\n"
