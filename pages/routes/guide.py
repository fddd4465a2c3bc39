"""The residents' guide of one item as a document of its own: /desk/guide?item=…&community=…. To be read, or printed for the notice board."""

from html import escape
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.calendar import local_minute
from core.roles import may_open
from core.words import t
from db.engine import open_session
from db.queries.catalogue import Entry, entry
from db.queries.identity import Visitor, communities
from pages.parts.desk import engine
from pages.parts.guide_text import guide_sections
from pages.parts.sheet import listed, sheet


async def _guide(request: Request) -> Response:
    visitor, asked = request.state.visitor, request.query_params
    page = await to_thread.run_sync(_page, visitor, asked.get("item", ""), asked.get("community", ""))
    return HTMLResponse(page, headers={"Cache-Control": "no-store"}) if page else PlainTextResponse("404", 404, {"Cache-Control": "no-store"})


def _page(visitor: Visitor, key: str, community: str) -> str | None:
    """None: no such item, or not for this visitor."""
    mine = {str(one): one for one in visitor.scope.communities}
    if not may_open(visitor.role, "rulebook") or community not in mine:
        return None
    with open_session(engine(), visitor.scope) as session:
        found, names = entry(session, mine[community], key), communities(session)
    return _document(visitor.lang, found, names.get(mine[community], ""), mine[community]) if found else None


def _document(lang: str, found: Entry, place: str, community_id: UUID) -> str:
    sections = "".join(f"<h2>{escape(heading)}</h2>{listed(lines, 'ol' if n == 2 else 'ul')}" for n, (heading, lines) in enumerate(guide_sections(lang, found.item)))
    stands = t("catalogue.sample_why", lang) if found.sample else t("catalogue.own_since", lang, at=local_minute(found.changed_at), by=found.by or t("catalogue.somebody", lang))
    marks = [stands, *([t("catalogue.withdrawn", lang)] if found.withdrawn else [])]
    about = f'<p>{escape(place)} · {escape(t(f"catalogue.complexity_{found.item.complexity}", lang))}</p>' + "".join(f'<p><span class="mark">{escape(one)}</span></p>' for one in marks)
    return sheet(lang, found.item.title[lang], about + sections, {f"/rulebook?item={found.item.id}": t("catalogue.back", lang)})


ROUTES = [Route("/desk/guide", _guide)]
