"""The quarterly checklist of the supervision committee: each clause against its rows, and the signature under it."""

from uuid import UUID

import streamlit as st

from core.duties import ELSEWHERE
from core.late_entries import CLAUSE as LATE
from core.measures import Verdict
from core.rulebook import load_rulebook
from db.commands.supervision import CLAUSE, sign_check
from db.queries.checklist import Checklist, Line, checklist, quarters
from db.queries.checklist_rows import violations
from db.queries.ledger import proof_state
from db.queries.property import CLAUSES as PROVEN
from db.queries.supervision import signatures
from pages.parts import desk as at
from pages.parts import jump
from pages.parts.beginnings import draw_beginning
from pages.parts.checklist_lines import OPEN, counted, draw_lines, figure, verdict_mark
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.evidence import draw_rows, moment
from pages.parts.figures import kept
from pages.parts.late_contacts import draw_quarter
from pages.parts.ledger_proof import proof_sentence
from pages.parts.page import answer, page_header
from pages.parts.pick import pick_community, pick_quarter, quarter_name
from pages.parts.plain import plain
from pages.parts.property_proof import draw_proofs

PAGE = 20
SHOW = ("all", *Verdict)


def page() -> None:
    desk = at.current().require("checklist")
    page_header(desk, desk.t("checklist.title"), desk.t("checklist.subtitle"))
    community_id, quarter_key = _chosen(desk)
    if community_id is None:
        return
    found = kept(desk, checklist, community_id, quarter_key)
    clause_id = _asked_for()
    if clause_id in {line.clause_id for line in found.lines}:
        _clause(desk, found, found.line(clause_id))
        return
    draw_beginning(desk, community_id)
    _statement(desk, found)
    _lines(desk, found)
    _signing(desk, found)


def _chosen(desk: Desk) -> tuple[UUID | None, str]:
    with st.container(horizontal=True):
        community_id = pick_community(desk)
        if community_id is None:
            return None, ""
        with desk.session() as session:
            keys = quarters(session, desk.now, community_id)
        return community_id, pick_quarter(desk, keys)


def _asked_for() -> str | None:
    """The clause tapped here, or the one another page or a link asks for."""
    jump.take_clause()
    if clause_id := st.session_state.pop(jump.CLAUSE, None):
        st.session_state[OPEN] = clause_id
    return st.session_state.get(OPEN)


def _statement(desk: Desk, found: Checklist) -> None:
    """Two sentences: how the quarter stands, and what proves it."""
    counts = {str(verdict): found.count(verdict) for verdict in Verdict}
    with desk.session() as session:
        proof = proof_state(session, found.community_id)
    with st.container(border=True, key="checklist-statement"):
        st.markdown(desk.t("checklist.statement", quarter=quarter_name(desk, found.quarter), checked=found.checked, as_of=moment(found.as_of), **counts))
        st.caption(proof_sentence(desk, proof))


def _lines(desk: Desk, found: Checklist) -> None:
    names = {"all": len(found.lines), **{verdict: found.count(verdict) for verdict in Verdict}}
    label = {name: desk.t("common.all") if name == "all" else desk.t(f"measures.verdict_{name}") for name in SHOW}
    shown = st.segmented_control(
        desk.t("checklist.show"), SHOW, default="all", required=True, key="checklist_show", label_visibility="collapsed",
        format_func=lambda name: f"{label[name]} {names[name]}",
    )  # fmt: skip
    draw_lines(desk, [line for line in found.lines if shown in ("all", line.verdict)])


def _clause(desk: Desk, found: Checklist, line: Line) -> None:
    """One clause: what it says, how it stands, and the rows that break it."""
    clause = load_rulebook()[line.clause_id]
    st.button(f"← {desk.t('checklist.back')}", key="checklist-back", on_click=_close)
    st.subheader(clause.title[desk.lang], anchor=False)
    st.markdown(f"{verdict_mark(desk, line.verdict)} **{figure(desk, line)}** · {counted(desk, line)}")
    st.caption(f"{quarter_name(desk, found.quarter)} · {desk.t('checklist.rule')}: {clause.figure[desk.lang]}")
    if line.why and line.verdict != Verdict.not_measured:
        st.caption(desk.t(line.why, **line.values))
    clause_chip(desk, line.clause_id, key="checklist-open")
    if (where := ELSEWHERE.get(line.clause_id)) and desk.sees(where) and st.button(desk.t("reconciliation.duty_open"), key="checklist-elsewhere", width="stretch"):
        jump.open_desk(where)
    if line.clause_id in (*PROVEN, LATE):
        (draw_quarter if line.clause_id == LATE else draw_proofs)(desk, found.community_id, line, found.quarter)
        return
    if not line.not_met:
        st.info(desk.t("checklist.no_rows"))
        return
    pages = -(-line.not_met // PAGE)
    number = st.number_input(desk.t("checklist.page", pages=pages), 1, pages, 1, key=f"checklist-page-{line.clause_id}") if pages > 1 else 1
    with desk.session() as session:
        rows = violations(session, desk.now, found.community_id, line.clause_id, found.quarter, limit=PAGE, offset=(number - 1) * PAGE)
    draw_rows(desk, found.community_id, line.clause_id, rows)


def _close() -> None:
    st.session_state.pop(OPEN, None)


def _signing(desk: Desk, found: Checklist) -> None:
    """The committee's signature: supervision.check, once a quarter."""
    with desk.session() as session:
        signed = signatures(session, found)
    st.subheader(desk.t("checklist.sign_title"), anchor=False)
    for one in signed:
        st.markdown(desk.t("checklist.signed", at=moment(one.at), who=plain(one.who) or desk.t("ledger.system"), broken=one.broken, digest=one.digest[:16]))
        if one.moved:
            st.warning(desk.t("checklist.signed_moved", digest=found.digest()[:16]))
    if not signed:
        st.caption(desk.t("checklist.not_signed"))
    clause_chip(desk, CLAUSE, key="checklist-sign")
    if not desk.may("supervision_record"):
        return
    with st.form("checklist-sign", border=True):
        note = st.text_area(desk.t("checklist.note"), max_chars=500, help=desk.t("checklist.note_help"))
        if st.form_submit_button(desk.t("checklist.sign", quarter=quarter_name(desk, found.quarter)), type="primary", width="stretch"):
            result = desk.carry_out(sign_check, community_id=found.community_id, quarter_key=found.quarter, seen=found.digest(), note=note)
            if answer(desk, result, desk.t("checklist.sign_done")):
                st.rerun()
