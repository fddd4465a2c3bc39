"""Why somebody stands before others on the roster, in their file; and saying otherwise, with a reason."""

import streamlit as st

from core.calendar import local_day
from core.risks import LEVELS, LONGEST_REASON
from db.commands.risks import say as say_first
from db.queries.care import PersonFile
from db.queries.risks import Word, words_on
from pages.parts.care_text import factors_text, first_text
from pages.parts.desk import Desk
from pages.parts.plain import plain
from pages.parts.roster_record import form_key, settle


def draw_risk(desk: Desk, file: PersonFile, place: str) -> None:
    """The factors, what was said instead, and the form."""
    row = file.row
    if line := first_text(desk, row):
        st.markdown(plain(f"{line} · {factors_text(desk, row)}" if row.said and row.factors else line))
    if not row.groups or not desk.may("care_file_update"):
        return
    with desk.session() as session:
        found = words_on(session, row.resident_id)
    current = row.said[0] if row.said else None
    with st.expander(desk.t("risks.form")):
        with st.form(form_key(f"risk-{place}-{row.resident_id}"), border=False):
            st.caption(desk.t("risks.form_note"))
            level = st.radio(desk.t("risks.level"), [one for one in (*LEVELS, None) if one != current], format_func=lambda one: desk.t(f"risks.level_{one or 'none'}"))
            reason = st.text_input(desk.t("risks.reason"), max_chars=LONGEST_REASON)
            if st.form_submit_button(desk.t("common.save"), type="primary", width="stretch"):
                done = desk.carry_out(say_first, resident_id=row.resident_id, level=level, reason=reason)
                settle(desk, row.resident_id, done, desk.t("risks.told"))
        st.markdown("\n".join(f"- {_line(desk, one)}" for one in found))


def _line(desk: Desk, one: Word) -> str:
    level = desk.t(f"risks.level_{one.level or 'none'}")
    return plain(desk.t("risks.said", day=local_day(one.said_at), by=one.by or desk.t("risks.somebody"), level=level, reason=one.reason))
