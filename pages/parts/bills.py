"""Bills by stage on the desk: the list, one bill with what it needs and what was done, and a new one."""

from datetime import timedelta
from uuid import UUID

import streamlit as st

from core.bills import CLAUSE, KINDS, STAGES, Stage
from core.calendar import local_day
from db.commands import bills as commands
from db.queries.bills import BillLine, bill, counts, listed, of_household
from db.queries.posts import buildings
from pages.parts.bill_acts import draw_acts, file
from pages.parts.bill_text import days_overdue, line, name, needs, stands, step_text, sums
from pages.parts.clause import clause_chip, clause_mark
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.line_list import STYLE, line_list

FEW = 20
FIRST = (Stage.suspension, Stage.suspended, Stage.dunning, Stage.reminder, Stage.pay)
"""What is looked at first: the most pressing stage that holds something."""


@st.fragment
def bills_view(community_id: UUID) -> None:
    """The bills of a community; another stage runs only this."""
    desk = current().require("property")
    if community_id not in desk.scope.communities:
        return
    st.html(STYLE)
    st.caption(f"{desk.t('bills.how')} {desk.t('bills.how_send')}")
    with st.container(horizontal=True):
        clause_chip(desk, STAGES, key="bills-stages")
        clause_chip(desk, CLAUSE, key="bills-suspend")
    if desk.may("bill_record") and st.button(desk.t("bills.enter"), key="bills-enter", type="primary", width="stretch"):
        st.dialog(desk.t("bills.enter"))(_enter)(community_id)
    rows = _found(desk, community_id)
    if not rows:
        st.info(desk.t("bills.none_here"))
    by_id = {str(one.id): one for one in rows}
    tapped = line_list("bills", desk.t("bills.stage"), {key: line(desk, one) for key, one in by_id.items()})
    if tapped:
        st.dialog(name(desk, by_id[tapped]), width="large")(_one)(community_id, by_id[tapped].id)


def _found(desk: Desk, community_id: UUID) -> list[BillLine]:
    """The bills of the household that was asked for, else those of a stage, page by page."""
    totals = kept(desk, counts, community_id)
    with desk.session() as session:
        places = buildings(session, community_id)
    with st.expander(desk.t("bills.find")):
        building = st.selectbox(desk.t("bills.building"), list(places), index=None, format_func=places.get, key="bills-building", placeholder=desk.t("common.all"))
        door = st.text_input(desk.t("bills.door"), max_chars=30, key="bills-door")
    asked = building and door.strip()
    stage = None if asked else _stage(desk, totals)
    pages = 1 if asked else max(1, -(-totals[stage] // FEW))
    number = st.number_input(desk.t("reconciliation.page", pages=pages), 1, pages, 1, key=f"bills-page-{stage}") if pages > 1 else 1
    with desk.session() as session:
        if asked:
            return of_household(session, desk.now, community_id, building, door)
        return listed(session, desk.now, community_id, stage, limit=FEW, offset=(number - 1) * FEW)


def _stage(desk: Desk, found: dict[Stage, int]) -> Stage:
    n = days_overdue(local_day(desk.now))
    first = next((one for one in FIRST if found[one]), Stage.pay)
    return st.segmented_control(
        desk.t("bills.stage"), list(Stage), default=first, required=True, key=f"bills-stage-{desk.lang}", label_visibility="collapsed",
        format_func=lambda one: f"{desk.t(f'bills.stage_{one}', n=n)} {found[one]}",
    )  # fmt: skip


def _one(community_id: UUID, bill_id: UUID) -> None:
    """Everything about one bill, and what may be done."""
    desk = current().require("property")
    with desk.session() as session:
        found = bill(session, desk.now, community_id, bill_id)
    if found is None:
        st.error(desk.t("common.not_found"))
        return
    one, steps = found
    st.markdown("  \n".join(filter(None, (sums(desk, one), one.stage is not Stage.suspension and stands(desk, one)))))
    if one.stage in (Stage.dunning, Stage.suspension):
        st.markdown(f"**{desk.t('bills.proof')}** {clause_mark(desk, CLAUSE)}")
        st.markdown("\n".join(f"- {need}" for need in needs(desk, one)))
    if steps:
        st.markdown(f"**{desk.t('bills.trail')}**")
        st.markdown("\n".join(f"- {step_text(desk, step)}" for step in steps))
    if desk.may("bill_record"):
        draw_acts(desk, one)


def _enter(community_id: UUID) -> None:
    desk = current().require("property")
    with desk.session() as session:
        places = buildings(session, community_id)
    last_month = local_day(desk.now).replace(day=1) - timedelta(1)
    with st.form("bill", border=False):
        said = st.container()
        kind = st.selectbox(desk.t("bills.kind"), KINDS, format_func=lambda one: desk.t(f"bills.kind_{one}"))
        building = st.selectbox(desk.t("bills.building"), list(places), format_func=places.get)
        door = st.text_input(desk.t("bills.door"), max_chars=30)
        period = st.text_input(desk.t("bills.period"), f"{last_month:%Y-%m}", max_chars=9)
        amount = st.number_input(desk.t("bills.amount"), 0.0, 1_000_000.0, None, 0.01, format="%.2f")
        due_on = st.date_input(desk.t("bills.due_on"), local_day(desk.now) + timedelta(15))
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            with said:
                values = {"kind": kind, "building_id": building, "door": door, "period": period.strip(), "amount": round((amount or 0) * 100), "due_on": due_on}
                file(desk, desk.carry_out(commands.enter, community_id=community_id, **values), "bills.entered")
