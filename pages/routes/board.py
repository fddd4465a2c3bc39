"""The public notice board of repairs: /board, for everybody, without a log-in. Closed until a station head opens it (db.commands.board).

It reads through a scope that reaches no table about people; what it may say is decided in core.board. A page is kept for the minute, so that
whoever reloads it costs the desk nothing; that a board is open is asked each time.
"""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core import board
from core.calendar import local_day, local_minute
from core.catalogue import load_catalogue
from core.clocks import State, deadline_text
from core.rulebook import load_rulebook
from core.words import LANGS, t
from core.work_orders import kinds
from db.engine import open_session
from db.queries.board import Board, Limited, Repair, large_buildings, open_boards, places, reader, repairs
from db.queries.identity import is_demo
from db.scope import Scope
from db.wall_clock import frozen, now
from pages.parts.desk import engine
from pages.routes.login import PAGES, chosen_language

_KEPT = {"Cache-Control": "public, max-age=60", "X-Robots-Tag": "noindex", "Vary": "Cookie"}
_COLUMNS = ("number", "what", "building", "received", "on_site", "finished")


async def _board(request: Request) -> Response:
    asked, wanted = request.query_params.get("community"), request.query_params.get("lang")
    lang = wanted if wanted in LANGS else chosen_language(request) or "zh"
    page = await to_thread.run_sync(_page, asked, lang, now())
    if page is None:
        return PlainTextResponse(t("board.closed", lang), 404, {"Cache-Control": "no-store"})
    return HTMLResponse(page, headers=_KEPT)


def _page(asked: str | None, lang: str, moment: datetime) -> str | None:
    """None: no board is open, or not the one asked for."""
    with open_session(engine(), None) as session:
        every = places(session)
    with open_session(engine(), reader(*every)) as session:
        known = open_boards(session)
    if asked is None and len(known) == 1:
        asked = next(iter(known))
    if asked in known:
        community_id, place = known[asked]
        return _of_community(community_id, asked, place, lang, moment.replace(second=0, microsecond=0))
    if asked is not None or not known:
        return None
    return PAGES.get_template("board.html").render(lang=lang, t=t, places={code: name for code, (_, name) in known.items()}, other=_other(lang), asked=None)


@lru_cache(maxsize=64)
def _of_community(community_id: UUID, code: str, place: str, lang: str, minute: datetime) -> str:
    # How many households a building has is counted by the desk itself; the reader's own scope reaches none.
    with open_session(engine(), Scope.system({community_id}, label="notice board")) as session:
        named = large_buildings(session, minute, community_id)
    with open_session(engine(), reader(community_id)) as session:
        found, demo = repairs(session, minute, community_id, named), is_demo(session)
    clock = frozen()
    notes = [t("shell.demo_data", lang)] * demo + ([t("shell.demo_clock", lang, moment=local_minute(clock))] if clock else [])
    rows = [(one.closed_at is None, _cells(lang, one)) for one in found.repairs]
    return PAGES.get_template("board.html").render(
        lang=lang, t=t, other=_other(lang), asked=code, notes=notes, about=_about(lang, place, found, minute), rules=_rules(lang, found, minute),
        heads=[t(f"board.{name}", lang) for name in _COLUMNS], parts={"open": [row for is_open, row in rows if is_open], "done": [row for is_open, row in rows if not is_open]},
    )  # fmt: skip


def _other(lang: str) -> str:
    return next(one for one in LANGS if one != lang)


def _about(lang: str, place: str, found: Board, minute: datetime) -> str:
    days = (minute - board.since(minute)).days
    return t("board.about", lang, place=place, at=local_minute(minute), n=found.open, days=days, done=len(found.repairs) - found.open)


def _rules(lang: str, found: Board, minute: datetime) -> list[str]:
    """The limits, each with its clause and how those that fell due were kept."""
    lines = []
    for clause_id in board.CLOCKS:
        clause, tally = load_rulebook()[clause_id], found.tallies[clause_id]
        rule = t("board.rule", lang, title=clause.title[lang], figure=clause.on(local_day(minute)).text[lang], source=clause.source)
        lines.append(t("board.rule_kept", lang, rule=rule, due=tally.due, met=tally.met) if tally.due else rule)
    return lines


def _cells(lang: str, one: Repair) -> list[tuple[str, list[tuple[str, str]]]]:
    """Heading and lines (tone, text) of each column of a repair."""
    what = [("", _what(lang, one.item))] + ([("late", t("board.reopened", lang, n=one.reopened))] if one.reopened else [])
    gone = [("", t("board.withdrawn", lang, at=local_minute(one.closed_at)))] if one.withdrawn else []
    cells = ([("", one.number)], what, [("", one.building or t("board.somewhere", lang))], [("", local_minute(one.received_at))])
    limits = ([_limit(lang, limit) for limit in one.on_site], [_limit(lang, limit) for limit in one.done] + gone)
    return [(t(f"board.{name}", lang), lines or [("", t("board.somewhere", lang))]) for name, lines in zip(_COLUMNS, (*cells, *limits), strict=True)]


def _what(lang: str, item: str | None) -> str:
    titles = {one.id: one.title for group in load_catalogue() for one in group.items}
    return titles.get(item, kinds()[board.KIND].title)[lang]


def _limit(lang: str, one: Limited) -> tuple[str, str]:
    due = deadline_text(one.due_at)
    if one.state is State.met:
        return "kept", t("board.in_time", lang, at=local_minute(one.met_at))
    if one.state is State.missed and one.met_at:
        return "late", t("board.late", lang, at=local_minute(one.met_at), due=due)
    if one.state in (State.overdue, State.missed):
        return "late", t("board.overdue", lang, due=due)
    return ("", t("board.paused", lang)) if one.state is State.paused else ("", t("board.running", lang, due=due))


ROUTES = [Route("/board", _board)]
