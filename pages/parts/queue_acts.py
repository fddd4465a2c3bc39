"""The buttons of an order: what its clause waits for first; and what becomes of a tap."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

import streamlit as st

from core.catalogue import Item
from core.catalogue.notices import note_of
from core.files import STATUSES, Upload
from core.joinings import BY_A_PERSON, TELLS
from core.mediation import OUTCOMES
from core.mediation import offers as offers_of_dispute
from core.refusals import Refused
from core.reviews import Stand, chains
from core.work_orders import NOTES, OPINIONS, RATINGS, STEPS, asks_told, offers
from db.commands import work_orders as commands
from db.commands.files import attach, with_files
from db.queries.joinings import Lead
from db.queries.mediation import Dispute
from db.queries.posts import colleagues
from db.queries.work_orders import OrderCard
from pages.parts.desk import Desk
from pages.parts.files import pick_files
from pages.parts.queue_papers import pick_missing
from pages.parts.queue_record import happened_at, say_refused

PERMISSION = {
    "accept": "order_accept", "ask_materials": "order_ask_materials", "receive_materials": "order_ask_materials", "finish": "order_finish",
    "follow_up": "order_follow_up", "hand_over": "order_reassign", "withdraw": "order_cancel",
}  # fmt: skip
"""What a role needs for an act; every step on the way needs order_accept."""
NOTE = {**dict.fromkeys(NOTES, "text"), "ask_materials": "missing", "finish": "result", "follow_up": "note", "withdraw": "reason", "hand_over": "reason", "give_back": "reason"}
"""The command's name for the note."""
RARE = ("hand_over", "withdraw", *NOTES)


def draw_acts(desk: Desk, card: OrderCard, item: Item | None, review: Stand | None, lead: Lead | None = None, dispute: Dispute | None = None) -> None:
    """The likely act first and primary, the rarer ones folded away; one note serves them all. `item`: what it was taken in by, whose papers may be
    missing. `review`: how far its chain is, which has its own place for opinions and comes before the result. `lead`: the order it is joined to,
    whose result is told to this complainant. `dispute`: what is on record of one, before its result and its follow-up."""
    offered = [act for act in offers(card.standing) if act != "give_back" and desk.may(PERMISSION.get(act, "order_accept"))]
    if review:
        barred = OPINIONS | ({"finish"} if review.next or review.returned else frozenset())
        offered = [act for act in offered if act not in barred]
    if lead:
        offered = sorted((act for act in offered if act != "ask_materials" and (act != "finish" or lead.closed_at)), key=lambda act: act != "finish")
    if dispute:
        offered = [act for act in offered if offers_of_dispute(dispute.case, act)]
    usual, rare = [act for act in offered if act not in RARE], [act for act in offered if act in RARE]
    said, rating, told, missing, given, outcome = st.container(), None, False, (), None, None
    if "follow_up" in usual:
        rating = st.segmented_control(desk.t("queue.rating"), RATINGS, key="queue_rating", width="stretch")
    if "finish" in usual and asks_told(card.standing) and not lead:
        told = st.checkbox(desk.t("queue.told"), key="queue_told")
    if "finish" in usual and (card.chain or lead):
        tells = TELLS if lead else chains()[card.chain].tells
        given = st.pills(desk.t("reviews.given"), tells, format_func=lambda one: desk.t(f"reviews.tell_{one}"), key="queue_given")
        told = given in BY_A_PERSON if lead else told
    if "finish" in usual and dispute:
        outcome = st.pills(desk.t("mediation.outcome"), OUTCOMES, format_func=lambda one: desk.t(f"mediation.outcome_{one}"), key="queue_outcome")
    if "ask_materials" in usual and item:
        missing = pick_missing(desk, item, "queue_missing")
    pressed = _buttons(desk, usual, primary=True, named={"finish": "joinings.tell"} if lead else None)
    answer = lead.result if lead and "finish" in usual else None
    note = st.text_area(desk.t("queue.note_act"), answer or "", key="queue_order_note", max_chars=2000, height=80) if offered else ""
    uploads = _uploads(desk, card, note)
    at = happened_at(desk) if offered else desk.now
    more, receiver = _rare(desk, card, rare, "hand_over" in offers(card.standing) and desk.may("order_accept"))
    if pressed or more:
        if pressed == "ask_materials":
            note = note_of(missing, note)
        with said:
            _carry_out(desk, card, pressed or more, note, at, rating, receiver, {"told": told, "given": given, "outcome": outcome}, uploads)


