"""The satisfaction survey: a worker of another grid enters what somebody said on a phone, the station head sees how far it is."""

import re

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, small_targets

RUNNING = re.compile(re.escape(t("surveys.running", "zh", done="N", drawn="M")).replace("N", r"(\d+)").replace("M", r"(\d+)"))


def test_an_answer_entered_by_who_does_not_care_counts_and_no_verdict_stands_before_everybody_was_asked(worked_server, page_at):
    head = page_at("surveys", role="station_head", server=worked_server)
    done, drawn = map(int, RUNNING.search(head.get_by_text(RUNNING).first.inner_text()).groups())
    page = page_at("surveys", role="grid_worker", size="phone", server=worked_server)
    page.get_by_role("button", name=t("surveys.enter", "zh"), exact=True).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    settled(page)
    assert sideways(page) <= 0 and small_targets(page) == []
    dialog.get_by_text(t("surveys.rating_4", "zh"), exact=True).click()
    dialog.get_by_role("button", name=t("surveys.save", "zh"), exact=True).click()
    expect(dialog).to_have_count(0)
    head.reload()
    expect(head.get_by_text(t("surveys.running", "zh", done=done + 1, drawn=drawn))).to_be_visible()
