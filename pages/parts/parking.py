"""Illegal parking on the desk: the standard in force with its publication and hearing, a penalty by it, and those on record."""

from datetime import datetime
from uuid import UUID

import streamlit as st

from core.calendar import SHANGHAI
from core.parking import CLAUSE, PLACES, plate_of
from db.commands import parking as commands
from db.queries.parking import PenaltyLine, StandardLine, how_many, penalties, standards
from pages.parts.bill_acts import file
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk, current
from pages.parts.parking_text import penalty_about, standard_about
from pages.parts.plain import plain
from pages.parts.queue_record import happened_at

FEW = 10


@st.fragment
def parking_view(community_id: UUID) -> None:
    """The standard, what may be done by it, and the penalties."""
    desk = current().require("property")
    if community_id not in desk.scope.communities:
        return
    st.caption(desk.t("parking.how"))
    clause_chip(desk, CLAUSE, key="parking")
    with desk.session() as session:
        known = standards(session, desk.now, community_id)
        total = how_many(session, community_id)
    present = known[0] if known and known[0].withdrawn_at is None else None
    _standard(desk, community_id, present)
    if former := [one for one in known if one.withdrawn_at]:
        with st.expander(desk.t("parking.former")):
            st.markdown("\n\n".join(standard_about(desk, one) for one in former))
    st.subheader(desk.t("parking.penalties", n=total), anchor=False)
    if total:
        _penalties(desk, community_id, total)


def _penalties(desk: Desk, community_id: UUID, total: int) -> None:
    """Those of one car, or all, page by page."""
    plate = st.text_input(desk.t("parking.find"), key="parking-find", max_chars=12)
    pages = 1 if plate_of(plate) else -(-total // FEW)
    number = st.number_input(desk.t("reconciliation.page", pages=pages), 1, pages, 1, key="parking-page") if pages > 1 else 1
    with desk.session() as session:
        found = penalties(session, community_id, plate=plate, limit=FEW, offset=(number - 1) * FEW)
    if not found:
        st.info(desk.t("parking.none_found"))
    for one in found:
        _penalty(desk, one)


def _standard(desk: Desk, community_id: UUID, present: StandardLine | None) -> None:
    """What is in force, or waits to be, and the next step."""
    if present is None:
        st.warning(desk.t("parking.no_standard"))
    else:
        with st.container(border=True, key="parking-standard"):
            st.markdown(standard_about(desk, present))
            if present.minutes and desk.may("parking_record"):
                with st.expander(desk.t("parking.minutes")):
                    st.markdown(plain(present.minutes))
    if not desk.may("parking_record"):
        return
    with st.container(horizontal=True):
        if present and present.heard_at is None and st.button(desk.t("parking.hear"), key="parking-hear", type="primary", width="stretch"):
            st.dialog(desk.t("parking.hear"))(_hear)(community_id, present.id)
        if present and st.button(desk.t("parking.penalise"), key="parking-penalise", type="primary" if not present.waits else "secondary", width="stretch"):
            st.dialog(desk.t("parking.penalise"))(_penalise)(community_id, present.id)
        if st.button(desk.t("parking.publish"), key="parking-publish", width="stretch"):
            st.dialog(desk.t("parking.publish"))(_publish)(community_id)


def _publish(community_id: UUID) -> None:
    desk = current().require("property")
    with st.form("parking-publish", border=False):
        st.caption(desk.t("parking.publish_why"))
        said = st.container()
        text = st.text_area(desk.t("parking.text"), max_chars=1000)
        fee = st.number_input(desk.t("parking.fee"), 0.0, 100_000.0, None, 1.0, format="%.2f")
        place = st.selectbox(desk.t("parking.place"), PLACES, format_func=lambda one: desk.t(f"parking.place_{one}"))
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            with said:
                file(desk, desk.carry_out(commands.publish, community_id=community_id, text=text, fee=round((fee or 0) * 100), place=place), "parking.published")


def _hear(community_id: UUID, standard_id: UUID) -> None:
    desk = current().require("property")
    here = desk.now.astimezone(SHANGHAI)
    with st.form("parking-hear", border=False):
        said = st.container()
        with st.container(horizontal=True):
            day = st.date_input(desk.t("common.date"), here.date(), max_value=here.date())
            time = st.time_input(desk.t("common.time"), here.time().replace(second=0, microsecond=0), step=300)
        attended = st.number_input(desk.t("parking.attended"), 0, 5000, None)
        minutes = st.text_area(desk.t("parking.minutes"), max_chars=5000)
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            values = {"held_at": datetime.combine(day, time, SHANGHAI), "attended": attended or 0, "minutes": minutes}
            with said:
                file(desk, desk.carry_out(commands.hear, community_id=community_id, standard_id=standard_id, **values), "parking.heard_done")


def _penalise(community_id: UUID, standard_id: UUID) -> None:
    """Outside a form: an earlier moment asks for its day and time at once."""
    desk = current().require("property")
    said = st.container()
    plate = st.text_input(desk.t("parking.plate"), max_chars=12, key="parking-plate")
    place = st.text_input(desk.t("parking.where"), max_chars=100, key="parking-where")
    photo = st.text_input(desk.t("parking.photo"), max_chars=60, key="parking-photo")
    at = happened_at(desk, "parking")
    if st.button(desk.t("common.save"), key="parking-save", type="primary", width="stretch"):
        values = {"plate": plate, "place": place, "photo": photo, "happened_at": at}
        with said:
            file(desk, desk.carry_out(commands.penalise, community_id=community_id, standard_id=standard_id, **values), "parking.penalised")


def _penalty(desk: Desk, one: PenaltyLine) -> None:
    with st.container(border=True, key=f"penalty-{one.id}", gap="small"):
        st.markdown(penalty_about(desk, one))
        if desk.may("parking_record") and one.revoked_at is None:
            with st.expander(desk.t("parking.revoke")):
                said = st.container()
                reason = st.text_input(desk.t("parking.reason"), max_chars=200, key=f"penalty-reason-{one.id}")
                if st.button(desk.t("parking.revoke"), key=f"penalty-revoke-{one.id}", width="stretch"):
                    with said:
                        file(desk, desk.carry_out(commands.revoke, community_id=one.community_id, penalty_id=one.id, reason=reason), "parking.revoked")
