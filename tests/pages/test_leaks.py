"""What the desk sends, each page to each role: no number of a resident, and no name in full to who sees names masked. Nor is there one in its log."""

import re
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import select

from core.roles import Role, desks_of, masked
from db.engine import make_engine, open_session
from db.models.archive import ArchiveReading
from db.models.explanations import Explanation
from db.models.grids import Building, Grid, Staff
from db.models.residents import Resident
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.identity import scope_of
from db.scope import Scope
from tests.websocket import open_socket

NUMBER = re.compile(r"(?<!\d)(?:1\d{10}|\d{17}[\dX])(?!\d)")


@pytest.fixture(scope="module")
def people(app_server) -> tuple[set[str], set[str]]:
    """Numbers and names of the residents; without names that are somebody else's too, or a part of one."""
    engine = make_engine(app_server.database)
    communities = scope_of(engine, "street").communities
    with open_session(engine, Scope.system(communities)) as session:
        rows = session.execute(select(Resident.phone, Resident.id_number, Resident.name)).all()
        others = " ".join([*session.scalars(select(Staff.name)), *session.scalars(select(Grid.name)), *session.scalars(select(Building.name))])
    engine.dispose()
    return {one for row in rows for one in row[:2] if one}, {row.name for row in rows if row.name not in others}


@pytest.mark.parametrize("role", Role)
def test_no_page_sends_a_number_in_full_nor_a_name_to_who_sees_it_masked(app_server, people, role):
    numbers, names = people
    for desk in desks_of(role):
        with open_socket(app_server.address, app_server.cookies_of(role)) as link:
            sent = link.run(desk).wire.decode("utf-8", "ignore")
        assert len(sent) > 1000 and not numbers & set(NUMBER.findall(sent)), desk
        assert "name" not in masked(role) or not [one for one in names if one in sent], desk
    log = app_server.log.read_text(encoding="utf-8", errors="replace")
    assert not numbers & set(NUMBER.findall(log)) and not [one for one in names if one in log]


@pytest.fixture(scope="module")
def papers(app_server) -> tuple[list[str], set[str], set[str]]:
    """Where every notice, explanation, paper of the archive and printed list of the demo stands; all applicants' numbers; all applicants' names that are nobody else's."""
    engine = make_engine(app_server.database)
    communities = scope_of(engine, "street").communities
    with open_session(engine, Scope.system(communities)) as session:
        asked = session.execute(select(WorkOrderEvent.community_id, WorkOrderEvent.work_order_id).where(WorkOrderEvent.act == "ask_materials")).all()
        explained = session.execute(select(Explanation.community_id, Explanation.id)).all()
        readings = session.execute(select(ArchiveReading.community_id, ArchiveReading.id)).all()
        applicants = session.execute(select(WorkOrder.contact, WorkOrder.applicant)).all()
        others = " ".join([*session.scalars(select(Staff.name)), *session.scalars(select(Grid.name)), *session.scalars(select(Building.name))])
    engine.dispose()
    letters = [f"/desk/notice{kind}?community={c}&order={one}" for c, one in asked for kind in ("", ".docx")]
    letters += [f"/desk/explanation{kind}?community={c}&explanation={one}" for c, one in explained for kind in ("", ".docx")]
    letters += [f"/desk/archive/request?community={c}&reading={one}" for c, one in readings]
    letters += [path for c in communities for path in (f"/desk/archive?community={c}", f"/desk/guide?community={c}", f"/board?community={c}", "/desk/walk", "/desk/survey?quarter=2026-Q4")]
    return letters, {row.contact for row in applicants if row.contact}, {row.applicant for row in applicants if row.applicant and row.applicant not in others}


@pytest.mark.parametrize("role", Role)
def test_no_printed_paper_sends_a_number_nor_a_name_to_who_sees_it_masked(app_server, people, papers, role):
    letters, contacts, applicants = papers
    numbers, names, read = people[0] | contacts, people[1] | applicants, 0
    with httpx.Client(base_url=app_server.address, cookies=app_server.cookies_of(role), follow_redirects=False) as client:
        for path in letters:
            answer = client.get(path)
            if answer.status_code != 200:
                continue
            read += 1
            sent = ZipFile(BytesIO(answer.content)).read("word/document.xml").decode() if ".docx" in path else answer.text
            found = numbers & set(NUMBER.findall(sent))
            assert not found, f"{path.split('?')[0]}: {len(found)} numbers"
            assert "name" not in masked(role) or not [one for one in names if one in sent], path.split("?")[0]
    assert read or role not in (Role.GRID_WORKER, Role.STATION_HEAD), "the demo has papers to read"