def _uploads(desk: Desk, card: OrderCard, note: str) -> list[Upload]:
    """Photos and files for the act about to be tapped, or to be saved by themselves."""
    if card.line.status not in STATUSES or not desk.may("order_accept"):
        return []
    with st.expander(desk.t("files.pick")):
        if uploads := pick_files(desk, "queue_files"):
            st.caption(desk.t("files.with_act"))
            if st.button(desk.t("files.attach"), key="act-attach", width="stretch"):
                _attach(desk, card, note, uploads)
        return uploads


def _attach(desk: Desk, card: OrderCard, note: str, uploads: list[Upload]) -> None:
    result = desk.carry_out(attach, community_id=card.line.community_id, order_id=card.line.id, uploads=uploads, note=note)
    if isinstance(result, Refused):
        say_refused(desk, result)
        return
    st.session_state["queue_said"] = desk.t("files.attached", n=len(result.ids))
    st.rerun()


def _buttons(desk: Desk, acts: list[str], *, primary: bool = False, named: Mapping[str, str] | None = None) -> str | None:
    """The act that was tapped. `named`: acts that go by another word here."""
    pressed = None
    for number, act in enumerate(acts):
        if st.button(desk.t((named or {}).get(act, f"work_orders.act_{act}")), key=f"act-{act}", type="primary" if primary and number == 0 else "secondary", width="stretch"):
            pressed = act
    return pressed


def _rare(desk: Desk, card: OrderCard, acts: list[str], returnable: bool) -> tuple[str | None, UUID | None]:
    """Handing over and withdrawing; who may not hand over may return it to the station head."""
    if not acts and not returnable:
        return None, None
    with st.expander(desk.t("queue.other_acts")):
        receiver = None
        if "hand_over" in acts:
            with desk.session() as session:
                staff = {one.id: one.name for one in colleagues(session, card.line.community_id, desk.now)}
            receiver = st.selectbox(desk.t("queue.receiver"), list(staff), index=None, format_func=staff.get, key="queue_receiver")
        pressed = _buttons(desk, acts)
        if "hand_over" not in acts and st.button(desk.t("queue.give_back"), key="act-give_back", width="stretch"):
            pressed = "give_back"
    return pressed, receiver


def _carry_out(desk: Desk, card: OrderCard, act: str, note: str, at: datetime, rating: int | None, receiver: UUID | None, how: dict, uploads: list[Upload]) -> None:
    """Files the act; a refusal stays in the dialog, above the buttons, with its clause."""
    command = commands.record_step if act in STEPS else commands.record_note if act in NOTES else getattr(commands, act)
    said = {NOTE[act]: note} if act in NOTE else {}
    if act in STEPS:
        said = {"act": act, "note": note}
    elif act in NOTES:
        said["act"] = act
    elif act == "finish":
        said |= how
    elif act == "follow_up":
        said["rating"] = rating
    elif act == "hand_over":
        said["to"] = receiver
    if act not in ("hand_over", "give_back"):
        said["happened_at"] = at
    ids = {"community_id": card.line.community_id, "order_id": card.line.id}
    said |= ids | {"version": card.line.version}
    result = desk.carry_out(with_files, step=partial(command, **said), act=act, uploads=uploads, **ids) if uploads else desk.carry_out(command, **said)
    if isinstance(result, Refused):
        say_refused(desk, result)
        return
    st.session_state["queue_said"] = desk.t("queue.now_is", status=desk.t(f"work_orders.status_{result.status}"))
    if result.to_confirm:
        st.session_state["queue_said"] += f"  \n{desk.t('late_entries.filed')}"
    st.rerun()
