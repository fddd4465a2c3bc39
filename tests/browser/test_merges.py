"""Two files of one person on the roster: found, made one, and two again."""

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, small_targets


def test_the_station_head_merges_two_files_of_one_person_on_a_phone_and_undoes_it(worked_server, page_at):
    page = page_at("roster", role="station_head", size="phone", server=worked_server)
    page.get_by_text(t("roster.fold", "zh"), exact=True).click()
    page.locator(".st-key-roster-doubles button").click()
    pair = page.locator('[class*="st-key-pair-"]').first
    expect(pair).to_be_visible()
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    key = next(one for one in pair.get_attribute("class").split() if one.startswith("st-key-pair-"))
    pair.get_by_role("button", name=t("merges.do", "zh"), exact=True).click()
    expect(page.locator(f".{key}")).to_have_count(0)
    page.get_by_role("button", name=t("merges.undo", "zh"), exact=True).first.click()
    expect(page.locator(f".{key}")).to_be_visible()
