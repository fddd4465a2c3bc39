"""Appointments in words, and the two fields in which one is agreed on."""

from datetime import datetime, timedelta

import streamlit as st

from core.appointments import Agreed, agreed_for
from core.calendar import SHANGHAI, local_day
from core.words import t
from pages.parts.desk import Desk


def when_text(agreed: Agreed) -> str:
    """"11-24 15:00", or the day alone."""
    return f"{agreed.at.astimezone(SHANGHAI):%m-%d %H:%M}" if agreed.at else f"{agreed.day:%m-%d}"


def agreed_text(lang: str, agreed: Agreed, now: datetime) -> str:
    """What stands, or that nothing came of it."""
    return t("appointments.missed" if agreed.missed(now) else "appointments.at", lang, at=when_text(agreed))


def ended_text(desk: Desk, agreed: Agreed, ended_as: str | None) -> str:
    """"for 11-24 15:00, kept"."""
    how = ended_as or ("missed" if agreed.missed(desk.now) else None)
    said = desk.t("appointments.then", at=when_text(agreed))
    return f"{said} {desk.t(f'appointments.ended_{how}')}" if how else said


def pick_agreed(desk: Desk, key: str) -> Agreed | None:
    """Day and time; None while no day is chosen. `key`: what the fields are called."""
    today = local_day(desk.now)
    with st.container(horizontal=True, gap="small"):
        day = st.date_input(desk.t("appointments.day"), None, min_value=today, max_value=today + timedelta(400), key=f"{key}-day", width=160)
        time = st.time_input(desk.t("appointments.time"), None, step=900, key=f"{key}-time", width=120)
    return agreed_for(day, time) if day else None


def picked(key: str) -> Agreed | None:
    """What stands in the fields, for a button's callback."""
    day = st.session_state.get(f"{key}-day")
    return agreed_for(day, st.session_state.get(f"{key}-time")) if day else None
