"""What a person would see on a page, put as questions."""

import re

from playwright.sync_api import Page, expect

expect.set_options(timeout=15_000)  # as long as every other wait of these tests
CJK = re.compile(r"[\u4e00-\u9fff]+")

_AT_REST = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const quiet = app && app.dataset.testScriptState === "notRunning" && app.dataset.testConnectionState === "CONNECTED"
    && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
    && document.querySelector('[data-testid="stMain"] .stElementContainer, [data-testid="stMain"] .element-container');
  const text = document.body ? document.body.innerText.length : -1, now = performance.now();
  if (!quiet || text !== window.__deskText) { window.__deskText = text; window.__deskSince = now; return false; }
  return now - window.__deskSince > 400;
}"""

_TOO_WIDE = "() => [document.documentElement.scrollWidth, window.innerWidth, document.querySelector('[data-testid=\"stMain\"]')?.scrollWidth || 0]"

_TARGETS = """() => [...document.querySelectorAll('[data-testid="stMain"] button, [data-testid="stMain"] a[role=button], [role=dialog] button, [data-testid="stMain"] [role=group]:has(> [role=combobox])')]
  .filter(one => one.offsetParent !== null && !one.closest('[data-testid="stElementToolbar"], [data-testid="stHeader"], [data-testid="stNumberInput"], [data-baseweb="calendar"], [role=group]:has(> [role=combobox]) button, [data-testid="stTooltipIcon"]'))
  .map(one => ({text: one.textContent.trim() || one.getAttribute('aria-label') || '', height: one.getBoundingClientRect().height, width: one.getBoundingClientRect().width}))
  .filter(one => one.height > 0)"""


def settled(page: Page) -> Page:
    """Waits until the run is over and nothing has moved for a moment."""
    page.wait_for_function(_AT_REST, timeout=30_000, polling=100)
    return page


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
