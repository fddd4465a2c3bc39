"""Accounts: who may log in, what they reach. For the administrator."""

import streamlit as st

from pages.parts import desk as at
from pages.parts.page import page_header


def page() -> None:
    desk = at.current().require("accounts")
    page_header(desk, desk.t("accounts.title"), desk.t("accounts.subtitle"))
    st.caption(desk.actor.username)
