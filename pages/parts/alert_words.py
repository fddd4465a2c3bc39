"""What of a message waits for the reader's word: a line a thing, and the way to where it is given."""

from uuid import UUID

import streamlit as st

from core.awaited import Awaited, said
from pages.parts.desk import Desk
from pages.parts.late_entries import open_waiting
from pages.parts.plain import plain
from pages.parts.reviews import open_reviews


def draw_words(desk: Desk, community_id: UUID, words: tuple[Awaited, ...]) -> None:
    """Nothing where none waits any more."""
    if not words:
        return
    st.markdown(f"**{desk.t('alerts.words_title')}**")
    st.markdown("\n".join(f"- {plain(said(one, desk.now, desk.lang))}" for one in words))
    reviews = any(one.kind == "review" for one in words)
    with st.container(horizontal=True):
        grants = any(one.kind != "review" for one in words) and desk.sees("overview")
        if grants and st.button(desk.t("alerts.give_word"), key="alerts-word", type="primary", width="stretch"):
            open_waiting(desk, community_id)
        elif reviews and st.button(desk.t("alerts.go_review"), key="alerts-review", type="primary", width="stretch"):
            open_reviews(desk, "alerts", community_id)
