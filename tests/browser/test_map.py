"""The map as the station head uses it: one figure coloured, one grid opened, every figure with its rows, gaps beside it."""

import pytest
from playwright.sync_api import Page, expect

from core.words import t
from tests.browser.looking import settled, sideways


def cells(page: Page):
    return page.frame_locator("iframe.stCustomComponentV1").locator("path.leaflet-interactive")


def tap(page: Page, number: int = 0) -> None:
    """A tap into a cell, off the figure that stands in its middle."""
    box = cells(page).nth(number).bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.75)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_tap_on_a_grid_opens_its_card_with_posts_people_and_orders(size, page_at):
    page = page_at("map", role="station_head", size=size)
    expect(cells(page)).to_have_count(4)
    tap(page)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("heading", name="G0")).to_be_visible()
    for word in ("map.post_A", "map.post_B", "map.people"):
        expect(main.get_by_text(t(word, "zh")).first).to_be_visible()
    assert sideways(page) <= 0


def test_a_figure_of_the_card_opens_its_rows(page_at):
    page = page_at("map", role="station_head")
    tap(page)
    page.get_by_test_id("stMain").get_by_role("heading", name="G0").wait_for()
    buildings = page.get_by_test_id("stExpander").filter(has_text=t("map.buildings", "zh")).filter(has_not_text=t("map.gap_count", "zh", gap=t("map.gaps", "zh"), n=0)).first
    buildings.locator("summary").click()
    expect(buildings.locator("li").first).to_be_visible()
    assert buildings.locator("li").count() > 1


def test_another_figure_colours_the_map_anew_without_loading_it_again(page_at):
    page = page_at("map", role="station_head")
    cells(page).first.wait_for()
    before = [cell.get_attribute("fill") for cell in cells(page).all()]
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("radio", name=t("map.by_special_residents", "zh")).click()
    settled(page)
    expect(cells(page).first).not_to_have_attribute("fill", before[0])
    assert asked == []


def test_buildings_without_a_grid_stand_beside_the_map_with_their_rows(page_at):
    page = page_at("map", role="station_head", lang="en")
    gap = page.get_by_test_id("stExpander").filter(has_text=t("map.gap_building_no_grid", "en"))
    gap.locator("summary").click()
    expect(gap.locator("li").first).to_be_visible()
