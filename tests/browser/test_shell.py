"""Through the door and around the desk as a person does it: on a phone and on a desktop, in both languages, until the log-in is over."""

import re

import httpx
import pytest

from core.roles import landing
from core.words import t
from tests.browser.looking import CJK, open_menu, settled, sideways, small_targets
from tests.desk import ACCOUNTS, PASSWORD

ENGLISH = re.compile(r"[A-Za-z]{3,}")
_SAID = """() => {
  const said = new Set(), nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (nodes.nextNode()) {
    const node = nodes.currentNode;
    if (node.nodeType === Node.TEXT_NODE) { if (!node.parentElement.closest("script, style, [translate=no]")) said.add(node.nodeValue.trim()); }
    else for (const name of ["placeholder", "aria-label", "title"]) if (node.getAttribute(name)) said.add(node.getAttribute(name).trim());
  }
  return [...said].filter(Boolean);
}"""


@pytest.fixture
def enter(blank_page, app_server):
    """Fills in the form of the door as somebody of `role`; the desk that follows, at rest."""

    def through_the_door(role, size, lang="zh"):
        app_server.speak(role, "zh")
        page = blank_page(app_server, size)
        page.goto(app_server.address)
        if lang == "en":
            page.get_by_text(t("login.language", "zh")).click()
        assert sideways(page) <= 0
        page.fill("#account", ACCOUNTS[role])
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector('[data-testid="stApp"]')
        return settled(page)

    return through_the_door


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_in_by_the_door_around_by_the_menu_and_out_again(enter, size):
    page = enter("committee_member", size)
    assert page.url.endswith(f"/{landing('committee_member')}")
    open_menu(page)
    page.locator('[data-testid="stSidebarNavLink"]', has_text=t("shell.calendar", "zh")).click()
    page.wait_for_url("**/calendar")
    settled(page)
    page.reload()
    assert page.url.endswith("/calendar"), "a refresh keeps the log-in and the page"
    settled(page)
    open_menu(page)
    page.locator(".desk-leave button").click()
    page.get_by_text(t("login.left", "zh")).wait_for()
    page.go_back()
    page.locator("#password").wait_for()


def test_the_switch_turns_the_whole_page_and_its_language_mark(enter):
    page = enter("administrator", "phone")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    open_menu(page)
    page.locator('[data-testid="stSidebar"]').get_by_text(t("shell.lang_en", "en"), exact=True).click()
    page.locator(".stMain h1", has_text=t("accounts.title", "en")).wait_for()
    settled(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator('[data-testid="stSidebar"]').get_by_text(t("shell.lang_zh", "zh"), exact=True).click()
    page.locator(".stMain h1", has_text=t("accounts.title", "zh")).wait_for()
    settled(page)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_language_chosen_at_the_door_is_that_of_the_desk(enter):
    page = enter("street_officer", "desktop", "en")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert not CJK.search(page.locator('[data-testid="stSidebarNav"]').inner_text())


@pytest.mark.parametrize("desk", ["accounts", "imports"])
def test_streamlits_own_words_are_chinese_too(page_at, desk):
    """Placeholders, uploads, toolbars and what is read aloud."""
    page = page_at(desk, role="administrator")
    if desk == "accounts":
        page.get_by_text(t("accounts.create", "zh")).first.click()
        page.locator("input[type=password]").first.wait_for()
    names = {*ACCOUNTS.values(), "English", "Excel", "CSV", "desk"}
    left = [one for one in page.evaluate(_SAID) if ENGLISH.search(one) and not CJK.search(one)]
    assert [one for one in left if not any(name in one for name in names) and not re.fullmatch(r"[a-z]+\d*|[• ]*[A-Z, ]+", one)] == []


def test_at_the_next_touch_after_the_log_in_has_ended_there_is_nothing_left_to_read(enter, app_server):
    page = enter("committee_member", "phone")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    assert httpx.post(f"{app_server.address}/logout", cookies=cookies).status_code == 303
    open_menu(page)
    page.locator('[data-testid="stSidebarNavLink"]', has_text=t("shell.calendar", "zh")).click()
    page.locator(".desk-again").wait_for()
    settled(page)
    assert page.locator(".stMain").inner_text().split("\n")[0] == t("shell.ended", "zh")
    assert page.locator(".stMain h1").count() == 0
    page.locator(".desk-again").click()
    page.get_by_text(t("login.ended", "zh")).wait_for()


def test_a_new_account_is_opened_by_hand_and_can_log_in(enter, app_server):
    page = enter("administrator", "desktop")
    page.get_by_text(t("accounts.create", "zh")).first.click()
    settled(page)
    form = page.locator('[data-testid="stForm"]').filter(has=page.get_by_label(t("accounts.username", "zh"), exact=True))
    form.get_by_label(t("accounts.username", "zh"), exact=True).fill("zhang3")
    form.get_by_label(t("accounts.display_name", "zh"), exact=True).fill("张三")
    form.locator("input[type=password]").fill("correct-horse-9")
    form.locator("button", has_text=t("accounts.create", "zh")).click()
    page.get_by_text(t("accounts.created", "zh", username="zhang3")).first.wait_for()
    settled(page)
    assert app_server.sign_in("zhang3", "correct-horse-9")


def test_the_door_fits_a_finger(blank_page, app_server):
    page = blank_page(app_server, "phone")
    page.goto(f"{app_server.address}/login")
    heights = page.evaluate("[...document.querySelectorAll('a, button, input:not([type=hidden])')].map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
    assert small_targets(page) == []


def test_a_table_on_a_page_offers_no_file_of_its_own(page_at):
    page = page_at("roster", role="station_head", lang="en")
    page.get_by_test_id("stDataFrame").first.hover()
    page.get_by_test_id("stElementToolbarButton").first.wait_for()
    tools = page.get_by_test_id("stElementToolbarButton").get_by_role("button")
    assert all("CSV" not in (tools.nth(n).get_attribute("aria-label") or "") for n in range(tools.count()) if tools.nth(n).is_visible())
