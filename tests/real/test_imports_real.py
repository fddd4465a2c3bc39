"""Files nobody here wrote, taken all the way in: from the command line into a fresh community's queue, figures and all.

DESK_REAL_DATA names their folder (default: ../shared/data beside the clone). They are not part of the clone.
"""

import csv
import os
import re
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.calendar import SHANGHAI
from core.imports.headers import guess, guess_table
from core.imports.tables import table
from db.commands import imports
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Community
from db.models.imports import AffairClass, ImportBatch
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.imports import Upload, preview
from db.scope import Scope
from db.sheets import read_sheet
from db.types import uuid7
from tests.ledgers import marks_of

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
DATA = Path(os.environ.get("DESK_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def content_of(name: str) -> bytes:
    """The file, or a failure that says where to put it."""
    path = DATA / name
    if not path.exists():
        pytest.fail(f"{path} is missing: set DESK_REAL_DATA to the folder that holds {name}")
    return path.read_bytes()


class Office:
    """An empty community and its station head."""

    def __init__(self, engine):
        self.engine, self.id = engine, uuid7()
        self.scope = Scope(uuid7(), "station_head", frozenset({self.id}))

        def found(session, *, now):
            session.add(Community(community_id=self.id, code="real", name="实测社区", created_at=now))
            file(session, "test.found", now=now, community_id=self.id)

        carry_out(engine, Scope.system({self.id}), found, now=NOW)

    def upload(self, name, source=""):
        content = content_of(name)
        cells = read_sheet(content, name).cells
        into = guess_table(cells, NOW.date())
        return Upload(into, cells, guess(cells, table(into), NOW.date()), name, sha256(content).digest(), source)

    def preview(self, upload):
        with open_session(self.engine, self.scope) as session:
            return preview(session, upload, community_id=self.id, now=NOW)

    def take_in(self, upload, **more):
        return carry_out(self.engine, self.scope, imports.take_in, now=NOW, community_id=self.id, upload=upload, **more)

    def rows(self, model, *where):
        with open_session(self.engine, self.scope) as session:
            return list(session.scalars(select(model).where(*where)))

    def count(self, model):
        with open_session(self.engine, self.scope) as session:
            return session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def office(engine):
    return Office(engine)


def test_4326_citizens_messages_become_demands_with_the_clock_of_first_feedback(office):
    upload = office.upload("citizen_messages.xlsx", "问政平台")
    assert upload.table == "work_orders"
    assert upload.mapping.columns == {"number": 0, "applicant": 1, "matter": 2, "received": 3, "detail": 4}
    done = office.take_in(upload, expected=office.preview(upload).fingerprint)
    assert done.counts == {"read": 4326, "new": 4326, "changed": 0, "unchanged": 0, "repeated": 0, "rejected": 0, "bad_cells": 0, "remarks": 0, "skipped": 0, "blank": 0, "waits": 0}
    orders = {order.number: order for order in office.rows(WorkOrder)}
    assert {order.kind for order in orders.values()} == {"demand"}
    assert Counter(clock.clause_id for clock in office.rows(Clock)) == {"demand.feedback": 4326}
    first = orders["问政平台-188006"]
    assert (first.applicant, first.received_at.astimezone(SHANGHAI).isoformat()) == ("A000102948", "2019-02-28T11:25:05+08:00")
    assert first.detail.startswith("座落在A市A3区") and not re.search(r"[\t\n]$|^\s", first.detail)
    assert orders["问政平台-360114"].received_at.astimezone(SHANGHAI).isoformat() == "2017-06-08T17:31:20+08:00", "a time Excel knows as one"
    assert office.take_in(upload).counts["unchanged"] == 4326
    assert (office.count(WorkOrder), office.count(ImportBatch), office.count(WorkOrderEvent)) == (4326, 1, 4326)


def test_the_517_leaves_of_the_catalogue_of_affairs(office):
    upload = office.upload("affairs_taxonomy.xlsx")
    assert upload.table == "affairs"
    assert office.take_in(upload).counts["new"] == 517
    leaves = office.rows(AffairClass)
    assert (len(leaves), len({a.major for a in leaves}), len({(a.major, a.middle) for a in leaves})) == (517, 15, 118)
    assert ("城乡建设", "安全生产", "事故处理") in {(a.major, a.middle, a.minor) for a in leaves}
    assert office.take_in(upload).batch_id is None


def expected_of_the_requests() -> tuple[Counter, set[int]]:
    """What is wrong with the 2,000 requests, counted again here by other means: reasons, and rows that can't go in."""
    reasons, refused = Counter(), set()
    rows = csv.DictReader(content_of("service_requests_due.csv").decode("utf-8-sig").splitlines())

    def moment(text):
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") if text else None  # noqa: DTZ007 - compared with its like only

    for number, row in enumerate(rows, 2):
        created, closed, due = (moment(row[name]) for name in ("Created Date", "Closed Date", "Due Date"))
        wrong = ["moment_too_old"] if closed and closed.year < 1990 else ["closed_before_received"] if closed and closed < created else []
        wrong += ["due_before_received"] if due and due < created else []
        wrong += ["closed_without_time"] if row["Status"] == "Closed" and not closed else []
        refused |= {number} if wrong else set()
        odd = ["missing_coordinate"] if not row["Latitude"] else []
        odd += ["open_with_closing_time"] if row["Status"] != "Closed" and closed and not wrong else []
        reasons.update(wrong + odd)
    return reasons, refused


def test_the_2000_service_requests_every_bad_cell_listed_and_the_rest_in(office):
    reasons, refused = expected_of_the_requests()
    assert (reasons["missing_coordinate"], reasons["moment_too_old"]) == (598, 1)
    upload = office.upload("service_requests_due.csv", "NYC 311")
    seen = office.preview(upload)
    assert Counter(cell.reason for cell in seen.found.bad) == reasons
    assert seen.found.refused == refused
    [old] = [cell for cell in seen.found.bad if cell.reason == "moment_too_old"]
    assert (old.row, old.letter, old.header, old.value) == (1604, "C", "Closed Date", "01/01/1900 12:00:00 AM")
    assert office.take_in(upload, expected=seen.fingerprint).counts["new"] == 2000 - len(refused)
    orders = office.rows(WorkOrder)
    assert len(orders) == 1999 and "NYC 311-19937896" in {order.number for order in orders}
    assert sum(order.closed_at is not None for order in orders) == 1957
    clocks = office.rows(Clock, Clock.clause_id == "demand.feedback")
    assert len(clocks) == 1999 and sum(clock.closed_at is None for clock in clocks) == 42
    assert office.take_in(upload).counts["unchanged"] == 1999


def test_the_marked_workbook_of_a_real_file_shows_its_one_impossible_closing(office):
    from db.sheets import marked_workbook

    seen = office.preview(office.upload("service_requests_due.csv", "NYC 311"))
    titles = {name: name for name in ("sheet", "list", "row", "column", "header", "value", "reason")}
    marks = marks_of(marked_workbook(seen.upload.cells, [cell for cell in seen.found.bad if cell.refuses], lambda cell: cell.reason, titles))
    assert marks == {"C1604": "moment_too_old"}
