"""The limits of an order: what is left of each, and how each was counted."""

import streamlit as st

from core.clocks import State, deadline_text
from core.queue import remaining
from db.queries.reckoning import reckoned
from db.queries.work_orders import OrderCard, OrderClock
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk

RUNNING = (State.on_time, State.due_soon, State.overdue, State.paused, State.waiting)


def draw_limits(desk: Desk, card: OrderCard) -> None:
    """The clocks that run or stand still, each with its end and what is left."""
    lines = [f"- {_limit(desk, clock)}" for clock in card.clocks if clock.state in RUNNING]
    if lines:
        st.markdown("\n".join(lines))


def _limit(desk: Desk, clock: OrderClock) -> str:
    word, n = remaining(clock.due_at, desk.now)
    colour = {State.overdue: "red", State.due_soon: "orange"}.get(clock.state, "green")
    stands = next((begin for begin, end in clock.pauses if end is None), None) if clock.state == State.paused else None
    how = desk.t("queue.stands_still", begin=deadline_text(stands)) if stands else f"{desk.t('queue.due', at=deadline_text(clock.due_at))} · {desk.t(word, n=n)}"
    was = f" :blue[{desk.t('extensions.was_due', was=deadline_text(clock.original_due_at))}]" if clock.original_due_at else ""
    return f":{colour}[**{how}**]{was} {clause_mark(desk, clock.clause_id)}"


def draw_counted(desk: Desk, card: OrderCard) -> None:
    """Every clock of the order, those that are over too, each with what became of it and the days it was counted by."""
    if not card.clocks:
        return
    with st.expander(desk.t("queue.counted")), desk.session() as session:
        for clock in card.clocks:
            lines = [f"**{clause_mark(desk, clock.clause_id)}** {_became(desk, clock)}", *reckoned(session, card.line.community_id, clock, desk.lang)]
            st.markdown("\n- ".join(lines))


def _became(desk: Desk, clock: OrderClock) -> str:
    """How a clock stands; how late it is, or was when it was met."""
    word, n = remaining(clock.due_at, clock.due_at + clock.late)
    begun = desk.t("queue.counted_from", begin=deadline_text(clock.started_at))
    was = desk.t("extensions.was_due", was=deadline_text(clock.original_due_at)) if clock.original_due_at else ""
    return " · ".join(filter(None, (begun, desk.t(f"clocks.{clock.state}"), desk.t(word, n=n) if clock.late else "", was)))
