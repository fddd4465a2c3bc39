"""The roster: special groups with their care clocks; on a phone cards, on a desktop a table beside the person's file."""

import streamlit as st

from core.roles import Role
from core.rulebook import load_rulebook
from db.queries.roster import Wanted, roster, totals
from pages.parts import desk as at
from pages.parts.beginnings import draw_beginning
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.jump import take_clause
from pages.parts.merges import doubles_button, draw_doubles
from pages.parts.page import page_header
from pages.parts.roster_birthdays import draw_birthdays
from pages.parts.roster_filters import STYLE, chosen, show_all, show_pages
from pages.parts.roster_find import find_button
from pages.parts.roster_gaps import draw_gaps
from pages.parts.roster_list import cards, table
from pages.parts.rows import on_a_phone

PAGE = {"cards": 10, "table": 20}
"""Rows to begin with, and for each further page: a card with its buttons costs the server what ten rows of the table do."""
VIEWS = ("cards", "table")


def page() -> None:
    desk = at.current().require("roster")
    page_header(desk, desk.t("roster.title"), "" if on_a_phone() else desk.t("roster.subtitle"))
    st.html(STYLE)
    take_clause()
    _desk()


@st.fragment
def _desk() -> None:
    """A tap or another filter runs only this."""
    desk = at.current().require("roster")
    if draw_doubles(desk):
        return
    wanted, counts, fold = chosen(desk)
    view, pages = _view(desk), st.session_state.get("roster_pages", 1)
    found = kept(desk, roster, wanted, pages * PAGE[view])
    with counts:
        _counts(desk, wanted, found.away)
    if on_a_phone():
        with fold:
            _further(desk, wanted)
    draw_birthdays(desk)
    if wanted.state == "gaps":
        draw_gaps(desk, wanted, folded=on_a_phone())
    if not found.rows:
        _nobody(desk, wanted)
    elif view == "table":
        table(desk, found)
    else:
        cards(desk, found)
    if found.more:
        st.button(desk.t("roster.more", n=PAGE[view]), key="roster-more", on_click=show_pages, args=(pages + 1,), width="stretch")


def _view(desk: Desk) -> str:
    """Cards or table, as chosen under the filters; on a phone always cards."""
    return "cards" if on_a_phone() else st.session_state.get("roster_view") or _usual(desk)


def _usual(desk: Desk) -> str:
    return "cards" if desk.actor.role == Role.GRID_WORKER else "table"


def _counts(desk: Desk, wanted: Wanted, n: int) -> None:
    """Clocks by state under the filters (another state or a further page counts nothing anew), the round, and the choice of cards or table. `n`: who is away."""
    found = kept(desk, totals, wanted.counted)
    sums = {name: sum(getattr(one, name) for one in found.values()) for name in ("overdue", "today", "due", "met")}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="roster-counts"):
        away = f" · {desk.t('roster.away_count', n=n)}" if n else ""
        st.caption(desk.t("roster.counts", **sums) + away)
        if not on_a_phone():
            _further(desk, wanted)
        st.link_button(desk.t("walks.open"), f"/desk/walk?grid={wanted.grid_id}" if wanted.grid_id else "/desk/walk")
        if not on_a_phone():
            st.segmented_control(
                desk.t("roster.view"), VIEWS, default=_usual(desk), required=True, format_func=lambda one: desk.t(f"roster.view_{one}"), key="roster_view",
                label_visibility="collapsed", on_change=show_pages, args=(1,),
            )  # fmt: skip


def _further(desk: Desk, wanted: Wanted) -> None:
    """What is opened now and then: on a phone folded with the filters."""
    with st.container(horizontal=True, gap="small", width="stretch" if on_a_phone() else "content"):
        for clause in (one for one in load_rulebook().values() if wanted.act and getattr(one.values[-1].figure, "act", None) == wanted.act):
            clause_chip(desk, clause.id, key=f"roster-{clause.id}")
        find_button(desk)
        doubles_button(desk)


def _nobody(desk: Desk, wanted: Wanted) -> None:
    if draw_beginning(desk):
        return
    good = {Wanted(state="overdue"): "roster.nobody_late", Wanted(state="gaps"): "packages.nobody_lacks"}.get(wanted)
    st.success(desk.t(good)) if good else st.info(f"{desk.t('roster.nobody')} {desk.t('roster.nobody_next')}")
    st.button(desk.t("roster.show_all"), key="roster-all", on_click=show_all)

