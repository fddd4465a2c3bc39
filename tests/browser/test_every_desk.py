"""What holds for every desk: it fits a phone, fingers hit its buttons, it speaks one language, it asks nobody else for anything."""

import re
import sqlite3

import pytest
from playwright.sync_api import Page
from sqlalchemy.engine import make_url

from core.roles import DESKS, RIGHTS, desks_of
from core.rulebook import load_rulebook
from core.words import all_words, t
from tests.browser.conftest import SIZES
from tests.browser.looking import chinese_in, open_menu, settled, sideways, small_targets, text_of

USER = {
    "queue": "grid_worker", "alerts": "grid_worker", "roster": "grid_worker", "map": "station_head", "checklist": "committee_member", "overview": "station_head", "duties": "station_head", "staff": "station_head", "property": "property_company", "reconciliation": "station_head", "surveys": "committee_member",
    "rulebook": "committee_member", "calendar": "station_head", "imports": "station_head", "exports": "street_officer", "ledger": "committee_member",
    "accounts": "administrator",
}  # fmt: skip
"""Who mostly uses each desk."""


@pytest.fixture(scope="module")
def own_words(app_server) -> str:
    """All Chinese that may stand on an English page: what the office itself wrote (names of people, places, matters), and sources."""
    link = sqlite3.connect(make_url(app_server.database).database)
    found = set()
    for (table,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for column in [row[1] for row in link.execute(f'PRAGMA table_info("{table}")') if "CHAR" in row[2] or "TEXT" in row[2]]:
            found |= {one for (one,) in link.execute(f'SELECT DISTINCT "{column}" FROM "{table}"') if isinstance(one, str)}
    link.close()
    sources = {str(clause.source) for clause in load_rulebook().values()}
    return "\n".join(found | sources | {all_words()["shell.lang_zh"]["en"]})


def test_every_desk_is_looked_at():
    assert set(USER) == set(DESKS)
    assert [desk for desk, role in USER.items() if desk not in desks_of(role)] == []


@pytest.mark.parametrize("desk", DESKS)
def test_a_desk_fits_a_phone_and_a_desktop_in_both_languages_and_its_buttons_fit_a_finger(desk, page_at, own_words):
    page = page_at(desk, role=USER[desk], size="phone")
    assert t(f"shell.{desk}", "zh") in page.title() or t(f"{desk}.title", "zh") in text_of(page)
    assert sideways(page) <= 0
    assert small_targets(page) == []
    page.set_viewport_size(SIZES["desktop"])
    page.get_by_test_id("stExpandSidebarButton").wait_for(state="detached")  # a wide page opens its menu by itself
    into_english(page)
    text = text_of(page) + page.locator('[data-testid="stSidebar"]').inner_text()
    assert {run for run in chinese_in(text, own_words) if len(run) > 1} == set()
    assert sideways(page) <= 0
    page.set_viewport_size(SIZES["phone"])
    settled(page)
    assert sideways(page) <= 0
    assert small_targets(page) == []


def into_english(page: Page) -> None:
    """By the menu's switch, on the page as it is."""
    open_menu(page)
    page.locator('[data-testid="stSidebar"]').get_by_text(t("shell.lang_en", "en"), exact=True).click()
    page.wait_for_function("document.documentElement.lang === 'en'")
    settled(page)


def test_a_role_lands_on_its_own_desk_and_its_menu_has_its_desks_only(page_at):
    """Of every role: tests/pages/test_gate_websocket.py."""
    role = "property_company"
    page = page_at("", role=role)
    settled(page)
    assert page.url.rstrip("/").endswith(RIGHTS[role].landing)
    links = page.locator('[data-testid="stSidebarNavLink"]')
    assert {re.sub(r"（\d+）$", "", one) for one in links.all_inner_texts()} == {t(f"shell.{desk}", "zh") for desk in desks_of(role)}
