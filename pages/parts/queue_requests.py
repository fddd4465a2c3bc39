"""What an order waits for somebody else's word on, what became of that, and what may be asked for."""

import streamlit as st

from db.queries import extensions, late_entries, suspensions
from db.queries.extensions import ExtensionLine
from db.queries.suspensions import SuspensionLine
from db.queries.work_orders import OrderCard
from pages.parts.desk import Desk
from pages.parts.late_entries import said, stand
from pages.parts.queue_grants import draw_asking, draw_granted
from pages.parts.queue_suspension import draw_suspended, draw_suspending

Requests = tuple[list[ExtensionLine], list[SuspensionLine]]


def draw_said(desk: Desk, card: OrderCard) -> Requests:
    """Entries after a limit, suspensions and extensions of the order, each with what was said to it; the last two for `draw_forms`."""
    line = card.line
    with desk.session() as session:
        late, longer, still = (one.of_order(session, desk.now, line.community_id, line.id) for one in (late_entries, extensions, suspensions))
    for one in late:
        st.markdown(f":{'orange' if one.confirmed is None else 'gray'}[{said(desk, one)} — **{stand(desk, one)}**]")
    draw_suspended(desk, still)
    draw_granted(desk, longer)
    return longer, still


def draw_forms(desk: Desk, card: OrderCard, requests: Requests) -> None:
    """The forms for more time, and for standing still."""
    draw_asking(desk, card, requests[0])
    draw_suspending(desk, card, requests[1])
