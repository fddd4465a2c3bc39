"""The communities, on the administrator's page: founding one, calling one by another name, and when its office closes."""

import streamlit as st

from core.communities import LONGEST_NAME
from core.refusals import Refused
from db.commands import communities as commands
from db.queries.communities import CommunityRow, communities
from pages.parts import desk as at
from pages.parts.desk import Desk
from pages.parts.page import show_refusal
from pages.parts.rows import draw_rows


def draw_communities(desk: Desk) -> None:
    """Open while there is none: nothing else can begin."""
    with desk.session() as session:
        rows = communities(session)
    if said := st.session_state.pop("communities_said", None):
        st.toast(said)
    with st.expander(f"**{desk.t('communities.title')}** {len(rows)}", expanded=not rows):
        if rows:
            columns = ("name", "code", "street")
            draw_rows([{desk.t(f"communities.{one}"): getattr(row, one) for one in columns} | {desk.t("communities.closes_at"): _hours(desk, row)} for row in rows])
        else:
            st.caption(desk.t("communities.none"))
        _create(desk)
        if rows:
            _change(desk, {row.id: row for row in rows})


def _create(desk: Desk) -> None:
    with st.form("community-create", enter_to_submit=False):
        code = st.text_input(desk.t("communities.code"), help=desk.t("communities.code_help"), max_chars=40)
        name = st.text_input(desk.t("communities.name"), max_chars=LONGEST_NAME)
        street = st.text_input(desk.t("communities.street"), max_chars=LONGEST_NAME)
        st.caption(desk.t("communities.next"))
        if not st.form_submit_button(desk.t("communities.create"), type="primary"):
            return
    done = commands.found(at.engine(), desk.scope, now=desk.now, code=code, name=name, street=street)
    _again(desk, done, desk.t("communities.created", name=name.strip()))


def _change(desk: Desk, rows: dict) -> None:
    chosen: CommunityRow | None = rows.get(st.selectbox(desk.t("communities.choose"), rows, index=None, format_func=lambda one: f"{rows[one].code} {rows[one].name}", key="community-chosen"))
    if chosen is None:
        return
    with st.form(f"community-{chosen.id}-{chosen.name}-{chosen.street}", enter_to_submit=False):
        name = st.text_input(desk.t("communities.name"), chosen.name, max_chars=LONGEST_NAME)
        street = st.text_input(desk.t("communities.street"), chosen.street, max_chars=LONGEST_NAME)
        if st.form_submit_button(desk.t("communities.change")):
            done = desk.carry_out(commands.change, community_id=chosen.id, name=name, street=street, seen=(chosen.name, chosen.street))
            _again(desk, done, desk.t("communities.changed"))
    with st.form(f"community-hours-{chosen.id}-{chosen.closes_at}", enter_to_submit=False):
        closes_at = st.time_input(desk.t("communities.closes_at"), chosen.closes_at, step=300, help=desk.t("communities.closes_at_help"))
        none = chosen.closes_at is not None and st.checkbox(desk.t("communities.hours_back"))
        st.caption(desk.t("communities.closes_at_why"))
        if st.form_submit_button(desk.t("communities.keep_hours")):
            done = desk.carry_out(commands.keep_hours, community_id=chosen.id, closes_at=None if none else closes_at, seen=chosen.closes_at)
            _again(desk, done, "" if isinstance(done, Refused) else desk.t("communities.hours_kept", n=done))


def _hours(desk: Desk, row: CommunityRow) -> str:
    return f"{row.closes_at:%H:%M}" if row.closes_at else desk.t("communities.no_hours")


def _again(desk: Desk, done, said: str) -> None:
    """What was done is on the whole page, so all of it is drawn anew."""
    if isinstance(done, Refused):
        show_refusal(desk, done)
        return
    st.session_state["communities_said"] = said
    st.rerun()
