"""The recurring duties of the community and its grids: what is owed in this period, when it was last done and by whom; record one."""

from datetime import datetime
from uuid import UUID

import streamlit as st

from core.calendar import SHANGHAI
from core.clocks import State
from core.duties import CLAUSES, ELSEWHERE, WITHOUT_ATTENDEES, right
from core.periods import PERS
from core.rulebook import load_rulebook
from db.commands.duties import record_duty
from db.queries.duties import DutyRow, duties
from pages.parts import desk as at
from pages.parts.clause import source_text
from pages.parts.desk import Desk
from pages.parts.duty_rows import TONE, duty_line, when_text
from pages.parts.figures import kept
from pages.parts.jump import CLAUSE, take_clause
from pages.parts.page import answer, page_header
from pages.parts.pick import pick_community
from pages.parts.plain import plain

CHECK = "supervision.check"
"""Signed on the checklist, under the figures it is about."""
ONLY = "duties_only"


def page() -> None:
    desk = at.current().require("duties")
    page_header(desk, desk.t("duties.title"), desk.t("duties.subtitle"))
    take_clause()
    community_id = pick_community(desk)
    if community_id is not None:
        _community(community_id)


@st.fragment
def _community(community_id: UUID) -> None:
    """Recording one, or another filter, runs only this."""
    desk = at.current().require("duties")
    if community_id not in desk.scope.communities:
        return
    rows = kept(desk, duties, community_id)
    per = st.segmented_control(
        desk.t("duties.per"), ("all", *(one for one in PERS if one in {row.per for row in rows})), default="all", required=True, key="duties_per", label_visibility="collapsed",
        format_func=lambda one: desk.t("common.all" if one == "all" else f"duties.per_{one}"),
    )  # fmt: skip
    clause_id = _asked_for(desk)
    shown = [row for row in rows if per in ("all", row.per) and clause_id in (None, row.clause_id)]
    own, grids = [row for row in shown if row.grid_id is None], [row for row in shown if row.grid_id]
    late = sum(row.state == State.overdue for row in shown)
    done = sum(row.done_in_period for row in shown)
    st.caption(desk.t("duties.counts", late=late, done=done, all=len(shown)))
    if not shown:
        st.info(desk.t("common.nothing"))
    late_grids = any(row.state == State.overdue for row in grids)
    if late_grids:
        _grids(desk, grids)
    for row in own:
        _card(desk, row)
    if grids and not late_grids:
        _grids(desk, grids)


def _asked_for(desk: Desk) -> str | None:
    """The clause another page sent somebody here for, until all are shown again."""
    wanted = st.session_state.pop(CLAUSE, None) or st.session_state.get(ONLY)
    if wanted not in CLAUSES:
        return None
    st.session_state[ONLY] = wanted
    st.button(desk.t("duties.all"), key="duties-all", on_click=lambda: st.session_state.pop(ONLY, None))
    return wanted


def _card(desk: Desk, row: DutyRow) -> None:
    with st.container(border=True, key=f"duty-{row.clause_id}", gap="small"):
        st.markdown(duty_line(desk, row))
        if row.clause_id == CHECK:
            if desk.sees("checklist") and st.button(desk.t("duties.sign"), key="duties-sign", width="stretch"):
                st.switch_page(st.Page(lambda: None, title="checklist", url_path="checklist"))
        elif where := ELSEWHERE.get(row.clause_id):
            if desk.sees(where) and st.button(desk.t("reconciliation.duty_open"), key=f"duties-{where}", width="stretch"):
                st.switch_page(st.Page(lambda: None, title=where, url_path=where))
        elif desk.may(right(row.clause_id)):
            _button(desk, desk.t("duties.record"), row, None)


def _button(desk: Desk, label: str, row: DutyRow, grids: dict[UUID, str] | None) -> None:
    if st.button(label, key=f"record-{row.clause_id}", width="stretch"):
        st.dialog(load_rulebook()[row.clause_id].title[desk.lang])(_form)(row, grids)


def _grids(desk: Desk, rows: list[DutyRow]) -> None:
    """The grids' patrols: one line a grid, and one form for all."""
    clause = load_rulebook()[rows[0].clause_id]
    with st.container(border=True, key="duty-grids", gap="small"):
        st.markdown(f"**{clause.title[desk.lang]}** · {clause.figure[desk.lang]} :gray-badge[{source_text(desk, clause)}]")
        st.markdown("\n".join(f"- :{TONE[row.state]}[**{when_text(desk, row)}**] {plain(row.grid)} :gray[{_last(desk, row)}]" for row in rows))
        if desk.may(right(rows[0].clause_id)):
            _button(desk, desk.t("duties.record_patrol"), rows[0], {row.grid_id: row.grid for row in rows})


def _last(desk: Desk, row: DutyRow) -> str:
    return desk.t("duties.last", when=row.last.happened_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M"), who=plain(row.last.by) or "—") if row.last else desk.t("duties.never")


def _form(row: DutyRow, grids: dict[UUID, str] | None) -> None:
    desk = at.current().require("duties")
    here = desk.now.astimezone(SHANGHAI)
    with st.form(f"duty-{row.clause_id}", border=False, clear_on_submit=True):
        grid_id = st.selectbox(desk.t("duties.grid"), list(grids), format_func=grids.get) if grids else None
        with st.container(horizontal=True, gap="small"):
            day = st.date_input(desk.t("common.date"), here.date(), max_value=here.date(), width=160)
            time = st.time_input(desk.t("common.time"), here.time().replace(second=0, microsecond=0), width=120)
            attendees = None if row.clause_id in WITHOUT_ATTENDEES else st.number_input(desk.t("duties.attendees"), 1, 5000, value=None, width=160)
        note = st.text_area(desk.t("duties.note"), max_chars=300, help=desk.t("duties.note_help"))
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            place = {"grid_id": grid_id} if grid_id else {"community_id": row.community_id}
            done = desk.carry_out(record_duty, clause_id=row.clause_id, happened_at=datetime.combine(day, time, SHANGHAI), attendees=attendees, note=note, **place)
            if answer(desk, done, desk.t("duties.recorded", title=load_rulebook()[row.clause_id].title[desk.lang])):
                st.rerun()
