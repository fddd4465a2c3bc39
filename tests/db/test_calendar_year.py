"""A year's notice is loaded: the calendar changes, open deadlines move, closed ones don't, one ledger entry says so."""

import io
import json
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from sqlalchemy import func, select

from core.calendar import YearNotice, notice_from_rows
from core.clocks import due
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands.calendar import Loaded, load_for_office, read_notice
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.calendar import CalendarYear
from db.models.clocks import Clock
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrder
from db.queries.calendar import current_calendar
from db.queries.ledger import entries
from db.scope import Scope
from db.types import uuid7

NOW = datetime(2026, 12, 29, 2, tzinfo=UTC)
NOTICE = notice_from_rows(2027, "国办发明电〔2026〕1号", [(date(2027, 1, 1), "off", "元旦"), (date(2027, 1, 2), "off", "元旦"), (date(2027, 1, 3), "off", "元旦")])


def head(communities) -> Scope:
    return Scope(uuid7(), "station_head", frozenset(communities))


@pytest.fixture
def reviews(engine, two_communities) -> dict:
    """In each community an open and a finished matter, accepted on 28 December: five working days reach into 2027."""
    figure = load_rulebook()["matter.first_review"].on(date(2026, 12, 28)).figure
    start = datetime(2026, 12, 28, 2, tzinfo=UTC)

    def command(session, *, now):
        reached = due(start, figure, current_calendar(session))
        for community_id in two_communities.values():
            for closed_at in (None, now):
                session.add(_clock(community_id, _order(session, community_id, start), start, reached, closed_at))
        file(session, "test.reviews", now=now)
        return reached.due_at

    carry_out(engine, Scope.system(two_communities.values()), command, now=NOW)
    return two_communities


def _order(session, community_id, start):
    order = WorkOrder(
        community_id=community_id, id=uuid7(), number=str(uuid7()), kind="complex", category="policy", channel="hall", matter="低保申请", status="accepted",
        received_at=start, recorded_at=start, accepted_at=start, desk="station",
    )  # fmt: skip
    session.add(order)
    session.flush()
    return order.id


def _clock(community_id, order_id, start, reached, closed_at) -> Clock:
    return Clock(
        community_id=community_id, id=uuid7(), desk="grid", clause_id="matter.first_review", effective_from=date(2000, 1, 1), subject_kind="work_order",
        subject_id=order_id, work_order_id=order_id, started_at=start, warn_at=reached.warn_at, due_at=reached.due_at, met_at=closed_at, closed_at=closed_at,
    )  # fmt: skip


def deadlines(engine, communities, *, is_open: bool) -> set:
    with open_session(engine, Scope.system(communities.values())) as session:
        wanted = Clock.closed_at.is_(None) if is_open else Clock.closed_at.is_not(None)
        return set(session.scalars(select(Clock.due_at).where(wanted)))


def day_end(*parts) -> datetime:
    return datetime(*parts, 16, tzinfo=UTC)


def test_open_deadlines_of_every_community_move_when_the_year_is_loaded(engine, reviews):
    assert deadlines(engine, reviews, is_open=True) == {day_end(2027, 1, 4)}
    done = load_for_office(engine, head(reviews.values()), now=NOW, notice=NOTICE)
    assert done == Loaded(2027, moved=2)
    assert deadlines(engine, reviews, is_open=True) == {day_end(2027, 1, 5)}


def test_a_closed_deadline_is_history(engine, reviews):
    load_for_office(engine, head(reviews.values()), now=NOW, notice=NOTICE)
    assert deadlines(engine, reviews, is_open=False) == {day_end(2027, 1, 4)}


def test_a_load_leaves_one_ledger_entry_with_what_moved(engine, reviews):
    load_for_office(engine, head(reviews.values()), now=NOW, notice=NOTICE)
    with open_session(engine, Scope.system(())) as session:
        [entry] = session.scalars(select(LedgerEntry).where(LedgerEntry.command == "calendar.load"))
        assert json.loads(entry.facts).items() >= {"year": 2027, "source": NOTICE.source, "off": 3, "work": 0, "moved": 2}.items()


def test_the_ledger_of_each_community_shows_how_many_of_its_deadlines_moved(engine, reviews):
    load_for_office(engine, head(reviews.values()), now=NOW, notice=NOTICE)
    for community_id in reviews.values():
        committee = Scope(uuid7(), "committee_member", frozenset({community_id}))
        with open_session(engine, committee) as session:
            [entry] = entries(session, community_id, commands=("calendar.applied",))
        assert entry.facts.items() >= {"year": 2027, "source": NOTICE.source, "moved": 1}.items()
        assert entry.role == "station_head"


def test_a_station_head_moves_no_deadline_of_a_community_out_of_reach(engine, reviews):
    refused = load_for_office(engine, head([reviews["ours"]]), now=NOW, notice=NOTICE)
    assert refused == Refused("calendar.others_too", values={"n": 1})
    assert refused.text("zh") and refused.text("en")
    assert deadlines(engine, reviews, is_open=True) == {day_end(2027, 1, 4)}
    with open_session(engine, None) as session:
        assert session.scalar(select(func.count()).select_from(CalendarYear)) == 0


