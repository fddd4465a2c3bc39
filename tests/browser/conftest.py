"""Chromium at the running desk: `page_at("queue", role="grid_worker", size="phone", lang="en")` opens a desk as somebody.

When the test is over, every page it opened must have asked no host but the desk and logged no error; a picture
of how it ended stays in tests/browser/artifacts/.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import chromium
from tests.browser.looking import settled
from tests.desk import Desk

ARTIFACTS = Path(__file__).parent / "artifacts"
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")


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
class Watch:
    """What a browser context did behind the page: hosts it asked, errors it logged."""

    home: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to everything `page` asks for and complains about."""
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(f"{message.text} {message.location.get('url', '')}"))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.home:
            self.foreign.append(url)


@pytest.fixture
def contexts(browser, request) -> Iterator[Callable[..., BrowserContext]]:
    """Makes watched browser contexts; looks at what they did when the test is over."""
    made: list[tuple[BrowserContext, Watch]] = []

    def make(desk: Desk, size: str) -> BrowserContext:
        context = browser.new_context(
            viewport=SIZES[size], locale="zh-CN", timezone_id="Asia/Shanghai", base_url=desk.address, has_touch=size == "phone", is_mobile=size == "phone", reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        watch = Watch(urlsplit(desk.address).netloc)
        context.on("page", watch.follow)
        made.append((context, watch))
        return context

    yield make
    name = re.sub(r"[^\w.-]+", "-", request.node.nodeid.removeprefix("tests/browser/"))
    ARTIFACTS.mkdir(exist_ok=True)
    foreign, errors = [], []
    for number, (context, watch) in enumerate(made):
        for page in context.pages:
            page.screenshot(path=ARTIFACTS / f"{name}-{number}.png")
        context.close()
        foreign += watch.foreign
        errors += watch.errors
    assert foreign == [], "asked hosts other than the desk"
    assert errors == [], "errors in the browser's console"


@pytest.fixture
def page_at(contexts, app_server) -> Callable[..., Page]:
    """Opens `desk` as the demo account of `role`, on a phone or a desktop, in zh or en; the page has come to rest."""

    def open_page(desk: str, *, role: str, size: str = "desktop", lang: str = "zh", server: Desk = app_server) -> Page:
        context = contexts(server, size)
        context.add_cookies([{"name": name, "value": value, "url": server.address} for name, value in server.cookies_of(role).items()])
        server.speak(role, lang)
        page = context.new_page()
        page.goto(f"/{desk}")
        settled(page)
        return page

    return open_page
