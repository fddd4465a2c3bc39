"""What the overview keeps of months that are over is never stale: each column by itself, each way of writing. Commands: test_histories and test_order_walks look after each one."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Date, Integer, inspect, update
from sqlalchemy.exc import IntegrityError

from core.measures import ending_clauses
from core.periods import period
from core.rulebook import load_rulebook
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.models.transfers import Transfer
from db.models.work_orders import WorkOrder
from db.queries.months import month_marks
from db.types import Id, UtcDateTime, uuid7
from tests.conftest import NOW
from tests.db.care_people import found
from tests.db.months_kept import Months

OVER = ("2026-08", "2026-09", "2026-10")
END = period("month", OVER[-1]).end


@pytest.fixture
def place(kept):
    return kept(found)


def marks(place, *months) -> tuple:
    with open_session(place.engine, place.system) as session:
        return month_marks(session, place.community_id, months)


def write(place, *rows, change=None):
    """Adds rows, or does something else, in a filing of its own."""

    def written(session, *, now):
        session.add_all(rows)
        session.flush()
        if change:
            change(session)
        file(session, "test.write", now=now, community_id=place.community_id)

    carry_out(place.engine, place.system, written, now=NOW)


def clock(place, due_at, **more) -> Clock:
    first = load_rulebook()["elder.call"]
    return Clock(**{
        "community_id": place.community_id, "id": uuid7(), "clause_id": first.id, "effective_from": date(2026, 1, 1), "subject_kind": "resident", "subject_id": uuid7(), "grid_id": place.grids[0],
        "act": "call", "started_at": due_at - timedelta(7), "warn_at": due_at - timedelta(1), "due_at": due_at, "desk": "grid",
    } | more)  # fmt: skip


def order(place, received_at, **more) -> WorkOrder:
    return WorkOrder(**{
        "community_id": place.community_id, "id": uuid7(), "grid_id": place.grids[0], "number": str(uuid7()), "kind": "simple", "category": "livelihood", "matter": "路灯不亮", "status": "taken_in",
        "received_at": received_at, "recorded_at": received_at, "channel": "visit", "desk": "grid",
    } | more)  # fmt: skip


@pytest.mark.parametrize(("due_at", "month"), [(END - timedelta(microseconds=1), "2026-10"), (END, "2026-10"), (END + timedelta(microseconds=1), "2026-11")])
def test_a_clock_marks_the_month_that_its_limit_ends(place, due_at, month):
    write(place, clock(place, due_at))
    assert [name for name, _ in marks(place, "2026-10", "2026-11")] == [month]


def test_what_is_written_of_the_running_month_leaves_the_others_as_they_were(place):
    write(place, clock(place, END - timedelta(1)))
    before = marks(place, *OVER)
    write(place, clock(place, NOW + timedelta(1)), order(place, NOW))
    assert marks(place, *OVER) == before and marks(place, "2026-11") != ()


def test_each_filing_gives_another_mark_and_one_that_fails_gives_none(place):
    write(place, clock(place, END))
    first = marks(place, *OVER)
    with pytest.raises(ZeroDivisionError):
        write(place, clock(place, END), change=lambda session: 1 / 0)
    assert marks(place, *OVER) == first
    write(place, clock(place, END))
    assert marks(place, *OVER) != first


def another(place, column, old):
    """Another value than `old`."""
    match column.type:
        case Id():
            return place.grids[1] if column.key == "grid_id" else None
        case UtcDateTime():
            return old + timedelta(40) if old and column.key != "received_at" else (old or END) - timedelta(40)
        case Date():
            return date(2026, 2, 1)
        case Integer():
            return (old or 0) + 1
    return f"{old}x"


def put(model, key, name, value):
    """A change for `write`: one column of one row."""
    return lambda session: setattr(session.get(model, key), name, value)


@pytest.mark.parametrize("model", [Clock, WorkOrder])
def test_no_column_of_a_past_row_changes_a_figure_and_not_the_mark(sqlite_engine, model):
    """Each by itself, there and back; of an open row and of a closed one. Asked of every column, so that a new one is asked, too."""
    place = found(sqlite_engine)
    months, moved = Months(place.engine, place.community_id), set()
    for more in ({}, {"closed_at": END - timedelta(1)}):
        of = order(place, END - timedelta(20), **more)
        write(place, of)
        row = clock(place, END - timedelta(3), work_order_id=of.id, clause_id=min(ending_clauses()), subject_kind="work_order", **more, **({"met_at": END - timedelta(4)} if more else {}))
        write(place, row)
        row = of if model is WorkOrder else row
        for column in inspect(model).columns:
            if column.key in ("community_id", "id", "version", "number"):
                continue
            months.look(NOW)
            key, old, before = (place.community_id, row.id), getattr(row, column.key), months.last
            try:
                write(place, change=put(model, key, column.key, another(place, column, old)))
            except IntegrityError:
                continue  # the database itself refuses it alone
            months.look(NOW)
            moved |= {column.key} if months.last != before else set()
            write(place, change=put(model, key, column.key, old))
    assert moved == ({"grid_id", "received_at", "category"} if model is WorkOrder else {"grid_id", "clause_id", "due_at", "met_at", "voided_at", "paused_at", "work_order_id"})
    assert months.held > 10, "what changes no figure leaves most marks as they are"


def test_a_move_on_file_and_rows_written_in_bulk_mark_every_month(place):
    """Which months they reach is not looked for."""
    who = place.resident("李大爷")
    for write_it in (
        lambda session: session.add(Transfer(community_id=place.community_id, id=uuid7(), resident_id=who, moved_on=date(2026, 11, 2), from_grid_id=place.grids[0], to_grid_id=place.grids[1], recorded_at=NOW)),
        lambda session: session.execute(update(Clock).where(Clock.clause_id == "none").values(times_done=1).execution_options(bulk="test")),
    ):
        before = marks(place)
        write(place, change=write_it)
        assert [month for month, _ in marks(place)] == [""] and marks(place) != before
