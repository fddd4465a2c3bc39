"""The checklist's rows of the property desk: each suspension and each penalty with what proves it, each bill that was not dunned in time."""

from uuid import UUID

import streamlit as st

from core.bills import STAGES
from core.calendar import local_minute
from core.clocks import deadline_text
from core.periods import quarter
from db.queries.bills import BillLine, Suspended, steps
from db.queries.checklist import Line
from db.queries.ledger import entries
from db.queries.parking import PenaltyLine
from db.queries.property import Proof, proofs
from pages.parts.bill_text import name, step_text, sums
from pages.parts.desk import Desk, current
from pages.parts.ledger_entries import entry_line
from pages.parts.parking_text import penalty_about, penalty_name, proof_lines

PAGE = 20


def draw_proofs(desk: Desk, community_id: UUID, line: Line, quarter_key: str) -> None:
    """Every row behind the line, kept or not, with a button that opens its proof."""
    total = line.not_met if line.clause_id == STAGES else line.due
    if not total:
        st.info(desk.t("checklist.no_rows"))
        return
    pages = -(-total // PAGE)
    number = st.number_input(desk.t("checklist.page", pages=pages), 1, pages, 1, key=f"proof-page-{line.clause_id}") if pages > 1 else 1
    with desk.session() as session:
        rows = proofs(session, line.clause_id, desk.now, community_id, quarter(quarter_key), limit=PAGE, offset=(number - 1) * PAGE)
    if total > line.not_met:
        st.caption(desk.t("property.proof_all", n=total))
    for place, one in enumerate(rows):
        with st.container(border=True, key=f"proof-{place}"):
            st.markdown(_row(desk, one))
            if st.button(desk.t("property.open_proof"), key=f"proof-open-{place}", width="stretch"):
                st.dialog(_name(desk, one), width="large")(_proof)(community_id, one)


def _name(desk: Desk, one: Proof) -> str:
    return penalty_name(desk, one) if isinstance(one, PenaltyLine) else name(desk, one)


def _row(desk: Desk, one: Proof) -> str:
    if isinstance(one, BillLine):
        return f"**{name(desk, one)}**  \n{sums(desk, one)}  \n:red[{desk.t('property.dun_by', by=deadline_text(one.limits.dun_by))}]"
    mark = f":green[✓ {desk.t('property.proof_kept')}]" if one.kept else f":red[✗ {desk.t('property.proof_broken')}]"
    if isinstance(one, PenaltyLine):
        return f"{penalty_about(desk, one)}  \n{mark}"
    permitted = desk.t("bills.step_permitted", at=deadline_text(one.permitted_at)) if one.permitted_at else ""
    return f"**{name(desk, one)}** {mark}  \n{desk.t('bills.line_suspended', at=local_minute(one.at))} :gray[{permitted}]"


def _proof(community_id: UUID, one: Proof) -> None:
    desk = current().require("checklist")
    subject = one.bill_id if isinstance(one, Suspended) else one.id
    with desk.session() as session:
        done = [] if isinstance(one, PenaltyLine) else steps(session, community_id, subject)
        filed = entries(session, community_id, subject_id=subject, limit=12)
    lines = proof_lines(desk, one) if isinstance(one, PenaltyLine) else [step_text(desk, step) for step in done]
    st.markdown(f"{_row(desk, one)}\n\n**{desk.t('bills.trail')}**")
    st.markdown("\n".join(f"- {line}" for line in lines) or desk.t("checklist.no_steps"))
    st.markdown(f"**{desk.t('checklist.traces')}**")
    st.markdown("\n".join(f"- {entry_line(desk, entry)}" for entry in filed) or desk.t("checklist.no_traces"))
