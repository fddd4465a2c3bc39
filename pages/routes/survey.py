"""The people to ask for the survey as a document of its own: /desk/survey. For a phone and for the printer; masked as the page is."""

from datetime import datetime
from html import escape

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.calendar import local_minute
from core.periods import quarter
from core.roles import may_open
from core.words import t
from db.engine import open_session
from db.queries.surveys import PersonToAsk, people_to_ask, survey
from db.scope import Scope
from db.wall_clock import now
from pages.parts.desk import engine
from pages.parts.sheet import sheet

_BOXES = ("rating_5", "rating_4", "rating_3", "rating_2", "rating_1", "not_reached", "refused")


async def _survey(request: Request) -> Response:
    visitor, key = request.state.visitor, request.query_params.get("quarter", "")
    try:
        quarter(key)
    except ValueError:
        return PlainTextResponse("404", 404, {"Cache-Control": "no-store"})
    if not may_open(visitor.role, "surveys"):
        return PlainTextResponse("404", 404, {"Cache-Control": "no-store"})
    page = await to_thread.run_sync(_page, visitor.scope, now(), visitor.lang, key)
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _page(scope: Scope, moment: datetime, lang: str, key: str) -> str:
    people: list[PersonToAsk] = []
    with open_session(engine(), scope) as session:
        for community_id in sorted(scope.communities):
            found = survey(session, moment, community_id, key)
            people += people_to_ask(session, moment, found.id, "open", limit=found.answers.drawn)[0] if found else []
    to_ask = [one for one in people if not one.carer]
    about = t("surveys.sheet_about", lang, quarter=key, n=len(to_ask), at=local_minute(moment))
    boxes = " ".join(f'<span style="white-space:nowrap;margin-right:.7rem">□ {escape(t("surveys." + one, lang))}</span>' for one in _BOXES)
    rows = "".join(f'<li><b>{escape(one.name or "")}</b> <span class="small">{escape(one.where)}</span><br>{boxes}</li>' for one in to_ask)
    body = f'<p class="small">{escape(about)}</p><p>{escape(t("surveys.question", lang))}</p><ol>{rows}</ol>'
    return sheet(lang, t("surveys.sheet", lang), body, {"/surveys": t("surveys.back", lang)})


ROUTES = [Route("/desk/survey", _survey)]
"""What `pages.routes` serves."""
