"""The notice board as somebody without a log-in reads it, on a phone and on a desktop; and the door stays shut beside it."""

import httpx
from sqlalchemy import select

from core.words import t
from db.commands.board import switch
from db.commands.filing import carry_out
from db.engine import make_engine, open_session
from db.models.grids import Community
from db.models.residents import Resident
from db.models.work_orders import WorkOrder
from db.scope import Scope
from tests.browser.conftest import SIZES
from tests.browser.looking import chinese_in, sideways
from tests.conftest import NOW


def test_the_notice_board_is_read_without_a_log_in_and_says_nothing_about_anybody(blank_page, worked_server):
    page, server = blank_page(worked_server, "phone"), worked_server
    answer = page.goto(f"{server.address}/board")
    assert answer.status == 200 and "public" in answer.headers["cache-control"] and answer.headers["x-robots-tag"] == "noindex"
    assert page.locator("tbody tr").count() > 10
    for size in SIZES.values():
        page.set_viewport_size(size)
        assert sideways(page) <= 0
    html = page.content()
    page.get_by_role("link", name=t("login.language", "zh")).click()
    page.wait_for_url("**/board?lang=en*")
    engine = make_engine(server.database)
    with open_session(engine, None) as session:
        names, repairs, places = (session.execute(query, execution_options={"rollup": True}).all() for query in (
            select(Resident.name, Resident.phone), select(WorkOrder.matter, WorkOrder.applicant, WorkOrder.contact).where(WorkOrder.kind == "repair"),
            select(Community.community_id, Community.name),
        ))  # fmt: skip
    [(community_id, place)] = places
    secrets = {text for row in (*names, *repairs) for text in row if text}
    assert len(secrets) > 100 and [one for one in secrets if one in html] == []
    assert {run for run in chinese_in(page.locator("h1, p, li, th").all_inner_texts().__str__(), place) if len(run) > 1} <= {"中文"}
    with httpx.Client(base_url=server.address, follow_redirects=False) as stranger:
        assert stranger.get("/board", params={"community": "demo-99"}).status_code == 404
        assert stranger.post("/board").status_code == 405
        assert carry_out(engine, Scope.system({community_id}), switch, now=NOW, community_id=community_id, to_open=False) is False
        shut = stranger.get("/board")
        assert (shut.status_code, shut.text) == (404, t("board.closed", "zh"))
        carry_out(engine, Scope.system({community_id}), switch, now=NOW, community_id=community_id, to_open=True)
    engine.dispose()
