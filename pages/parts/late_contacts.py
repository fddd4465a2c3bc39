"""Contacts entered when their period was over: where they wait for another person's word, and all of a quarter for the checklist."""

from functools import partial
from uuid import UUID

import streamlit as st

from core.calendar import local_minute
from core.clocks import deadline_text
from core.late_entries import STANDS
from core.periods import quarter
from db.commands.late_entries import DecidedContact, decide_contact, decide_together
from db.queries.checklist import Line
from db.queries.late_entries import LateContactLine, contacts_of_period, entered_together
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.grants import draw_answers, draw_list
from pages.parts.plain import plain

PAGE = 20
COLOURS = {"waiting": "orange", "confirmed": "green", "refused": "red"}


def draw_late_contacts(desk: Desk, found: list[LateContactLine]) -> None:
    """Each with its two answers, for the overview."""
    words = ("late_entries.contacts", "late_entries.contacts_why")
    draw_list(desk, "late-contact", found, words, _card, _decision, first=lambda: _together(desk, found[0].community_id))


def _card(desk: Desk, one: LateContactLine) -> str:
    return f"{said(desk, one)}  \n{clause_mark(desk, one.clause_id)}"


def _decision(desk: Desk, one: LateContactLine) -> None:
    answer = partial(desk.carry_out, decide_contact, entry_id=one.id)
    words = ("late_entries.contact_confirm", "late_entries.refuse")
    draw_answers(desk, "care_confirm_late", ("late-contact", one.id), words, lambda yes: answer(confirmed=yes), partial(_done, desk), why_not=one.why_not)


def _together(desk: Desk, community_id: UUID) -> None:
    """What one ledger brought is decided at once."""
    with desk.session() as session:
        found = entered_together(session, community_id)
    for number, one in enumerate(found):
        with st.container(border=True, key=f"late-together-{number}"):
            moments = {"at": local_minute(one.recorded_at), "first": deadline_text(one.first), "last": deadline_text(one.last)}
            st.markdown(f"**{desk.t('late_entries.together', n=one.n, by=plain(one.by) or desk.t('grants.nobody'), **moments)}**")
            which = {"community_id": community_id, "recorded_at": one.recorded_at, "entered_by": one.entered_by, "expected": one.n}
            answer = partial(desk.carry_out, decide_together, **which)
            words = ("late_entries.together_confirm", "late_entries.refuse")
            draw_answers(desk, "care_confirm_late", ("late-together", number), words, lambda yes, answer=answer: answer(confirmed=yes), partial(_done, desk), why_not=one.why_not)


def draw_quarter(desk: Desk, community_id: UUID, line: Line, quarter_key: str) -> None:
    """All of a quarter, for the checklist: who entered what when and why, and what another person said."""
    total = sum(line.values.get(one, 0) for one in STANDS.values())
    if not total:
        st.info(desk.t("checklist.no_rows"))
        return
    pages = -(-total // PAGE)
    number = st.number_input(desk.t("checklist.page", pages=pages), 1, pages, 1, key="late-contacts-page") if pages > 1 else 1
    with desk.session() as session:
        rows = contacts_of_period(session, community_id, quarter(quarter_key), limit=PAGE, offset=(number - 1) * PAGE)
    for one in rows:
        with st.container(border=True, key=f"late-contact-{one.id}"):
            by = desk.t("late_entries.contact_decided", by=plain(one.decided_by) or desk.t("grants.nobody"), at=local_minute(one.decided_at)) if one.decided_at else ""
            st.markdown(f"{said(desk, one)}  \n{stand(desk, one.stands)} :gray[{by}]")


def said(desk: Desk, one: LateContactLine) -> str:
    """One entry in Markdown: whom, what was done, when it is said to have happened, when, by whom and why it was entered."""
    moments = {"happened": local_minute(one.happened_at, one.day_only), "recorded": local_minute(one.recorded_at), "due": deadline_text(one.due_at)}
    what = desk.t("late_entries.contact_said", act=desk.t(f"care.act.{one.act}"), by=plain(one.by) or desk.t("grants.nobody"), **moments)
    who = " · ".join(filter(None, (f"**{plain(one.name)}**", plain(one.grid))))
    return f"{who}  \n{what}  \n{desk.t('late_entries.contact_reason', reason=plain(one.reason))}"


def stand(desk: Desk, stands: str) -> str:
    """What became of an entry, coloured."""
    return f":{COLOURS[stands]}[{desk.t(f'late_entries.contact_{stands}')}]"


def _done(desk: Desk, _result: DecidedContact | int, confirmed: bool) -> str:
    return desk.t("late_entries.contact_done" if confirmed else "late_entries.contact_not_done")
