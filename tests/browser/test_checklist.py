"""The committee's quarter: a figure, its clause, the rows that break it; nothing due is a dash."""

import pytest
from playwright.sync_api import expect

from core.rulebook import load_rulebook
from core.words import t
from tests.browser.looking import settled, sideways, text_of

PATROL = ".st-key-line-grid_patrol button"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_committee_opens_the_violating_rows_of_a_clause(size, page_at):
    page = page_at("checklist", role="committee_member", size=size)
    page.locator(PATROL).click()
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("heading", name=load_rulebook()["grid.patrol"].title["zh"])).to_be_visible()
    assert str(load_rulebook()["grid.patrol"].source) in text_of(settled(page))
    not_met = int(page.locator('[data-testid="stMarkdownContainer"] strong', has_text="%").count())
    assert not_met >= 1
    assert page.locator('[class*="st-key-row-"], [data-testid="stDataFrame"], [class*="st-key-evidence"]').count() >= 1
    assert sideways(page) <= 0
    page.get_by_role("button", name=t("checklist.back", "zh")).click()
    expect(page.locator(PATROL)).to_be_visible()


def test_a_clause_with_nothing_due_shows_a_dash_and_no_percentage(page_at):
    page = page_at("checklist", role="committee_member")
    lines = [one.inner_text() for one in page.locator('[class*="st-key-line-"] button').all()]
    idle = [line for line in lines if t("measures.verdict_nothing_due", "zh") in line]
    assert idle, "the demo has a clause with nothing due this quarter"
    assert all("—" in line and "%" not in line for line in idle)


def test_every_line_names_its_source(page_at):
    page = page_at("checklist", role="committee_member", lang="en")
    for line in page.locator('[class*="st-key-line-"]').all():
        clause_id = next(name for name in line.get_attribute("class").split() if name.startswith("st-key-line-")).removeprefix("st-key-line-")
        clause = next(one for one in load_rulebook().values() if one.id.replace(".", "_") == clause_id)
        assert str(clause.source) in line.inner_text()


def test_only_the_lines_not_met_are_shown_when_asked_for(page_at):
    page = page_at("checklist", role="committee_member")
    everything = page.locator('[class*="st-key-line-"]').count()
    page.get_by_role("radio", name=t("measures.verdict_broken", "zh")).click()
    expect(page.locator(".st-key-line-meeting_party_joint")).to_have_count(0)
    assert 0 < page.locator('[class*="st-key-line-"]').count() < everything
