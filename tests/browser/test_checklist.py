"""The committee's quarter: a figure, its clause, the rows that break it; nothing due is a dash."""

from playwright.sync_api import Locator, Page, expect

from core.rulebook import load_rulebook
from core.words import t
from tests.browser.looking import settled, sideways, text_of

LINES = '[class*="st-key-lines-"] [role="radio"]'


def line(page: Page, clause_id: str) -> Locator:
    return page.locator(LINES).filter(has=page.get_by_text(load_rulebook()[clause_id].title["zh"], exact=True))


def test_the_committee_opens_the_violating_rows_of_a_clause(page_at):
    page = page_at("checklist", role="committee_member", size="phone")
    line(page, "grid.patrol").click()
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("heading", name=load_rulebook()["grid.patrol"].title["zh"])).to_be_visible()
    assert str(load_rulebook()["grid.patrol"].source) in text_of(settled(page))
    not_met = int(page.locator('[data-testid="stMarkdownContainer"] strong', has_text="%").count())
    assert not_met >= 1
    assert page.locator('[class*="st-key-row-"], [data-testid="stDataFrame"], [class*="st-key-evidence"]').count() >= 1
    assert sideways(page) <= 0
    page.get_by_role("button", name=t("checklist.back", "zh")).click()
    expect(line(page, "grid.patrol")).to_be_visible()


def test_a_clause_with_nothing_due_shows_a_dash_and_no_percentage(page_at):
    page = page_at("checklist", role="committee_member")
    texts = [one.inner_text() for one in page.locator(LINES).all()]
    idle = [text for text in texts if t("measures.verdict_nothing_due", "zh") in text]
    assert idle, "the demo has a clause with nothing due this quarter"
    assert all("—" in text and "%" not in text for text in idle)


def test_every_line_names_its_source(page_at):
    page = page_at("checklist", role="committee_member", lang="en")
    sources = {clause.title["en"]: t("shell.source_default", "en") if clause.source.document == "default" else str(clause.source) for clause in load_rulebook().values()}
    shown = {one.locator("strong").nth(1).inner_text(): one.inner_text() for one in page.locator(LINES).all()}
    assert len(shown) > 60
    assert [title for title, text in shown.items() if sources[title] not in text] == []


def test_only_the_lines_not_met_are_shown_when_asked_for(page_at):
    page = page_at("checklist", role="committee_member")
    everything = page.locator(LINES).count()
    page.locator(".st-key-checklist_show").get_by_role("radio", name=t("measures.verdict_broken", "zh")).click()
    expect(line(page, "meeting.party_joint")).to_have_count(0)
    assert 0 < page.locator(LINES).count() < everything
