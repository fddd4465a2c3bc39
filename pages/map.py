"""The grid map: a community's cells over its streets, coloured by one figure; a click opens the grid's card; gaps stand beside it."""

from uuid import UUID

import streamlit as st

from core.calendar import local_day
from db.queries.gaps import gaps
from db.queries.geometry import map_version
from db.queries.map import GridValues, community_values, grid_card, grid_values, size_band
from pages.parts import desk as at
from pages.parts.beginnings import draw_beginning
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.map_card import district_view, gaps_view, grid_card_view
from pages.parts.map_colours import SHADES
from pages.parts.map_import import map_import
from pages.parts.map_layer import View, grid_map, legend
from pages.parts.page import page_header
from pages.parts.pick import pick_community

CHOSEN = "map_grid"


def page() -> None:
    desk = at.current().require("map")
    page_header(desk, desk.t("map.title"), desk.t("map.subtitle"))
    community_id = pick_community(desk)
    if community_id is None:
        return
    if asked := st.session_state.pop("grid_filter", None):
        _choose(asked)
    _community(community_id)
    map_import(desk, community_id)
    if len(desk.scope.communities) > 1:
        district_view(desk, kept(desk, community_values))


@st.fragment
def _community(community_id: UUID) -> None:
    """A click, another colour or another grid runs only this."""
    desk = at.current().require("map")
    if community_id not in desk.scope.communities:
        return
    values = kept(desk, grid_values, community_id)
    if not values:
        draw_beginning(desk, community_id)
        return
    left, right = st.columns([3, 2])
    with left:
        _map(desk, community_id, values)
    with right:
        _card(desk, values)
        gaps_view(desk, kept(desk, gaps, community_id))


def _map(desk: Desk, community_id: UUID, values: list[GridValues]) -> None:
    shade = st.pills(
        desk.t("map.shade"), SHADES, default=SHADES[0], required=True, format_func=lambda one: desk.t(f"map.by_{one}"), key="map_shade", label_visibility="collapsed"
    )
    view = View(values, shade or SHADES[0], size_band(local_day(desk.now)), _chosen(values))
    if not any(one.drawn for one in values):
        st.info(desk.t("map.not_drawn"))
    with desk.session() as session:
        version = map_version(session, community_id)
    grid_map(desk, community_id, version, view, _choose)
    legend(desk, view)


def _choose(grid_id: UUID) -> None:
    st.session_state[CHOSEN] = grid_id


def _chosen(values: list[GridValues]) -> UUID | None:
    """The grid chosen by click or list, when it is one of this community's."""
    chosen = st.session_state.get(CHOSEN)
    return chosen if chosen in {one.id for one in values} else None


def _card(desk: Desk, values: list[GridValues]) -> None:
    names = {one.id: f"{one.code} {one.name}" for one in values}
    if _chosen(values) is None:
        st.session_state[CHOSEN] = None
    chosen = st.selectbox(desk.t("map.grid"), names, index=None, format_func=names.get, key=CHOSEN, placeholder=desk.t("map.choose"))
    if chosen is None:
        return
    with desk.session() as session:
        card = grid_card(session, desk.now, chosen)
    if card:
        grid_card_view(desk, card)