def test_an_administrator_of_one_community_loads_the_year_for_all(engine, reviews):
    administrator = Scope(uuid7(), "administrator", frozenset({reviews["ours"]}))
    assert load_for_office(engine, administrator, now=NOW, notice=NOTICE) == Loaded(2027, moved=2)
    assert deadlines(engine, reviews, is_open=True) == {day_end(2027, 1, 5)}


def test_a_loaded_day_is_off_from_then_on_and_no_longer_provisional(engine, two_communities):
    load_for_office(engine, head(two_communities.values()), now=NOW, notice=NOTICE)
    with open_session(engine, None) as session:
        calendar = current_calendar(session)
    assert calendar.is_published(date(2027, 1, 1))
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.note(date(2027, 1, 1), "zh") == "元旦"
    assert calendar.published_through == date(2027, 12, 31)


def test_the_same_year_again_changes_nothing_and_files_nothing(engine, two_communities):
    load_for_office(engine, head(two_communities.values()), now=NOW, notice=NOTICE)
    again = load_for_office(engine, head(two_communities.values()), now=NOW, notice=NOTICE)
    assert again == Refused("calendar.unchanged", values={"year": 2027})
    with open_session(engine, Scope.system(())) as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry).where(LedgerEntry.command == "calendar.load")) == 1


def test_a_corrected_year_replaces_the_first(engine, two_communities):
    load_for_office(engine, head(two_communities.values()), now=NOW, notice=NOTICE)
    corrected = notice_from_rows(2027, NOTICE.source, [(date(2027, 1, 1), "off", "元旦")])
    assert isinstance(load_for_office(engine, head(two_communities.values()), now=NOW, notice=corrected), Loaded)
    with open_session(engine, None) as session:
        assert current_calendar(session).note(date(2027, 1, 2), "zh") == ""
        assert session.scalar(select(func.count()).select_from(CalendarYear)) == 1


@pytest.mark.parametrize("role", ["grid_worker", "committee_member", "street_officer", "property_company"])
def test_only_station_head_and_administrator_load_a_year(engine, two_communities, role):
    refused = load_for_office(engine, Scope(uuid7(), role, frozenset(two_communities.values())), now=NOW, notice=NOTICE)
    assert refused == Refused("calendar.may_not_load")
    with open_session(engine, None) as session:
        assert session.scalar(select(func.count()).select_from(CalendarYear)) == 0


# --- files an office brings ---
def workbook(rows) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet, looks = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_datetime(number, column, cell, looks) if isinstance(cell, datetime) else sheet.write(number, column, cell)
    return stream.getvalue()


YAML = "year: 2027\nsource: 国办发明电〔2026〕1号\noff:\n  - {from: 2027-01-01, to: 2027-01-03, name: 元旦}\n".encode()
ROWS = [["日期", "类型", "说明"], [datetime(2027, 1, 1), "放假", "元旦"], [datetime(2027, 1, 2), "放假", "元旦"], [datetime(2027, 1, 3), "off", "元旦"]]
CSV = "日期,类型,说明\n2027-01-01,off,元旦\n2027/1/2,off,元旦\n2027年1月3日,休,元旦\n".encode("gb18030")


@pytest.mark.parametrize(("content", "name"), [(YAML, "2027.yaml"), (workbook(ROWS), "放假.xlsx"), (CSV, "放假.csv")])
def test_yaml_excel_and_csv_say_the_same(content, name):
    notice = read_notice(content, name, NOTICE.source)
    assert isinstance(notice, YearNotice)
    assert (notice.year, notice.source, dict(notice.off)) == (2027, NOTICE.source, dict(NOTICE.off))


@pytest.mark.parametrize(
    ("content", "name", "source", "reason"),
    [
        (CSV, "放假.csv", " ", "calendar.no_source"),
        (b"year: [", "2027.yaml", "", "calendar.unreadable"),
        (b"\xff\xfe\x00", "2027.yaml", "", "calendar.unreadable"),
        (b"year: 2027\nsource: x\noff: 5\n", "2027.yaml", "", "calendar.bad_file"),
        (b"year: 99999\nsource: x\n", "2027.yaml", "", "calendar.bad_file"),
        (b"year: 2027\nsource: x\noff: [{from: 2027-01-01, to: 2027-12-31}]\n", "2027.yaml", "", "calendar.bad_span"),
        ("日期,类型\n2027-01-01,也许\n".encode(), "放假.csv", "x", "calendar.bad_kind"),
    ],
)
def test_a_file_that_can_not_be_a_notice_is_refused_with_the_reason(content, name, source, reason):
    refused = read_notice(content, name, source)
    assert isinstance(refused, Refused)
    assert refused.reason == reason
    assert refused.text("zh") and refused.text("en")
