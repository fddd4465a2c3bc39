"""The inbox on a phone: the count above every page, the list behind it, read once it is opened."""

import re

from playwright.sync_api import expect

from core.words import t
from db.queries.queue import ACTS
from tests.browser.looking import settled, sideways, small_targets, text_of

UNREAD = re.compile(r"\d+条未读提醒")


def test_a_worker_opens_what_waits_and_the_count_goes(page_at):
    page = page_at("queue", role="grid_worker", size="phone")
    page.get_by_role("link", name=UNREAD).click()
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    expect(page.get_by_text(re.compile(r"逾期\d+项")).first).to_be_visible()
    page.get_by_role("button", name=t("alerts.look", "zh")).first.click()
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    page.locator('[class*="st-key-do-"] button').first.click()
    settled(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=t("alerts.back", "zh")).click()
    page.get_by_role("button", name=t("alerts.read_all", "zh")).click()
    expect(page.get_by_role("link", name=UNREAD)).to_have_count(0)


def test_the_street_reads_numbers_and_no_names_of_residents(page_at):
    page = page_at("alerts", role="street_officer")
    text = text_of(page)
    assert t("alerts.care_closed", "zh") in text
    page.get_by_role("button", name=t("alerts.look", "zh")).last.click()
    expect(page.locator('[class*="st-key-do-"] button')).to_have_count(0)
    settled(page)
    listed = page.locator(".todo-what").all_inner_texts()
    assert len(listed) > 1 and not any(one.startswith(f"{t(f'queue.kind_{act}', 'zh')} · ") for one in listed for act in ACTS)
