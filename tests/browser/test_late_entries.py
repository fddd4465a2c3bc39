"""What waits for another person's word waits on the station head's overview, and is decided there on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core.words import t
from db.commands import extensions
from db.commands import work_orders as commands
from db.commands.filing import carry_out
from db.engine import make_engine, open_session
from db.models.grids import Building
from db.queries.identity import scope_of
from tests.browser.looking import settled, sideways, small_targets
from tests.conftest import NOW

YESTERDAY = NOW - timedelta(1)


@pytest.fixture
def entered(worked_server) -> tuple[str, str]:
    """The numbers of an urgent demand of yesterday, of which its grid's worker enters today that somebody was there after ten minutes; and of another
    order, for which the worker asks for two hours more."""
    engine = make_engine(worked_server.database)
    worker = scope_of(engine, "worker1")
    [community_id] = worker.communities
    with open_session(engine, worker) as session:
        place = session.scalar(select(Building.id).where(Building.grid_id.in_(worker.grids)).limit(1))
    asked = {"kind": "urgent", "matter": "水管爆裂", "applicant": "张小明", "contact": "13812345678", "building_id": place}
    taken = carry_out(engine, worker, commands.take_in, now=YESTERDAY, community_id=community_id, **asked)
    said = {"order_id": taken.order_id, "version": 1, "act": "on_site", "happened_at": YESTERDAY + timedelta(minutes=10)}
    assert carry_out(engine, worker, commands.record_step, now=NOW, community_id=community_id, **said).to_confirm
    slow = carry_out(engine, worker, commands.take_in, now=NOW - timedelta(hours=1), community_id=community_id, **asked | {"kind": "demand"})
    carry_out(engine, worker, extensions.ask, now=NOW, community_id=community_id, order_id=slow.order_id, n=2, reason="需约见业主")
    engine.dispose()
    return taken.number, slow.number


def test_the_station_head_grants_more_time_and_confirms_what_was_entered_after_the_limit(entered, worked_server, page_at):
    page = page_at("overview", role="station_head", size="phone", server=worked_server)
    page.locator(".st-key-late-entries button").click()
    dialog = page.get_by_role("dialog")
    late, longer = (dialog.locator(f'[class*="st-key-{kind}-"]').filter(has_text=number) for kind, number in zip(("late-entry", "extension"), entered, strict=True))
    expect(late).to_be_visible()
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    longer.get_by_role("button", name=t("extensions.grant", "zh"), exact=True).click()
    expect(longer).to_have_count(0)
    late.get_by_role("button", name=t("late_entries.confirm", "zh"), exact=True).click()
    expect(late).to_have_count(0)
