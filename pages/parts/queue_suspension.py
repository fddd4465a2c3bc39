"""Why an order stands still, or shall: asking for it, what became of that, and going on."""

from datetime import timedelta

import streamlit as st

from core.calendar import local_day
from core.clocks import State, deadline_text
from core.extensions import NEVER, limit_of
from core.periods import local_midnight
from core.suspensions import REASONS, STATUSES, latest
from core.work_orders import SUPPLEMENT
from db.commands import suspensions as commands
from db.queries.calendar import current_calendar
from db.queries.suspensions import SuspensionLine
from db.queries.work_orders import OrderCard
from pages.parts.desk import Desk
from pages.parts.files import pick_files
from pages.parts.queue_grants import answer, who
from pages.parts.suspensions import asked_for

_COLOUR = {"waiting": "orange", "running": "blue"}
_RUNNING = (State.on_time, State.due_soon, State.paused)


def draw_suspended(desk: Desk, suspensions: list[SuspensionLine]) -> None:
    """What was asked for and what became of it; while it stands still, the way to go on."""
    for one in suspensions:
        st.markdown(f":{_COLOUR.get(one.stands, 'gray')}[{asked_for(desk, one)} — **{_stands(desk, one)}**]")
        if one.stands == "running" and desk.may("order_accept"):
            said = st.container()
            if st.button(desk.t("suspensions.go_on"), key="suspension-go-on", width="stretch"):
                with said:
                    answer(desk, desk.carry_out(commands.go_on, community_id=one.community_id, suspension_id=one.id), "suspensions.gone_on")


def draw_suspending(desk: Desk, card: OrderCard, suspensions: list[SuspensionLine]) -> None:
    """The form, where something of the order could stand still and nothing is asked for or runs already."""
    if not (desk.may("order_accept") and card.line.status in STATUSES and _may_stand(card)) or any(one.stands in _COLOUR for one in suspensions):
        return
    with desk.session() as session:
        last = latest(desk.now, current_calendar(session))
    today = local_day(desk.now)
    with st.expander(desk.t("suspensions.ask")), st.form("suspension", border=False):
        st.caption(desk.t("suspensions.ask_why", last=deadline_text(last)))
        said = st.container()
        reason = st.selectbox(desk.t("suspensions.reason"), REASONS, format_func=lambda one: desk.t(f"suspensions.reason_{one}"), key="suspension_reason")
        detail = st.text_area(desk.t("suspensions.detail"), key="suspension_detail", max_chars=500, height=80)
        evidence = st.text_input(desk.t("suspensions.evidence"), key="suspension_evidence", max_chars=200)
        last_day = local_day(last - timedelta.resolution)
        uploads = pick_files(desk, "suspension_files")
        until = st.date_input(desk.t("suspensions.until"), today + timedelta(1), min_value=today, max_value=last_day, key="suspension_until")
        if st.form_submit_button(desk.t("suspensions.submit"), type="primary", width="stretch"):
            asked = {"reason": reason, "detail": detail, "evidence": evidence, "uploads": uploads, "until": local_midnight(until + timedelta(1))}
            with said:
                answer(desk, desk.carry_out(commands.ask, community_id=card.line.community_id, order_id=card.line.id, **asked), "suspensions.asked")


def _may_stand(card: OrderCard) -> bool:
    limits = [limit_of(one) for one in card.clocks if one.state in _RUNNING and one.clause_id != SUPPLEMENT]
    return any(limit is not None and limit.unit != NEVER for limit in limits)


def _stands(desk: Desk, one: SuspensionLine) -> str:
    moments = {"until": one.until_at, "begin": one.decided_at, "end": one.ended_at}
    return desk.t(f"suspensions.state_{one.stands}", who=who(desk, one.waits_for), **{name: at and deadline_text(at) for name, at in moments.items()})
