"""What is late, by holder and by grid: each line opens its rows, and from there the queue or the roster."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.rulebook import load_rulebook
from core.small_counts import Shown
from db.queries.checklist_rows import Violation
from db.queries.overview import Late, LateRow, late_rows
from pages.parts.clause import source_text
from pages.parts.desk import Desk, current
from pages.parts.evidence import limit, row_text
from pages.parts.jump import open_desk
from pages.parts.line_list import line_list
from pages.parts.plain import plain

TOP = 6
MOST = 50


def draw_late(desk: Desk, community_id: UUID, found: Late) -> None:
    """The totals, then the holders and the grids with most past its limit."""
    st.markdown(desk.t("overview.late_total", orders=found.orders, care=found.care, duties=found.duties, soon=found.due_soon))
    if not found.by_grid:
        st.success(desk.t("overview.nothing_late"))
        return
    left, right = st.columns(2)
    with left:
        _ladder(desk, community_id, "holder", found.by_holder)
    with right:
        _ladder(desk, community_id, "grid", found.by_grid)


def _ladder(desk: Desk, community_id: UUID, what: str, rows: tuple[LateRow, ...]) -> None:
    whole = st.session_state.get(f"late-all-{what}", False)
    shown = {str(row.id): row for row in (rows if whole else rows[:TOP])}
    tapped = line_list(f"late-{what}", desk.t(f"overview.late_by_{what}"), {key: _label(desk, what, row) for key, row in shown.items()}, titled=True)
    if tapped:
        title = plain(shown[tapped].name) or desk.t(f"overview.no_{what}")
        st.dialog(title, width="large")(_rows)(community_id, what, shown[tapped])
    if len(rows) > TOP and not whole:
        st.button(desk.t("overview.all_rows", n=len(rows)), key=f"late-more-{what}", on_click=_show_all, args=(what,), type="tertiary")


def _show_all(what: str) -> None:
    st.session_state[f"late-all-{what}"] = True


def _label(desk: Desk, what: str, row: LateRow) -> str:
    counts: tuple[tuple[str, Shown], ...] = (("orders", row.orders), ("care", row.care), ("duties", row.duties))
    parts = [desk.t(f"overview.late_{name}", n=n) for name, n in counts if n]
    oldest = f":gray[{desk.t('overview.oldest', at=limit(row.oldest))}]"
    return f"**{plain(row.name) or desk.t(f'overview.no_{what}')}** :red[{desk.t('checklist.comma').join(parts)}] {oldest}"


def _rows(community_id: UUID, what: str, row: LateRow) -> None:
    desk = current().require("overview")
    with desk.session() as session:
        found = late_rows(session, desk.now, community_id, **{f"{what}_id": row.id}, limit=MOST)
    for name, kind in (("queue", "work_order"), ("roster", "resident")):
        has = row.id and desk.sees(name) and any(one.subject_kind == kind for one in found)
        if has and st.button(desk.t(f"overview.open_{name}"), key=f"late-open-{name}", width="stretch"):
            open_desk(name, **{f"{what}_filter": row.id})
    list_rows(desk, found, lambda one: one.clause_id)


def list_rows(desk: Desk, rows: list[Violation], clause_of: Callable[[Violation], str | None]) -> None:
    """Rows as text, each with its clause."""
    for one in rows:
        clause_id = clause_of(one)
        clause = f"  \n:gray[{load_rulebook()[clause_id].title[desk.lang]} · {source_text(desk, load_rulebook()[clause_id])}]" if clause_id else ""
        st.markdown(f"{row_text(desk, clause_id, one)}{clause}")
    if len(rows) >= MOST:
        st.caption(desk.t("overview.first_rows", n=len(rows)))
