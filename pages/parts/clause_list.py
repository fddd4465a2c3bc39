"""The rulebook's clauses as one block of HTML that folds: a hundred native cards would cost a hundred times as much."""

from collections.abc import Iterable, Mapping
from html import escape

import streamlit as st

from core.calendar import local_day
from core.clocks import DEFAULT_WARN
from core.packages import CLAUSES
from core.rulebook import UNDATED, Clause, Dated, Limit
from db.queries.rulebook import Standing
from pages.parts.desk import Desk
from pages.parts.jump import BY_CLAUSE, BY_CLOCK, BY_PACKAGE

STYLE = """<style>
.clauses h3{font-size:1.1rem;margin:1.2rem 0 .4rem}
.clauses details{border:1px solid #d9e0e2;border-radius:8px;margin:.35rem 0;background:#fff}
.clauses details[open]{border-color:#0f6b62}
.clauses summary{padding:.65rem .8rem;cursor:pointer;list-style:none;min-height:44px;box-sizing:border-box}
.clauses summary::-webkit-details-marker{display:none}
.clauses summary b{display:block;line-height:1.4}
.clauses .figure{color:#1c2b33;line-height:1.45}
.clauses small{color:#51626b;margin-right:.5rem;overflow-wrap:anywhere}
.clauses .mark{display:inline-block;font-size:.78rem;border-radius:6px;padding:0 .4rem;margin-right:.35rem;background:#f1f5f5;color:#3c4b53}
.clauses .not_yet{background:#fdf0e3;color:#8a3c06}
.clauses .default{background:#eaf1fb;color:#154a86}
.clauses .late{background:#fdecea;color:#b42318}
.clauses .body{padding:0 .8rem .8rem;border-top:1px solid #eef2f2}
.clauses .body p{margin:.5rem 0;line-height:1.5}
.clauses .body a{color:#0b5cad;display:inline-flex;align-items:center;min-height:44px;margin-right:1.2rem}
</style>"""


def clause_list(desk: Desk, clauses: Iterable[Clause], late: Mapping[str, int], *, opened: Standing | None = None) -> None:
    """Clauses under their sections, `late` by id. `opened`: there is but one, it is unfolded and this is how it stands."""
    parts, section = [STYLE, '<div class="clauses">'], None
    for clause in clauses:
        if clause.section != section:
            section = clause.section
            parts.append(f"<h3>{escape(desk.t(f'rulebook.section_{section}'))}</h3>")
        parts.append(_clause(desk, clause, late.get(clause.id, 0), opened))
    st.html("".join([*parts, "</div>"]))


def _clause(desk: Desk, clause: Clause, late: int, stands: Standing | None) -> str:
    sources = " · ".join(escape(str(source)) for source in clause.sources)
    head = f"<b>{escape(clause.title[desk.lang])}</b><div class='figure'>{escape(clause.figure[desk.lang])}</div>"
    lines = "".join(f"<p>{line}</p>" for line in _lines(desk, clause, stands))
    return (
        f"<details id='{clause.id}' {'open' if stands else ''}><summary>{head}<small>{clause.id}</small><small>{sources}</small>{_marks(desk, clause, late)}</summary>"
        f"<div class='body'>{lines}{_links(desk, clause)}</div></details>"
    )


def _marks(desk: Desk, clause: Clause, late: int) -> str:
    marks = [("shape", desk.t(f"rulebook.shape_{clause.shape}"))]
    if clause.desk is None:
        marks.append(("not_yet", desk.t("rulebook.not_yet")))
    if any(dated.is_default for dated in clause.values):
        marks.append(("default", desk.t("common.default_mark")))
    if late:
        marks.append(("late", desk.t("rulebook.late", n=late)))
    return "".join(f"<span class='mark {kind}'>{escape(text)}</span>" for kind, text in marks)


def _lines(desk: Desk, clause: Clause, stands: Standing | None) -> Iterable[str]:
    for source in clause.sources:
        yield escape(f"{desk.t(f'shell.source_{source.document}')} {source.section}")
    if clause.starts:
        yield escape(desk.t("rulebook.runs", starts=_event(desk, clause.starts), stops=_event(desk, clause.stops)))
    if clause.pauses:
        yield escape(desk.t("rulebook.pauses", event=_event(desk, clause.pauses)))
    today = clause.on(local_day(desk.now))
    if today and isinstance(today.figure, Limit):
        yield escape(_warning(desk, today.figure))
    if today and today.is_default:
        yield escape(desk.t("rulebook.default_why"))
    yield escape(_values(desk, clause.values))
    if clause.desk is None:
        yield escape(desk.t("rulebook.not_yet_why"))
    elif clause.shape == "clock":
        yield _standing(desk, clause, stands)


def _event(desk: Desk, event: str) -> str:
    return desk.t(f"rulebook.event.{event}")


def _warning(desk: Desk, limit: Limit) -> str:
    warn = limit.warn if limit.warn is not None else DEFAULT_WARN[limit.unit]
    if isinstance(warn, Limit):
        return desk.t("rulebook.warns_left", left=desk.t(f"rulebook.unit_{warn.unit}", n=warn.n))
    return desk.t("rulebook.warns", share=round(warn * 100))


def _values(desk: Desk, values: tuple[Dated, ...]) -> str:
    if len(values) == 1:
        return desk.t("rulebook.in_force", since=_since(desk, values[0]))
    return desk.t("rulebook.values", values="; ".join(_value(desk, dated) for dated in values))


def _value(desk: Desk, dated: Dated) -> str:
    text = dated.text[desk.lang] if dated.figure is not None else desk.t("rulebook.repealed")
    return desk.t("rulebook.value", text=text, since=_since(desk, dated))


def _since(desk: Desk, dated: Dated) -> str:
    return desk.t("rulebook.since_always") if dated.from_ == UNDATED else desk.t("rulebook.since", date=dated.from_.isoformat())


def _standing(desk: Desk, clause: Clause, stands: Standing | None) -> str:
    if stands is None:
        return f'<a href="/rulebook?clause={clause.id}" target="_self">{escape(desk.t("rulebook.stands_now"))}</a>'
    tally = stands.quarter
    rate = desk.t("common.nothing_due") if tally.rate is None else f"{tally.rate:.1%}"
    now = desk.t("rulebook.standing", open=stands.open, overdue=stands.overdue)
    return f"<b>{escape(now)}</b> {escape(desk.t('rulebook.standing_quarter', met=tally.met, due=tally.due, rate=rate))}"


def _links(desk: Desk, clause: Clause) -> str:
    heeded = BY_CLAUSE + (BY_CLOCK if clause.shape == "clock" else BY_PACKAGE if clause.id in CLAUSES else ())
    narrowed = {one: f"/{one}?clause={clause.id}" if one in heeded else f"/{one}" for one in clause.desk or ()}
    places = [(narrowed[one], desk.t("rulebook.open_desk", desk=desk.t(f"shell.{one}"))) for one in clause.desk or () if desk.sees(one)]
    if clause.shape == "clock" and desk.sees("calendar"):
        places.append((f"/calendar?clause={clause.id}", desk.t("rulebook.explain")))
    return "".join(f'<a href="{where}" target="_self">{escape(text)}</a>' for where, text in places)
