"""The roster in a real Chromium: a worker's calls on a phone, the station head's table and files on a desktop."""

import re

from playwright.sync_api import Locator, Page, expect

from core.rulebook import load_rulebook
from core.words import t
from tests.browser.looking import settled, sideways, small_targets, text_of
from tests.conftest import NOW

_WATCH_TIMERS = """() => {
  window.__timers = [];
  const begin = window.setInterval, end = window.clearInterval, known = new Map();
  window.setInterval = (what, every, ...more) => {
    const id = begin(what, every, ...more);
    if (every > 10000) { known.set(id, window.__timers.length); window.__timers.push({every, ended: false}); }
    return id;
  };
  window.clearInterval = id => { if (known.has(id)) window.__timers[known.get(id)].ended = true; return end(id); };
}"""
"""Notes the long timers of the page: how long, and whether they were ended."""


def zh(key: str, **values) -> str:
    return t(key, "zh", **values)


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_test_id("stMain").get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def _tap(page: Page, name: str) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).first.click()
    settled(page)


def _counts(page: Page) -> Locator:
    """The line of counts: late, due, done."""
    return page.get_by_text(re.compile(zh("roster.counts", overdue=0, today=0, due=0, met=0)[:3] + r"\d+")).first


def _count(page: Page, number: int) -> int:
    return int(re.findall(r"\d+", _counts(page).inner_text())[number])


def _counted(page: Page, number: int, figure: int) -> None:
    """The line comes to say `figure`: it may still be drawn anew."""
    expect(_counts(page)).to_have_text(re.compile(rf"^(\D*\d+){{{number}}}\D+{figure}\D"))


def _unfold(page: Page) -> None:
    """On a phone filters and search stand folded."""
    page.get_by_text(zh("roster.fold"), exact=True).click()
    settled(page)


def _cards(page: Page) -> list[str]:
    return page.locator(".care-who").all_inner_texts()


def test_the_late_come_first_and_each_card_says_what_is_due_and_who_holds_it(page_at):
    page = page_at("roster", role="grid_worker", size="phone")
    assert 0 < len(_cards(page)) <= 10
    cards = page.locator('[class*="st-key-person-"]').all_inner_texts()
    late, agreed = zh("queue.late_days", n=0)[:2], zh("appointments.at", at="").strip()
    assert late in next(one for one in cards if agreed not in one), "only who was promised a time comes before the late"
    assert zh("roster.holder", who="")[:3] in cards[0]
    assert sideways(page) <= 0 and small_targets(page) == []


def test_a_file_is_masked_shows_a_number_for_a_purpose_and_updating_it_is_the_quarters_update(worked_server, page_at):
    page = page_at("roster", role="grid_worker", size="phone", server=worked_server)
    _unfold(page)
    _choose(page, zh("roster.act"), zh("care.act.file_update"))
    page.get_by_role("button", name=re.compile(load_rulebook()["file.update"].title["zh"])).wait_for()
    settled(page)
    met = _count(page, 3)
    _tap(page, zh("roster.file"))
    file = page.get_by_role("dialog")
    file.get_by_text(zh("roster.history"), exact=True).wait_for()
    settled(page)
    assert not re.search(r"\b1\d{10}\b", file.inner_text())
    show = file.get_by_role("button", name=zh("roster.show_field", field=zh("care.field.phone")))
    assert show.is_disabled()
    purpose = file.get_by_role("combobox", name=zh("roster.purpose"))
    purpose.scroll_into_view_if_needed()
    settled(page)  # a list that opens while the page still scrolls closes again
    purpose.click()
    page.get_by_role("option", name=zh("care.purpose.contact")).click()
    page.evaluate(_WATCH_TIMERS)
    show.and_(page.locator(":enabled")).click()
    file.get_by_text(re.compile(r"\b1\d{10}\b")).wait_for()
    settled(page)
    before = len(page.evaluate("window.__timers"))
    show.click()
    page.wait_for_function("before => window.__timers.length > before", arg=before)
    settled(page)
    *earlier, last = page.evaluate("window.__timers")
    assert earlier and all(one["ended"] for one in earlier) and not last["ended"], "a second look is not kept by the first one's timer"
    assert 50_000 < last["every"] <= 60_000, "what is shown in full lasts 60 seconds at most"
    assert sideways(page) <= 0
    file.get_by_text(zh("roster.update"), exact=True).click()
    settled(page)
    file.get_by_role("textbox", name=zh("care.field.health")).fill("高血压")
    file.get_by_role("button", name=zh("roster.update_confirm")).click()
    file.wait_for(state="detached")
    page.get_by_text(zh("roster.updated", name="", due="")[1:6]).first.wait_for()
    settled(page)
    _counted(page, 3, met + 1)


