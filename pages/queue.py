"""The queue: what a worker has to do, what is late first. Made for a phone."""

import streamlit as st

from db.queries.queue import Counts, QueueItem, Wanted, counts, finished, queue, standing, unclocked, unpressed
from db.queries.work_orders import OrderLine
from pages.parts import desk as at
from pages.parts import queue_filters
from pages.parts.archive import draw_archive
from pages.parts.beginnings import draw_beginning
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.handovers import draw_handovers
from pages.parts.joinings import OPEN, draw_to_tell
from pages.parts.jump import take_clause
from pages.parts.page import page_header
from pages.parts.queue_cards import STYLE, draw_cards, draw_orders
from pages.parts.queue_filters import FOLLOW_UP, KIND, SHOWN, STANDING, UNCLOCKED, asked, narrowed, not_found
from pages.parts.queue_order import open_order
from pages.parts.queue_record import open_record
from pages.parts.queue_take_in import open_take_in
from pages.parts.reviews import draw_waiting

PAGE = 8
"""Cards to begin with, twice what a phone shows; a card with its button costs half a millisecond of the server."""


def page() -> None:
    desk = at.current().require("queue")
    page_header(desk, desk.t("queue.title"), desk.t("queue.subtitle_property" if desk.scope.order_desks else "queue.subtitle"))
    st.html(STYLE + queue_filters.STYLE)
    take_clause()
    if said := st.session_state.pop("queue_said", None):
        st.toast(said)
    with st.container(horizontal=True, key="queue-head"):
        taking = desk.may("order_take_in") and st.button(desk.t("queue.take_in"), type="primary", width="stretch", key="queue_take_in")
        wanted = asked(desk)
    with st.container(horizontal=True, key="queue-waits"):
        draw_waiting(desk, "queue")
        draw_to_tell(desk)
        draw_handovers(desk)
    if asked_for := st.session_state.pop(OPEN, None):
        open_order(desk, *asked_for)
    if taking:
        open_take_in(desk)
    _list(desk, wanted)
    draw_archive(desk)


def _list(desk: Desk, wanted: Wanted) -> None:
    limit = st.session_state.get(SHOWN, PAGE)
    found = kept(desk, counts, wanted)
    wanted, of_orders = narrowed(desk, found, wanted)
    if of_orders:
        lines, items = _chosen(desk, wanted, of_orders, limit)
        total = {FOLLOW_UP: found.to_follow_up, UNCLOCKED: found.unclocked, STANDING: found.paused}[of_orders]
    elif wanted.text and not (wanted.kind or wanted.bucket):
        lines, items = kept(desk, unpressed, wanted, limit=limit), [*kept(desk, queue, wanted, limit=limit), *kept(desk, standing, wanted, limit=limit)]
        total = found.of() + found.unclocked + found.to_follow_up + found.paused
    else:
        # What nobody has accepted yet stands first: no clock presses it, so it would be seen nowhere.
        lines = kept(desk, unclocked, wanted, status="taken_in", limit=limit) if found.not_accepted and not (wanted.kind or wanted.bucket) else []
        items, total = kept(desk, queue, wanted, limit=limit), len(lines) + found.of(kind=wanted.kind, bucket=wanted.bucket)
    draw_orders(desk, lines, lambda line: open_order(desk, line.community_id, line.id, line.matter))
    draw_cards(desk, items, lambda item: _open(desk, item))
    _end(desk, found, wanted, len(lines) + len(items), total)


def _chosen(desk: Desk, wanted: Wanted, of_orders: str, limit: int) -> tuple[list[OrderLine], list[QueueItem]]:
    """The list of one of the kinds that no clock presses."""
    if of_orders == STANDING:
        return [], kept(desk, standing, wanted, limit=limit)
    return kept(desk, finished if of_orders == FOLLOW_UP else unclocked, wanted, limit=limit), []


def _open(desk: Desk, item: QueueItem) -> None:
    if item.kind == "order":
        open_order(desk, item.community_id, item.subject_id, item.title or "")
    else:
        open_record(desk, item)


def _end(desk: Desk, found: Counts, wanted: Wanted, shown: int, total: int) -> None:
    """More of them, or that there is nothing; and what stands still."""
    if shown < total:
        st.button(desk.t("queue.more", n=min(PAGE, total - shown), total=total), on_click=_show, args=(shown + PAGE,), width="stretch", key="queue_more")
    if not shown and wanted.text:
        not_found(desk, wanted)
    elif not shown and not draw_beginning(desk):
        st.success(desk.t("queue.empty"))
        if desk.may("order_take_in"):
            st.caption(desk.t("queue.empty_next"))
    if (left_out := found.left_out(wanted.kind)) and wanted.bucket is None:
        st.caption(desk.t("appointments.left_out", n=left_out))
    if found.paused and wanted.bucket is None and wanted.kind in (None, "order") and st.session_state.get(KIND) != STANDING:
        st.caption(desk.t("queue.paused", n=found.paused))


def _show(limit: int) -> None:
    st.session_state[SHOWN] = limit
