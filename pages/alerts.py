"""Alerts: what the desk told the actor of by itself, each message as it stands now. Made for a phone."""

from uuid import UUID

import streamlit as st

from core.roles import Role
from db.commands.alerts import mark_read
from db.queries.alerts import Received, inbox, open_items, total
from db.queries.alerts_delivery import undelivered
from db.queries.queue import QueueItem
from pages.parts import desk as at
from pages.parts.alert_cards import message_card
from pages.parts.alert_words import draw_words
from pages.parts.desk import Desk
from pages.parts.page import page_header
from pages.parts.queue_cards import STYLE, draw_cards
from pages.parts.queue_order import open_order
from pages.parts.queue_record import open_record

PAGE = 10
SHOWN, CHOSEN, ITEMS = "alerts_shown", "alerts_chosen", "alerts_items"


def page() -> None:
    desk = at.current().require("alerts")
    page_header(desk, desk.t("alerts.title"), desk.t("alerts.subtitle"))
    st.html(STYLE)
    if said := st.session_state.pop("queue_said", None):
        st.toast(said)
    _undelivered(desk)
    limit = st.session_state.get(SHOWN, PAGE)
    with desk.session() as session:
        found, of = inbox(session, desk.now, limit=limit), total(session)
    chosen = next((one for one in found if one.notice_id == st.session_state.get(CHOSEN)), None)
    if chosen:
        _message(desk, chosen)
    else:
        _messages(desk, found, of)


def _undelivered(desk: Desk) -> None:
    """The station head answers for its people being told."""
    if desk.actor.role != Role.STATION_HEAD:
        return
    with desk.session() as session:
        for channel, (n, error) in undelivered(session, desk.now).items():
            st.warning(desk.t("alerts.undelivered", channel=desk.t(f"alerts.channel_{channel}"), n=n, error=error))


def _messages(desk: Desk, found: list[Received], of: int) -> None:
    """Every message as a card; who taps one has read it."""
    if not found:
        st.success(desk.t("alerts.empty"))
        st.caption(desk.t("alerts.empty_next"))
        return
    if any(not one.read for one in found):
        st.button(desk.t("alerts.read_all"), on_click=_read, width="stretch", key="alerts-read-all")
    for one in found:
        opens = bool(one.open or one.words)
        message_card(desk, one, button=opens)
        if opens:
            st.button(desk.t("alerts.look"), on_click=_choose, args=(one.notice_id,), width="stretch", key=f"do-{one.notice_id}")
    if len(found) < of:
        st.button(desk.t("alerts.more", n=min(PAGE, of - len(found)), total=of), on_click=_show, args=(SHOWN, len(found) + PAGE), width="stretch", key="alerts-more")


def _message(desk: Desk, one: Received) -> None:
    """What of one message presses now, as the queue shows it; a tap opens the order or records the contact."""
    st.button(desk.t("alerts.back"), on_click=_choose, args=(None,), icon=":material/arrow_back:", width="stretch", key="alerts-back")
    message_card(desk, one, button=False)
    limit = st.session_state.get(ITEMS, PAGE)
    draw_words(desk, one.community_id, one.words)
    with desk.session() as session:
        shown = open_items(session, desk.now, one, limit=limit)
    draw_cards(desk, shown, lambda item: _open(desk, item))
    if len(shown) < one.open:
        st.button(desk.t("queue.more", n=min(PAGE, one.open - len(shown)), total=one.open), on_click=_show, args=(ITEMS, len(shown) + PAGE), width="stretch", key="alerts-items")


def _open(desk: Desk, item: QueueItem) -> None:
    if item.kind == "order":
        open_order(desk, item.community_id, item.subject_id, item.title or "")
    else:
        open_record(desk, item)


def _choose(notice_id: UUID | None) -> None:
    """Runs before the page, so it asks again who is here."""
    st.session_state.pop(ITEMS, None)
    st.session_state[CHOSEN] = notice_id
    if notice_id:
        at.current().require("alerts").carry_out(mark_read, notices=[notice_id])


def _read() -> None:
    at.current().require("alerts").carry_out(mark_read)


def _show(what: str, n: int) -> None:
    st.session_state[what] = n
