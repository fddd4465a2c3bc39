"""`make pictures`: the README's pictures, taken from the running desk over a full demo community at the tests' moment."""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import desk as desks
from tests.browser import chromium
from tests.browser.conftest import FLAGS, SIZES
from tests.browser.looking import WATCH, settled
from tests.conftest import NOW, run_db

FOLDER = Path(__file__).parent / "pictures"


def choose_grid(page: Page) -> None:
    """The card of one grid beside the map."""
    box = page.frame_locator("iframe.stCustomComponentV1").locator("path.leaflet-interactive").nth(4).bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.75)
    page.get_by_test_id("stMain").get_by_role("heading", name="G").first.wait_for()


SHOTS = (
    ("queue-phone", "queue", "grid_worker", "phone", "zh", None),
    ("queue-phone-en", "queue", "grid_worker", "phone", "en", None),
    ("roster-phone", "roster", "grid_worker", "phone", "zh", None),
    ("map", "map", "station_head", "desktop", "zh", choose_grid),
    ("overview", "overview", "station_head", "desktop", "zh", None),
    ("checklist", "checklist", "committee_member", "desktop", "zh", None),
    ("rulebook-en", "rulebook", "committee_member", "desktop", "en", None),
    ("imports", "imports", "station_head", "desktop", "zh", None),
)
"""Name, desk, role, size, language, what to do before the picture."""


def main() -> int:
    """Takes them all; 0."""
    found = chromium.find()
    if found is None:
        print(chromium.ADVICE, file=sys.stderr)
        return 1
    os.environ.update(found.env)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        desks.own_key(Path(name) / "desk.key")
        url = f"sqlite:///{name}/demo.db"
        run_db(url, "migrate")
        run_db(url, "demo")
        with desks.serve(url, NOW, Path(name) / "server.log") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found.path, args=list(FLAGS), env=dict(os.environ))
            for file, desk, role, size, lang, act in SHOTS:
                context = browser.new_context(viewport=SIZES[size], base_url=server.address, locale="zh-CN", timezone_id="Asia/Shanghai", is_mobile=size == "phone")
                context.add_cookies([{"name": key, "value": value, "url": server.address} for key, value in server.cookies_of(role).items()])
                server.speak(role, lang)
                context.add_init_script(WATCH)
                page = context.new_page()
                page.goto(f"/{desk}")
                settled(page)
                if act:
                    act(page)
                    settled(page)
                page.screenshot(path=FOLDER / f"{file}.png")
                context.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
