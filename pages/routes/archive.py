"""To print: the archive's index, /desk/archive?community=…&year=…, and the form of a request to read a file, /desk/archive/request?reading=…"""

from html import escape
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.clocks import deadline_text
from core.roles import may
from core.words import t
from core.work_orders import CATEGORIES, kinds
from db.engine import open_session
from db.queries.archive import FileLine, ReadingLine, index, one_reading
from db.queries.identity import Visitor, communities
from db.wall_clock import now
from pages.parts.desk import engine
from pages.parts.sheet import sheet

AT_MOST = 2_000
"""Lines of a printed index; a year of a community is about a thousand."""
_NOT_KEPT = {"Cache-Control": "no-store"}
_TABLE = """<style>table{border-collapse:collapse;width:100%;font-size:.88rem}tr{break-inside:avoid}
th,td{border:1px solid #b9c4c7;padding:.25rem .4rem;text-align:left}th,.n{white-space:nowrap}.wide{overflow-x:auto}</style>"""


async def _index(request: Request) -> Response:
    return _answer(await to_thread.run_sync(_index_page, request.state.visitor, dict(request.query_params)))


async def _form(request: Request) -> Response:
    return _answer(await to_thread.run_sync(_form_page, request.state.visitor, dict(request.query_params)))


def _answer(page: str | None) -> Response:
    return HTMLResponse(page, headers=_NOT_KEPT) if page else PlainTextResponse("404", 404, _NOT_KEPT)


def _index_page(visitor: Visitor, asked: dict[str, str]) -> str | None:
    community_id = _community(visitor, asked)
    if community_id is None or not may(visitor.role, "archive_ask"):
        return None
    year, known = asked.get("year", ""), {"category": CATEGORIES, "kind": kinds()}
    wanted = {"text": asked.get("text", ""), "year": int(year) if year.isdecimal() else None}
    wanted |= {name: asked[name] for name, values in known.items() if asked.get(name) in values}
    with open_session(engine(), visitor.scope) as session:
        n, found = index(session, community_id, **wanted, limit=AT_MOST)
        place = communities(session).get(community_id, "")
    lang = visitor.lang
    heads = ("archive.form_file", "archive.year", "work_orders.matter", "archive.category", "archive.order", "archive.period")
    rows = "".join(_row(lang, one) for one in sorted(found, key=lambda one: one.number))
    said = f'<p>{escape(place)} · {escape(t("archive.found", lang, n=n))}</p>' + (f'<p class="small">{escape(t("archive.first", lang, n=AT_MOST))}</p>' if n > AT_MOST else "")
    table = f"{_TABLE}<div class=\"wide\"><table><tr>{''.join(f'<th>{escape(t(one, lang))}</th>' for one in heads)}</tr>{rows}</table></div>"
    return sheet(lang, t("archive.index_title", lang), said + table, {"/queue": t("archive.back", lang)})


def _row(lang: str, one: FileLine) -> str:
    about = f"{t(f'work_orders.category_{one.category}', lang)} · {kinds()[one.kind].title[lang]}"
    kept = t("archive.years", lang, years=one.kept_years, until=one.kept_until.isoformat())
    cells = ((one.number, "n"), (str(one.year), "n"), (one.matter, ""), (about, ""), (one.order_number, "n"), (kept, "n"))
    return "<tr>" + "".join(f'<td class="{look}">{escape(text)}</td>' for text, look in cells) + "</tr>"


def _form_page(visitor: Visitor, asked: dict[str, str]) -> str | None:
    community_id, reading = _community(visitor, asked), asked.get("reading", "")
    try:
        reading_id = UUID(reading)
    except ValueError:
        return None
    if community_id is None or not (may(visitor.role, "archive_ask") or may(visitor.role, "archive_decide")):
        return None
    with open_session(engine(), visitor.scope) as session:
        one = one_reading(session, now(), community_id, reading_id)
    return _form_of(visitor.lang, one) if one else None


def _form_of(lang: str, one: ReadingLine) -> str:
    state = t(f"archive.state_{one.stands}", lang, who=t(f"accounts.role_{one.waits_for}", lang), watcher=one.watcher or "")
    lines = {
        "archive.form_file": f"{one.number} {one.matter}", "archive.reader": one.reader or "", "archive.purpose": one.purpose or "", "archive.read_on": one.read_on.isoformat(),
        "archive.form_state": state + (f" · {deadline_text(one.decided_at)}" if one.decided_at else ""),
    }  # fmt: skip
    rows = "".join(f"<tr><th>{escape(t(key, lang))}</th><td>{escape(text)}</td></tr>" for key, text in lines.items())
    signs = "".join(f'<p class="sign">{escape(t(key, lang))}</p>' for key in ("archive.form_sign_reader", "archive.form_sign_head", "archive.form_sign_watcher"))
    return sheet(lang, t("archive.form_title", lang), f"{_TABLE}<table>{rows}</table>{signs}", {"/queue": t("archive.back", lang)})


def _community(visitor: Visitor, asked: dict[str, str]) -> UUID | None:
    return {str(one): one for one in visitor.scope.communities}.get(asked.get("community", ""))


ROUTES = [Route("/desk/archive", _index), Route("/desk/archive/request", _form)]
