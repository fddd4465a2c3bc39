"""The queue in a real Chromium, on a phone: what a worker does in a morning, and the property company's own list."""

import re

from playwright.sync_api import Locator, Page, expect

from core.words import t
from core.work_orders import kinds
from tests.browser.looking import settled, sideways, small_targets, text_of


def _zh(key: str, **values) -> str:
    return t(f"queue.{key}", "zh", **values)


def _rest(page: Page) -> None:
    """Waits until nothing has moved since now: what was pressed a moment ago may not have reached the desk yet."""
    settled(page)


def _figure(page: Page, word: str) -> int:
    """The number on the figure that begins with `word`."""
    return int(re.search(r"\d+", _pill(page, word).inner_text()).group())


def _pill(page: Page, word: str) -> Locator:
    return page.get_by_role("radio").filter(has_text=re.compile(rf"^{word} \d+$"))


def _tap(page: Page, name: str) -> None:
    """Taps a button of the page that opens a dialog."""
    page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("dialog").wait_for()
    _rest(page)


def _press(page: Page, name: str) -> None:
    """Presses a button of the dialog that leaves it open."""
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).last.click()


def _file(page: Page, name: str) -> None:
    """Presses a button of the dialog that closes it."""
    _press(page, name)
    page.get_by_role("dialog").wait_for(state="detached")
    _rest(page)


def _more(page: Page) -> None:
    page.locator(".st-key-queue_more button").click()
    _rest(page)


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("dialog").get_by_role("combobox", name=label).click()
    page.keyboard.type(option)
    page.get_by_role("option").filter(has_text=option).first.click()


def test_each_figure_opens_its_rows_and_late_comes_first(page_at):
    page = page_at("queue", role="grid_worker", size="phone")
    cards = page.locator(".todo")
    clocks = [text for text in page.locator(".todo-left").all_inner_texts() if re.search(r"\d", text)]
    assert clocks == sorted(clocks, key=lambda text: not text.startswith(_zh("bucket_late"))) and clocks[0].startswith(_zh("bucket_late"))
    late = _figure(page, _zh("bucket_late"))
    _pill(page, _zh("bucket_late")).click()
    _rest(page)
    while cards.count() < late:
        _more(page)
    assert cards.count() == late
    assert all(_zh("bucket_late") in text for text in cards.all_inner_texts())
    assert sideways(page) <= 0 and small_targets(page) == []


def test_every_card_shows_its_clause_with_its_source(page_at):
    page = page_at("queue", role="grid_worker", size="desktop", lang="en")
    links = page.locator(".todo-clause a")
    assert links.count() == page.locator(".todo").count() > 0
    assert re.search(r" · (HB|WS|FS|NP)", links.first.inner_text())
    links.first.click()
    _rest(page)
    assert "/rulebook" in page.url


def test_a_call_is_recorded_in_two_taps_and_an_unanswered_one_is_no_contact(worked_server, page_at):
    page = page_at("queue", role="grid_worker", size="phone", server=worked_server)
    for word in ("kind_call", "bucket_week"):
        _pill(page, _zh(word)).click()
        _rest(page)
    calls, first = _figure(page, _zh("kind_call")), page.locator(".todo-what").first.inner_text()
    _tap(page, _zh("record_call"))
    assert small_targets(page) == []
    dialog = page.get_by_role("dialog")
    assert not re.search(r"\b1\d{10}\b", dialog.inner_text())
    dialog.get_by_role("radio", name=t("care.purpose.contact", "zh"), exact=True).click()
    expect(dialog.get_by_role("link", name=re.compile(r"^1\d{10}$"))).to_be_visible()
    _file(page, t("care.outcome.no_answer", "zh"))
    assert (_figure(page, _zh("kind_call")), page.locator(".todo-what").first.inner_text()) == (calls, first)
    _tap(page, _zh("record_call"))
    _file(page, t("care.outcome.reached", "zh"))
    assert _figure(page, _zh("kind_call")) == calls - 1