def test_nobody_found_says_so_and_offers_everybody(page_at):
    page = page_at("roster", role="grid_worker", size="phone")
    _unfold(page)
    page.get_by_role("textbox", name=zh("roster.find")).fill("没有这个人")
    page.keyboard.press("Enter")
    page.get_by_text(zh("roster.nobody")).wait_for()
    settled(page)
    assert _cards(page) == []
    _tap(page, zh("roster.show_all"))
    page.locator(".care-who").first.wait_for()


def test_a_desktop_shows_a_table_and_beside_it_the_file_of_the_row_ticked(page_at):
    page = page_at("roster", role="station_head", size="desktop", lang="en")
    assert t("roster.pick_row", "en") in text_of(page)
    page.get_by_test_id("stDataFrame").click(position={"x": 17, "y": 55})
    page.get_by_text(t("roster.history", "en"), exact=True).wait_for()
    settled(page)
    assert t("roster.fields", "en") in text_of(page)
    assert sideways(page) <= 0


def test_a_meeting_is_recorded_and_stands_there_as_the_last_one(worked_server, page_at):
    page = page_at("duties", role="station_head", size="phone", server=worked_server)
    last = page.get_by_text(zh("duties.last", when=f"{NOW:%Y-%m-%d %H:%M}", who="").strip())
    assert last.count() == 0 and small_targets(page) == []
    _tap(page, zh("duties.record"))
    page.get_by_role("dialog").get_by_role("button", name=zh("common.save")).click()
    last.wait_for(timeout=30_000)
    settled(page)
    assert page.get_by_role("dialog").count() == 0 and sideways(page) <= 0


def test_somebody_goes_to_hospital_stands_under_away_and_is_undone(worked_server, page_at):
    page = page_at("roster", role="grid_worker", size="phone", server=worked_server)
    dialog, who = page.get_by_role("dialog"), _cards(page)[0].split()[0]
    _tap(page, zh("roster.file"))
    dialog.get_by_text(zh("roster.away_form"), exact=True).click()
    settled(page)
    dialog.get_by_role("button", name=zh("common.save"), exact=True).locator("visible=true").first.click()
    page.get_by_text(zh("roster.told_hospital", name=who)).first.wait_for()
    settled(page)
    page.get_by_test_id("stMain").get_by_text(zh("roster.state_away"), exact=True).click()
    settled(page)
    card = page.locator(".care-who", has_text=who)
    card.wait_for()
    expect(page.locator(".care-who")).to_have_count(4)  # three of the demo's, and this one
    assert page.get_by_text(zh("roster.away_since", kind=zh("departures.hospital"), day=NOW.date())).count() == 1 and sideways(page) <= 0
    page.locator('[class*="st-key-person-"]', has=card).get_by_role("button", name=zh("roster.file"), exact=True).click()
    dialog.wait_for()
    settled(page)  # what is pressed while the file is still being drawn is lost
    dialog.get_by_text(zh("roster.departures"), exact=True).click()
    settled(page)
    dialog.get_by_role("button", name=zh("roster.undo"), exact=True).click()
    dialog.get_by_text(zh("roster.told_undone")).first.wait_for()
    settled(page)
    assert not dialog.get_by_text(zh("roster.back_form"), exact=True).count()


def test_a_worker_sees_who_lacks_a_volunteer_and_enters_one_in_the_open_file(page_at):
    page = page_at("roster", role="grid_worker", size="phone")
    page.get_by_role("radio", name=zh("roster.state_gaps"), exact=True).click()
    settled(page)
    part = page.get_by_role("button", name=re.compile(rf"^{zh('packages.part.volunteer')} \d+$"))
    if not part.is_visible():
        page.get_by_text(re.compile(zh("packages.overview", n=1)[:3])).first.click()
    part.wait_for()
    assert sideways(page) <= 0 and small_targets(page) == []
    part.click()
    settled(page)
    missing = zh("packages.missing", parts=zh("packages.part.volunteer"))
    _tap(page, zh("roster.file"))
    file = page.get_by_role("dialog")
    file.get_by_text(missing, exact=True).first.wait_for()
    file.get_by_text(zh("packages.enter"), exact=True).click()
    file.get_by_role("radio", name=missing, exact=True).click()
    file.get_by_role("textbox", name=zh("packages.name")).fill("韩志愿")
    file.get_by_role("button", name=zh("packages.save_member", part=zh("packages.part.volunteer"))).click()
    file.get_by_text(zh("packages.told", part=zh("packages.part.volunteer"))).wait_for()
    expect(file.get_by_text(f"{zh('packages.part.volunteer')} 韩志愿").first).to_be_visible()
    assert sideways(page) <= 0
