"""What a person would see on a page, put as questions."""

import re

from playwright.sync_api import Page, expect

expect.set_options(timeout=15_000)  # as long as every other wait of these tests
CJK = re.compile(r"[\u4e00-\u9fff]+")

WATCH = """(() => {
  const desk = window.__desk = {sent: 0, heard: 0, moved: performance.now()};
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...said) {
    if (!this.__desk) { this.__desk = true; this.addEventListener("message", () => { desk.heard = performance.now(); }); }
    desk.sent = performance.now();
    return send.apply(this, said);
  };
  new MutationObserver(() => { desk.moved = performance.now(); }).observe(document, {childList: true, characterData: true, subtree: true});
})()"""
"""Put into every page before its own program: when something was last said to the desk, heard from it, and moved on the page."""

_AT_REST = """asked => {
  const app = document.querySelector('[data-testid="stApp"]'), desk = window.__desk, now = performance.now();
  const quiet = app && desk && app.dataset.testScriptState === "notRunning" && app.dataset.testConnectionState === "CONNECTED"
    && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
    && document.querySelector('[data-testid="stMain"] .stElementContainer, [data-testid="stMain"] .element-container');
  asked.since ??= now;
  return quiet && desk.heard > desk.sent && now - Math.max(desk.heard, desk.moved, asked.since) > 150;
}"""

_TOO_WIDE = "() => [document.documentElement.scrollWidth, window.innerWidth, document.querySelector('[data-testid=\"stMain\"]')?.scrollWidth || 0]"

_TARGETS = """() => [...document.querySelectorAll('[data-testid="stMain"] button, [data-testid="stMain"] a[role=button], [role=dialog] button, [data-testid="stMain"] [role=group]:has(> [role=combobox])')]
  .filter(one => one.offsetParent !== null && !one.closest('[data-testid="stElementToolbar"], [data-testid="stHeader"], [data-testid="stNumberInput"], [data-baseweb="calendar"], [role=group]:has(> [role=combobox]) button, [data-testid="stTooltipIcon"]'))
  .map(one => ({text: one.textContent.trim() || one.getAttribute('aria-label') || '', height: one.getBoundingClientRect().height, width: one.getBoundingClientRect().width}))
  .filter(one => one.height > 0)"""


def settled(page: Page) -> Page:
    """Waits until what was said to the desk is answered, the run is over and nothing has moved for a moment."""
    page.wait_for_function(_AT_REST, arg={}, timeout=30_000, polling=50)
    return page


def open_menu(page: Page) -> None:
    """On a phone the menu is away until asked for; Streamlit may have left it open."""
    if not page.locator('[data-testid="stSidebar"][data-collapsed="false"]').count():
        page.locator('[data-testid="stExpandSidebarButton"]').click()
        page.locator(".desk-leave").wait_for()


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    page.wait_for_function("document.documentElement && document.body")
    whole, screen, main = page.evaluate(_TOO_WIDE)
    return max(whole, main) - screen


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Buttons a finger would miss: lower than `least` CSS pixels."""
    return [f"{one['text'][:30]!r} {one['width']:.0f}×{one['height']:.0f}" for one in page.evaluate(_TARGETS) if one["height"] < least]


def text_of(page: Page) -> str:
    """All that can be read on the desk, the sidebar not included."""
    return page.locator('[data-testid="stMain"]').inner_text()


def chinese_in(text: str, allowed: str = "") -> set[str]:
    """Runs of Chinese in `text` that don't stand in `allowed` (names of people and places, source sections)."""
    return {run for run in CJK.findall(text) if run not in allowed}
