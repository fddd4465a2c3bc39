"""Passing a dispute up, reporting it to the street, and saying afterwards how one ended."""

from datetime import datetime

import streamlit as st

from core.clocks import deadline_text
from core.mediation import IN_HAND, OUTCOMES, STREET, clause_of, next_rung
from core.rulebook import load_rulebook
from db.commands import mediation as commands
from db.commands.clocks import closing_time, stamp
from db.queries.calendar import current_calendar
from db.queries.mediation import Dispute
from db.queries.work_orders import OrderCard
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.mediation_forms import answer
from pages.parts.queue_record import happened_at


def draw_climbing(desk: Desk, card: OrderCard, found: Dispute) -> None:
    """The way up from the rung it is on; on the last, the report to the street while it is owed."""
    case = found.case
    if case.status not in IN_HAND or not desk.may("order_accept"):
        return
    if to := next_rung(case.kind):
        with st.expander(desk.t(f"mediation.up_{to}")):
            _pass_up(desk, card, found, to)
    elif clause_of(STREET) in card.standing.running:
        with st.expander(desk.t("mediation.report")):
            _report(desk, card)


def draw_outcome(desk: Desk, card: OrderCard) -> None:
    """A finished dispute of which nobody said how it ended; the station head may say so once."""
    st.warning(desk.t("mediation.outcome_unsaid"))
    if not desk.may("order_reassign"):
        return
    said = st.container()
    chosen = st.pills(desk.t("mediation.outcome"), OUTCOMES, format_func=lambda one: desk.t(f"mediation.outcome_{one}"), key=f"mediation_outcome-{card.line.version}")
    if chosen:
        with said:
            answer(desk, card, commands.say_outcome, desk.t("mediation.outcome_kept"), outcome=chosen)


def _pass_up(desk: Desk, card: OrderCard, found: Dispute, to: str) -> None:
    said = st.container()
    due, below = _due_at(desk, card, found, clause_of(to)), card.standing.running.get(clause_of(found.case.kind))
    notes = [desk.t("mediation.up_why", due=deadline_text(due)) if due else "", desk.t("mediation.up_late") if due and due < desk.now else ""]
    notes.append(desk.t("mediation.up_missed" if below < desk.now else "mediation.up_void") if below else "")
    st.caption(" ".join(filter(None, notes)))
    st.markdown(clause_mark(desk, clause_of(to)))
    reason = st.text_area(desk.t("mediation.reason"), key=f"mediation_up_reason-{card.line.version}", max_chars=500, height=80)
    if st.button(desk.t(f"mediation.up_{to}"), type="primary", width="stretch", key="mediation-up"):
        with said:
            answer(desk, card, commands.pass_up, desk.t("mediation.passed", rung=desk.t(f"mediation.rung_{to}")), to=to, reason=reason)


def _due_at(desk: Desk, card: OrderCard, found: Dispute, clause_id: str) -> datetime | None:
    """When it would be due on the next rung; what stood still comes on top."""
    with desk.session() as session:
        reached = stamp(load_rulebook()[clause_id], found.case.opened_at, current_calendar(session), closes_at=closing_time(session, card.line.community_id))
    return reached and reached.due_at


def _report(desk: Desk, card: OrderCard) -> None:
    said, n = st.container(), card.line.version
    st.markdown(clause_mark(desk, clause_of(STREET)))
    joined = {name: st.text_input(desk.t(f"mediation.{name}"), key=f"mediation_{name}-{n}", max_chars=200) for name in ("justice_office", "law_firm")}
    at = happened_at(desk, f"mediation_report-{n}")
    if st.button(desk.t("mediation.report"), type="primary", width="stretch", key="mediation-report"):
        with said:
            answer(desk, card, commands.report, desk.t("mediation.recorded", what=desk.t("work_orders.act_reported_street")), happened_at=at, **joined)
