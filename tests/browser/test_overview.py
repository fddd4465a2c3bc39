"""The overview: what is late and who holds it comes first; thresholds against their figures; twelve months whose marks open rows."""

import re

import pytest
from playwright.sync_api import expect

from core.rulebook import load_rulebook
from core.words import t
from tests.browser.looking import sideways, small_targets, text_of


@pytest.mark.parametrize("role", ["station_head", "street_officer", "committee_member"])
def test_what_is_late_stands_before_the_thresholds_and_they_before_the_year(role, page_at):
    page = page_at("overview", role=role)
    text = text_of(page)
    order = [text.index(t(word, "zh")) for word in ("overview.late", "overview.thresholds", "overview.year")]
    assert order == sorted(order)
    assert t(f"overview.subtitle_{role}", "zh") in text


def test_a_threshold_opens_its_clause_on_the_checklist(page_at):
    page = page_at("overview", role="station_head")
    page.locator(".st-key-lines-threshold").get_by_role("radio", name=load_rulebook()["kpi.on_time"].title["zh"]).click()
    page.wait_for_url("**/checklist*")
    expect(page.get_by_role("button", name=t("checklist.back", "zh"))).to_be_visible()


def test_a_late_line_opens_its_rows_each_time_it_is_tapped(page_at):
    page = page_at("overview", role="station_head")
    first = page.locator('[class*="st-key-lines-titled-late-holder"]').get_by_role("radio").first
    who = first.locator("strong").inner_text()
    for _ in range(2):
        first.click()
        expect(page.get_by_role("dialog").get_by_text(who).first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(first).to_have_attribute("aria-checked", "false")


def test_a_mark_of_a_chart_opens_the_rows_behind_it(page_at):
    page = page_at("overview", role="station_head", size="desktop")
    mark = page.locator('[data-testid="stVegaLiteChart"] .mark-rect path, [data-testid="stVegaLiteChart"] path[aria-roledescription="bar"]').nth(3)
    mark.scroll_into_view_if_needed()
    mark.click()
    expect(page.locator('[class*="st-key-behind-"]')).to_be_visible()


def test_the_year_has_three_charts_that_fit_a_phone(page_at):
    page = page_at("overview", role="station_head", size="phone", lang="en")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)
    assert sideways(page) <= 0


def test_three_denominators_open_behind_the_on_time_rate_and_each_its_orders(page_at):
    page = page_at("overview", role="station_head", size="phone", lang="en")
    page.locator(".st-key-outcomes-open button").click()
    dialog = page.get_by_role("dialog")
    figure = dialog.get_by_role("radio").filter(has_text=t("outcomes.due", "en"))
    expect(figure).to_have_text(re.compile(r"\d%? ?\(\d+ of \d+\)"))
    of = re.search(r"of (\d+)\)", figure.inner_text()).group(1)
    figure.click()
    expect(dialog.get_by_text(t("outcomes.rows", "en", n=of))).to_be_visible()
    assert sideways(page) <= 0 and small_targets(page) == []
