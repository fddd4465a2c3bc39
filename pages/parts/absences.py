"""Entering an absence, and ending one: on the staff's page."""

from datetime import datetime, timedelta
from uuid import UUID

import streamlit as st

from core.absences import REASONS, span
from core.calendar import SHANGHAI, local_day, local_minute
from core.periods import local_midnight
from core.refusals import Refused
from db.commands import absences as commands
from db.queries.absences import AbsenceRow
from db.queries.staff import Worker
from pages.parts.desk import Desk
from pages.parts.page import show_refusal
from pages.parts.plain import plain


def draw_entry(desk: Desk, community_id: UUID, staff: list[Worker], *, chooses: bool) -> None:
    """The form: whole days, but from now on where it begins today. `chooses`: for whom is chosen; else for oneself (nobody in `staff`: not linked, as the banner says)."""
    if not staff:
        return
    today, names = local_day(desk.now), {one.id: one.name for one in staff}
    with st.expander(f"**{desk.t('absences.enter')}**"), st.form("absence", enter_to_submit=False):
        who = st.selectbox(desk.t("absences.who"), list(names), index=None if chooses else 0, format_func=names.get, disabled=not chooses)
        first = st.date_input(desk.t("absences.first_day"), today)
        last = st.date_input(desk.t("absences.last_day"), today)
        reason = st.selectbox(desk.t("absences.reason"), REASONS, index=None, format_func=lambda one: desk.t(f"absences.reason_{one}"))
        st.caption(desk.t("absences.today_from_now"))
        if not st.form_submit_button(desk.t("absences.enter"), type="primary") or who is None:
            return
    away = {"starts_at": desk.now if first == today else local_midnight(first), "ends_at": local_midnight(last + timedelta(1))}
    done = desk.carry_out(commands.enter, community_id=community_id, staff_id=who, reason=reason or "", **away)
    _again(desk, done, desk.t("absences.entered", name=names[who], **_said(away["starts_at"], away["ends_at"])))


def draw_absence(desk: Desk, community_id: UUID, one: AbsenceRow) -> None:
    """One absence, who stands in while it runs or is to come, and its end."""
    reason = desk.t(f"absences.reason_{one.reason}") if one.reason in REASONS else one.reason
    with st.container(border=True):
        st.markdown(desk.t("absences.line", name=plain(one.name), reason=plain(reason), **_said(one.starts_at, one.ends_at)))
        if one.state == "over":
            return
        for grid, others in one.cover:
            names = desk.t("exports.comma").join(map(plain, others))
            st.caption(desk.t("absences.covered", grid=plain(grid), names=names) if others else f":red[{desk.t('absences.uncovered', grid=plain(grid))}]")
        if one.state == "coming":
            if st.button(desk.t("absences.take_back"), key=f"absence-back-{one.id}"):
                _end(desk, community_id, one)
        elif one.staff_id == desk.actor.staff_id:
            if st.button(desk.t("absences.back"), key=f"absence-back-{one.id}"):
                _end(desk, community_id, one)
        else:
            _back(desk, community_id, one)


def _back(desk: Desk, community_id: UUID, one: AbsenceRow) -> None:
    """Of somebody else the head may say that they were back earlier than now."""
    here = desk.now.astimezone(SHANGHAI)
    with st.popover(desk.t("absences.back")), st.form(f"absence-end-{one.id}", border=False, enter_to_submit=False):
        day = st.date_input(desk.t("absences.back_on"), here.date(), key=f"absence-day-{one.id}")
        clock = st.time_input(desk.t("absences.back_at"), here.time().replace(second=0, microsecond=0), key=f"absence-time-{one.id}")
        if st.form_submit_button(desk.t("absences.back"), type="primary"):
            _end(desk, community_id, one, datetime.combine(day, clock, SHANGHAI))


def _end(desk: Desk, community_id: UUID, one: AbsenceRow, at: datetime | None = None) -> None:
    done = desk.carry_out(commands.end, community_id=community_id, absence_id=one.id, at=at)
    _again(desk, done, "" if isinstance(done, Refused) else desk.t("absences.ended", name=one.name, end=local_minute(done)))


def _said(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return dict(zip(("start", "end"), span(starts_at, ends_at), strict=True))


def _again(desk: Desk, done, said: str) -> None:
    """The lists above say it anew."""
    if isinstance(done, Refused):
        show_refusal(desk, done)
        return
    st.session_state["staff_said"] = said
    st.rerun()
