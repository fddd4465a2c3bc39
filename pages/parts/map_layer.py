"""The map itself: folium and streamlit-folium, every file from this app, geometry by URL, figures by a few lines a rerun."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import folium
import streamlit as st
from branca.element import MacroElement, Template
from streamlit_folium import st_folium

from core.rulebook import Threshold
from db.queries.map import GridValues
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.map_colours import ShadeClass, class_of, classes
from pages.routes.geometry import asset_url, geometry_url

_LEGEND = (
    ".desk-legend{display:flex;flex-wrap:wrap;gap:.2rem .9rem;font-size:.85rem}.desk-legend span{display:inline-flex;align-items:center;gap:.3rem;white-space:nowrap}"
    ".desk-legend i{width:1.1rem;height:.8rem;border:1px solid #777}"
    ".st-key-map_shade [role=radiogroup]{flex-wrap:wrap}"
)
KEY = "desk_map"
HEIGHT = 560


class _OfflineMap(folium.Map):
    """folium's map with leaflet and our layer from this app instead of five files from elsewhere."""

    default_js = [("leaflet", asset_url("leaflet.js")), ("grids", asset_url("grids.js"))]
    default_css = [("leaflet_css", asset_url("leaflet.css"))]


class _Ground(MacroElement):
    """Opens the geometry at `url` on its map."""

    _template = Template("{% macro script(this, kwargs) %}deskGrids.open({{ this._parent.get_name() }}, {{ this.url }});{% endmacro %}")

    def __init__(self, url: str):
        super().__init__()
        self._name, self.url = "Ground", json.dumps(url)


class _Paint(MacroElement):
    """Colours and labels of the cells: all that a rerun changes."""

    _template = Template("{% macro script(this, kwargs) %}deskGrids.paint({{ this.values }});{% endmacro %}")

    def __init__(self, values: dict):
        super().__init__()
        self._name, self.values = "Paint", json.dumps(values, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class View:
    """What the map shows: its grids with their figures, the figure it is shaded by (map_colours.SHADES), the chosen grid."""

    values: list[GridValues]
    shade: str
    band: Threshold
    selected: UUID | None

    def shades(self) -> list[ShadeClass]:
        """The classes of its figure."""
        return classes(self.shade, [getattr(v.figures, self.shade) for v in self.values], self.band)


def grid_map(desk: Desk, community_id: UUID, version: int, view: View, on_click: Callable[[UUID], None]) -> None:
    """Draws the community's map as `view` says; `on_click` gets the id of a clicked grid before the next run."""
    drawn = _OfflineMap(location=(36.2, 117.67), zoom_start=15, tiles=None, zoom_control="bottomright", zoom_snap=0.25, attribution_control=False, scroll_wheel_zoom=False)
    drawn.add_child(_Ground(geometry_url(desk.scope, community_id, version)))
    group = folium.FeatureGroup(control=False)
    group.add_child(_Paint(_painted(desk, view)))
    st_folium(
        drawn, key=KEY, height=HEIGHT, use_container_width=True, returned_objects=["last_active_drawing"], feature_group_to_add=group,
        on_change=lambda: _clicked(on_click),
    )  # fmt: skip


def _clicked(on_click: Callable[[UUID], None]) -> None:
    cell = (st.session_state.get(KEY) or {}).get("last_active_drawing")
    if cell:
        on_click(UUID(cell["properties"]["grid"]))


def _painted(desk: Desk, view: View) -> dict:
    """{"cells": {grid id: [colour, opacity, figure, code, title]}, "selected": id or null}."""
    shades, cells = view.shades(), {}
    for one in view.values:
        figure = getattr(one.figures, view.shade)
        found = class_of(shades, figure)
        title = desk.t("map.cell_title", code=one.code, name=one.name, figure=desk.t(f"map.by_{view.shade}"), value=figure)
        cells[str(one.id)] = [found.colour, found.opacity, figure, one.code, title]
    return {"cells": cells, "selected": str(view.selected) if view.selected else None}


def legend(desk: Desk, view: View) -> None:
    """The classes as chips, and what is counted."""
    chips = "".join(f'<span><i style="background:{one.colour}"></i>{one.label(desk.lang)}</span>' for one in view.shades())
    st.html(f"<style>{_LEGEND}</style><div class='desk-legend'>{chips}</div>")
    low, high = (int(n) for n in view.band.figure)
    note = desk.t(f"map.note_{view.shade}")
    mark = f" {clause_mark(desk, 'grid.size')}" if view.shade == "households" else ""
    st.caption(note.format(about=view.band.about, low=low, high=high) + mark)
