"""Bytes that the map costs somebody who has opened it before, in a real Chromium."""

import os
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, sync_playwright

from tests.browser import chromium
from tests.browser.conftest import FLAGS, SIZES
from tests.browser.looking import WATCH, settled
from tests.desk import Desk


def second_visit(server: Desk, desk: str) -> int:
    """Bytes over websocket and HTTP when the station head opens `desk` for the second time in the same browser, Streamlit's own frame included."""
    found = chromium.find()
    if found is None:
        raise SystemExit(chromium.ADVICE)
    os.environ.update(found.env)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, args=list(FLAGS), env=dict(os.environ))
        context = browser.new_context(viewport=SIZES["desktop"], base_url=server.address)
        context.add_init_script(WATCH)
        context.add_cookies([{"name": name, "value": value, "url": server.address} for name, value in server.cookies_of("station_head").items()])
        page = context.new_page()
        page.goto(f"/{desk}")
        settled(page)
        counter = Counter(context.new_cdp_session(page))
        page.goto(f"/{desk}")
        settled(page)
        print(f"{desk}, second visit: " + ", ".join(f"{size} {kind}" for kind, size in sorted(counter.by_kind.items(), key=lambda one: -one[1]) if size))
        browser.close()
        return counter.total


class Counter:
    """Adds up what comes over the wire; what the browser has in its cache costs nothing."""

    def __init__(self, session: CDPSession):
        self.by_kind: dict[str, int] = {}
        self._urls: dict[str, str] = {}
        session.send("Network.enable")
        session.on("Network.responseReceived", lambda event: self._urls.update({event["requestId"]: urlsplit(event["response"]["url"]).path}))
        session.on("Network.loadingFinished", lambda event: self._add(self._urls.get(event["requestId"], "?"), event["encodedDataLength"]))
        session.on("Network.webSocketFrameReceived", lambda event: self._add("websocket", len(event["response"]["payloadData"]) * 3 // 4))

    def _add(self, kind: str, size: float) -> None:
        self.by_kind[kind] = self.by_kind.get(kind, 0) + int(size)

    @property
    def total(self) -> int:
        """Bytes received."""
        return sum(self.by_kind.values())