def test_a_matter_is_taken_in_worked_asked_for_materials_once_rated_and_reopened(worked_server, page_at):
    page = page_at("queue", role="grid_worker", size="phone", server=worked_server)
    number = _take_in(page)
    page.get_by_label(_zh("find")).fill(number)
    page.get_by_label(_zh("find")).press("Enter")
    _rest(page)
    _open(page, number)
    _file(page, _act("accept"))
    _open(page, number)
    _press(page, _act("ask_materials"))
    _told(page, t("work_orders.say_what_is_missing", "zh"))
    _say(page, "户口本、收入证明")
    _file(page, _act("ask_materials"))
    _open(page, number)
    _file(page, _act("receive_materials"))
    _open(page, number)
    assert page.get_by_role("dialog").get_by_role("button", name=_act("ask_materials"), exact=True).count() == 0
    _say(page, "符合条件，同意上报")
    _file(page, _act("first_review"))
    _open(page, number)
    _file(page, _act("finish"))
    _open(page, number)
    page.get_by_role("dialog").get_by_role("radio", name="2").click()
    _rest(page)
    _file(page, _act("follow_up"))
    _open(page, number)
    dialog = page.get_by_role("dialog").inner_text()
    assert t("work_orders.reopened", "zh", n=1) in dialog and t("work_orders.status_accepted", "zh") in dialog
    assert sideways(page) <= 0 and small_targets(page) == []


def test_the_property_company_sees_its_orders_with_the_applicant_masked(page_at):
    page = page_at("queue", role="property_company", size="phone")
    assert page.locator(".todo").count() > 0
    assert _zh("kind_call") not in text_of(page) and _zh("take_in") not in text_of(page)
    _tap(page, _zh("open_order"))
    assert re.search(r"\d{3}\*{4}\d{4}", page.get_by_role("dialog").inner_text())
    assert sideways(page) <= 0 and small_targets(page) == []


def _act(act: str) -> str:
    return t(f"work_orders.act_{act}", "zh")


def _told(page: Page, text: str) -> None:
    """Waits until the dialog says so."""
    page.get_by_role("dialog").get_by_text(text).first.wait_for()


def _say(page: Page, note: str) -> None:
    box = page.get_by_role("dialog").get_by_label(_zh("note_act"))
    box.fill(note)
    box.blur()
    _rest(page)


def _open(page: Page, number: str) -> None:
    """Taps the card of the order with that number, which was searched for: a search lists it whatever presses it."""
    card = page.locator(".todo").filter(has_text=number).first
    card.locator("xpath=ancestor::*[@data-testid='stElementContainer'][1]/following-sibling::*[1]").get_by_role("button").click()
    page.get_by_role("dialog").wait_for()
    _rest(page)


def _take_in(page: Page) -> str:
    """Refused without the four fields, then registered and dispatched; the number it was given."""
    _tap(page, _zh("take_in"))
    assert re.sub(r"\W", "", page.get_by_test_id("stTimeInput").inner_text()).endswith("时分")
    _press(page, _zh("submit"))
    _told(page, t("work_orders.missing_matter", "zh"))
    _choose(page, t("work_orders.kind", "zh"), kinds()["complex"].title["zh"])
    for field, said in (("matter", "申请最低生活保障"), ("applicant", "李小明"), ("contact", "13900001234")):
        page.get_by_role("dialog").get_by_label(t(f"work_orders.{field}", "zh"), exact=True).fill(said)
    _choose(page, t("work_orders.building", "zh"), "1号楼")
    _press(page, _zh("submit"))
    _told(page, _zh("due_from_acceptance"))
    told = page.get_by_role("dialog").inner_text()
    assert t("work_orders.why_post_A", "zh") in told
    _file(page, t("common.close", "zh"))
    return re.search(r"\d{4}-\d{6}", told).group()


def test_a_search_finds_by_number_and_name_and_says_when_there_is_nothing(page_at):
    page = page_at("queue", role="station_head", size="desktop")
    cards, field = page.locator(".todo"), page.get_by_label(_zh("find"))
    page.get_by_role("radio", name=_zh("whose_all"), exact=True).click()
    _rest(page)
    _pill(page, _zh("kind_order")).click()
    _rest(page)
    number = re.search(r"\d{4}-\d{6}", cards.first.inner_text()).group()
    for said, found in ((number, True), ("没有*这个*", False)):
        field.fill(said)
        field.press("Enter")
        _rest(page)
        assert all(said in text for text in cards.all_inner_texts()) and bool(cards.count()) is found
    expect(page.get_by_text(_zh("not_found", text="没有*这个*"))).to_be_visible()
    page.get_by_role("button", name=_zh("find_no_more"), exact=True).click()
    _rest(page)
    assert cards.count() > 0 and field.input_value() == ""
