"""How a line of the checklist looks: verdict in word and sign, its figure, what it counted. A tap opens its rows."""

from itertools import groupby

import streamlit as st

from core import plausibility
from core.measures import Verdict, percent
from core.rulebook import Clause, load_rulebook
from db.queries.checklist import Line
from pages.parts.clause import source_text
from pages.parts.desk import Desk
from pages.parts.line_list import STYLE, line_list

SIGNS = {Verdict.kept: ("✓", "green"), Verdict.broken: ("✗", "red"), Verdict.nothing_due: ("—", "gray"), Verdict.not_measured: ("○", "gray")}
NUMERALS = "一二三四五六七八九十"
OPEN = "checklist_clause"


def verdict_mark(desk: Desk, verdict: Verdict) -> str:
    """The verdict as inline Markdown: a sign and a word, coloured besides."""
    sign, colour = SIGNS[verdict]
    return f":{colour}[**{sign} {desk.t(f'measures.verdict_{verdict}')}**]"


def figure(desk: Desk, line: Line) -> str:
    """What was measured, in short; "—" where nothing was due."""
    if line.value is not None and line.clause_id != "staff.station":
        return percent(line.value)
    return desk.t("measures.of", good=line.met, of=line.due) if line.due else "—"


def counted(desk: Desk, line: Line) -> str:
    """The counts behind the figure: "due 150: in time 144, late 3, overdue 2; still to come 1"."""
    if line.verdict == Verdict.not_measured:
        return desk.t(line.why or "measures.why_no_data")
    if line.why == "surveys.why_running":
        return desk.t(line.why, **line.values)
    word = "checklist.visits" if line.clause_id in plausibility.CLAUSES else "checklist.counts"
    parts = [desk.t(word, due=line.due, met=line.met, not_met=line.not_met)] if line.due else []
    more = {name: getattr(line, name) for name in ("pending", "paused", "provisional", "held")} | {"untimed": line.values.get("untimed")}
    parts += [desk.t(f"checklist.{name}", n=n) for name, n in more.items() if n]
    return desk.t("checklist.comma").join(parts) or desk.t("checklist.none_due")


def draw_lines(desk: Desk, lines: list[Line]) -> None:
    """The lines by chapter of their documents; a tap opens one."""
    st.html(STYLE)
    rulebook = load_rulebook()
    ordered = sorted(lines, key=lambda line: _order(rulebook[line.clause_id]))
    for (document, chapter), group in groupby(ordered, key=lambda line: _chapter(rulebook[line.clause_id])):
        labels = {line.clause_id: _label(desk, line, rulebook[line.clause_id]) for line in group}
        line_list(f"{document}-{chapter}", f"{desk.t(f'shell.source_{document}')} {chapter}", labels, titled=True, before=_open)


def _open(clause_id: str) -> None:
    st.session_state[OPEN] = clause_id


def _label(desk: Desk, line: Line, clause: Clause) -> str:
    text = f"{verdict_mark(desk, line.verdict)} **{clause.title[desk.lang]}** {figure(desk, line)} :gray[· {counted(desk, line)} · {source_text(desk, clause)}]"
    return text.replace("~", "\\~").replace("$", "\\$")


def _chapter(clause: Clause) -> tuple[str, str]:
    section = clause.source.section
    return clause.source.document, section[:1] if section[:1] in NUMERALS else ""


def _order(clause: Clause) -> tuple:
    document, chapter = _chapter(clause)
    return ("WS", "HB", "NP", "FS", "default").index(document), NUMERALS.find(chapter) if chapter else -1
