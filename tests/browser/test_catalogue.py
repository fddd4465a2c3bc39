"""The station head checks an item of the service guide on a phone and makes it the community's own."""

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, small_targets, text_of


def test_an_item_the_head_has_checked_is_no_sample_any_more(page_at):
    page = page_at("rulebook?item=elder.meals", role="station_head", size="phone")
    assert t("catalogue.section_materials", "zh") in text_of(page) and t("catalogue.sample", "zh") in page.locator(".clauses summary").inner_text()
    page.locator(".st-key-catalogue_edit button").click()
    dialog = page.get_by_role("dialog")
    papers = dialog.get_by_label(f"{t('catalogue.section_materials', 'zh')} · {t('catalogue.in_zh', 'zh')}", exact=True)
    papers.fill("身份证\n健康证明\n照片")
    save = dialog.get_by_role("button", name=t("common.save", "zh"), exact=True)
    save.click()
    expect(dialog.get_by_text(t("catalogue.half_materials", "zh"))).to_be_visible()
    papers.fill("身份证\n健康证明")
    save.click()
    expect(page.locator(".clauses")).to_contain_text("健康证明")
    expect(page.locator(".clauses summary")).to_contain_text(t("catalogue.own", "zh"))
    page.evaluate("window.__deskText = null")
    assert sideways(settled(page)) <= 0 and small_targets(page) == []
