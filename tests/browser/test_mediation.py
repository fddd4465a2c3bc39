"""A dispute that was passed up: the council is recorded only with both sides told, and the drawing it needs is on record; on a phone."""

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, small_targets


def _zh(key: str) -> str:
    return t(f"mediation.{key}", "zh")


def test_a_council_is_recorded_only_once_both_sides_are_said_to_have_been_told(page_at):
    page = page_at("queue", role="grid_worker", size="phone")
    page.get_by_test_id("stMain").locator("input[type=text]").first.fill("界墙")
    page.keyboard.press("Enter")
    settled(page)
    everywhere = page.get_by_role("button", name=t("queue.find_in_all", "zh"))
    if everywhere.count():
        everywhere.click()
    page.locator("[class*=st-key-do-] button").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(_zh("trail"), exact=True).click()
    expect(dialog.get_by_text(_zh("paper_drawing")).first).to_be_visible()
    dialog.get_by_text(_zh("record"), exact=True).first.click()
    for label, text in (("heads", "王楼长"), ("members", "刘党员")):
        dialog.get_by_label(_zh(label), exact=True).fill(text)
    record = dialog.locator(".st-key-mediation-record button")
    record.click()
    expect(dialog.get_by_text(_zh("tell_all"))).to_be_visible()
    ways = dialog.locator("[class*=st-key-mediation_way_]")
    for party in range(ways.count()):
        settled(page)
        ways.nth(party).get_by_role("radio", name=_zh("way_phone")).click()
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    record.click()
    expect(dialog.get_by_role("radio", name=_zh("outcome_not_settled"))).to_be_visible()
