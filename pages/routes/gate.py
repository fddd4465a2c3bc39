"""The gate: no valid session cookie, no page, no websocket, no file. Pure ASGI, in front of Streamlit's own routes.

Reading the database blocks, so it happens in a thread. Nothing is remembered between requests: a disabled account is
refused at its very next one.
"""

import os
import re
from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.roles import DESKS
from db.queries import identity
from db.wall_clock import now
from pages.parts.desk import COOKIE, engine

OPEN = frozenset({"/login", "/login/oidc", "/login/oidc/callback", "/login/desk.css", "/login/language", "/healthz", "/board"})
"""All that answers without a log-in; /board says nothing until a station head has opened it. Exact paths: whatever is not here is closed, also what
somebody adds tomorrow."""

DOCUMENTS = frozenset({"/", *(f"/{desk}" for desk in DESKS)})

_SELF = "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; media-src 'self' blob:; worker-src 'self' blob:; "
_FRAME = "frame-src 'self' data: blob:; frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
_PAGE = _SELF + _FRAME + "script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'; "
# A component's frame (the map) brings inline scripts of its own; it is served by us and shows only what we send it.
_COMPONENT = _SELF + _FRAME + "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
# A component's file with its content's hash in its name: fetched once in a year, not 56 kB at each visit of the map.
_HASHED = re.compile(r"^/component/.+\.[0-9a-f]{8,}\.(js|css)$")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


class Gate:
    """ASGI middleware; puts the Visitor into `request.state.visitor` of what it lets through."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, _with_headers(scope, send))
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = None if scope["path"] in OPEN else await who(HTTPConnection(scope))
        if scope["path"] in OPEN or visitor:
            scope.setdefault("state", {})["visitor"] = visitor
            await self._app(scope, receive, send)
        else:
            await _refusal(Request(scope))(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        if same_origin(connection.headers) and await who(connection):
            await self._app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})


async def who(connection: HTTPConnection) -> identity.Visitor | None:
    """The Visitor of the connection's cookie at this moment, or None."""
    token = connection.cookies.get(COOKIE)
    return await to_thread.run_sync(lambda: identity.visitor(engine(), token, now=now())) if token else None


def same_origin(headers: Headers) -> bool:
    """Whether the request comes from our own pages, or from no browser at all (browsers always say where a POST or a websocket is from)."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site and site not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def secure_cookie() -> bool:
    """Whether cookies are for https only: DESK_SECURE_COOKIE=1, where nginx (or Streamlit itself) speaks TLS."""
    return os.environ.get("DESK_SECURE_COOKIE", "") == "1"


def _refusal(request: Request) -> PlainTextResponse | RedirectResponse:
    wants_page = request.headers.get("sec-fetch-dest") == "document" or "text/html" in request.headers.get("accept", "")
    if request.method in ("GET", "HEAD") and (request.url.path in DOCUMENTS or wants_page):
        onward = f"?next={quote(request.url.path)}" if request.url.path in DOCUMENTS - {"/"} else ""
        return RedirectResponse(f"/login{onward}", 303, {"Cache-Control": "no-store"})
    return PlainTextResponse("401", 401, {"Cache-Control": "no-store"})


def _with_headers(scope: Scope, send: Send) -> Send:
    policy = _COMPONENT if scope["path"].startswith("/component/") else _PAGE
    host = Headers(scope=scope).get("host", "")

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = f"{policy}connect-src 'self' ws://{host} wss://{host} data: blob:"
            headers.update(HEADERS)
            if scope["path"].startswith("/media/"):
                headers["Cache-Control"] = "private, no-store"
            elif _HASHED.search(scope["path"]) and message["status"] == 200:
                headers["Cache-Control"] = "private, max-age=31536000, immutable"
        await send(message)

    return with_headers
