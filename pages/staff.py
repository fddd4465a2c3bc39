"""The staff: who stands where, who is away, and who stands in. The head enters absences of anybody, a worker its own."""

from uuid import UUID

import streamlit as st

from core.absences import span
from db.queries.absences import AbsenceRow, absences
from db.queries.staff import Worker, workers
from pages.parts import desk as at
from pages.parts.absences import draw_absence, draw_entry
from pages.parts.desk import Desk
from pages.parts.page import page_header
from pages.parts.pick import pick_community
from pages.parts.posts import draw_changes
from pages.parts.rows import draw_rows


def page() -> None:
    desk = at.current().require("staff")
    page_header(desk, desk.t("staff.title"), desk.t("staff.subtitle"))
    community_id = pick_community(desk)
    if community_id is None:
        return
    everybody = desk.may("absence_manage")
    if said := st.session_state.pop("staff_said", None):
        st.toast(said)
    with desk.session() as session:
        own = None if everybody else desk.actor.staff_id
        staff = workers(session, desk.now, community_id)
        rows = absences(session, desk.now, community_id)
    if not staff:
        st.info(desk.t("staff.nobody_yet"))
    draw_entry(desk, community_id, [one for one in staff if everybody or one.id == own], chooses=everybody)
    if staff:
        _absences(desk, community_id, rows, everybody)
    if everybody:
        _everybody(desk, staff, rows)
    if desk.may("staff_manage"):
        draw_changes(desk, community_id, staff)


def _absences(desk: Desk, community_id: UUID, rows: list[AbsenceRow], everybody: bool) -> None:
    st.subheader(desk.t("absences.title"), anchor=False)
    now_or_later = [one for one in rows if one.state != "over"]
    over = [one for one in reversed(rows) if one.state == "over"]
    if not now_or_later:
        st.caption(desk.t("absences.none" if everybody else "absences.none_own"))
    for one in now_or_later:
        draw_absence(desk, community_id, one)
    if over:
        with st.expander(desk.t("absences.past", n=len(over))):
            for one in over:
                draw_absence(desk, community_id, one)


def _everybody(desk: Desk, staff: list[Worker], rows: list[AbsenceRow]) -> None:
    if not staff:
        return
    away = {one.staff_id: desk.t("staff.away", end=span(one.starts_at, one.ends_at)[1]) for one in rows if one.state == "running"}
    st.subheader(desk.t("staff.everybody", n=len(staff)), anchor=False)
    shown = [
        {
            desk.t("staff.name"): one.name,
            desk.t("staff.kind"): desk.t(f"exports.staff_{one.kind}"),
            desk.t("staff.posts"): desk.t("exports.comma").join(f"{grid} {post}" for grid, post in one.posts) or "—",
            desk.t("staff.state"): away.get(one.id) or desk.t("staff.at_work"),
            desk.t("staff.account"): one.username or desk.t("staff.missing"),
        }
        for one in staff
    ]
    draw_rows(shown)
    st.caption(desk.t("staff.change_them"))
