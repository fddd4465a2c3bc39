"""What of a message waits for the reader's word: a line a thing, and the way to where it is given."""

from functools import partial
from uuid import UUID

import streamlit as st

from core.awaited import Awaited, said
from pages.parts.desk import Desk
from pages.parts.jump import open_desk
from pages.parts.late_entries import open_waiting
from pages.parts.plain import plain
from pages.parts.reviews import open_reviews

_WAYS = {"review": "go_review", "handover": "go_queue", "explanation": "go_overview", "joined_by_age": "go_roster", "left_by_age": "go_roster"}
"""What is given elsewhere than on the list of what waits for another person, and the word that leads there."""


def draw_words(desk: Desk, community_id: UUID, words: tuple[Awaited, ...]) -> None:
    """Nothing where none waits any more."""
    if not words:
        return
    st.markdown(f"**{desk.t('alerts.words_title')}**")
    st.markdown("\n".join(f"- {plain(said(one, desk.now, desk.lang))}" for one in words))
    ways = {
        "give_word": partial(open_waiting, desk, community_id), "go_review": partial(open_reviews, desk, "alerts", community_id),
        "go_queue": partial(open_desk, "queue"), "go_overview": partial(open_desk, "overview"), "go_roster": partial(open_desk, "roster"),
    }  # fmt: skip
    wanted = [way for way in ways if way in {_WAYS.get(one.kind, "give_word") for one in words}]
    with st.container(horizontal=True):
        tapped = [way for way in wanted if st.button(desk.t(f"alerts.{way}"), key=f"alerts-{way}", type="primary", width="stretch")]
    for way in tapped:
        ways[way]()
