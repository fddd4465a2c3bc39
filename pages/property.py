"""Property matters: bills by stage, from payment to suspension. For the property company and the station head."""

import streamlit as st

from pages.parts import desk as at
from pages.parts.bills import bills_view
from pages.parts.page import page_header
from pages.parts.pick import pick_community


def page() -> None:
    desk = at.current().require("property")
    page_header(desk, desk.t("property.title"), desk.t("property.subtitle"))
    if said := st.session_state.pop("property_said", None):
        st.toast(said)
    community_id = pick_community(desk)
    if community_id is not None:
        bills_view(community_id)
