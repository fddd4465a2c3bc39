"""The working calendar: the year, how a deadline is counted day by day, and loading the State Council's next notice."""

from collections.abc import Callable
from datetime import date, datetime, time

import streamlit as st

from core.calendar import SHANGHAI, WorkCalendar, YearNotice, local_day
from core.clocks import deadline_text, due, explain
from core.periods import period_of
from core.refusals import Refused
from core.rulebook import Clause, Limit, load_rulebook
from db.commands.calendar import Loaded, load_for_office, read_notice
from db.queries.calendar import common_closing_time, current_calendar
from pages.parts import desk as at
from pages.parts.calendar_year import year_sheet
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.page import answer, page_header, show_refusal

MOST_YEARS = 12
MOST_WORKING_DAYS = 255
"""More than any notice since 2008 has left (251–252 at most): a file with more may lack days."""


def page() -> None:
    desk = at.current().require("calendar")
    page_header(desk, desk.t("calendar.title"), desk.t("calendar.subtitle"))
    with desk.session() as session:
        calendar, closes_at = current_calendar(session), common_closing_time(session)
    views: dict[str, Callable] = {"year": lambda: _year(desk, calendar), "explain": lambda: _explain(desk, calendar, closes_at)}
    if desk.may("calendar_load"):
        views["load"] = lambda: _load(desk, calendar)
    first = "explain" if st.query_params.get("clause") else "year"
    chosen = st.segmented_control(
        desk.t("calendar.view"), views, default=first, required=True, format_func=lambda one: desk.t(f"calendar.tab_{one}"), key="calendar_view", label_visibility="collapsed"
    )
    views[chosen or first]()


def _year(desk: Desk, calendar: WorkCalendar) -> None:
    today = local_day(desk.now)
    years = sorted({*calendar.notices, today.year, today.year + 1})[-MOST_YEARS:]
    year = st.segmented_control(desk.t("calendar.year"), years, default=today.year, required=True, key="calendar_year", label_visibility="collapsed") or today.year
    year_sheet(desk, calendar, year, today)


def _explain(desk: Desk, calendar: WorkCalendar, closes_at: time | None) -> None:
    clocks = {clause.id: clause for clause in load_rulebook().values() if clause.shape == "clock"}
    asked = st.query_params.get("clause")
    index = [*clocks].index(asked) if asked in clocks else [*clocks].index("matter.first_review")
    chosen = st.selectbox(
        desk.t("calendar.choose_clause"), clocks, index=index, format_func=lambda one: f"{clocks[one].title[desk.lang]} · {clocks[one].figure[desk.lang]}", key="calendar_clause"
    )
    local = desk.now.astimezone(SHANGHAI)
    with st.container(horizontal=True):
        day = st.date_input(desk.t("calendar.choose_date"), local.date(), min_value=date(2000, 1, 1), max_value=date(2099, 12, 31), key="calendar_date")
        at_time = st.time_input(desk.t("calendar.choose_time"), time(local.hour, local.minute), step=60, key="calendar_time")
    if day is None or at_time is None:
        return
    _answer(desk, clocks[chosen], datetime.combine(day, at_time, SHANGHAI), calendar, closes_at)
    clause_chip(desk, chosen, key="calendar")


def _answer(desk: Desk, clause: Clause, start: datetime, calendar: WorkCalendar, closes_at: time | None) -> None:
    dated = clause.on(start.date())
    if dated is None:
        st.info(desk.t("calendar.not_in_force"))
        return
    if not isinstance(dated.figure, Limit):
        period = period_of(dated.figure.per, start)
        st.markdown(f"### {desk.t('calendar.due_at', moment=deadline_text(period.end))}")
        st.markdown(desk.t("calendar.period_span", key=period.key, first=period.first_day, last=period.last_day))
        return
    reached = due(start, dated.figure, calendar, closes_at=closes_at)
    word = "permitted_from" if dated.figure.kind == "not_before" else "due_at"
    mark = desk.t("clocks.provisional_mark" if reached.provisional else "clocks.final_mark")
    st.markdown(f"### {desk.t(f'calendar.{word}', moment=deadline_text(reached.due_at))}　:{'orange' if reached.provisional else 'gray'}-badge[{mark}]")
    if word == "due_at":
        st.caption(desk.t("calendar.warned", moment=deadline_text(reached.warn_at)))
    if closes_at and word == "due_at" and dated.figure.unit not in ("hour", "minute"):
        st.caption(desk.t("calendar.closes", time=f"{closes_at:%H:%M}"))
    st.markdown("\n".join(f"- {line}" for line in explain(reached, desk.lang)))


def _load(desk: Desk, calendar: WorkCalendar) -> None:
    st.caption(desk.t("calendar.upload_hint"))
    source = st.text_input(desk.t("calendar.notice_name"), key="calendar_source", max_chars=200)
    file = st.file_uploader(desk.t("calendar.upload"), type=["yaml", "yml", "xlsx", "xls", "csv"], key="calendar_file", max_upload_size=2)
    if file is None:
        return
    notice = read_notice(file.getvalue(), file.name, source)
    if isinstance(notice, Refused):
        show_refusal(desk, notice)
        return
    _preview(desk, notice, calendar)
    if st.button(desk.t("calendar.load"), type="primary", key="calendar_load", width="stretch"):
        done = load_for_office(at.engine(), desk.scope, now=desk.now, notice=notice)
        moved = done.moved if isinstance(done, Loaded) else 0
        answer(desk, done, desk.t("calendar.loaded", year=notice.year, moved=moved))
    year_sheet(desk, calendar.with_year(notice), notice.year, local_day(desk.now))


def _preview(desk: Desk, notice: YearNotice, calendar: WorkCalendar) -> None:
    st.markdown(f"**{desk.t('calendar.preview', year=notice.year, off=len(notice.off), work=len(notice.work), n=notice.working_days())}**")
    if notice.year in calendar.notices:
        st.warning(desk.t("calendar.already_known", year=notice.year))
    if notice.working_days() > MOST_WORKING_DAYS:
        st.warning(desk.t("calendar.maybe_incomplete", n=notice.working_days()))
