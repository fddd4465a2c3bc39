"""A message of the inbox as a card: how much of it is late or due soon now, what comes first, when it was told."""

from html import escape

import streamlit as st

from core.awaited import said
from core.clocks import deadline_text
from db.queries.alerts import Received
from pages.parts.desk import Desk
from pages.parts.queue_cards import what_of


def message_card(desk: Desk, one: Received, *, button: bool) -> None:
    """The card, without its `button`, which hangs under it."""
    look = "overdue" if one.late else "due_soon" if one.soon or one.words else ""
    mark = "" if one.read else "● "
    urgent = f'<b>{escape(desk.t("alerts.urgent"))}</b> ' if one.urgent else ""
    top = f'<span class="todo-left {look}">{mark}{urgent}{escape(_counts(desk, one))}</span><span>{escape(desk.t("alerts.raised", at=deadline_text(one.raised_at)))}</span>'
    lines = [_first(desk, one), desk.t("alerts.count_settled", n=one.settled) if one.settled and (one.open or one.care or one.words) else "", _care(desk, one)]
    body = "".join(f'<div class="{"todo-what" if number == 0 else "todo-where"}">{escape(line)}</div>' for number, line in enumerate(lines) if line)
    st.html(f'<div class="todo {"with-button" if button else ""}"><div class="todo-top">{top}</div>{body}</div>')


def _counts(desk: Desk, one: Received) -> str:
    parts = [desk.t(f"alerts.count_{name}", n=n) for name, n in (("words", len(one.words)), ("late", one.late), ("soon", one.soon)) if n]
    hidden = one.care if not desk.sees("roster") else 0
    parts += [desk.t("alerts.count_care", n=hidden)] if hidden else []
    return desk.t("alerts.comma").join(parts) or desk.t("alerts.all_settled")


def _first(desk: Desk, one: Received) -> str:
    if one.first is None:
        return said(one.words[0], desk.now, desk.lang) if one.words else ""
    what, n = what_of(desk, one.first), one.open + len(one.words)
    return desk.t("alerts.and_more", what=what, n=n) if n > 1 else what


def _care(desk: Desk, one: Received) -> str:
    """Why there is no list."""
    return desk.t("alerts.care_closed") if one.care and not desk.sees("roster") else ""
