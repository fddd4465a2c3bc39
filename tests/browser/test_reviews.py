"""A worker takes a matter in by its item, gets the notice of what is missing, and reviews a colleague's matter; on a phone."""

import re

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, small_targets


def test_missing_papers_are_ticked_and_a_colleagues_matter_is_sent_back(page_at):
    page = page_at("queue", role="grid_worker", size="phone")
    page.locator(".st-key-queue_take_in button").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".st-key-queue_item input").fill("最低生活")
    page.get_by_role("option", name="最低生活保障申请").click()
    dialog.get_by_role("button", name="户口簿", exact=True).click()
    for word, text in (("applicant", "张小明"), ("contact", "13812345678")):
        dialog.get_by_label(t(f"work_orders.{word}", "zh"), exact=True).fill(text)
    submit = dialog.get_by_role("button", name=t("queue.submit", "zh"), exact=True)
    submit.click()
    expect(dialog.get_by_text(t("catalogue.not_your_grid", "zh"))).to_be_visible()
    dialog.get_by_role("combobox", name=t("work_orders.building", "zh")).click()
    page.get_by_role("option", name=re.compile("1号楼")).first.click()
    submit.click()
    notice = dialog.get_by_role("link", name=t("notices.print", "zh"))
    expect(notice).to_be_visible()
    address = page.url.rpartition("/")[0] + notice.get_attribute("href")
    printed, word = (page.context.request.get(one) for one in (address, address.replace("notice?", "notice.docx?")))
    assert re.findall(r"<li>(.*?)</li>", printed.text()) == ["户口簿"] and "张小明" in printed.text()
    assert word.headers["content-disposition"].startswith("attachment") and word.body()[:2] == b"PK"
    page.locator(".st-key-queue_close button").click()
    expect(dialog).to_have_count(0)
    waiting = page.locator(".st-key-reviews-waiting button")
    n = int(re.search(r"\d+", waiting.inner_text())[0])
    waiting.click()
    lines = dialog.locator("[class*=st-key-lines-reviews] button")
    expect(lines).to_have_count(n)
    lines.first.click()
    dialog.locator("textarea").fill("收入证明不清")
    page.evaluate("window.__deskText = null")
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    dialog.get_by_role("button", name=t("reviews.send_back", "zh"), exact=True).click()
    expect(lines).to_have_count(n - 1)
