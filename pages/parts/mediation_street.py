"""Disputes on the street's rung, for the street and whoever watches: reported with whom, or due when."""

from uuid import UUID

import streamlit as st

from core.clocks import State, deadline_text
from core.mediation import STREET, clause_of
from db.queries.mediation import StreetLine, how_many_there, on_the_streets_rung
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.plain import plain


def draw_at_street(desk: Desk, community_id: UUID) -> None:
    """One button with how many there are; nothing where there is none."""
    n = kept(desk, how_many_there, community_id, community_id=community_id)
    if n and st.button(desk.t("mediation.at_street", n=n), key="disputes-at-street", width="stretch"):
        st.dialog(desk.t("mediation.at_street_title"), width="large")(_list)(community_id)


def _list(community_id: UUID) -> None:
    desk = current().require("overview")
    if community_id not in desk.scope.communities:
        return
    with desk.session() as session:
        found = on_the_streets_rung(session, desk.now, community_id)
    if not found:
        st.success(desk.t("mediation.none_at_street"))
    for one in found:
        with st.container(border=True):
            st.markdown(f"**{one.number} {plain(one.matter)}** {plain(one.grid)}  \n{_stands(desk, one)}  \n{clause_mark(desk, clause_of(STREET))}")


def _stands(desk: Desk, one: StreetLine) -> str:
    joined = [f"{desk.t(f'mediation.paper_{kind}')} {plain(text)}" for kind, text in one.joined]
    if one.reported_at:
        return " · ".join((desk.t("mediation.reported_at", at=deadline_text(one.reported_at)), *joined))
    if one.due_at is None:
        return desk.t("clocks.void")
    colour = "red" if one.state == State.overdue else "orange"
    return f":{colour}[{desk.t('mediation.to_report', due=deadline_text(one.due_at))}]"
