"""The notice board on the desk: whether it is open, what it shows and never shows, and its switch."""

from urllib.parse import quote
from uuid import UUID

import streamlit as st

from core.board import CLAUSE, least_households
from core.calendar import local_minute
from core.refusals import Refused
from db.commands.board import switch
from db.queries.board import open_boards, open_since
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk, current
from pages.parts.page import show_refusal


@st.fragment
def board_view(community_id: UUID) -> None:
    """Closed or open, and for the station head the other of the two."""
    desk = current().require("property")
    if community_id not in desk.scope.communities:
        return
    st.caption(desk.t("board.why"))
    st.markdown(f"- {desk.t('board.shows')}\n- {desk.t('board.hides', n=least_households(desk.now))}")
    clause_chip(desk, CLAUSE, key="board")
    with desk.session() as session:
        since = open_since(session, community_id)
        code = next((one for one, (known, _) in open_boards(session).items() if known == community_id), "")
    if since:
        st.success(desk.t("board.is_open", at=local_minute(since)))
        st.html(f'<a class="desk-link" href="/board?community={quote(code)}&lang={desk.lang}" target="_blank">{desk.t("board.look")}</a>')
    else:
        st.info(desk.t("board.is_closed"))
    _switch(desk, community_id, to_open=since is None)


def _switch(desk: Desk, community_id: UUID, *, to_open: bool) -> None:
    if not desk.may("board_switch"):
        st.caption(desk.t("board.only_head"))
        return
    if not st.button(desk.t("board.switch_on" if to_open else "board.switch_off"), key="board-switch", type="primary" if to_open else "secondary", width="stretch"):
        return
    result = desk.carry_out(switch, community_id=community_id, to_open=to_open)
    if isinstance(result, Refused):
        show_refusal(desk, result)
        return
    st.toast(desk.t("board.switched_on" if result else "board.switched_off"))
    st.rerun(scope="fragment")
