"""The roster: special groups with their care clocks; on a phone cards, on a desktop a table beside the person's file."""

from uuid import UUID

import streamlit as st

from core.care import ACTS, GROUPS
from core.roles import Role
from core.rulebook import load_rulebook
from db.queries.roster import Roster, Wanted, grids, roster
from pages.parts import desk as at
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.page import page_header
from pages.parts.roster_list import cards, table

PAGE = {"cards": 10, "table": 20}
"""Rows to begin with, and for each further page: a card with its buttons costs the server what ten rows of the table do."""
STATES = ("overdue", "due", "met")
VIEWS = ("cards", "table")
EVERY = "all"
WIDTH = 164
"""Two controls side by side on a phone, all in one line on a desktop."""


def page() -> None:
    desk = at.current().require("roster")
    page_header(desk, desk.t("roster.title"), desk.t("roster.subtitle"))
    _desk()


@st.fragment
def _desk() -> None:
    """A tap or another filter runs only this."""
    desk = at.current().require("roster")
    wanted = _filters(desk)
    view, pages = _view(desk), st.session_state.get("roster_pages", 1)
    found = kept(desk, roster, wanted, pages * PAGE[view])
    _counts(desk, wanted, found)
    if not found.rows:
        _nobody(desk, wanted)
    elif view == "table":
        table(desk, found)
    else:
        cards(desk, found)
    if found.more:
        st.button(desk.t("roster.more", n=PAGE[view]), key="roster-more", on_click=_show, args=(pages + 1,), width="stretch")


def _filters(desk: Desk) -> Wanted:
    """State and act as buttons, group and grid as lists, and a search; what another page asked for comes first."""
    known = kept(desk, grids)
    _asked_for(known)
    state = st.segmented_control(
        desk.t("roster.state"), (EVERY, *STATES), default=EVERY, required=True, format_func=lambda one: desk.t("common.all" if one == EVERY else f"roster.state_{one}"),
        key="roster_state", label_visibility="collapsed", width="stretch", on_change=_show, args=(1,),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        group = _choice(desk, "group", GROUPS, lambda one: desk.t(f"care.group.{one}"))
        act = _choice(desk, "act", ACTS, lambda one: desk.t(f"care.act.{one}"))
        grid_id = _choice(desk, "grid", tuple(known), known.get) if len(known) > 1 else None
        text = st.text_input(desk.t("roster.find"), key="roster_text", placeholder=desk.t("roster.find_hint"), label_visibility="collapsed", width=WIDTH)
    return Wanted(group=group, state=None if state == EVERY else state, grid_id=grid_id, act=act, text=text or None)


def _choice(desk: Desk, name: str, options: tuple, word) -> str | UUID | None:
    every = desk.t(f"roster.all_{name}s")
    chosen = st.selectbox(
        desk.t(f"roster.{name}"), (EVERY, *options), format_func=lambda one: every if one == EVERY else word(one),
        key=f"roster_{name}", label_visibility="collapsed", width=WIDTH, on_change=_show, args=(1,),
    )  # fmt: skip
    return None if chosen == EVERY else chosen


def _asked_for(known: dict[UUID, str]) -> None:
    """A grid or clause that the map, the checklist or the overview sends somebody here for."""
    grid_id, clause_id = st.session_state.pop("grid_filter", None), st.session_state.pop("clause_filter", None)
    if grid_id in known:
        st.session_state["roster_grid"] = grid_id
    clause = load_rulebook().get(clause_id)
    act = getattr(clause.values[-1].figure, "act", None) if clause else None
    if act in ACTS:
        st.session_state["roster_act"], st.session_state["roster_state"] = act, "overdue"


def _view(desk: Desk) -> str:
    """Cards or table, as chosen under the filters; on a phone always cards."""
    return "cards" if _on_a_phone() else st.session_state.get("roster_view") or _usual(desk)


def _usual(desk: Desk) -> str:
    return "cards" if desk.actor.role == Role.GRID_WORKER else "table"


def _counts(desk: Desk, wanted: Wanted, found: Roster) -> None:
    """Clocks by state under the filters, the clause an act comes from, and the choice of cards or table."""
    sums = {name: sum(getattr(one, name) for one in found.totals.values()) for name in STATES}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(desk.t("roster.counts", **sums), width="content")
        for clause in (one for one in load_rulebook().values() if wanted.act and getattr(one.values[-1].figure, "act", None) == wanted.act):
            clause_chip(desk, clause.id, key=f"roster-{clause.id}")
        if not _on_a_phone():
            st.segmented_control(
                desk.t("roster.view"), VIEWS, default=_usual(desk), required=True, format_func=lambda one: desk.t(f"roster.view_{one}"), key="roster_view",
                label_visibility="collapsed", on_change=_show, args=(1,),
            )  # fmt: skip


def _nobody(desk: Desk, wanted: Wanted) -> None:
    late = wanted == Wanted(state="overdue")
    st.success(desk.t("roster.nobody_late")) if late else st.info(f"{desk.t('roster.nobody')} {desk.t('roster.nobody_next')}")
    st.button(desk.t("roster.show_all"), key="roster-all", on_click=_show_all)


def _show(pages: int) -> None:
    st.session_state["roster_pages"] = pages


def _show_all() -> None:
    for name, every in (*((one, EVERY) for one in ("state", "group", "grid", "act")), ("text", "")):
        st.session_state[f"roster_{name}"] = every


def _on_a_phone() -> bool:
    return "Mobi" in (st.context.headers.get("User-Agent") or "")
