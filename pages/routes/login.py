"""The login page: plain server-rendered HTML, because nobody may reach Streamlit before."""

from pathlib import Path

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.refusals import Refused
from core.words import LANGS, t
from db.commands import identity
from db.wall_clock import now
from pages.parts.desk import COOKIE, engine
from pages.routes.attempts import Attempts
from pages.routes.gate import DOCUMENTS, same_origin, secure_cookie, who
from pages.routes.provider import is_configured

LANGUAGE = "desk_lang"
_HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
# Two at a time: each takes a core, and the desks behind need the cores too.
HASHING = CapacityLimiter(2)
_ATTEMPTS = Attempts()
_CALM = ("left", "ended", "password_changed")
_NOTES = (*_CALM, "oidc_failed", "oidc_unreachable", "no_account")


async def _form(request: Request) -> Response:
    if await who(request):
        return RedirectResponse(_onward(request.query_params.get("next")), 303)
    note = request.query_params.get("note")
    return login_page(request, note=note if note in _NOTES else None)


async def _submit(request: Request) -> Response:
    if not same_origin(request.headers):
        return login_page(request, note="foreign", status=403)
    address = request.client.host if request.client else ""
    if _ATTEMPTS.too_many(address):
        return login_page(request, refused=Refused("login.too_many", values={"minutes": _ATTEMPTS.minutes}), status=429)
    form = await request.form(max_files=0, max_fields=8)
    username, password = str(form.get("account", ""))[:80], str(form.get("password", ""))[:400]
    answer = await to_thread.run_sync(lambda: identity.log_in(engine(), username, password, now=now(), lang=chosen_language(request)), limiter=HASHING)
    if isinstance(answer, Refused):
        _ATTEMPTS.note_failure(address)
        return login_page(request, refused=answer, username=username, status=401)
    return welcome(answer, str(form.get("next", "")))


def welcome(token: str, onward: str | None) -> Response:
    """Into the desk, with the session cookie of `token`. The cookie outlives the longest log-in; the database decides."""
    response = RedirectResponse(_onward(onward), 303, {"Cache-Control": "no-store"})
    longest = int((identity.LASTS + identity.SPREAD).total_seconds())
    response.set_cookie(COOKIE, token, max_age=longest, httponly=True, samesite="lax", secure=secure_cookie(), path="/")
    return response


async def _leave(request: Request) -> Response:
    if not same_origin(request.headers):
        return login_page(request, note="foreign", status=403)
    token = request.cookies.get(COOKIE, "")
    await run_in_threadpool(identity.log_out, engine(), token, now=now())
    response = RedirectResponse("/login?note=left", 303, {"Cache-Control": "no-store"})
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=secure_cookie())
    return _speaking(response, request.state.visitor.lang)


async def _ask_to_leave(request: Request) -> Response:
    return HTMLResponse(PAGES.get_template("logout.html").render(lang=request.state.visitor.lang, t=t), headers={"Cache-Control": "no-store"})


async def _language(request: Request) -> Response:
    lang = request.query_params.get("to")
    return _speaking(RedirectResponse("/login", 303, {"Cache-Control": "no-store"}), lang if lang in LANGS else "zh")


def _speaking(response: Response, lang: str) -> Response:
    """The door's language, until the browser is closed; inside, the account remembers its own."""
    response.set_cookie(LANGUAGE, lang, samesite="lax", httponly=True, secure=secure_cookie())
    return response


def chosen_language(request: Request) -> str | None:
    """The language chosen at the door of this browser, if any."""
    lang = request.cookies.get(LANGUAGE)
    return lang if lang in LANGS else None


def login_page(request: Request, *, note: str | None = None, refused: Refused | None = None, username: str = "", status: int = 200) -> Response:
    """The form, with what went wrong above it: `note` is a word of core/words/login.yaml."""
    lang = chosen_language(request) or "zh"
    message = refused.text(lang) if refused else t(f"login.{note}", lang) if note else ""
    onward = request.query_params.get("next", "")
    page = PAGES.get_template("login.html").render(
        lang=lang,
        other="en" if lang == "zh" else "zh",
        t=t,
        message=message,
        calm=note in _CALM,
        username=username,
        onward=onward if onward in DOCUMENTS else "",
        oidc=is_configured(),
    )
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


async def _stylesheet(_request: Request) -> Response:
    return FileResponse(_HERE / "assets" / "desk.css", headers={"Cache-Control": "no-cache"})


def _onward(path: str | None) -> str:
    """Only the desks' own paths: whoever sends a link decides no other place to go."""
    return path if path in DOCUMENTS else "/"


ROUTES = [
    Route("/login", _form, methods=["GET"]),
    Route("/login", _submit, methods=["POST"]),
    Route("/login/desk.css", _stylesheet),
    Route("/login/language", _language),
    Route("/logout", _ask_to_leave, methods=["GET"]),
    Route("/logout", _leave, methods=["POST"]),
]
