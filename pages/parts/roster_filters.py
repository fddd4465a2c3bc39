"""What the roster is narrowed to: state and act, group and grid, a search, and what another page asked for."""

from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.care import ACTS, GROUPS
from core.packages import CLAUSES
from core.rulebook import load_rulebook
from db.models.grids import Staff
from db.queries.roster import Wanted, grids
from db.queries.work_orders import names
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.jump import CLAUSE, GRID, HOLDER
from pages.parts.rows import on_a_phone

STATES = ("overdue", "due", "met", "away", "gaps")
EVERY = "all"
LACK = "roster_lack"
"""The clause or part (core.packages) of which something is missing, while the state is gaps."""
WIDTH = 164
"""Two controls side by side on a phone, all in one line on a desktop."""
STYLE = """<style>
.st-key-roster-counts { flex-wrap: nowrap !important; }
.st-key-roster-counts > :first-child { flex: 1 1 0; min-width: 0; }
.st-key-roster-counts > :not(:first-child) { flex: 0 0 auto; }
</style>"""
"""The counts give way to what stands beside them."""


def chosen(desk: Desk) -> tuple[Wanted, DeltaGenerator, DeltaGenerator]:
    """State as buttons, group, act and grid as lists, and a search; what another page asked for comes first. And where the counts stand, and the
    lists: on a phone these are folded until something is chosen in them, so that the first cards stand on the first screen."""
    known = kept(desk, grids)
    _asked_for(known)
    state = st.segmented_control(
        desk.t("roster.state"), (EVERY, *STATES), default=EVERY, required=True, format_func=lambda one: desk.t("common.all" if one == EVERY else f"roster.state_{one}"),
        key="roster_state", label_visibility="collapsed", width="stretch", on_change=show_pages, args=(1,),
    )  # fmt: skip
    counts = st.container()
    narrowed = any(st.session_state.get(f"roster_{one}", EVERY) not in (EVERY, "") for one in ("group", "grid", "act", "keeper", "text"))
    fold = st.expander(desk.t("roster.fold"), expanded=narrowed) if on_a_phone() else counts
    with fold, st.container(horizontal=True, gap="small", key="roster-filters"):
        group = _choice(desk, "group", GROUPS, lambda one: desk.t(f"care.group.{one}"))
        act = _choice(desk, "act", ACTS, lambda one: desk.label(f"care.act.{one}"))
        grid_id = _choice(desk, "grid", tuple(known), known.get) if len(known) > 1 else None
        holder_id = _keeper(desk)
        text = st.text_input(desk.t("roster.find"), key="roster_text", placeholder=desk.t("roster.find_hint"), label_visibility="collapsed", width=WIDTH)
    lack = st.session_state.get(LACK) if state == "gaps" else None
    wanted = Wanted(group=group, state=None if state == EVERY else state, grid_id=grid_id, act=act, holder_id=holder_id, text=text or None, lack=lack)
    return wanted, counts, fold


def _choice(desk: Desk, name: str, options: tuple, word) -> str | UUID | None:
    every = desk.t(f"roster.all_{name}s")
    chosen = st.selectbox(
        desk.t(f"roster.{name}"), (EVERY, *options), format_func=lambda one: every if one == EVERY else word(one),
        key=f"roster_{name}", label_visibility="collapsed", width=WIDTH, on_change=show_pages, args=(1,),
    )  # fmt: skip
    return None if chosen == EVERY else chosen


def _keeper(desk: Desk) -> UUID | None:
    """Who answers for the people shown; a list only while another page has narrowed the roster to somebody."""
    holder_id = st.session_state.get("roster_keeper", EVERY)
    if holder_id == EVERY:
        return None
    with desk.session() as session:
        known = names(session, Staff, [holder_id])
    return _choice(desk, "keeper", tuple(known), known.get)


def _asked_for(known: dict[UUID, str]) -> None:
    """A grid, holder or clause that the map, the overview or the rulebook sends somebody here for."""
    grid_id, holder_id, clause_id = (st.session_state.pop(one, None) for one in (GRID, HOLDER, CLAUSE))
    if grid_id in known:
        st.session_state["roster_grid"] = grid_id
    if holder_id:
        st.session_state["roster_keeper"], st.session_state["roster_state"] = holder_id, "overdue"
    if clause_id in CLAUSES:
        st.session_state[LACK], st.session_state["roster_state"] = clause_id, "gaps"
    clause = load_rulebook().get(clause_id)
    act = getattr(clause.values[-1].figure, "act", None) if clause else None
    if act in ACTS:
        st.session_state["roster_act"], st.session_state["roster_state"] = act, "overdue"


def show_pages(pages: int) -> None:
    """How many pages are drawn; any other filter begins with one."""
    st.session_state["roster_pages"] = pages


def show_all() -> None:
    """No filter."""
    st.session_state.pop(LACK, None)
    for name, every in (*((one, EVERY) for one in ("state", "group", "grid", "act", "keeper")), ("text", "")):
        st.session_state[f"roster_{name}"] = every
