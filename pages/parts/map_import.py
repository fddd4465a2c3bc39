"""The office's own map, beside the map: a GeoJSON file in, grids drawn around their buildings."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.refusals import Refused
from db.commands.geography import GridsDrawn, MapImported, draw_grids, import_map
from db.map_file import MapFile, read_map
from pages.parts import desk as at
from pages.parts.desk import Desk
from pages.parts.page import show_refusal
from pages.parts.plain import plain

DONE = "map_done"
"""Session state: the result of what the last click did."""
SHOWN = 50
"""Bad features listed; the rest is counted."""


def map_import(desk: Desk, community_id: UUID) -> None:
    """For roles that import ledgers: choose a file, see what it holds, put it on the map; or draw the grids anew."""
    if not desk.may("import_ledgers"):
        return
    with st.expander(desk.t("map.import")):
        st.caption(desk.t("map.import_help"))
        chosen = st.file_uploader(desk.t("map.import_file"), type=["geojson", "json"], key="map_file")
        content = read_map(chosen.getvalue()) if chosen else None
        if isinstance(content, Refused):
            show_refusal(desk, content)
        elif content:
            _preview(desk, community_id, content)
        st.button(desk.t("map.draw"), help=desk.t("map.draw_help"), key="map-draw", on_click=_act, args=(draw_grids, community_id))
        _told(desk, st.session_state.pop(DONE, None))


def _preview(desk: Desk, community_id: UUID, content: MapFile) -> None:
    st.markdown(desk.t("map.import_found", n=len(content.drawn), ignored=sum(content.ignored.values()), bad=len(content.problems)))
    for one in content.problems[:SHOWN]:
        st.markdown(f"- {desk.t('map.import_bad', number=one.number, name=plain(one.name))} {desk.t(f'map.bad_{one.reason}')}")
    if content.drawn:
        source = st.text_input(desk.t("map.source"), max_chars=120, key="map_source", placeholder=desk.t("map.source_hint"))
        st.button(desk.t("map.import_do"), type="primary", key="map-import", on_click=_act, args=(import_map, community_id), kwargs={"content": content, "source": source})


def _act(command: Callable, community_id: UUID, **arguments) -> None:
    """Runs before the page does, so that the map is drawn with what it changed."""
    desk = at.current().require("map")
    st.session_state[DONE] = desk.carry_out(command, community_id=community_id, **arguments)


def _told(desk: Desk, done: MapImported | GridsDrawn | Refused | None) -> None:
    """What was done."""
    if isinstance(done, Refused):
        show_refusal(desk, done)
    elif isinstance(done, GridsDrawn):
        st.success(desk.t("map.drawn", n=done.drawn, unchanged=done.unchanged, missing=done.no_outline))
    elif done:
        st.success(desk.t("map.imported", new=done.new, changed=done.changed, unchanged=done.unchanged, outside=done.outside))
        if done.shifted:
            st.warning(desk.t("map.shifted", n=done.shifted))
        for code in done.unknown_grids[:SHOWN]:
            st.warning(desk.t("map.unknown_grid", code=plain(code)))
