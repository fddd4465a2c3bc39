"""Data reconciliation: how the quarter stands, the differences to decide, and a list to compare."""

from uuid import UUID

import streamlit as st

from core.periods import quarter
from core.reconciliation import CANDIDATE, CLAUSE, KINDS, SOURCES
from db.commands.reconciliation_shown import decided_text
from db.queries.reconciliation import OPEN, STATES, VISITED, Standing, differences, how_many, quarters, standing, standings
from pages.parts import desk as at
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.downloads import differences_file
from pages.parts.figures import kept
from pages.parts.page import page_header
from pages.parts.pick import pick_community, pick_quarter, places
from pages.parts.reconciliation_compare import compare_view
from pages.parts.reconciliation_decide import decide_button, several_form
from pages.parts.reconciliation_text import line_text, rules_text, source_lines
from pages.parts.rows import draw_rows

PAGE = 10
VIEWS = ("differences", "compare")


def page() -> None:
    desk = at.current().require("reconciliation")
    page_header(desk, desk.t("reconciliation.title"), desk.t("reconciliation.subtitle"))
    with st.container(horizontal=True):
        community_id = pick_community(desk)
        if community_id is None:
            return
        key = pick_quarter(desk, kept(desk, quarters, sorted(desk.scope.communities)))
    stands = kept(desk, standing, community_id, key)
    _standing(desk, stands)
    if len(desk.scope.communities) > 1:
        _roll_up(desk, key)
    running = quarter(key).end > desk.now
    view = VIEWS[0]
    if desk.may("reconcile") and running:
        view = st.segmented_control(
            desk.t("reconciliation.view"), VIEWS, default=VIEWS[0], required=True, key="reconcile-view", label_visibility="collapsed",
            format_func=lambda one: desk.t(f"reconciliation.view_{one}"),
        )  # fmt: skip
    if view == "compare":
        compare_view(desk, community_id, stands)
    elif any(one.run_id for one in stands.sources):
        _differences(community_id, key)


def _standing(desk: Desk, stands: Standing) -> None:
    """What the quarter still lacks, and each department's list."""
    if stands.met:
        st.success(desk.t("reconciliation.met"))
    elif quarter(stands.quarter).end <= desk.now:
        st.error(desk.t("reconciliation.too_late"))
    elif stands.lacking:
        st.warning(desk.t("reconciliation.lacking", names=desk.t("exports.comma").join(desk.t(f"reconciliation.source_{one}") for one in stands.lacking)))
    else:
        st.warning(desk.t("reconciliation.undecided" if stands.undecided else "reconciliation.waits", n=stands.undecided or stands.waits))
    clause_chip(desk, CLAUSE, key="reconciliation")
    for one in stands.sources:
        with st.container(border=True, key=f"source-{one.source}"):
            st.markdown(source_lines(desk, one))


def _roll_up(desk: Desk, key: str) -> None:
    """What the street reads: counts by community."""
    names = places(desk)
    rows = kept(desk, standings, list(names), key)
    st.subheader(desk.t("reconciliation.roll_up"), anchor=False)
    draw_rows([_community(desk, names, one) for one in rows])


def _community(desk: Desk, names: dict[UUID, str], one: Standing) -> dict[str, object]:
    listed = [source.source for source in one.sources if source.run_id]
    return {
        desk.t("reconciliation.community"): names[one.community_id],
        desk.t("reconciliation.column_met"): desk.t("reconciliation.yes_met" if one.met else "reconciliation.not_met"),
        desk.t("reconciliation.column_lists"): desk.t("exports.comma").join(desk.t(f"reconciliation.source_{name}") for name in listed),
        **{desk.t(f"reconciliation.state_{name}"): sum(getattr(source, name) for source in one.sources) for name in STATES},
    }


@st.fragment
def _differences(community_id: UUID, key: str) -> None:
    """Filters, the list, and the workbook; another filter runs only this."""
    desk = at.current().require("reconciliation")
    if community_id not in desk.scope.communities:
        return
    stands = kept(desk, standing, community_id, key)
    state = _filter(desk, "state", STATES, {name: sum(getattr(one, name) for one in stands.sources) for name in STATES})
    with st.container(horizontal=True):
        source, kind = _any_of(desk, "source", SOURCES), _any_of(desk, "kind", KINDS)
    wanted = {"source": source, "kind": kind, "state": state}
    with desk.session() as session:
        total = how_many(session, community_id, key, **wanted)
        pages = max(1, -(-total // PAGE))
        number = st.number_input(desk.t("reconciliation.page", pages=pages), 1, pages, 1, key=f"reconcile-page-{state}-{source}-{kind}") if pages > 1 else 1
        rows = differences(session, community_id, key, **wanted, limit=PAGE, offset=(number - 1) * PAGE)
    if source and kind and kind != CANDIDATE and state == OPEN and total > 1 and desk.may("reconcile"):
        several_form(desk, community_id, key, source, kind, total)
    if not rows:
        st.info(desk.t("reconciliation.none_here"))
    for one in rows:
        with st.container(border=True, key=f"difference-{one.id}"):
            st.markdown("  \n".join(filter(None, (line_text(desk, one), decided_text(one, desk.lang)))))
            if one.state in (OPEN, VISITED) and desk.may("reconcile"):
                decide_button(desk, community_id, one)
    with st.expander(desk.t("reconciliation.how_title")):
        st.markdown(rules_text(desk))
    name, make = differences_file(desk, community_id=community_id, quarter_key=key)
    st.download_button(desk.t("reconciliation.download"), make, name, on_click="ignore", width="stretch", key="reconcile-download")


def _filter(desk: Desk, what: str, names: tuple[str, ...], counts: dict[str, int]) -> str:
    return st.segmented_control(
        desk.t(f"reconciliation.{what}"), names, default=names[0], required=True, key=f"reconcile-{what}-{desk.lang}", label_visibility="collapsed",
        format_func=lambda one: f"{desk.t(f'reconciliation.{what}_{one}')} {counts[one]}",
    )  # fmt: skip


def _any_of(desk: Desk, what: str, names: tuple[str, ...]) -> str | None:
    return st.selectbox(
        desk.t(f"reconciliation.{what}"), (None, *names), key=f"reconcile-{what}-{desk.lang}", format_func=lambda one: desk.t(f"reconciliation.{what}_{one}" if one else "common.all")
    )
