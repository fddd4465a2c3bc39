"""The grid map in a real browser: the ground is drawn, a click opens the card, a figure opens its list; fixtures watch for foreign hosts."""

import re

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, text_of

MAP = "iframe[title*='folium']"


def cells(page):
    """The map's frame once the geometry is there; its cells as a locator."""
    frame = page.frame_locator(MAP)
    frame.locator("body[data-desk-map=ready]").wait_for(state="attached", timeout=30_000)
    return frame.locator("path[data-grid]")


def cell(page, code: str):
    """The cell of one grid; the chosen one is drawn last, so their order changes."""
    cells(page)
    return page.frame_locator(MAP).locator(f"path[aria-label^='{code}']")


def labels(page) -> list[str]:
    """Code and figure as they stand on the cells."""
    return page.frame_locator(MAP).locator(".desk-cell").all_inner_texts()


def test_every_grid_is_a_cell_on_ground_with_streets_and_a_river(page_at):
    page = page_at("map", role="station_head", size="phone")
    assert cells(page).count() == 4
    frame = page.frame_locator(MAP)
    assert frame.locator(".desk-street").count() >= 3
    assert frame.locator("canvas").count() >= 1
    assert [one.split() for one in labels(page)] == [[f"G0{n}", "300"] for n in range(1, 5)]
    assert sideways(page) <= 0


def test_a_click_the_list_and_the_keyboard_open_a_card_and_each_works_again_after_the_others(page_at):
    page = page_at("map", role="station_head")
    cell(page, "G02").click()
    page.get_by_role("heading", name="G02 第二网格").wait_for()
    assert t("map.post_B", "zh") in text_of(page) and t("map.post_empty", "zh") in text_of(page)
    settled(page)
    page.get_by_role("combobox").last.click()
    page.get_by_role("option", name="G04 第四网格").click()
    page.get_by_role("heading", name="G04 第四网格").wait_for()
    settled(page)
    assert t("map.post_empty", "zh") not in text_of(page)
    cell(page, "G02").click()
    page.get_by_role("heading", name="G02 第二网格").wait_for()
    settled(page)
    cell(page, "G03").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="G03 第三网格")).to_be_visible()


def test_what_an_office_calls_a_grid_is_text_on_the_map_never_html(page_at):
    page = page_at("map", role="station_head")
    cell, name = cells(page).first, '<img src="x" onerror="window.hit = true">'
    paint = "(cell, name) => window.deskGrids.paint({ cells: { [cell.dataset.grid]: ['#ffffff', 1, name, name, name] }, selected: null })"
    cell.evaluate(paint, name)
    cell.hover()
    page.frame_locator(MAP).locator(".leaflet-tooltip").wait_for()
    assert page.frame_locator(MAP).locator(".leaflet-tooltip").inner_text() == name
    assert cell.evaluate("() => window.hit === undefined && document.querySelector('img[src=x]') === null")


def test_another_colour_changes_the_figures_and_the_legend_not_the_ground(page_at):
    page = page_at("map", role="station_head", lang="en")
    cells(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    before = labels(page)
    page.get_by_role("radio", name=t("map.by_special_residents", "en")).click()
    page.get_by_text(t("map.note_special_residents", "en")).wait_for()
    page.frame_locator(MAP).locator(".desk-cell", has_text=before[0].split()[1]).first.wait_for(state="detached")
    assert [url for url in asked if "/geometry/" in url] == []


def test_a_figure_opens_the_list_of_that_grid(page_at):
    page = page_at("map", role="station_head")
    cells(page).nth(2).click()
    page.get_by_role("heading", name="G03 第三网格").wait_for()
    settled(page)
    page.get_by_role("button", name=t("map.by_overdue_care", "zh")).last.click()
    page.wait_for_url("**/roster*")
    settled(page)
    assert "第三网格" in page.locator('[data-testid="stMain"]').inner_html()


def test_gaps_open_the_rows_behind_them(page_at):
    page = page_at("map", role="committee_member")
    cells(page)
    page.get_by_text(t("map.gap_grid_no_b", "zh")).click()
    expect(page.get_by_text("G02 第二网格 · " + t("map.n_households", "zh", n=300))).to_be_visible()
    page.get_by_text(t("map.gap_household_no_grid", "zh")).click()
    expect(page.get_by_text(re.compile(r"号楼 · \d+ 户")).first).to_be_visible()


def test_who_may_not_open_the_roster_sees_no_small_count_and_no_button_to_it(page_at):
    page = page_at("map", role="committee_member")
    cells(page).nth(0).click()
    page.get_by_role("heading", name="G01 第一网格").wait_for()
    settled(page)
    assert "<3" in text_of(page) and t("map.note_small", "zh") in text_of(page)
    assert page.get_by_role("button", name=t("map.group_elder", "zh")).count() == 0


def test_a_grid_worker_has_the_cells_of_their_own_grids_on_everybodys_ground(page_at):
    page = page_at("map", role="grid_worker", size="phone")
    own = cells(page).count()
    assert 0 < own < 4
    assert len(labels(page)) == own
    assert sideways(page) <= 0
