"""/password: everybody changes their own password, knowing the old one. Plain HTML, because hashing and the end of the log-in belong here."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core.refusals import Refused
from core.words import t
from db.commands import identity
from db.wall_clock import now
from pages.parts.desk import engine
from pages.routes.gate import same_origin
from pages.routes.login import HASHING, PAGES


async def _form(request: Request) -> Response:
    return _page(request)


async def _submit(request: Request) -> Response:
    if not same_origin(request.headers):
        return _page(request, t("login.foreign", request.state.visitor.lang), 403)
    form = await request.form(max_files=0, max_fields=8)
    old, new, again = (str(form.get(name, ""))[:400] for name in ("old", "new", "again"))
    if new != again:
        return _page(request, t("login.password_differs", request.state.visitor.lang), 422)
    scope = request.state.visitor.scope
    answer = await to_thread.run_sync(lambda: identity.change_own_password(engine(), scope, old, new, now=now()), limiter=HASHING)
    if isinstance(answer, Refused):
        return _page(request, answer.text(request.state.visitor.lang), 422)
    return RedirectResponse("/login?note=password_changed", 303, {"Cache-Control": "no-store"})


def _page(request: Request, message: str = "", status: int = 200) -> Response:
    visitor = request.state.visitor
    if not visitor.local:
        return PlainTextResponse("404", 404)
    page = PAGES.get_template("password.html").render(lang=visitor.lang, t=t, message=message, username=visitor.username, least=identity.SHORTEST_PASSWORD)
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


ROUTES = [Route("/password", _form, methods=["GET"]), Route("/password", _submit, methods=["POST"])]
