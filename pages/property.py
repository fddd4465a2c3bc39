"""Property matters: bills by stage, penalties for illegal parking, and the notice board of repairs. For the property company and the station head."""

import streamlit as st

from pages.parts import desk as at
from pages.parts.bills import bills_view
from pages.parts.board import board_view
from pages.parts.page import page_header
from pages.parts.parking import parking_view
from pages.parts.pick import pick_community

VIEWS = ("bills", "parking", "board")


def page() -> None:
    desk = at.current().require("property")
    page_header(desk, desk.t("property.title"), desk.t("property.subtitle"))
    if said := st.session_state.pop("property_said", None):
        st.toast(said)
    community_id = pick_community(desk)
    if community_id is None:
        return
    view = st.segmented_control(
        desk.t("property.view"), VIEWS, default=VIEWS[0], required=True, key="property-view", label_visibility="collapsed",
        format_func=lambda one: desk.t(f"property.view_{one}"),
    )  # fmt: skip
    {"bills": bills_view, "parking": parking_view, "board": board_view}[view](community_id)
