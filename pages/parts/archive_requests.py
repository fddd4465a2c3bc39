"""Requests to read a file, for whoever decides: approved with somebody named to watch, or refused."""

from functools import partial

import streamlit as st

from db.commands.archive import Asked, decide
from db.queries.archive import ReadingLine, watchers
from pages.parts.archive_file import asked_for
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.grants import draw_answers
from pages.parts.plain import plain


def draw_readings(desk: Desk, found: list[ReadingLine]) -> None:
    """Each request with its two answers."""
    if found:
        st.markdown(f"**{desk.t('archive.decide')}**")
    for one in found:
        with st.container(border=True, key=f"reading-{one.id}"):
            st.markdown(f"**{one.number} {plain(one.matter)}**  \n{asked_for(desk, one)}  \n{clause_mark(desk, 'archive.access')}")
            _decision(desk, one)


def _decision(desk: Desk, one: ReadingLine) -> None:
    watcher = None
    if desk.may("archive_decide") and one.why_not is None:
        with desk.session() as session:
            names = {who: name for who, name in watchers(session, one.community_id).items() if who != one.asker_id}
        watcher = st.selectbox(desk.t("archive.watcher"), list(names), index=None, format_func=lambda who: plain(names[who]), key=f"watcher-{one.id}")
    answer = partial(desk.carry_out, decide, community_id=one.community_id, reading_id=one.id, watcher_id=watcher)
    draw_answers(desk, "archive_decide", ("reading", one.id), ("archive.grant", "archive.refuse"), lambda yes: answer(granted=yes), partial(_said, desk), why_not=one.why_not)


def _said(desk: Desk, result: Asked, granted: bool) -> str:
    return desk.t("archive.now_granted" if granted else "archive.now_refused", number=result.number)
