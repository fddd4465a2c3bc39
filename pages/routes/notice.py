"""The written notice of missing papers (materials.once): /desk/notice to print, /desk/notice.docx for Word. Masked as the order is."""

from collections.abc import Callable
from html import escape
from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.roles import may_open
from core.words import t
from db.engine import open_session
from db.queries.identity import Visitor
from db.queries.notices import Notice, notice
from db.wall_clock import now
from pages.parts.desk import engine
from pages.parts.notice_text import Letter, letter, word_file
from pages.parts.sheet import listed, sheet

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOT_KEPT = {"Cache-Control": "no-store"}


async def _print(request: Request) -> Response:
    page = await _of(request, lambda lang, found: _page(lang, found, request.url.query))
    return HTMLResponse(page, headers=NOT_KEPT) if page else PlainTextResponse("404", 404, NOT_KEPT)


async def _word(request: Request) -> Response:
    made = await _of(request, lambda lang, found: (word_file(lang, found), f"{t('notices.title', lang)}-{found.number}.docx"))
    if not made:
        return PlainTextResponse("404", 404, NOT_KEPT)
    content, name = made
    return Response(content, media_type=WORD, headers=NOT_KEPT | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


async def _of(request: Request, make: Callable[[str, Notice], object]) -> object | None:
    """What `make` makes of the notice asked for; None: none for this visitor."""
    visitor, asked = request.state.visitor, request.query_params
    try:
        ids = UUID(asked.get("community", "")), UUID(asked.get("order", ""))
    except ValueError:
        return None
    return await to_thread.run_sync(_made, visitor, *ids, make)


def _made(visitor: Visitor, community_id: UUID, order_id: UUID, make: Callable[[str, Notice], object]) -> object | None:
    if not may_open(visitor.role, "queue") or community_id not in visitor.scope.communities:
        return None
    with open_session(engine(), visitor.scope) as session:
        found = notice(session, now(), community_id, order_id)
    return make(visitor.lang, found) if found else None


def _page(lang: str, found: Notice, query: str) -> str:
    return page_of(lang, letter(lang, found), {"/queue": t("catalogue.back", lang), f"/desk/notice.docx?{query}": t("notices.word", lang)})


def page_of(lang: str, said: Letter, links: dict[str, str]) -> str:
    """A letter to print; `links` as of a sheet."""
    body = f'<p class="small">{escape(said.number)}</p>' + "".join(f"<p>{escape(text)}</p>" for text in (said.to, said.begin)) + listed(said.papers, "ol")
    body += "".join(f"<p>{escape(text)}</p>" for text in said.end) + f'<p class="sign">{"<br>".join(map(escape, said.signed))}</p>'
    return sheet(lang, said.title, body, links)


ROUTES = [Route("/desk/notice", _print), Route("/desk/notice.docx", _word)]
