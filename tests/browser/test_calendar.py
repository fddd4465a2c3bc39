"""The year at a glance, a deadline explained day by day, and a new year loaded by the one who may."""

import pytest
from playwright.sync_api import Page, expect

from core.rulebook import load_rulebook
from core.words import t
from tests.browser.looking import settled, text_of

CSV = "日期,类型,说明\n2027-01-01,off,元旦\n2027-01-02,off,元旦\n2027-01-03,off,元旦\n2027-01-10,work,元旦\n".encode()
NAME = "国办发明电〔2026〕1号"


def view(page: Page, name: str, lang: str = "zh") -> Page:
    page.get_by_test_id("stMain").get_by_role("radio", name=t(f"calendar.tab_{name}", lang)).click()
    return settled(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_year_names_its_notice_and_counts_its_working_days(lang, page_at):
    text = text_of(page_at("calendar", role="grid_worker", lang=lang, size="phone"))
    assert "248" in text
    assert t("calendar.legend_work", lang) in text
    assert ("国办发明电〔2025〕7号" if lang == "zh" else "General Office of the State Council") in text


def test_a_year_without_a_notice_says_that_it_is_provisional(page_at):
    page = page_at("calendar", role="committee_member")
    page.get_by_role("radio", name="2027").click()
    expect(page.get_by_text(t("calendar.no_notice", "zh", year=2027))).to_be_visible()


@pytest.mark.parametrize(("lang", "last"), [("zh", "11月25日周三：24:00截止"), ("en", "25 Nov Wed: ends at 24:00")])
def test_a_clause_s_link_explains_its_deadline_day_by_day(lang, last, page_at):
    page = page_at("calendar?clause=matter.first_review", role="grid_worker", lang=lang, size="phone")
    text = text_of(page)
    assert t("calendar.due_at", lang, moment="2026-11-25 24:00") in text
    assert last in text
    assert f"{load_rulebook()['matter.first_review'].title[lang]} · WS 二.1" in text


def test_a_cadence_s_link_names_its_period(page_at):
    text = text_of(page_at("calendar?clause=elder.call", role="grid_worker"))
    assert t("calendar.due_at", "zh", moment="2026-11-22 24:00") in text


def test_a_grid_worker_is_not_offered_to_load_a_year(page_at):
    page = page_at("calendar", role="grid_worker")
    assert page.get_by_role("radio", name=t("calendar.tab_load", "zh")).count() == 0


def test_the_station_head_loads_a_year_and_it_is_no_longer_provisional(worked_server, page_at):
    page = view(page_at("calendar", role="station_head", server=worked_server), "load")
    page.locator("input[type=file]").set_input_files({"name": "2027.csv", "mimeType": "text/csv", "buffer": CSV})
    expect(page.get_by_text(t("calendar.no_source", "zh"))).to_be_visible()
    page.get_by_role("textbox", name=t("calendar.notice_name", "zh")).fill(NAME)
    page.keyboard.press("Enter")
    expect(page.get_by_text(t("calendar.preview", "zh", year=2027, off=3, work=1, n=261))).to_be_visible()
    expect(page.get_by_text(t("calendar.maybe_incomplete", "zh", n=261))).to_be_visible()
    page.get_by_role("button", name=t("calendar.load", "zh")).click()
    expect(page.get_by_text(t("calendar.loaded", "zh", year=2027, moved=0)).first).to_be_visible()
    view(settled(page), "year").get_by_role("radio", name="2027").click()
    expect(page.get_by_text(t("calendar.source", "zh", source=NAME))).to_be_visible()
    assert t("calendar.no_notice", "zh", year=2027) not in text_of(settled(page))
