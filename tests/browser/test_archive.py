"""A worker is shown whom to tell a result, finds a file by its number, and gets its index on paper; on a phone. Nothing is changed."""

import re

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, small_targets


def test_who_waits_for_a_result_and_what_is_on_file_is_two_taps_away(page_at):
    page = page_at("queue", role="grid_worker", size="phone")
    dialog = page.get_by_role("dialog")
    page.locator(".st-key-joinings-waiting button").click()
    dialog.locator("[class*=st-key-lines-joinings] button").first.click()
    expect(dialog.get_by_role("button", name=t("joinings.tell", "zh"), exact=True)).to_be_visible()
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.locator(".st-key-archive-open button").click()
    dialog.locator(".st-key-archive_text input").fill("GG-1")
    page.keyboard.press("Enter")
    lines = dialog.locator("[class*=st-key-lines-archive] button", has_text="-GG-0001")
    expect(lines.first).to_be_visible()
    address = page.url.rpartition("/")[0] + dialog.locator("a[href*='/desk/archive?']").get_attribute("href")
    lines.first.click()
    expect(dialog.locator(".st-key-archive-file")).to_contain_text("-GG-0001")
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    printed = page.context.request.get(address)
    assert printed.ok and set(re.findall(r"\d{4}-\w{2}-\d{4}(?=</td>)", printed.text())) <= {"2025-GG-0001", "2026-GG-0001"}
    assert page.context.request.get(address.replace("community=", "community=0")).status == 404
