"""Handing an order to a colleague: the offer in the order, what is offered to the reader, and what its holder can't reach any more."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.clocks import deadline_text
from core.handovers import responsible
from core.refusals import Refused
from db.commands import handovers as commands
from db.commands.work_orders import hand_over
from db.queries.handovers import Offer, Stranded, of_order, offered_to_me, receivers, stranded, waits
from db.queries.work_orders import OrderCard
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.plain import plain
from pages.parts.queue_record import say_refused

FEW = 10


def draw_offer(desk: Desk, card: OrderCard) -> None:
    """What was offered of the order and what became of it; its holder may offer it or take that back, whoever it is offered to answers."""
    line = card.line
    with desk.session() as session:
        offers = of_order(session, desk.now, line.community_id, line.id)
        here = receivers(session, desk.now, line.community_id, card.grid_id) if card.holder_id and card.holder_id == desk.scope.staff_id and card.desk == "grid" else None
    for one in offers:
        st.markdown(f":{'orange' if one.stands == 'waiting' else 'gray'}[{_said(desk, one)} — **{desk.t(f'handovers.state_{one.stands}')}**]")
    waits = next((one for one in offers if one.stands == "waiting"), None)
    if waits:
        _waits(desk, waits)
    elif here is not None and line.closed_at is None and desk.may("order_accept"):
        _offer(desk, card, {one.id: one.name for one in here})


def responsible_text(desk: Desk, card: OrderCard) -> str:
    """Who was responsible since when."""
    names = [(plain(name) or desk.t("work_orders.nobody"), at) for name, at in responsible(card.trail)]
    return desk.t("handovers.responsible", who=" → ".join(desk.t("handovers.since", name=name, at=deadline_text(at)) for name, at in names))


def draw_handovers(desk: Desk) -> None:
    """A button each with how many orders are offered to the reader, and how many are to be handed over; nothing where none is."""
    if not desk.may("order_accept") or desk.scope.order_desks:
        return
    offered, left = kept(desk, waits)
    whose = "all" if desk.may("order_reassign") else "mine"
    if offered and st.button(desk.t("handovers.waiting", n=offered), key="handovers-waiting", width="stretch"):
        st.dialog(desk.t("handovers.waiting_title"), width="medium")(_offered)()
    if left and st.button(desk.t("handovers.stranded_n", n=left), key="handovers-stranded", width="stretch"):
        st.dialog(desk.t("handovers.stranded_title"), width="medium")(_stranded)(whose)


def _offer(desk: Desk, card: OrderCard, here: dict[UUID, str]) -> None:
    with st.expander(desk.t("handovers.offer")):
        if not here:
            st.caption(desk.t("handovers.nobody"))
            return
        with st.form("hand-over", border=False):
            st.caption(desk.t("handovers.offer_why"))
            said = st.container()
            to = st.selectbox(desk.t("handovers.receiver"), list(here), format_func=here.get, key="handover_to")
            reason = st.text_input(desk.t("handovers.reason"), key="handover_reason", max_chars=200)
            if st.form_submit_button(desk.t("handovers.submit"), type="primary", width="stretch"):
                _answer(desk, said, desk.carry_out(commands.offer, community_id=card.line.community_id, order_id=card.line.id, to=to, reason=reason), _closed)


def _waits(desk: Desk, one: Offer) -> None:
    said = st.container()
    if one.from_id == desk.scope.staff_id and st.button(desk.t("handovers.take_back"), key="handover-back", width="stretch"):
        _answer(desk, said, desk.carry_out(commands.take_back, community_id=one.community_id, offer_id=one.id), _closed)
    if one.to_id == desk.scope.staff_id:
        _yes_or_no(desk, one, said, _closed)


def _yes_or_no(desk: Desk, one: Offer, said, then: Callable[[str], None]) -> None:
    reason = st.text_input(desk.t("handovers.reason"), key=f"handover-why-{one.id}", max_chars=200)
    with st.container(horizontal=True):
        yes = st.button(desk.t("handovers.accept"), key=f"handover-yes-{one.id}", type="primary", width="stretch")
        no = st.button(desk.t("handovers.decline"), key=f"handover-no-{one.id}", width="stretch")
    if yes or no:
        _answer(desk, said, desk.carry_out(commands.answer, community_id=one.community_id, offer_id=one.id, accepted=yes, reason=reason), then)


def _offered() -> None:
    desk = current().require("queue")
    with desk.session() as session:
        found = offered_to_me(session)
    if not found:
        st.success(desk.t("handovers.none"))
    for one in found[:FEW]:
        with st.container(border=True, key=f"offer-{one.id}"):
            st.markdown(f"**{one.number} {plain(one.matter)}**  \n:gray[{plain(one.grid)}]  \n{_said(desk, one)}")
            _yes_or_no(desk, one, st.container(), _stays)


def _stranded(whose: str) -> None:
    desk = current().require("queue")
    st.caption(desk.t(f"handovers.stranded_why_{whose}"))
    with desk.session() as session:
        found = stranded(session, desk.now)
    if not found:
        st.success(desk.t("handovers.none_stranded"))
    for one in found[:FEW]:
        with st.container(border=True, key=f"stranded-{one.order_id}"):
            about = desk.t("handovers.stranded", grid=plain(one.grid), holder=plain(one.holder), at=deadline_text(one.received_at))
            st.markdown(f"**{one.number} {plain(one.matter)}**  \n:gray[{about}]")
            if desk.may("order_reassign"):
                _to_whom(desk, one)
    if len(found) > FEW:
        st.caption(desk.t("overview.first_rows", n=FEW))


def _to_whom(desk: Desk, one: Stranded) -> None:
    with desk.session() as session:
        here = {who.id: who.name for who in receivers(session, desk.now, one.community_id, one.grid_id)}
    said = st.container()
    to = st.selectbox(desk.t("handovers.receiver"), list(here), format_func=here.get, key=f"stranded-to-{one.order_id}")
    reason = st.text_input(desk.t("handovers.reason"), key=f"stranded-why-{one.order_id}", max_chars=200)
    if st.button(desk.t("work_orders.act_hand_over"), key=f"stranded-go-{one.order_id}", width="stretch"):
        result = desk.carry_out(hand_over, community_id=one.community_id, order_id=one.order_id, version=one.version, to=to, reason=reason)
        if isinstance(result, Refused):
            with said:
                say_refused(desk, result)
            return
        _stays(desk.t("handovers.handed", number=result.number))


def _said(desk: Desk, one: Offer) -> str:
    return desk.t("handovers.said", by=plain(one.from_name), to=plain(one.to_name), at=deadline_text(one.offered_at), reason=plain(one.reason))


def _answer(desk: Desk, said, result, then: Callable[[str], None]) -> None:
    """A refusal stays where it is; else a word says what was filed."""
    if isinstance(result, Refused):
        with said:
            say_refused(desk, result)
        return
    then(desk.t(f"handovers.now_{result.stands}", number=result.number))


def _closed(word: str) -> None:
    st.session_state["queue_said"] = word
    st.rerun()


def _stays(word: str) -> None:
    st.toast(word)
    st.rerun(scope="fragment")
