"""The written explanation of a late result: /desk/explanation to print, /desk/explanation.docx for Word. For who works orders and for the street."""

from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.explanations import ACKNOWLEDGE
from core.roles import may, may_open
from core.words import t
from db.engine import open_session
from db.queries.explanations import Written, written_of
from db.queries.identity import Visitor
from db.wall_clock import now
from pages.parts.desk import engine
from pages.parts.explanation_text import letter
from pages.parts.notice_text import written
from pages.routes.notice import NOT_KEPT, WORD, page_of


async def _print(request: Request) -> Response:
    lang, found = request.state.visitor.lang, await _found(request)
    if found is None:
        return PlainTextResponse("404", 404, NOT_KEPT)
    back = "/queue" if may_open(request.state.visitor.role, "queue") else "/overview"
    links = {back: t("catalogue.back", lang), f"/desk/explanation.docx?{request.url.query}": t("explanations.word", lang)}
    return HTMLResponse(page_of(lang, letter(lang, found), links), headers=NOT_KEPT)


async def _word(request: Request) -> Response:
    lang, found = request.state.visitor.lang, await _found(request)
    if found is None:
        return PlainTextResponse("404", 404, NOT_KEPT)
    content, name = written(lang, letter(lang, found), found.place, found.line.filed_at), f"{t('explanations.letter_title', lang)}-{found.line.number}.docx"
    return Response(content, media_type=WORD, headers=NOT_KEPT | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


async def _found(request: Request) -> Written | None:
    """The explanation asked for; None: none for this visitor."""
    asked = request.query_params
    try:
        ids = UUID(asked.get("community", "")), UUID(asked.get("explanation", ""))
    except ValueError:
        return None
    return await to_thread.run_sync(_read, request.state.visitor, *ids)


def _read(visitor: Visitor, community_id: UUID, explanation_id: UUID) -> Written | None:
    if not (may_open(visitor.role, "queue") or may(visitor.role, ACKNOWLEDGE)) or community_id not in visitor.scope.communities:
        return None
    with open_session(engine(), visitor.scope) as session:
        return written_of(session, now(), community_id, explanation_id)


ROUTES = [Route("/desk/explanation", _print), Route("/desk/explanation.docx", _word)]
