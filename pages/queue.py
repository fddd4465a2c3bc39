"""The queue: what a worker has to do, what is late first. Made for a phone."""

import streamlit as st

from db.queries.queue import Counts, QueueItem, Wanted, counts, finished, queue
from pages.parts import desk as at
from pages.parts.desk import Desk
from pages.parts.page import page_header
from pages.parts.queue_cards import STYLE, draw_cards, draw_finished
from pages.parts.queue_filters import SHOWN, asked, narrowed
from pages.parts.queue_order import open_order
from pages.parts.queue_record import open_record
from pages.parts.queue_take_in import open_take_in

PAGE = 15
"""Cards a screen; a card with its button costs about a millisecond of the server."""


def page() -> None:
    desk = at.current().require("queue")
    page_header(desk, desk.t("queue.title"), desk.t("queue.subtitle_property" if desk.scope.order_desks else "queue.subtitle"))
    st.html(STYLE)
    if said := st.session_state.pop("queue_said", None):
        st.toast(said)
    with st.container(horizontal=True, key="queue-head"):
        taking = desk.may("order_take_in") and st.button(desk.t("queue.take_in"), type="primary", width="stretch", key="queue_take_in")
        wanted = asked(desk)
    if taking:
        open_take_in(desk)
    _list(desk, wanted)


def _list(desk: Desk, wanted: Wanted) -> None:
    limit = st.session_state.get(SHOWN, PAGE)
    with desk.session() as session:
        found = counts(session, desk.now, wanted)
    wanted, to_follow_up = narrowed(desk, found, wanted)
    with desk.session() as session:
        shown = (finished if to_follow_up else queue)(session, desk.now, wanted, limit=limit)
    if to_follow_up:
        draw_finished(desk, shown, lambda line: open_order(desk, line.community_id, line.id, line.matter))
    else:
        draw_cards(desk, shown, lambda item: _open(desk, item))
    _end(desk, found, wanted, len(shown), found.to_follow_up if to_follow_up else found.of(kind=wanted.kind, bucket=wanted.bucket))


def _open(desk: Desk, item: QueueItem) -> None:
    if item.kind == "order":
        open_order(desk, item.community_id, item.subject_id, item.title or "")
    else:
        open_record(desk, item)


def _end(desk: Desk, found: Counts, wanted: Wanted, shown: int, total: int) -> None:
    """More of them, or that there is nothing; and what stands still."""
    if shown < total:
        st.button(desk.t("queue.more", n=min(PAGE, total - shown), total=total), on_click=_show, args=(shown + PAGE,), width="stretch", key="queue_more")
    if not shown:
        st.success(desk.t("queue.empty"))
        if desk.may("order_take_in"):
            st.caption(desk.t("queue.empty_next"))
    if found.paused and wanted.bucket is None and wanted.kind in (None, "order"):
        st.caption(desk.t("queue.paused", n=found.paused))


def _show(limit: int) -> None:
    st.session_state[SHOWN] = limit
