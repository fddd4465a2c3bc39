"""The ledger at the desk: seal it, keep its head, check it, and see who looked at whom."""

import sqlite3

from playwright.sync_api import expect

from core.words import t
from tests.browser.looking import settled, sideways, text_of


def test_the_committee_sees_where_the_proof_stands(page_at):
    page = page_at("ledger", role="committee_member", size="phone")
    expect(page.get_by_role("button", name=t("ledger.check", "zh"))).to_be_visible()
    assert sideways(page) <= 0


def test_a_row_changed_behind_the_desks_back_is_named_on_the_page(worked_server, page_at):
    page = page_at("ledger", role="administrator", server=worked_server)
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name=t("ledger.platform", "zh")).click()
    settled(page)
    seal = page.get_by_role("button", name=t("ledger.seal", "zh"))
    if seal.is_enabled():  # the desk also seals by itself, on its rounds
        seal.click()
        settled(page)
    assert "desk-head-1" in text_of(page)
    page.get_by_role("button", name=t("ledger.check", "zh")).click()
    settled(page)
    expect(page.get_by_test_id("stAlertContentSuccess")).to_be_visible(timeout=30_000)
    with sqlite3.connect(worked_server.database.removeprefix("sqlite:///")) as link:
        link.execute("UPDATE account SET display_name = '偷改' WHERE username = 'head'")
    page.get_by_role("button", name=t("ledger.check", "zh")).click()
    named = t("ledger.fault.changed_row", "zh", table="account", row="|").split("|")[0].strip()
    expect(page.get_by_test_id("stMain")).to_contain_text(named, timeout=30_000)


def test_the_ledger_is_read_in_english(page_at):
    page = page_at("ledger", role="committee_member", lang="en")
    assert t("ledger.looked", "en") in text_of(page)
