"""Photos and files behind the gate: /desk/files/{community}/{link}, with ?size=small or large a copy of a picture for the screen.

Each request asks anew who is there, whether their scope reaches the order or contact, and whether their role opens it now (core.files.how_open).
A content goes out as a download only, whatever it is: nothing that somebody put on record runs in a colleague's browser.
"""

import logging
from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from db.engine import open_session
from db.keys import KeyProblem
from db.queries.files import Altered, Opened, opened
from db.queries.identity import Visitor
from db.wall_clock import now
from pages.parts.desk import engine

_NOT_KEPT = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


async def _file(request: Request) -> Response:
    try:
        ids = UUID(request.path_params["community"]), UUID(request.path_params["link"])
    except ValueError:
        return _none(404)
    try:
        found = await to_thread.run_sync(_opened, request.state.visitor, *ids, request.query_params.get("size", ""))
    except (Altered, KeyProblem) as problem:
        logging.getLogger(__name__).error("%s", problem)
        return _none(410)
    if not found:
        return _none(404)
    way = "attachment" if found.whole else "inline"
    return Response(found.content, media_type=found.media_type, headers=_NOT_KEPT | {"Content-Disposition": f"{way}; filename*=UTF-8''{quote(found.name)}"})


def _opened(visitor: Visitor, community_id: UUID, link_id: UUID, size: str) -> Opened | None:
    if community_id not in visitor.scope.communities:
        return None
    with open_session(engine(), visitor.scope) as session:
        return opened(session, now(), community_id, link_id, size)


def _none(status: int) -> Response:
    return PlainTextResponse(str(status), status, _NOT_KEPT)


ROUTES = [Route("/desk/files/{community}/{link}", _file)]
