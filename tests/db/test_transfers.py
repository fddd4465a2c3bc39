"""Moving into another grid: what is owed goes along, what was missed stays with the grid that held most of the period."""

from datetime import date

import pytest
from sqlalchemy import select

from db.commands.care import enrol, record_contact, update_file
from db.commands.departures import hold, leave_roster, undo
from db.commands.filing import file
from db.commands.late_entries import decide_contact
from db.commands.sweep import sweep
from db.commands.transfers import move_along
from db.engine import open_session
from db.models.clocks import Clock
from db.models.late_entries import LateContact
from db.models.residents import Departure, Resident
from db.queries.care import person
from db.queries.checklist_rows import violations
from db.queries.map import grid_values
from db.queries.overview import behind_mark, history, late_rows, month_keys
from db.queries.overview import late as overdue
from db.queries.roster import Wanted, roster
from tests.db.care_people import Place, at, found

JOINED = at("2026-11-02T09:00")


@pytest.fixture
def place(kept) -> Place:
    return kept(one_elder)


def one_elder(engine) -> Place:
    made = found(engine)
    made.run(enrol, JOINED, made.worker(), resident_id=made.resident("李大爷", address="清溪新村3号楼2单元501"), group="elder")
    return made


def move(place, when, grid):
    place.run(_moved, at(when), resident_id=place.residents["李大爷"], grid_id=place.grids[grid])


def _moved(session, *, now, resident_id, grid_id):
    resident = session.scalar(select(Resident).where(Resident.id == resident_id))
    resident.grid_id = grid_id
    move_along(session, now=now, community_id=resident.community_id, moved={resident_id: grid_id})
    file(session, "test.move", now=now, community_id=resident.community_id)


def weeks(place) -> list[tuple[str, int, bool]]:
    """(week, grid, still open) of each call that counts."""
    clocks = place.clocks(place.residents["李大爷"], "elder.call")
    return [(one.period_key, place.grids.index(one.grid_id), one.closed_at is None) for one in clocks if one.voided_at is None]


@pytest.mark.parametrize(("when", "owner"), [("2026-11-05T09:00", 1), ("2026-11-06T09:00", 0), ("2026-11-11T09:00", 0)])
def test_a_week_missed_belongs_to_the_grid_that_held_four_days_of_it_and_the_task_goes_along(place, when, owner):
    move(place, when, 1)
    assert weeks(place) == [("2026-W45", 1, True)], "the one open task is where it can be done"
    place.run(sweep, at("2026-11-17T00:30"), community_id=place.community_id)
    assert weeks(place) == [("2026-W45", owner, False), ("2026-W46", 1, True)]


def test_the_new_grids_worker_who_calls_closes_the_miss_for_the_old_grid_and_a_late_entry_still_fills_it(place):
    move(place, "2026-11-07T09:00", 1)
    who, call = place.residents["李大爷"], {"act": "call", "outcome": "reached"}
    place.run(record_contact, at("2026-11-10T09:00"), place.worker(1), resident_id=who, happened_at=at("2026-11-10T09:00"), **call)
    assert weeks(place) == [("2026-W45", 0, False), ("2026-W46", 1, False), ("2026-W47", 1, True)]
    late = place.run(record_contact, at("2026-11-10T10:00"), place.worker(1), resident_id=who, happened_at=at("2026-11-04T09:00"), late_reason="当天没有信号", **call)
    [waits] = place.all(LateContact)
    assert late.to_confirm and place.run(decide_contact, at("2026-11-10T11:00"), place.role("station_head"), entry_id=waits.id, confirmed=True).state == "met"
    assert [one[:2] for one in place.states(who, "elder.call", at("2026-11-10T11:00"))][0] == ("2026-W45", "met")


def test_weeks_missed_in_a_long_silence_each_go_to_the_grid_that_held_them(place):
    move(place, "2026-11-19T09:00", 1)
    place.run(sweep, at("2026-12-07T00:30"), community_id=place.community_id)
    assert weeks(place) == [("2026-W45", 0, False), ("2026-W46", 0, False), ("2026-W47", 1, False), ("2026-W48", 1, False), ("2026-W49", 1, True)]


def test_a_stay_away_undone_and_a_death_undone_leave_open_tasks_where_somebody_lives_now(place):
    who = place.residents["李大爷"]
    away = place.run(hold, at("2026-11-03T09:00"), place.worker(), resident_id=who, kind="hospital", from_date=date(2026, 11, 3))
    move(place, "2026-11-06T09:00", 1)
    place.run(undo, at("2026-11-10T09:00"), place.worker(1), departure_id=away.departure_id, version=1)
    assert weeks(place) == [("2026-W45", 1, True)]
    before = weeks(place)
    gone = place.run(leave_roster, at("2026-11-12T09:00"), place.role("station_head"), resident_id=who, kind="dead", from_date=date(2026, 11, 12))
    assert weeks(place)[0] == ("2026-W45", 0, False)
    place.run(undo, at("2026-11-12T10:00"), place.role("station_head"), departure_id=gone.departure_id, version=place.all(Departure, Departure.id == gone.departure_id)[0].version)
    assert weeks(place) == before


