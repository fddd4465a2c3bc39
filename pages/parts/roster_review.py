"""The document somebody is in a group by: whether it still holds, when to look again, and who looked when."""

from datetime import timedelta

import streamlit as st

from core.calendar import local_day, local_minute
from db.commands.care import renew_basis
from db.queries.basis_reviews import ReviewRow, basis_reviews
from db.queries.care import PersonFile
from pages.parts.desk import Desk
from pages.parts.plain import plain
from pages.parts.roster_record import form_key, settle


def draw_review(desk: Desk, file: PersonFile, place: str) -> None:
    """Whether the document somebody is in a group by still holds, and when to look again."""
    current = {one.group: one for one in file.memberships if one.to_date is None}
    with desk.session() as session:
        made = basis_reviews(session, file.row.resident_id)
    with st.expander(desk.t("roster.review_form")):
        _review_form(desk, file, place, current)
        if made:
            st.markdown("\n".join([f"**{desk.t('basis_reviews.past', n=len(made))}**", "", *(f"- {_made(desk, one)}" for one in made)]))


def _made(desk: Desk, one: ReviewRow) -> str:
    what = desk.t("basis_reviews.replaced", basis=one.basis) if one.basis else desk.t("basis_reviews.found_right")
    what += f" · {desk.t('basis_reviews.next', day=one.next_review)}" if one.next_review else ""
    words = {"group": desk.t(f"care.group.{one.group}"), "what": what, "by": one.by or desk.t("risks.somebody")}
    return plain(desk.t("basis_reviews.line", at=local_minute(one.reviewed_at), **words))


def _review_form(desk: Desk, file: PersonFile, place: str, current: dict) -> None:
    with st.form(form_key(f"review-{place}-{file.row.resident_id}"), border=False):
        st.caption(desk.t("roster.review_note"))
        group = st.selectbox(desk.t("roster.group"), tuple(current), format_func=lambda one: desk.t(f"care.group.{one}"))
        basis = st.text_input(desk.t("roster.groups_basis"), max_chars=200)
        day = st.date_input(desk.t("roster.review_day"), None, min_value=local_day(desk.now) + timedelta(1), width=200)
        if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
            done = desk.carry_out(renew_basis, resident_id=file.row.resident_id, group=group, basis=basis, next_review=day)
            settle(desk, file.row.resident_id, done, desk.t("roster.told_review", name=plain(file.row.name)))
