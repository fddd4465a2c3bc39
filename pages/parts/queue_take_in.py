"""Taking in an order, by an item of the catalogue or without: the four fields of register.fields, which papers are missing, and then its number,
to whom it went, by when, and why."""

from datetime import datetime
from uuid import UUID

import streamlit as st

from core.calendar import SHANGHAI, local_minute
from core.clocks import deadline_text
from core.duplicates import WINDOW
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.work_orders import CHANNELS, REQUIRED, kinds
from db.commands.work_orders import TakenIn, take_in
from db.queries.catalogue import Entry, entries
from db.queries.duplicates import similar
from db.queries.posts import buildings
from db.queries.roster import RosterRow
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.pick import pick_community
from pages.parts.plain import plain
from pages.parts.queue_applicant import pick_applicant
from pages.parts.queue_papers import draw_item, notice_links, pick_missing
from pages.parts.queue_record import say_refused

TAKEN, SEEN = "queue_taken", "queue_similar_seen"


def open_take_in(desk: Desk) -> None:
    """The dialog, always with an empty form."""
    for key in (TAKEN, SEEN):
        st.session_state.pop(key, None)
    st.dialog(desk.t("queue.take_in"), width="medium", on_dismiss="rerun")(_take_in)()


def _take_in() -> None:
    desk = current().require("queue")
    if TAKEN in st.session_state:
        _receipt(desk, *st.session_state[TAKEN])
        return
    community_id = pick_community(desk)
    if community_id is None:
        return
    with desk.session() as session:
        places, offered = buildings(session, community_id), {one.item.id: one for one in entries(session, community_id) if not one.withdrawn}
    chosen, known = _item(desk, offered), pick_applicant(desk)
    told = st.container()
    with st.form("queue-take-in", border=False):
        fields = _fields(desk, places, chosen, known)
        lead_id = _same(desk)
        pressed = st.form_submit_button(desk.t("queue.submit"), type="primary", width="stretch")
    if not (pressed or lead_id):
        return
    if not lead_id and _brought_before(desk, community_id, chosen.item.kind if chosen else fields["kind"], fields):
        st.rerun(scope="fragment")
    result = desk.carry_out(take_in, community_id=community_id, lead_id=lead_id, **fields)
    if isinstance(result, Refused):
        with told:
            say_refused(desk, result)
        return
    st.session_state[TAKEN] = community_id, result
    st.rerun(scope="fragment")


def _brought_before(desk: Desk, community_id: UUID, kind: str, fields: dict) -> bool:
    """Whether there is what may be the same matter, looked for once for these fields; pressed again it is filed all the same."""
    asked = (community_id, kind, fields["building_id"], fields["contact"].strip())
    seen = st.session_state.get(SEEN)
    if not all(fields[name].strip() for name in REQUIRED) or seen and seen[0] == asked:
        return False
    with desk.session() as session:
        found = similar(session, desk.now, *asked)
    st.session_state[SEEN] = asked, found
    return bool(found)


def _same(desk: Desk) -> UUID | None:
    """What may be the same matter, each open one with a tap by which this one belongs to it; the id of the tapped one."""
    _, found = st.session_state.get(SEEN) or (None, [])
    if not found:
        return None
    lines = [f"{one.number} {plain(one.matter)} · {local_minute(one.received_at)} · {desk.t(f'work_orders.status_{one.status}')} · {desk.t(f'queue.similar_{one.why}')}" for one in found]
    st.warning("\n- ".join([f"**{desk.t('queue.similar', n=WINDOW.days)}**\n", *lines]))
    if any(one.leading for one in found):
        st.caption(desk.t("joinings.take_in_why"))
    tapped = [one.id for one in found if one.leading and st.form_submit_button(desk.t("joinings.belongs_to", number=one.number), key=f"belongs-{one.id}", width="stretch")]
    return tapped[0] if tapped else None


