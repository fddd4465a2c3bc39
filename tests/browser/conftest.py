"""Chromium at the running desk: `page_at("queue", role="grid_worker", size="phone", lang="en")` opens a desk as somebody.

When the test is over, every page it opened must have asked no host but the desk and logged no error; of one that
failed a picture stays in tests/browser/artifacts/.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.looking import WATCH, settled
from tests.conftest import FAILED
from tests.desk import Desk

ARTIFACTS = Path(__file__).parent / "artifacts"
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
"""How a phone names itself: the roster goes by it."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--js-flags=--no-opt --no-maglev")

"""What is seen for seconds isn't worth being compiled by V8's optimising compilers: a tenth less of the processor."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all. Fails, with what to install, where there is none."""
    found = chromium.find()
    if found is None:
        pytest.fail(chromium.ADVICE)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found.env.items():
            patch.setenv(name, value)  # Playwright's own node needs the unpacked libraries too
        with sync_playwright() as playwright:
            yield playwright.chromium.launch(executable_path=found.path, args=list(FLAGS), env=dict(os.environ))


@dataclass
class Tab:
    """A page at one size, and what happened behind it since a test took it: hosts it asked, errors it logged."""

    page: Page
    size: dict[str, int]
    home: str = ""
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(f"{message.text} {message.location.get('url', '')}"))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.home:
            self.foreign.append(url)

    def lend(self, desk: Desk) -> Page:
        """The page for one test against `desk`: nobody signed in, nothing remembered."""
        self.home, self.foreign, self.errors = urlsplit(desk.address).netloc, [], []
        self.page.set_viewport_size(self.size)
        return self.page

    def take_back(self, name: str | None) -> tuple[list[str], list[str]]:
        """A picture of how it ended, called `name`; forgets the test. The hosts asked and the errors logged. The page stays where it is: about:blank would cost the next
        test a new process that knows nothing of Streamlit's program."""
        if name:
            self.page.screenshot(path=ARTIFACTS / f"{name}.jpg", type="jpeg", quality=70)
        seen = self.foreign, self.errors
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.context.clear_cookies()
        return seen


@pytest.fixture(scope="session")
def tabs(browser) -> Callable[[str], Tab]:
    """The tab of each size, one for all tests: reading Streamlit's own program anew costs two seconds of processor a test."""
    made: dict[str, Tab] = {}

    def tab(size: str) -> Tab:
        if size not in made or made[size].page.is_closed():
            phone = size == "phone"
            agent = {"user_agent": PHONE} if phone else {}
            context = browser.new_context(viewport=SIZES[size], locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=phone, is_mobile=phone, reduced_motion="reduce", **agent)
            context.set_default_timeout(15_000)
            context.add_init_script(WATCH)
            made[size] = Tab(context.new_page(), SIZES[size])
        return made[size]

    return tab


@pytest.fixture
def blank_page(tabs, request) -> Iterator[Callable[[Desk, str], Page]]:
    """A watched page for `desk` at a size; looks at what it did when the test is over. One of each size a test."""
    lent: list[Tab] = []

    def lend(desk: Desk, size: str) -> Page:
        tab = tabs(size)
        assert tab not in lent, f"this test has the {size} already"
        lent.append(tab)
        return tab.lend(desk)

    yield lend
    name = re.sub(r"[^\w.-]+", "-", request.node.nodeid.removeprefix("tests/browser/"))
    ARTIFACTS.mkdir(exist_ok=True)
    seen = [tab.take_back(f"{name}-{number}" if request.node.stash.get(FAILED, False) else None) for number, tab in enumerate(lent)]
    assert [url for foreign, _ in seen for url in foreign] == [], "asked hosts other than the desk"
    assert [error for _, errors in seen for error in errors] == [], "errors in the browser's console"


@pytest.fixture
def page_at(blank_page, app_server) -> Callable[..., Page]:
    """Opens `desk` as the demo account of `role`, on a phone or a desktop, in zh or en; the page has come to rest."""

    def open_page(desk: str, *, role: str, size: str = "desktop", lang: str = "zh", server: Desk = app_server) -> Page:
        page = blank_page(server, size)
        page.context.add_cookies([{"name": name, "value": value, "url": server.address} for name, value in server.cookies_of(role).items()])
        server.speak(role, lang)
        page.goto(f"{server.address}/{desk}", wait_until="commit")
        settled(page)
        return page

    return open_page
