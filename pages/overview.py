"""The overview: first what is late and who holds it, then the thresholds, then twelve months. For the street, its communities side by side."""

from datetime import datetime
from uuid import UUID

import pyarrow as pa
import streamlit as st
from sqlalchemy.orm import Session

from core.measures import Measured
from core.rulebook import load_rulebook
from db.queries.months import month_marks
from db.queries.overview import behind_mark, grid_names, history, late, marks, month_keys, settled, thresholds
from pages.parts import desk as at
from pages.parts.beginnings import draw_beginning
from pages.parts.charts import CHARTS, chart_rows, draw_chart, mark_name
from pages.parts.checklist_lines import verdict_mark
from pages.parts.clause import source_text
from pages.parts.desk import Desk
from pages.parts.explanations import draw_filed
from pages.parts.figures import kept
from pages.parts.jump import open_desk
from pages.parts.late_entries import draw_waiting
from pages.parts.late_rows import draw_late, list_rows
from pages.parts.league import draw_league
from pages.parts.line_list import STYLE, line_list
from pages.parts.measured import measured_figure
from pages.parts.mediation_street import draw_at_street
from pages.parts.outcomes import draw_outcomes
from pages.parts.page import page_header
from pages.parts.pick import places
from pages.parts.plain import plain
from pages.parts.reviews import draw_waiting as draw_reviews

BY = ("kind", "grid")


def page() -> None:
    desk = at.current().require("overview")
    page_header(desk, desk.t("overview.title"), desk.t(f"overview.subtitle_{desk.actor.role}"))
    st.html(STYLE)
    names = places(desk)
    if not names:
        return
    community_id = draw_league(desk, names) if len(names) > 1 else next(iter(names))
    if len(names) > 1:
        st.header(plain(names[community_id]), anchor=False)
    draw_beginning(desk, community_id)
    st.subheader(desk.t("overview.late"), anchor=False)
    draw_late(desk, community_id, kept(desk, late, community_id, community_id=community_id))
    with st.container(horizontal=True, key="overview-waits"):
        draw_waiting(desk, community_id)
        draw_reviews(desk, "overview", community_id)
        draw_filed(desk, community_id)
        draw_at_street(desk, community_id)
    _thresholds(desk, community_id)
    st.subheader(desk.t("overview.year"), anchor=False)
    _year(community_id)


def _thresholds(desk: Desk, community_id: UUID) -> None:
    """Each threshold clause against its figure; a tap opens it on the checklist."""
    st.subheader(desk.t("overview.thresholds"), anchor=False)
    found = kept(desk, thresholds, community_id, community_id=community_id)
    tapped = line_list("threshold", desk.t("overview.thresholds"), {one.clause_id: _threshold(desk, one) for one in found})
    if tapped:
        st.session_state["community_picked"] = community_id
        open_desk("checklist", clause_filter=tapped)


def _threshold(desk: Desk, one: Measured) -> str:
    clause = load_rulebook()[one.clause_id]
    why = f" · {desk.t(one.why, **one.values)}" if one.why else ""
    rule = f":gray[· {desk.t('checklist.rule')} {clause.figure[desk.lang]} · {source_text(desk, clause)}{why}]"
    return f"{verdict_mark(desk, one.verdict)} **{clause.title[desk.lang]}** {measured_figure(desk, one)} {rule}"


@st.fragment
def _year(community_id: UUID) -> None:
    """Twelve months; choosing a view or tapping a mark runs only this."""
    desk = at.current().require("overview")
    if community_id not in desk.scope.communities:
        return
    by = st.segmented_control(
        desk.t("overview.by"), BY, default="kind", required=True, format_func=lambda one: desk.t(f"overview.by_{one}"), key="overview_by", label_visibility="collapsed"
    )
    grids, tables = kept(desk, _tables, community_id, by, desk.lang, community_id=community_id)
    for name, rows in zip(CHARTS, tables, strict=True):
        st.markdown(f"**{desk.t(f'overview.{name}')}**")
        picked = draw_chart(desk, name, by, rows)
        if picked:
            _behind(desk, community_id, name, by, *picked, grids)
        st.caption(desk.t(f"overview.{name}_why"))
        if name == "on_time":
            draw_outcomes(desk, community_id, by)


def _tables(session: Session, now: datetime, community_id: UUID, by: str, lang: str) -> tuple[dict[UUID, str], list[pa.Table]]:
    """The grids, and the rows of each chart. The eleven months that are over are counted anew when a filing wrote something they count."""
    desk = at.current()
    keys, grids = month_keys(now), grid_names(session, community_id)
    past = kept(desk, settled, community_id, keys[:-1], community_id=community_id, marks=month_marks(session, community_id, keys[:-1]))
    running = history(session, now, community_id, keys[-1:])
    return grids, [chart_rows(desk, name, by, marks(session, name, by, past, running), grids) for name in CHARTS]


def _behind(desk: Desk, community_id: UUID, name: str, by: str, month: str, key: str, grids: dict[UUID, str]) -> None:
    """The rows behind a mark: what came in, or what broke its limit."""
    kind, grid_id = (key, None) if by == "kind" else (None, UUID(key) if key else None)
    with desk.session() as session:
        of, rows = behind_mark(session, desk.now, community_id, name, month, kind, grid_id)
    with st.container(border=True, key=f"behind-{name}"):
        st.markdown(f"**{month} · {plain(mark_name(desk, name, by, key, grids))}** — {desk.t(f'overview.behind_{name}', n=of)}")
        list_rows(desk, rows, lambda one: one.clause_id)
        if of > len(rows):
            st.caption(desk.t("overview.first_rows", n=len(rows)))
