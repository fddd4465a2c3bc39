"""One order over the page: what it is, its limits (queue_limits), what may be done now (queue_acts), and what was done."""

from uuid import UUID

import streamlit as st

from core.calendar import local_minute
from core.clocks import deadline_text
from core.refusals import Refused
from core.work_orders import CHANNELS, kinds
from db.commands.orders_shown import Revealed, reveal
from db.queries.attempts import KIND
from db.queries.care import order_contacts
from db.queries.catalogue import Entry, entry
from db.queries.reviews import of_order as reviews_of
from db.queries.reviews import why_not
from db.queries.work_orders import OrderCard, OrderEvent, order_card
from pages.parts.archive_file import draw_sealed
from pages.parts.care_text import outcome_text
from pages.parts.desk import Desk, current
from pages.parts.explanations import draw_explained
from pages.parts.files import draw_files_of
from pages.parts.handovers import draw_offer, responsible_text
from pages.parts.joinings import draw_joined, draw_joining
from pages.parts.mediation import draw_dispute
from pages.parts.plain import plain
from pages.parts.queue_acts import draw_acts
from pages.parts.queue_limits import draw_counted, draw_limits
from pages.parts.queue_papers import notice_links
from pages.parts.queue_record import say_refused
from pages.parts.queue_requests import draw_forms, draw_said
from pages.parts.reveal import ask_purpose, draw_revealed
from pages.parts.reviews import draw_chain, reached


def open_order(desk: Desk, community_id: UUID, order_id: UUID, title: str) -> None:
    """The dialog of an order."""
    st.dialog(plain(title), width="medium")(_order)(community_id, order_id)


def _order(community_id: UUID, order_id: UUID) -> None:
    desk = current().require("queue")
    with desk.session() as session:
        card = order_card(session, desk.now, community_id, order_id)
        reviews = reviews_of(session, desk.now, community_id, order_id) if card and card.chain else []
        unfit = why_not(session, community_id, order_id) if card and card.chain else None
        listed = entry(session, community_id, card.item) if card and card.item else None
    if card is None:
        say_refused(desk, Refused("common.not_found"))
        return
    if draw_sealed(desk, card):
        return
    _facts(desk, card, listed)
    draw_limits(desk, card)
    requests = draw_said(desk, card)
    _reached(desk, card)
    draw_chain(desk, card, reviews, unfit)
    lead = draw_joined(desk, card)
    dispute = draw_dispute(desk, card)
    draw_explained(desk, card)
    draw_acts(desk, card, listed and listed.item, reached(card, reviews), lead, dispute)
    draw_joining(desk, card, lead)
    draw_offer(desk, card)
    draw_forms(desk, card, requests)
    if any(event.act == "ask_materials" for event in card.trail):
        notice_links(desk, community_id, order_id)
    draw_files_of(desk, "queue", community_id, order_id=order_id, key="order-files")
    draw_counted(desk, card)
    with st.expander(desk.t("queue.trail")):
        st.caption(responsible_text(desk, card))
        st.markdown("\n".join(f"- {_event(desk, event)}" for event in card.trail))


def _facts(desk: Desk, card: OrderCard, listed: Entry | None) -> None:
    line = card.line
    said = {
        "status": desk.t(f"work_orders.status_{line.status}"),
        "kind": f"{kinds()[line.kind].title[desk.lang]} · {desk.t(f'work_orders.category_{line.category}')}",
        "item": listed and listed.item.title[desk.lang],
        "applicant": card.applicant,
        "contact": card.contact,
        "building": line.place_and_grid,
        "received": deadline_text(line.received_at),
        "channel": desk.t(f"work_orders.channel_{card.channel}") if card.channel in CHANNELS else card.channel,
        "detail": card.detail,
        "holder": line.holder or desk.t("work_orders.nobody"),
        "first_asked": card.first_asked if card.first_asked != line.holder else None,
        "given_by": card.given_by and desk.t(f"reviews.tell_{card.given_by}"),
        "rating": str(line.rating) if line.rating else None,
    }
    st.caption(" · ".join(filter(None, (line.number, desk.t("work_orders.reopened", n=line.reopened) if line.reopened else ""))))
    st.markdown("  \n".join(f"**{desk.t(f'work_orders.{name}')}** {plain(text)}" for name, text in said.items() if text))
    if desk.may("reveal"):
        ask_purpose(desk, "queue", desk.t("queue.show_contact"), line.id, reveal, community_id=line.community_id, order_id=line.id)
        draw_revealed("queue", line.id, _in_full)


def _in_full(desk: Desk, shown: Revealed) -> None:
    st.info("  \n".join(plain(part) for part in (shown.applicant, shown.contact, shown.detail) if part))


def _reached(desk: Desk, card: OrderCard) -> None:
    """Of an order to look for somebody: the latest contacts with them. Reaching them closes nothing by itself, but whoever goes sees it."""
    if card.line.kind != KIND:
        return
    with desk.session() as session:
        rows = order_contacts(session, card.line.community_id, card.line.id)
    lines = [f"- {local_minute(row.happened_at, row.day_only)} · {desk.t(f'care.act.{row.act}')} · {outcome_text(desk, row.act, row.outcome)}" for row in rows]
    st.markdown("\n".join([f"**{desk.t('roster.history')}**", "", *lines]))


def _event(desk: Desk, event: OrderEvent) -> str:
    parts = [deadline_text(event.happened_at), f"**{desk.t(f'work_orders.act_{event.act}')}**", plain(event.by), event.note and plain(event.note)]
    if event.rating:
        parts.append(f"{desk.t('work_orders.rating')} {event.rating}")
    if (event.recorded_at - event.happened_at).total_seconds() > 3600:
        parts.append(desk.t("queue.entered_later", at=deadline_text(event.recorded_at)))
    return " · ".join(filter(None, parts))
