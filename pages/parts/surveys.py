"""Who was drawn for the survey, as cards for a thumb, and the form for what they said."""

from uuid import UUID

import streamlit as st

from core.refusals import Refused
from core.surveys import CLAUSE, FINAL, RATINGS
from db.commands.surveys import enter, reveal_person
from db.queries.surveys import PersonToAsk, people_to_ask
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk, current
from pages.parts.evidence import moment
from pages.parts.page import answer
from pages.parts.plain import plain
from pages.parts.reveal import draw_revealed, reveal

STATES = ("open", "done", "all")
AT_ONCE = 10
ANSWERS = (*(("answered", rating) for rating in RATINGS), ("not_reached", None), ("refused", None))


@st.fragment
def draw_people(survey_id: UUID, quarter_key: str) -> None:
    """The people drawn, in that order; a tap or another filter runs only this."""
    desk = current().require("surveys")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        state = st.segmented_control(
            desk.t("surveys.show"), STATES, default="open", required=True, key="survey_state", label_visibility="collapsed", format_func=lambda one: desk.t(f"surveys.state_{one}"),
            on_change=_show, args=(AT_ONCE,),
        )  # fmt: skip
        st.link_button(desk.t("surveys.print"), f"/desk/survey?quarter={quarter_key}")
    shown = st.session_state.get("survey_shown", AT_ONCE)
    with desk.session() as session:
        people, more = people_to_ask(session, desk.now, survey_id, state, limit=shown)
    for one in people:
        _card(desk, one)
    if not people:
        st.info(desk.t("surveys.nobody_here"))
    if more:
        st.button(desk.t("surveys.more", n=AT_ONCE), key="survey-more", on_click=_show, args=(shown + AT_ONCE,), width="stretch")


def said(desk: Desk, one: PersonToAsk) -> str:
    """The answer in words."""
    return desk.t(f"surveys.rating_{one.rating}") if one.rating else desk.t(f"surveys.{one.outcome or 'not_asked'}")


def _card(desk: Desk, one: PersonToAsk) -> None:
    asks = desk.t("surveys.asks", grid=plain(one.asks)) if one.asks else desk.t("surveys.asks_nobody")
    by = desk.t("surveys.by", by=plain(one.by) or desk.t("ledger.system"), at=moment(one.entered_at)) if one.entered_at else asks
    with st.container(border=True, key=f"asked-{one.id}"):
        st.markdown(f"**{plain(one.name)}** · {said(desk, one)}  \n:gray[{plain(one.where)} · {by}]")
        if one.carer:
            st.caption(desk.t("surveys.may_not", why=desk.t(f"surveys.carer_{one.carer}")))
        elif one.outcome not in FINAL and desk.may("survey_enter") and st.button(desk.t("surveys.enter"), key=f"ask-{one.id}", width="stretch"):
            st.dialog(desk.t("surveys.enter_of", name=plain(one.name)), on_dismiss="rerun")(_form)(one)


def _form(one: PersonToAsk) -> None:
    desk = current().require("surveys")
    st.caption(plain(one.where))
    st.button(desk.t("surveys.full"), key=f"full-{one.id}", on_click=_reveal, args=(one.id,), width="stretch")
    draw_revealed("surveys", one.id, _person)
    with st.form(f"answer-{one.id}", border=False):
        chosen = st.pills(desk.t("surveys.question"), ANSWERS, format_func=lambda pair: desk.label(f"surveys.rating_{pair[1]}" if pair[1] else f"surveys.{pair[0]}"))
        note = st.text_area(desk.t("surveys.note"), max_chars=500)
        if st.form_submit_button(desk.t("surveys.save"), type="primary", width="stretch"):
            outcome, rating = chosen or ("", None)
            if answer(desk, desk.carry_out(enter, person_id=one.id, version=one.version, outcome=outcome, rating=rating, note=note), desk.t("surveys.saved")):
                st.rerun()
    clause_chip(desk, CLAUSE, key="survey-form")


def _reveal(person_id: UUID) -> None:
    reveal("surveys", person_id, reveal_person, "visit", person_id=person_id)


def _person(desk: Desk, found: dict[str, str | None] | Refused) -> None:
    lines = [f"{desk.label(f'care.field.{name}')} **{plain(value) or desk.t('roster.not_on_file')}**" for name, value in found.items()]
    st.info("  \n".join(lines))


def _show(n: int) -> None:
    st.session_state["survey_shown"] = n
