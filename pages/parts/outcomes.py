"""Behind the on-time rate: what became of all that came in, in three denominators; each line opens its orders."""

from uuid import UUID

import streamlit as st

from core.measures import percent
from core.outcomes import FIGURES, Outcome
from core.periods import period
from db.queries.catalogue import entries
from db.queries.outcomes import BY, behind, outcomes
from db.queries.overview import grid_names, month_keys
from pages.parts.desk import Desk, current
from pages.parts.evidence import row_text
from pages.parts.line_list import line_list
from pages.parts.plain import plain

KEY, FIGURE = "outcomes_key", "outcomes_figure"


def draw_outcomes(desk: Desk, community_id: UUID, by: str) -> None:
    """The button; nothing is counted before it is tapped."""
    if st.button(desk.t("outcomes.open"), key="outcomes-open", width="stretch"):
        for name in (KEY, FIGURE):
            st.session_state.pop(name, None)
        st.dialog(desk.t("outcomes.title"), width="large")(_table)(community_id, by)


def _table(community_id: UUID, by: str) -> None:
    desk = current().require("overview")
    if community_id not in desk.scope.communities:
        return
    by = st.segmented_control(
        desk.t("overview.by"), BY, default=by, required=True, format_func=lambda one: desk.t(f"overview.by_{one}"), key="outcomes_by", label_visibility="collapsed"
    )
    months = month_keys(desk.now)
    span = period("month", months[0]), period("month", months[-1])
    with desk.session() as session:
        found = outcomes(session, desk.now, community_id, by, *span)
        names = grid_names(session, community_id) if by == "grid" else {one.item.id: one.item.title[desk.lang] for one in entries(session, community_id)} if by == "item" else {}
    st.caption(desk.t("outcomes.why", first=months[0], last=months[-1]))
    lines = {str(key): f"**{_name(desk, by, key, names)}** {_in_short(desk, one)}" for key, one in found.items()}
    tapped = line_list("outcomes", desk.t("outcomes.title"), lines)
    before = st.session_state.get(KEY)
    chosen = st.session_state[KEY] = tapped or (before if before in lines else next(iter(lines), None))
    key = next((one for one in found if str(one) == chosen), None)
    if key not in found:
        st.caption(desk.t("overview.no_data"))
        return
    figure = line_list("outcome-figures", _name(desk, by, key, names), {one: _figure(desk, found[key], one) for one in FIGURES}, titled=True)
    st.session_state[FIGURE] = None if tapped else figure or st.session_state.get(FIGURE)
    if st.session_state[FIGURE]:
        _rows(desk, community_id, by, key, st.session_state[FIGURE], span)


def _rows(desk: Desk, community_id: UUID, by: str, key: str | UUID | None, figure: str, span: tuple) -> None:
    with desk.session() as session:
        of, rows = behind(session, desk.now, community_id, by, key, figure, *span)
    st.markdown(f"**{desk.t(f'outcomes.{figure}')}** — {desk.t('outcomes.rows', n=of)}")
    for stands, one in rows:
        st.markdown(f"{row_text(desk, None, one)} · {desk.t(f'outcomes.stands_{stands}')}")
    if of > len(rows):
        st.caption(desk.t("overview.first_rows", n=len(rows)))


def _name(desk: Desk, by: str, key: str | UUID | None, names: dict[UUID | str, str]) -> str:
    if by in ("grid", "item"):
        return plain(names.get(key)) or desk.t(f"overview.no_{by}")
    return desk.t(f"work_orders.category_{key}")


def _in_short(desk: Desk, one: Outcome) -> str:
    """n, and the three rates."""
    rates = " / ".join(percent(met / of if of else None) for met, of in (one.share(figure) for figure in ("closed", "due", "received")))
    return desk.t("outcomes.in_short", n=one.received, rates=rates)


def _figure(desk: Desk, one: Outcome, figure: str) -> str:
    found = one.share(figure)
    value = desk.t("overview.share_of", share=percent(found[0] / found[1] if found[1] else None), met=found[0], due=found[1])
    return f"{desk.t(f'outcomes.{figure}')} **{value}**"
