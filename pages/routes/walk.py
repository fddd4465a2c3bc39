"""Today's round as a document of its own: /desk/walk. For a phone on the way and for the printer; masked as the roster is."""

from datetime import datetime
from html import escape
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.calendar import local_minute
from core.clocks import State
from core.queue import remaining
from core.roles import may_open
from core.walks import SIZE
from core.words import t
from db.engine import open_session
from db.queries.roster import RosterRow
from db.queries.walks import Stop, is_on_the_way, walk
from db.scope import Scope
from db.wall_clock import now
from pages.parts.appointments import agreed_text, when_text
from pages.parts.desk import engine

_PAGE = """<!doctype html><html lang="{code}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>
body{{font:16px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1c2b33;margin:1rem auto;max-width:46rem;padding:0 1rem}}
h1{{font-size:1.5rem;margin:.4rem 0}}h2{{font-size:1.1rem;margin:1.2rem 0 .3rem;border-bottom:2px solid #0f6b62;break-after:avoid}}
ol{{list-style:none;margin:0;padding:0}}li{{display:flex;gap:.7rem;padding:.55rem 0;border-bottom:1px solid #d9e0e2;break-inside:avoid}}
.box{{flex:none;width:1.1rem;height:1.1rem;border:2px solid #5b6b73;border-radius:3px;margin-top:.2rem}}
.small{{color:#5b6b73;font-size:.88rem}}.act{{display:inline-block;margin-right:.8rem}}.overdue{{color:#9a1b0c;font-weight:600}}.due_soon{{color:#7a4b00;font-weight:600}}
a{{color:#0f6b62;display:inline-block;padding:.6rem 0}}@media print{{a{{display:none}}body{{margin:0;max-width:none}}}}
</style></head><body><a href="/roster">{back}</a><h1>{title}</h1><p class="small">{about}<br>{how}</p>{stops}</body></html>"""
_CODE = {"zh": "zh-CN", "en": "en"}


async def _walk(request: Request) -> Response:
    visitor, grid = request.state.visitor, request.query_params.get("grid")
    if not may_open(visitor.role, "roster"):
        return PlainTextResponse("404", 404, {"Cache-Control": "no-store"})
    try:
        grid_id = UUID(grid) if grid else None
    except ValueError:
        return PlainTextResponse("404", 404, {"Cache-Control": "no-store"})
    page = await to_thread.run_sync(_page, visitor.scope, now(), visitor.lang, grid_id)
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _page(scope: Scope, moment: datetime, lang: str, grid_id: UUID | None) -> str:
    with open_session(engine(), scope) as session:
        stops = walk(session, moment, grid_id)
    people = sum(len(stop.people) for stop in stops)
    about = t("walks.about", lang, at=local_minute(moment), people=people, stops=len({stop.building for stop in stops}))
    body = "".join(_stop(stop, n, moment, lang) for n, stop in enumerate(stops, start=1)) or f"<p>{escape(t('walks.none', lang))}</p>"
    said = {"title": t("walks.title", lang), "about": about, "how": t("walks.how", lang, size=SIZE), "back": t("walks.back", lang)}
    return _PAGE.format(code=_CODE[lang], stops=body, **{name: escape(text) for name, text in said.items()})


def _stop(stop: Stop, number: int, moment: datetime, lang: str) -> str:
    rows = "".join(f'<li><span class="box"></span><div>{_person(row, moment, lang)}</div></li>' for row in stop.people)
    when = f"{when_text(stop.agreed)} · " if stop.agreed else ""
    return f"<h2>{number}. {when}{escape(stop.building or t('walks.unknown', lang))}</h2><ol>{rows}</ol>"


def _person(row: RosterRow, moment: datetime, lang: str) -> str:
    about = [row.age_band, *(t(f"care.member.{group}", lang) for group, _ in row.groups), row.grid]
    about += [t("care.attempts_failed", lang, n=row.failed)] if row.failed > 1 else []
    acts = "".join(_act(clock, moment, lang) for clock in row.clocks if is_on_the_way(clock, moment))
    return f'<b>{escape(row.name)}</b> <span class="small">{escape(" · ".join(part for part in about if part))}</span><br>{acts}'


def _act(clock, moment: datetime, lang: str) -> str:
    words, n = remaining(clock.due_at, moment)
    tone = clock.state if clock.state in (State.overdue, State.due_soon) else ""
    agreed = f" · {agreed_text(lang, clock.agreed, moment)}" if clock.agreed else ""
    return f'<span class="act {tone}">{escape(t(f"care.act.{clock.act}", lang))} {escape(t(words, lang, n=n) + agreed)}</span>'


ROUTES = [Route("/desk/walk", _walk)]
