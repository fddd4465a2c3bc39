"""A station head compares a list, sends somebody to look, and decides a difference."""

import re

from playwright.sync_api import expect

from tests.browser.looking import settled, sideways, small_targets, text_of


def test_a_station_head_compares_a_list_and_decides_a_difference_on_a_phone(page_at, tmp_path):
    path = tmp_path / "flats.csv"
    path.write_text("房屋坐落,产权人,使用情况\n无此小区9号楼1单元101室,张某,空置\n无此小区9号楼1单元102室,张某,不明白\n", encoding="utf-8")
    page = page_at("queue", role="station_head", size="phone")
    page.get_by_role("button", name="去数据比对").first.click()
    page.wait_for_url("**/reconciliation")
    assert "还没有比对：住建名单" in text_of(settled(page))
    page.get_by_role("radio", name="已决定").click()
    expect(page.get_by_text("待公安更正")).to_be_visible()
    page.get_by_role("radio", name="待决定").click()
    settled(page).get_by_role("button", name="决定", exact=True).last.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("名单对", exact=True).click()
    expect(dialog.get_by_text("从哪天起")).to_be_visible()
    dialog.get_by_text("台账对", exact=True).click()
    expect(dialog.get_by_text("从哪天起")).to_have_count(0)
    settled(page)
    assert (sideways(page), small_targets(page)) == (0, [])
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("radio", name="已决定 2")).to_be_visible()
    page.get_by_role("radio", name="比对名单").click()
    settled(page).get_by_role("radio", name="住建名单").click()
    settled(page)
    page.set_input_files("input[type=file]", path)
    page.get_by_role("heading", name=re.compile("^3 ")).wait_for()
    settled(page)
    assert "坏格子 1 个，所在的 1 行不比对" in text_of(page)
    assert "只有 0.0% 对得上" in text_of(page)
    assert sideways(page) == 0
