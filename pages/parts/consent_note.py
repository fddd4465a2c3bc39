"""A line beside a form: what somebody said on the purpose it serves, where that is no or nothing."""

from uuid import UUID

import streamlit as st

from db.queries.consents import word
from pages.parts.desk import Desk


def consent_note(desk: Desk, resident_id: UUID, purpose: str) -> bool:
    """Says that they do not agree to `purpose`, or were never asked. True when the word that holds is no."""
    with desk.session() as session:
        said = word(session, resident_id, purpose)
    if said is not True:
        st.caption(desk.t(f"consents.{purpose}_{'unasked' if said is None else 'no'}"))
    return said is False
