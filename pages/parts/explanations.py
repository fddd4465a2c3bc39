"""Written explanations of late results: filed in the order, taken note of on the street's overview."""

from uuid import UUID

import streamlit as st

from core.clocks import State, deadline_text
from core.explanations import ACKNOWLEDGE, CLAUSE, limit_of
from core.refusals import Refused
from db.commands.explanations import acknowledge, explain
from db.queries import explanations
from db.queries.explanations import ExplanationLine
from db.queries.work_orders import OrderCard
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.plain import plain
from pages.parts.queue_record import say_refused


def draw_explained(desk: Desk, card: OrderCard) -> None:
    """What was filed about an order; where one is owed, the form."""
    clause_id, line = limit_of(card.line.kind), card.line
    latest = max((one for one in card.clocks if one.clause_id == clause_id), key=lambda one: one.started_at, default=None)
    if latest is None:
        return
    with desk.session() as session:
        filed = explanations.of_order(session, desk.now, line.community_id, line.id)
    for one in filed:
        st.markdown(f":blue[{_said(desk, one)} — **{_stands(desk, one)}**]")
        _links(desk, one)
    owed = latest.state in (State.overdue, State.missed) and not any(one.filed_at >= latest.due_at for one in filed)
    if not owed or not desk.may("order_finish"):
        return
    st.markdown(f":red[{desk.t('explanations.owed')}] {clause_mark(desk, CLAUSE)}")
    with st.expander(desk.t("explanations.file")):
        said = st.container()
        text = st.text_area(desk.t("explanations.text"), key="explanation_text", max_chars=2000, height=120)
        if st.button(desk.t("explanations.file"), type="primary", width="stretch", key="explanation-file"):
            with said:
                _answer(desk, desk.carry_out(explain, community_id=line.community_id, order_id=line.id, text=text), "explanations.filed")


def draw_filed(desk: Desk, community_id: UUID) -> None:
    """One button with how many the street has not taken note of yet; nothing where there is none."""
    n = kept(desk, explanations.how_many, community_id, community_id=community_id)
    if n and st.button(desk.t("explanations.waiting", n=n), key="explanations-filed", width="stretch"):
        st.dialog(desk.t("explanations.title"), width="large")(_list)(community_id)


def _list(community_id: UUID) -> None:
    desk = current().require("overview")
    if community_id not in desk.scope.communities:
        return
    with desk.session() as session:
        found = explanations.filed(session, desk.now, community_id)
    if not found:
        st.success(desk.t("explanations.none"))
    for one in found:
        with st.container(border=True, key=f"explanation-{one.id}"):
            due, at = (moment and deadline_text(moment) for moment in (one.due_at, one.result_at))
            late = desk.t("explanations.late", due=due, at=at or desk.t("explanations.no_result"))
            st.markdown(f"**{one.number} {plain(one.matter)}**  \n{late}  \n{_said(desk, one)}  \n{clause_mark(desk, CLAUSE)}")
            if desk.may(ACKNOWLEDGE):
                _links(desk, one)
            if desk.may(ACKNOWLEDGE) and st.button(desk.t("explanations.acknowledge"), key=f"explanation-seen-{one.id}", type="primary", width="stretch"):
                result = desk.carry_out(acknowledge, community_id=community_id, explanation_id=one.id)
                _answer(desk, result, "explanations.acknowledged", number=one.number)


def _said(desk: Desk, one: ExplanationLine) -> str:
    return desk.t("explanations.said", at=deadline_text(one.filed_at), by=plain(one.by) or desk.t("explanations.somebody"), text=plain(one.text))


def _links(desk: Desk, one: ExplanationLine) -> None:
    asked = f"community={one.community_id}&explanation={one.id}"
    links = (("explanation", "explanations.print", ' target="_blank"'), ("explanation.docx", "explanations.word", ""))
    st.html(" &emsp; ".join(f'<a class="desk-link" href="/desk/{path}?{asked}"{how}>{desk.t(word)}</a>' for path, word, how in links))


def _stands(desk: Desk, one: ExplanationLine) -> str:
    return desk.t("explanations.state_acknowledged", at=deadline_text(one.acknowledged_at)) if one.acknowledged_at else desk.t("explanations.state_new")


def _answer(desk: Desk, result, word: str, **values) -> None:
    if isinstance(result, Refused):
        say_refused(desk, result)
        return
    st.toast(desk.t(word, **values))
    st.rerun(scope="fragment")
