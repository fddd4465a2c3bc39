"""What is missing of the service packages, by part and by grid, and in the files: each count narrows the roster to its people."""

from collections import Counter
from uuid import UUID

import streamlit as st

from core.basis_reviews import SOON
from core.packages import PARTS
from db.queries.basis_reviews import file_lacks
from db.queries.packages import Gaps, gaps
from db.queries.roster import Wanted, grids
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.line_list import STYLE, line_list
from pages.parts.package_text import part_text
from pages.parts.plain import plain
from pages.parts.roster_filters import LACK, show_pages


def draw_gaps(desk: Desk, wanted: Wanted, *, folded: bool) -> None:
    """How many lack what, in the grid and group chosen; a tap on a part or a grid narrows the list under it. `folded`: for a phone."""
    _packages(desk, wanted, folded)
    lacks = kept(desk, file_lacks, wanted.group, wanted.grid_id)
    if lacks:
        with st.expander(desk.t("basis_reviews.title", n=sum(lacks.values())), expanded=not folded or wanted.lack in lacks):
            with st.container(horizontal=True, gap="small"):
                for one, n in lacks.items():
                    chosen = wanted.lack == one
                    label = f"{desk.t(f'basis_reviews.lack.{one}', days=SOON.days)} **{n}**"
                    st.button(label, key=f"lack-{one}", type="primary" if chosen else "secondary", on_click=_narrow, args=(None if chosen else one,))
            st.caption(desk.t("basis_reviews.note", days=SOON.days))


def _packages(desk: Desk, wanted: Wanted, folded: bool) -> None:
    found = kept(desk, gaps, wanted.group)
    counts = found.parts if wanted.grid_id is None else found.grids.get(wanted.grid_id, Counter())
    if not counts:
        return
    with st.expander(desk.t("packages.overview", n=sum(counts.values())), expanded=not folded):
        for clause_id in dict.fromkeys(part.clause_id for part in PARTS if counts[part.key]):
            _clause(desk, clause_id, counts, wanted.lack)
        if wanted.grid_id is None and len(found.grids) > 1:
            _by_grid(desk, found)


def _clause(desk: Desk, clause_id: str, counts: Counter, chosen: str | None) -> None:
    """The parts of a clause as buttons with their counts."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        clause_chip(desk, clause_id, key=f"gaps-{clause_id}")
        for part in (one for one in PARTS if one.clause_id == clause_id and counts[one.key]):
            label = f"{part_text(desk, part)} **{counts[part.key]}**"
            kind = "primary" if chosen in (part.key, clause_id) else "secondary"
            st.button(label, key=f"lack-{part.key}", type=kind, on_click=_narrow, args=(None if chosen == part.key else part.key,))


def _by_grid(desk: Desk, found: Gaps) -> None:
    """Each grid with what is missing there; a tap chooses it."""
    st.html(STYLE)
    known, lines = kept(desk, grids), {}
    for grid_id in (one for one in known if one in found.grids):
        counts = found.grids[grid_id]
        by_name = Counter()
        for part in PARTS:
            by_name[part_text(desk, part)] += counts[part.key]
        lines[grid_id] = f"**{plain(known[grid_id])}** " + " · ".join(f"{name} {n}" for name, n in by_name.items() if n)
    line_list("gaps", desk.t("packages.by_grid"), lines, titled=True, before=_choose_grid)


def _narrow(lack: str | None) -> None:
    st.session_state[LACK] = lack
    show_pages(1)


def _choose_grid(grid_id: UUID) -> None:
    st.session_state["roster_grid"] = grid_id
    show_pages(1)
