"""Anyone reads the rulebook, finds a clause, sees where it comes from and whether the desk enforces it yet."""

import pytest
from playwright.sync_api import expect

from core.rulebook import load_rulebook, not_yet_enforced
from core.words import t
from tests.browser.looking import settled, text_of


@pytest.mark.parametrize("role", ["grid_worker", "property_company", "street_officer"])
def test_anyone_reads_it(role, page_at):
    page = page_at("rulebook", role=role)
    assert load_rulebook()["repair.on_site"].title["zh"] in text_of(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_search_finds_one_clause_with_its_figure_and_source(lang, page_at):
    clause = load_rulebook()["emergency.on_site"]
    page = page_at("rulebook", role="committee_member", lang=lang)
    page.get_by_placeholder(t("rulebook.search_hint", lang)).fill("emergency.on_site")
    page.keyboard.press("Enter")
    expect(page.get_by_text(t("rulebook.found", lang, n=1))).to_be_visible()
    text = text_of(settled(page))
    assert clause.title[lang] in text
    assert str(clause.source) in text


def test_what_no_desk_enforces_is_marked_so(page_at):
    unenforced = not_yet_enforced(load_rulebook())[0]
    page = page_at(f"rulebook?clause={unenforced}", role="committee_member", lang="en")
    assert t("rulebook.not_yet", "en") in text_of(page)


def test_a_link_opens_one_clause_and_from_it_where_it_stands_now(page_at):
    page = page_at("rulebook?clause=grid.patrol", role="station_head")
    assert load_rulebook()["grid.patrol"].figure["zh"] in text_of(page)
