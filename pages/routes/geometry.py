"""The map's files: /desk/map/assets/… (leaflet and our layer) and /desk/map/geometry/{community}.json.

Both stand behind the gate. Assets are kept by the browser under a URL that changes when they do. Geometry is kept too, but asked for
anew each time and answered with 304: so that it passes the gate, and nobody sees it after a log-out. A grid worker gets the cells of
their own grids, on everybody's ground.
"""

import gzip
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.roles import may_open
from db.engine import open_session
from db.queries.geometry import geometry, map_version
from db.scope import Scope
from pages.parts.desk import engine

_STATIC = Path(__file__).resolve().parent.parent / "static"
ASSETS = {"leaflet.js": "leaflet/leaflet.js", "leaflet.css": "leaflet/leaflet.css", "leaflet.license": "leaflet/LICENSE", "grids.js": "map/grids.js"}
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_KEPT = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
_ASKED = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}


@lru_cache
def asset_version() -> str:
    """Changes whenever one of the assets does."""
    return sha256(b"".join((_STATIC / path).read_bytes() for path in ASSETS.values())).hexdigest()[:12]


def asset_url(name: str) -> str:
    """Where the browser finds an asset."""
    return f"/desk/map/assets/{asset_version()}/{name}"


def geometry_url(scope: Scope, community_id: UUID, version: int) -> str:
    """Where the browser finds a community's geometry, as `scope` may see it."""
    return f"/desk/map/geometry/{community_id}.json?v={version}-{_share(scope)}-{asset_version()}"


def _share(scope: Scope) -> str:
    grids = "all" if scope.grids is None else ",".join(sorted(map(str, scope.grids)))
    return sha256(grids.encode()).hexdigest()[:8]


@lru_cache
def _asset(name: str) -> tuple[bytes, bytes]:
    plain = (_STATIC / ASSETS[name]).read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0)


async def _assets(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        return PlainTextResponse("404", 404)
    return _sent(request, *_asset(name), _KINDS.get(Path(name).suffix, "text/plain; charset=utf-8"), _KEPT)


async def _geometry(request: Request) -> Response:
    visitor, community_id = request.state.visitor, _id(request.path_params["community"])
    if not may_open(visitor.role, "map") or community_id not in visitor.scope.communities:
        return PlainTextResponse("404", 404, {"Cache-Control": "no-store"})
    plain, packed = await to_thread.run_sync(_drawn, visitor.scope.within(community_id), community_id)
    return _sent(request, plain, packed, "application/json", _ASKED)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _drawn(scope: Scope, community_id: UUID) -> tuple[bytes, bytes]:
    with open_session(engine(), scope) as session:
        version = map_version(session, community_id)
    # Nothing but communities and grids decides the bytes, so everybody with the same reach shares them.
    return _packed(replace(scope, actor_id=None, role="map", staff_id=None, label=""), community_id, version)


@lru_cache(maxsize=64)
def _packed(scope: Scope, community_id: UUID, _version: int) -> tuple[bytes, bytes]:
    with open_session(engine(), scope) as session:
        plain = geometry(session, community_id).encode()
    return plain, gzip.compress(plain, 6, mtime=0)


def _sent(request: Request, plain: bytes, packed: bytes, kind: str, keeping: dict[str, str]) -> Response:
    tag = f'"{sha256(plain).hexdigest()[:24]}"'
    if request.headers.get("if-none-match", "") == tag:
        return Response(status_code=304, headers=keeping | {"ETag": tag})
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers=keeping | {"ETag": tag, "Content-Encoding": "gzip"})
    return Response(plain, media_type=kind, headers=keeping | {"ETag": tag})


ROUTES = [Route("/desk/map/assets/{version}/{name}", _assets), Route("/desk/map/geometry/{community}.json", _geometry)]