def _item(desk: Desk, offered: dict[str, Entry]) -> Entry | None:
    """What the resident asks for, found by typing; it decides kind, limits and review. Outside the form: what is asked depends on it."""
    titles = {key: one.item.title[desk.lang] for key, one in offered.items()}
    chosen = offered.get(st.selectbox(desk.t("catalogue.item"), list(titles), index=None, format_func=titles.get, placeholder=desk.t("catalogue.item_hint"), key="queue_item"))
    if chosen:
        draw_item(desk, chosen)
    return chosen


def _kind(desk: Desk, chosen: Entry | None) -> dict:
    if chosen:
        return {"item": chosen.item.id, "missing": pick_missing(desk, chosen.item, "queue_missing")}
    titles = {kind.id: kind.title[desk.lang] for kind in kinds().values()}
    return {"kind": st.selectbox(desk.t("work_orders.kind"), list(titles), format_func=titles.get, help=desk.t("queue.take_in_hint"))}


def _fields(desk: Desk, places: dict, chosen: Entry | None, known: RosterRow | None) -> dict:
    channels = {channel: desk.t(f"work_orders.channel_{channel}") for channel in CHANNELS}
    kind = _kind(desk, chosen)
    matter = st.text_input(desk.t("work_orders.matter"), chosen.item.title["zh"] if chosen else "", max_chars=200)
    applicant = st.text_input(desk.t("work_orders.applicant"), known.name if known else "", max_chars=50)
    contact = st.text_input(desk.t("work_orders.contact"), max_chars=50)
    building = st.selectbox(desk.t("work_orders.building"), list(places), index=None, format_func=places.get, placeholder=desk.t("queue.no_building"))
    detail = st.text_area(desk.t("work_orders.detail"), max_chars=2000, height=80)
    channel = st.selectbox(desk.t("work_orders.channel"), list(channels), format_func=channels.get)
    return {
        **kind, "matter": matter, "applicant": applicant, "contact": contact, "building_id": building, "detail": detail, "channel": channel,
        "received_at": _received(desk), "resident_id": known and known.resident_id,
    }  # fmt: skip


def _received(desk: Desk) -> datetime | None:
    """When it was brought; None where the fields still say the minute the form was opened."""
    local = desk.now.astimezone(SHANGHAI)
    with st.container(horizontal=True):
        day = st.date_input(f"{desk.t('work_orders.received')} · {desk.t('common.date')}", value=None, max_value=local.date(), format="YYYY-MM-DD")
        time = st.time_input(desk.t("common.time"), value=None, step=300, width=130)
    if day is None and time is None:
        return None
    return datetime.combine(day or local.date(), time or local.time().replace(second=0, microsecond=0), SHANGHAI)


def _receipt(desk: Desk, community_id: UUID, taken: TakenIn) -> None:
    """What to tell the resident: the number, who has it, until when, and the notice of what is missing."""
    st.success(f"**{desk.t('queue.taken_in', number=taken.number)}**")
    lines = [desk.t("queue.sent_to", who=plain(taken.holder) or desk.t("queue.property_company")), desk.t("queue.sent_why", why=desk.t(f"work_orders.why_{taken.reason}"))]
    lines += [desk.t("queue.due_by", clause=load_rulebook()[clause_id].title[desk.lang], at=deadline_text(at)) for clause_id, at in taken.due]
    st.markdown("\n".join(f"- {line}" for line in lines or [desk.t("queue.due_from_acceptance")]))
    if not taken.due:
        st.caption(desk.t("queue.due_from_acceptance"))
    st.markdown(" ".join(clause_mark(desk, clause_id) for clause_id in ("dispatch.auto", *(clause_id for clause_id, _ in taken.due))))
    if taken.missing:
        notice_links(desk, community_id, taken.order_id)
    if st.button(desk.t("queue.another"), width="stretch", key="queue_another"):
        del st.session_state[TAKEN]
        st.rerun(scope="fragment")
    if st.button(desk.t("common.close"), type="primary", width="stretch", key="queue_close"):
        del st.session_state[TAKEN]
        st.rerun()