def test_the_file_tells_of_moves_and_of_living_elsewhere_than_registered(place):
    who = place.residents["李大爷"]
    move(place, "2026-11-07T09:00", 1)
    change = {"resident_id": who, "expected_version": place.all(Resident)[0].version, "registered_address": "济南市历下区文化东路88号3单元"}
    place.run(update_file, at("2026-11-08T09:00"), place.worker(1), **change)
    with open_session(place.engine, place.worker(1)) as session:
        own = person(session, at("2026-11-08T10:00"), who)
    assert own.lives_apart and own.fields["registered_address"].endswith("***") and "3单元" not in own.fields["registered_address"]
    assert [(one.moved_on, one.before, one.after) for one in own.moves] == [(date(2026, 11, 7), "第1网格", "第2网格")]
    assert own.row.changed == ("moved", date(2026, 11, 7))
    with open_session(place.engine, place.worker(0)) as session:
        assert person(session, at("2026-11-08T10:00"), who) is None


def by_grid(place, now: str, clause="elder.call") -> dict[tuple[str, int], tuple[int, int]]:
    """(month, grid) → (met, due) of the care chart, with each mark's misses as its rows name their grid."""
    moment, found = at(now), {}
    with open_session(place.engine, place.role("station_head")) as session:
        part = history(session, moment, place.community_id, month_keys(moment))
        for (month, kind, grid_id), value in part.care.items():
            if kind == clause:
                found[part.months[month], place.grids.index(grid_id)] = value
                n, rows = behind_mark(session, moment, place.community_id, "care", part.months[month], clause, grid_id)
                assert n == value[1] - value[0] and {row.grid for row in rows} <= {f"第{place.grids.index(grid_id) + 1}网格"}
    return found


@pytest.mark.parametrize(("when", "owner"), [("2026-11-05T09:00", 1), ("2026-11-06T09:00", 0), ("2026-11-11T09:00", 0)])
def test_an_overdue_week_still_open_is_already_the_miss_of_the_grid_that_held_most_of_it_and_stays_so_when_it_closes(place, when, owner):
    move(place, when, 1)
    late, closed = "2026-11-12T09:00", "2026-11-17T00:30"
    assert weeks(place) == [("2026-W45", 1, True)] and by_grid(place, late) == {("2026-11", owner): (0, 1)}
    with open_session(place.engine, place.role("station_head")) as session:
        [row] = [one for one in violations(session, at(late), place.community_id, "elder.call", "2026-Q4")]
        assert row.grid == f"第{owner + 1}网格"
        assert [one.name for one in roster(session, at(late), Wanted(grid_id=place.grids[1])).rows] == ["李大爷"], "the work is where they live"
    place.run(sweep, at(closed), community_id=place.community_id)
    # W46 is open and overdue by now: of a move within it the same holds.
    whole = by_grid(place, closed)
    assert sum(due for _, due in whole.values()) == 2 and whole[("2026-11", owner)][1] >= 1
    place.run(sweep, at("2026-11-24T00:30"), community_id=place.community_id)
    assert {key: due - (key[1] == 1) for key, (_, due) in by_grid(place, "2026-11-24T00:30").items() if due - (key[1] == 1)} == {key: due for key, (_, due) in whole.items()}


@pytest.mark.parametrize(("when", "owner"), [("2026-11-05T09:00", 1), ("2026-11-06T09:00", 0)])
def test_list_map_overview_and_checklist_count_an_overdue_week_in_the_same_grid_and_open_the_same_rows(place, when, owner):
    move(place, when, 1)
    late = at("2026-11-12T09:00")
    only = [one == owner for one in (0, 1)]
    for role in ("station_head", "committee_member"):
        with open_session(place.engine, place.role(role)) as session:
            rows = violations(session, late, place.community_id, "elder.call", "2026-Q4")
            assert [[row.grid for row in rows] == [f"第{n + 1}网格"] for n in (0, 1)] == only, role
    with open_session(place.engine, place.role("station_head")) as session:
        assert [[row.grid for row in late_rows(session, late, place.community_id, grid_id=one)] for one in place.grids] == [[f"第{owner + 1}网格"] * one for one in only]
        assert [bool(one.figures.overdue_care) for one in grid_values(session, late, place.community_id)] == only
        assert {row.id: row.care for row in overdue(session, late, place.community_id).by_grid if row.care} == {place.grids[owner]: 1}
    with open_session(place.engine, place.role("station_head")) as session:
        assert [len(roster(session, late, Wanted(state="overdue", grid_id=one)).rows) for one in place.grids] == [int(one) for one in only]
    with open_session(place.engine, place.worker(1)) as session:
        assert [one.figures.overdue_care for one in grid_values(session, late, place.community_id)] == [1], "whose work it is sees it on their own map"
        assert len(roster(session, late, Wanted(state="overdue", grid_id=place.grids[1])).rows) == 1


@pytest.mark.parametrize(("when", "owner"), [("2026-11-15T09:00", 1), ("2026-11-16T09:00", 1), ("2026-11-17T09:00", 0)])
def test_of_a_month_held_half_and_half_the_later_grid_has_the_miss_open_or_closed(place, when, owner):
    place.run(_all_of_november, JOINED, resident_id=place.residents["李大爷"])
    move(place, when, 1)
    assert by_grid(place, "2026-12-05T09:00", "elder.visit") == {("2026-11", owner): (0, 1)}
    place.run(sweep, at("2027-01-01T00:30"), community_id=place.community_id)
    assert by_grid(place, "2027-01-01T00:30", "elder.visit")[("2026-11", owner)] == (0, 1)


def _all_of_november(session, *, now, resident_id):
    clock = session.scalar(select(Clock).where(Clock.resident_id == resident_id, Clock.clause_id == "elder.visit"))
    clock.started_at = at("2026-11-01T00:00")
    file(session, "test.month", now=now, community_id=clock.community_id)
