"""The survey among the special groups: drawn once a quarter, entered by who doesn't care for them, with its result."""

from uuid import UUID

import streamlit as st

from core.measures import percent, satisfaction
from core.periods import last_day, period_of, quarter
from core.surveys import CLAUSE, rules, size
from db.commands.surveys import start
from db.queries.surveys import SurveyRow, on_roster, survey
from pages.parts import desk as at
from pages.parts.checklist_lines import verdict_mark
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.evidence import moment
from pages.parts.page import answer, page_header
from pages.parts.pick import pick_community, quarter_name
from pages.parts.plain import plain
from pages.parts.surveys import draw_people

EARLIER = 4
"""Quarters looked back."""


def page() -> None:
    desk = at.current().require("surveys")
    page_header(desk, desk.t("surveys.title"), desk.t("surveys.subtitle"))
    community_id = pick_community(desk)
    if community_id is None:
        return
    period = period_of("quarter", desk.now)
    with desk.session() as session:
        found = survey(session, desk.now, community_id, period.key)
    if found is None:
        _none(desk, community_id)
    elif desk.scope.grids is None:
        _result(desk, found)
    else:
        answers = found.answers
        st.info(desk.t("surveys.own", drawn=answers.drawn, done=answers.drawn - answers.left, left=answers.left))
    if found and found.answers.drawn:
        draw_people(found.id, found.quarter)
    if desk.scope.grids is None:
        _earlier(desk, community_id)


def _none(desk: Desk, community_id: UUID) -> None:
    """Nothing drawn yet: who may draw does so here."""
    if not desk.may("survey_start"):
        st.info(desk.t("surveys.none_worker"))
        return
    st.info(desk.t("surveys.none"))
    with desk.session() as session:
        frame = on_roster(session, community_id, desk.now)
    by = rules()
    st.caption(desk.t("surveys.start_note", frame=frame, n=size(frame), share=percent(by.share), least=by.least, most=by.most))
    if st.button(desk.t("surveys.start"), key="survey-start", type="primary") and answer(desk, desk.carry_out(start, community_id=community_id), desk.t("surveys.started")):
        st.rerun()


def _result(desk: Desk, found: SurveyRow) -> None:
    """The rate with its verdict, how many stand behind it, and how the sample was drawn."""
    answers = found.answers
    period = quarter(found.quarter)
    one = satisfaction(answers, last_day(desk.now, period), over=desk.now >= period.end)
    told = {"drawn": answers.drawn, "answered": answers.answered, "satisfied": answers.satisfied}
    running = one.why == "surveys.why_running"
    verdict = f":orange[**{desk.t('surveys.running', done=answers.done, drawn=answers.drawn)}**]" if running else f"{verdict_mark(desk, one.verdict)} **{percent(one.value)}**"
    result = desk.t("surveys.running_why") if running else desk.t("surveys.result", **told)
    with st.container(border=True, key=f"survey-{found.quarter}"):
        st.markdown(f"**{quarter_name(desk, found.quarter)}** · {verdict}  \n{result}")
        st.markdown(desk.t("surveys.others", not_reached=answers.not_reached, refused=answers.refused, left=answers.left))
        if one.why == "surveys.why_few":
            st.warning(desk.t(one.why, **one.values))
        st.caption(desk.t("surveys.scale", from_=rules().satisfied_from))
        drawn = desk.t("surveys.drawn_by", at=moment(found.started_at), by=plain(found.by) or desk.t("ledger.system"), frame=found.frame, seed=found.seed)
        st.caption(f"{drawn}  \n{desk.t('surveys.again_yes' if found.again else 'surveys.again_no')}")
        clause_chip(desk, CLAUSE, key=f"survey-{found.quarter}")


def _earlier(desk: Desk, community_id: UUID) -> None:
    period, found = period_of("quarter", desk.now), []
    with desk.session() as session:
        for _ in range(EARLIER):
            period = period.previous()
            found.append(survey(session, desk.now, community_id, period.key))
    if any(found):
        with st.expander(desk.t("surveys.earlier")):
            for one in filter(None, found):
                _result(desk, one)
