"""Log-in by the office's own provider, exchanged for a session of ours: one that we can revoke, and that ends like any other."""

import logging

import httpx
from anyio import to_thread
from authlib.common.errors import AuthlibBaseError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core.refusals import Refused
from db.commands import identity
from db.wall_clock import now
from pages.parts.desk import engine
from pages.routes.login import chosen_language, welcome
from pages.routes.provider import callback_address, is_configured, provider

_LOG = logging.getLogger(__name__)


async def _to_provider(request: Request) -> Response:
    if not is_configured():
        return PlainTextResponse("404", 404)
    try:
        return await provider().authorize_redirect(request, callback_address(str(request.base_url)))
    except (httpx.HTTPError, AuthlibBaseError, ValueError) as problem:
        _LOG.warning("OpenID Connect: the provider can't be used: %r", problem)
        return _back("oidc_unreachable")


async def _from_provider(request: Request) -> Response:
    if not is_configured():
        return PlainTextResponse("404", 404)
    try:
        claims = (await provider().authorize_access_token(request)).get("userinfo")
    except httpx.HTTPError as problem:
        _LOG.warning("OpenID Connect: the provider can't be reached: %r", problem)
        return _back("oidc_unreachable")
    except (AuthlibBaseError, JoseError, KeyError, ValueError) as problem:
        _LOG.warning("OpenID Connect: the answer was not accepted: %r", problem)
        return _back("oidc_failed")
    request.session.clear()
    if not claims or not claims.get("sub"):
        return _back("oidc_failed")
    subject = f"{claims['iss']} {claims['sub']}"
    name, lang = claims.get("preferred_username"), chosen_language(request)
    answer = await to_thread.run_sync(lambda: identity.log_in_by_subject(engine(), subject, name, now=now(), lang=lang))
    return _back("no_account") if isinstance(answer, Refused) else welcome(answer, None)


def _back(note: str) -> Response:
    return RedirectResponse(f"/login?note={note}", 303, {"Cache-Control": "no-store"})


ROUTES = [Route("/login/oidc", _to_provider), Route("/login/oidc/callback", _from_provider)]
