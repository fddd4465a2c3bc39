"""Orders worked together: what one is joined to, whom its result is still owed to, joining and undoing; and who waits to be told, on the queue."""

import streamlit as st

from core.calendar import local_minute
from core.clocks import deadline_text
from core.refusals import Refused
from db.commands import joinings as commands
from db.queries.duplicates import to_join
from db.queries.joinings import Complainant, Lead, complainants, lead_with_result, to_tell
from db.queries.work_orders import OrderCard
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.line_list import STYLE, line_list
from pages.parts.plain import plain
from pages.parts.queue_record import say_refused

OPEN = "queue_open"
"""The order (community, id, title) that the queue opens in its next run."""


def draw_joined(desk: Desk, card: OrderCard) -> Lead | None:
    """What the order is joined to, and whether this complainant may be told; of a leading one, who is to be told."""
    community_id, order_id = card.line.community_id, card.line.id
    with desk.session() as session:
        lead, others = lead_with_result(session, community_id, order_id), complainants(session, community_id, order_id)
    if lead and lead.closed_at is None:
        st.info(desk.t("joinings.joined", number=lead.number, status=desk.t(f"work_orders.status_{lead.status}")))
    elif lead and card.line.closed_at is None:
        st.warning(desk.t("joinings.to_tell", number=lead.number, result=plain(lead.result) or "—"))
    elif lead:
        st.caption(desk.t("joinings.was_joined", number=lead.number))
    if others:
        st.markdown("\n".join([f"**{desk.t('joinings.leads', n=len(others))}**", "", *(f"- {_complainant(desk, one)}" for one in others)]))
    return lead


def draw_joining(desk: Desk, card: OrderCard, lead: Lead | None) -> None:
    """Joining an order to another one about the same matter, or undoing that."""
    if card.line.closed_at or not desk.may("order_accept"):
        return
    own = {"community_id": card.line.community_id, "order_id": card.line.id}
    if lead:
        with st.expander(desk.t("joinings.undo")):
            said = st.container()
            reason = st.text_input(desk.t("joinings.reason"), key="joining_reason", max_chars=200)
            if st.button(desk.t("joinings.undo"), key="joining-undo", width="stretch"):
                _answer(desk, said, desk.carry_out(commands.undo, reason=reason, **own), "joinings.undone")
        return
    with desk.session() as session:
        found = to_join(session, **own)
    if not found:
        return
    with st.expander(desk.t("joinings.join", n=len(found))):
        st.caption(desk.t("joinings.join_why"))
        said = st.container()
        for one in found:
            st.markdown(f"{one.number} {plain(one.matter)} · {local_minute(one.received_at)} · {desk.t(f'queue.similar_{one.why}')}")
            if st.button(desk.t("joinings.belongs_to", number=one.number), key=f"join-{one.id}", width="stretch"):
                _answer(desk, said, desk.carry_out(commands.join, lead_id=one.id, **own), "joinings.now_joined")


def draw_to_tell(desk: Desk) -> None:
    """One button with how many complainants wait to be told a result; nothing where none does."""
    n = len(kept(desk, to_tell))
    if n and st.button(desk.t("joinings.waiting", n=n), key="joinings-waiting", width="stretch"):
        st.dialog(desk.t("joinings.waiting_title"), width="medium")(_list)()


def _list() -> None:
    desk = current().require("queue")
    st.html(STYLE)
    st.caption(desk.t("joinings.waiting_why"))
    with desk.session() as session:
        found = {str(one.order_id): one for one in to_tell(session, desk.now)}
    lines = {key: f"**{one.number} {plain(one.matter)}**  \n{desk.t('joinings.since', number=one.lead, at=deadline_text(one.since))}" for key, one in found.items()}
    one = found.get(line_list("joinings", desk.t("joinings.waiting_title"), lines))
    if one:
        st.session_state[OPEN] = one.community_id, one.order_id, one.matter
        st.rerun()


def _complainant(desk: Desk, one: Complainant) -> str:
    if one.told_at is None:
        return f"{one.number} {plain(one.applicant)} · :orange[{desk.t('joinings.untold')}]"
    way = desk.t(f"reviews.tell_{one.given_by}") if one.given_by else desk.t(f"work_orders.status_{one.status}")
    return f"{one.number} {plain(one.applicant)} · :green[{desk.t('joinings.told', at=deadline_text(one.told_at), way=way)}]"


def _answer(desk: Desk, said, result, word: str) -> None:
    if isinstance(result, Refused):
        with said:
            say_refused(desk, result)
        return
    st.session_state["queue_said"] = desk.t(word, number=result.number, lead=result.lead)
    st.rerun()
