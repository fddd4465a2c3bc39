"""The street's communities side by side, the one with most past its limit first; a tap chooses one."""

from uuid import UUID

import pandas as pd
import streamlit as st

from core.measures import percent
from db.queries.overview import Standing, standing
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.measured import measured_figure

PICKED = "community_picked"


def draw_league(desk: Desk, names: dict[UUID, str]) -> UUID:
    """Draw the table; the community chosen in it, at first the one at its top."""
    table = sorted((kept(desk, standing, one, community_id=one) for one in names), key=_late, reverse=True)
    st.subheader(desk.t("overview.league"), anchor=False)
    st.caption(desk.t("overview.league_why"))
    columns = [desk.t(f"overview.column_{name}") for name in ("community", "orders", "care", "duties", "on_time", "mediation", "coverage")]
    rows = pd.DataFrame([_row(desk, one) for one in table], columns=columns)
    event = st.dataframe(rows, hide_index=True, width="stretch", on_select="rerun", selection_mode="single-row", key=f"league-{desk.lang}")
    if event.selection.rows:
        st.session_state[PICKED] = table[event.selection.rows[0]].community_id
    before = st.session_state.get(PICKED)
    return before if before in names else table[0].community_id


def _late(one: Standing) -> tuple[int, float]:
    value = one.figures[0].value
    care = one.late_care if isinstance(one.late_care, int) else 1
    return one.late_orders + care + one.late_duties, -(value if value is not None else 1)


def _row(desk: Desk, one: Standing) -> tuple:
    marks = [f"{measured_figure(desk, figure)} {desk.t(f'measures.verdict_{figure.verdict}')}" for figure in one.figures]
    return one.name, one.late_orders, str(one.late_care), one.late_duties, *marks, percent(one.coverage)
