"""What people see when a page breaks: that it did and what to do, never a traceback; the cause goes to the server's log."""

import logging

import streamlit as st

from core.calendar import SHANGHAI
from core.words import t
from db.wall_clock import now
from pages.parts.desk import shown_language

_LOG = logging.getLogger(__name__)


def show_failure(problem: Exception) -> bool:
    """Streamlit's handler of uncaught exceptions; True: shown, nothing more to show."""
    moment = now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    _LOG.error("a page failed at %s", moment, exc_info=problem)
    st.error(t("shell.failed", shown_language(), moment=moment))
    return True
