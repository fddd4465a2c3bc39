"""A worker photographs what is there, on a phone; the photo stands in the order, and opens for nobody whose role may not see it."""

import re

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, small_targets
from tests.db.test_files import photo


def test_a_photo_is_added_on_a_phone_and_opens_behind_the_gate_only(page_at, app_server):
    page = page_at("queue", role="grid_worker", size="phone")
    page.get_by_role("radio").filter(has_text=re.compile(r"^工单 \d+$")).click()
    settled(page)
    main, dialog = page.get_by_test_id("stMain"), page.get_by_role("dialog")
    main.get_by_role("button", name=t("queue.open_order", "zh"), exact=True).last.click()
    dialog.wait_for()
    dialog.get_by_text(t("files.pick", "zh"), exact=True).first.click()
    settled(page)
    dialog.locator(".st-key-queue_files input[type=file]").set_input_files([{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo(9, size=(640, 480))}])
    dialog.locator(".st-key-act-attach button").click()
    expect(dialog).to_have_count(0)
    settled(page)
    main.get_by_role("button", name=t("queue.open_order", "zh"), exact=True).last.click()
    dialog.wait_for()
    picture = dialog.locator(".files img").last
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('[role=dialog] .files img').naturalWidth > 0")
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    whole = app_server.address + dialog.locator(".files a[download]").last.get_attribute("href")
    sent = page.context.request.get(whole)
    headers = sent.headers
    assert sent.body() == photo(9, size=(640, 480)) and headers["content-type"] == "image/jpeg"
    assert headers["content-disposition"].startswith("attachment") and headers["cache-control"] == "private, no-store" and headers["x-content-type-options"] == "nosniff"
    for role in ("committee_member", "street_officer", "property_company", "administrator"):
        cookies = "; ".join(f"{name}={value}" for name, value in app_server.cookies_of(role).items())
        assert page.request.get(whole, headers={"Cookie": cookies}).status == 404
