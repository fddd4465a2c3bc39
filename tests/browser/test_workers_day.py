"""A walk through the worker's day and the station head's gaps: between them both sizes and both languages, each in both roles."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from core.rulebook import load_rulebook
from core.words import t
from pages.parts.desk import capital
from tests.browser.looking import settled, sideways, small_targets, text_of
from tests.conftest import NOW

YESTERDAY = NOW - timedelta(days=1)


class Walk:
    """A page, the language it is read in, and what one does on it."""

    def __init__(self, page: Page, lang: str):
        self.page, self.lang, self.main = page, lang, page.get_by_test_id("stMain")

    def t(self, key: str, **values) -> str:
        return t(key, self.lang, **values)

    def choose(self, label: str, option: str) -> None:
        self.main.get_by_role("combobox", name=self.t(label)).click()
        self.page.get_by_role("option", name=capital(self.t(option)), exact=True).click()
        settled(self.page)

    def tap(self, word: str, within: Locator | None = None, **values) -> None:
        (within or self.main).get_by_role("button", name=capital(self.t(word, **values)), exact=True).locator("visible=true").first.click()
        settled(self.page)

    def unfold(self) -> None:
        """On a phone filters and search stand folded."""
        self.main.get_by_text(self.t("roster.fold"), exact=True).click()
        settled(self.page)

    def counted(self, number: int) -> int:
        line = self.page.get_by_text(re.compile(self.t("roster.counts", overdue=0, today=0, due=0, met=0).replace("0", r"\d+"))).first
        return int(re.findall(r"\d+", line.inner_text())[number])

    def first(self) -> tuple[Locator, str]:
        """The first card, and who it is."""
        card = self.page.locator('[class*="st-key-person-"]').first
        return card, card.locator(".care-who b").inner_text()

    def of(self, name: str) -> Locator:
        return self.page.locator('[class*="st-key-person-"]', has=self.page.locator(".care-who b", has_text=re.compile(f"^{name}$"))).first

    def told(self, key: str, name: str, **values) -> None:
        expect(self.page.get_by_text(self.t(key, name=name, **values)).first).to_be_visible()

    def fits(self) -> None:
        """Nothing is wider than the screen; on a phone a finger hits every button."""
        phone = self.page.viewport_size["width"] < 500
        assert sideways(self.page) <= 0 and (not phone or small_targets(self.page) == [])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_workers_day_a_call_an_attempt_a_call_put_off_yesterdays_call_and_the_round_to_print(worked_server, page_at, size, lang):
    walk = Walk(page_at("roster", role="grid_worker", size=size, lang=lang, server=worked_server), lang)
    if size == "phone":
        walk.unfold()
    walk.choose("roster.act", "care.act.call")
    walk.choose("roster.group", "care.group.elder")
    walk.page.get_by_role("button", name=re.compile(re.escape(load_rulebook()["elder.call"].title[walk.lang]))).wait_for()
    met = walk.counted(3)
    # Nobody answers: on file, still due, and what to do next.
    card, who = walk.first()
    walk.tap("roster.do_call", card)
    walk.fits()
    walk.tap("roster.call_not", walk.of(who))
    expect(walk.of(who)).to_contain_text(walk.t("care.next.no_answer"))
    assert walk.counted(3) == met
    # Reached: met, and the next one's day is told.
    walk.tap("roster.do_call", walk.of(who))
    walk.tap("roster.call_done", walk.of(who))
    expect(walk.page.get_by_text(re.compile(re.escape(who) + ".*" + walk.t("roster.recorded_met", name="", act="", due="")[-3:-1])).first).to_be_visible()
    assert walk.counted(3) == met + 1
    # Asked to be called later: from the list until then.
    walk.main.get_by_role("radio", name=walk.t("roster.state_due"), exact=True).click()
    settled(walk.page)
    _, later = walk.first()
    walk.tap("roster.do_call", walk.of(later))
    walk.tap("care.outcome.call_later", walk.of(later))
    walk.tap("care.later.hours", walk.of(later))
    walk.told("roster.recorded_later", later, act=walk.t("care.act.call"), at=f"{NOW + timedelta(hours=2):%Y-%m-%d %H:%M}")
    settled(walk.page)
    expect(walk.of(later)).to_have_count(0)
    # Yesterday's call, entered today, counts for the week it was in and stands in the file as what it is.
    _, late = walk.first()
    walk.tap("roster.file", walk.of(late))
    file = walk.page.get_by_role("dialog")
    file.get_by_text(walk.t("roster.record"), exact=True).click()
    day = file.get_by_test_id("stForm").filter(has_text=walk.t("roster.record_outcome")).get_by_test_id("stDateInput").first.get_by_role("spinbutton").last
    expect(day).to_have_text(f"{NOW:%d}")
    day.press("ArrowDown")
    expect(day).to_have_text(f"{YESTERDAY:%d}")
    walk.tap("common.save", file)
    file.wait_for(state="detached")
    settled(walk.page)
    assert walk.counted(3) == met + 2
    # The round: the late ones from building to building, without whom has been called; nothing of the desk's on paper.
    walk.page.goto(f"{worked_server.address}/desk/walk", wait_until="commit")
    expect(walk.page.get_by_role("heading", name=walk.t("walks.title"))).to_be_visible()
    walk.page.emulate_media(media="print")
    assert walk.page.locator("h2").count() > 1 and not walk.page.get_by_text(walk.t("walks.back")).is_visible()
    assert later not in [one.split()[0] for one in walk.page.locator("li b").all_inner_texts()] and not re.search(r"\b1\d{10}\b", walk.page.content())
    assert walk.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    walk.page.emulate_media(media="screen")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_heads_gaps_a_missing_volunteer_who_comes_first_and_visits_hard_to_believe(worked_server, page_at, size, lang):
    walk = Walk(page_at("roster", role="station_head", size=size, lang=lang, server=worked_server), lang)
    walk.main.get_by_role("radio", name=walk.t("roster.state_gaps"), exact=True).click()
    settled(walk.page)
    part = walk.page.get_by_role("button", name=re.compile(rf"^{walk.t('packages.part.volunteer')} \d+$"))
    if not part.is_visible():
        walk.page.get_by_text(re.compile(walk.t("packages.overview", n=1).replace("1", r"\d+"))).first.click()
    missing = int(re.findall(r"\d+", part.inner_text())[0])
    part.click()
    settled(walk.page)
    walk.fits()
    if size == "phone":
        assert min(missing, 10) == walk.page.locator(".care-who").count()
        walk.tap("roster.file", walk.first()[0])
        file = walk.page.get_by_role("dialog")
    else:
        row = ("zh", "en").index(lang)  # somebody of whom nobody has said it before
        walk.page.get_by_test_id("stDataFrame").click(position={"x": 17, "y": 55 + 36 * row})
        file = walk.main
    expect(file.get_by_text(walk.t("packages.missing", parts=walk.t("packages.part.volunteer")), exact=True).locator("visible=true").first).to_be_visible()
    settled(walk.page)
    # Who comes first is said otherwise, with a reason.
    file.get_by_text(walk.t("risks.form"), exact=True).click()
    form = file.get_by_test_id("stForm").filter(has_text=walk.t("risks.reason"))
    form.get_by_role("textbox", name=walk.t("risks.reason")).fill("老伴刚住院")
    walk.tap("common.save", form)
    expect(walk.page.get_by_text(walk.t("risks.told")).first).to_be_visible()
    settled(walk.page)
    # Visits that are hard to believe: the head reads what the committee reads.
    walk.page.goto(f"{worked_server.address}/checklist", wait_until="commit")
    settled(walk.page)
    clause = load_rulebook()["contact.absent"]
    walk.page.locator('[class*="st-key-lines-"] [role="radio"]').filter(has=walk.page.get_by_text(clause.title[lang], exact=True)).click()
    expect(walk.main.get_by_role("heading", name=clause.title[lang])).to_be_visible()
    settled(walk.page)
    assert sideways(walk.page) <= 0 and re.search(r"2026-11-1[78]", text_of(walk.page))
