"""What may be done about a bill: a reminder recorded, payment, suspension, restoring, cancelling. Refusals stay in the dialog."""

from datetime import timedelta

import streamlit as st

from core.bills import REMINDERS, UTILITIES, WAYS, Stage
from core.calendar import local_day
from core.refusals import Refused
from db.commands import bills as commands
from db.queries.bills import BillLine
from pages.parts.desk import Desk
from pages.parts.queue_record import happened_at, say_refused

SAID = "property_said"
OVERDUE = (Stage.dunning, Stage.suspension)


def draw_acts(desk: Desk, one: BillLine) -> None:
    """The forms that fit the bill as it stands."""
    if one.stage is Stage.closed:
        return
    said = st.container()
    if one.stage is Stage.suspended:
        _restore(desk, one, said)
    if one.paid_at is None:
        with st.expander(desk.t("bills.record"), expanded=one.stage in (Stage.reminder, Stage.dunning)):
            _remind(desk, one)
        with st.expander(desk.t("bills.pay")):
            _pay(desk, one)
    if one.stage in OVERDUE and one.kind in UTILITIES and desk.may("bill_suspend") and st.button(desk.t("bills.suspend"), key="bill-suspend", width="stretch"):
        with said:
            _carry(desk, one, commands.suspend, "bills.act_suspend")
    if one.paid_at is None and one.stage is not Stage.suspended:
        with st.expander(desk.t("bills.cancel")):
            _cancel(desk, one)


def file(desk: Desk, result, done: str) -> None:
    """A refusal stays where it is; else a word says what was filed, and the dialog closes."""
    if isinstance(result, Refused):
        say_refused(desk, result)
        return
    st.session_state[SAID] = desk.t(done)
    st.rerun()


def _carry(desk: Desk, one: BillLine, command, done: str, **more) -> None:
    file(desk, desk.carry_out(command, community_id=one.community_id, bill_id=one.id, **more), done)


def _remind(desk: Desk, one: BillLine) -> None:
    said = st.container()
    offered = REMINDERS if one.stage in OVERDUE else REMINDERS[:3]
    act = st.selectbox(desk.t("bills.record_what"), offered, format_func=lambda name: desk.t(f"bills.act_{name}"), key="bill-act")
    today = local_day(desk.now)
    day = st.date_input(desk.t("bills.told_day"), today + timedelta(7), min_value=today, key="bill-day") if act == "notice" else None
    note = st.text_input(desk.t("bills.note"), max_chars=200, key="bill-note")
    at = happened_at(desk, "bill")
    if st.button(desk.t("common.save"), key="bill-remind", type="primary", width="stretch"):
        with said:
            _carry(desk, one, commands.remind, "bills.recorded", act=act, happened_at=at, last_pay_on=day, note=note)


def _pay(desk: Desk, one: BillLine) -> None:
    said = st.container()
    way = st.selectbox(desk.t("bills.paid_way"), WAYS, format_func=lambda name: desk.t(f"bills.way_{name}"), key="bill-way")
    at = happened_at(desk, "bill-paid")
    if st.button(desk.t("common.save"), key="bill-pay", type="primary", width="stretch"):
        with said:
            _carry(desk, one, commands.pay, "bills.act_pay", way=way, paid_at=at)


def _restore(desk: Desk, one: BillLine, said) -> None:
    note = "" if one.paid_at else st.text_input(desk.t("bills.restore_note"), max_chars=200, key="bill-restore-note")
    if desk.may("bill_suspend") and st.button(desk.t("bills.restore"), key="bill-restore", type="primary", width="stretch"):
        with said:
            _carry(desk, one, commands.restore, "bills.act_restore", note=note)


def _cancel(desk: Desk, one: BillLine) -> None:
    said = st.container()
    note = st.text_input(desk.t("bills.cancel_note"), max_chars=200, key="bill-cancel-note")
    if st.button(desk.t("bills.cancel"), key="bill-cancel", width="stretch"):
        with said:
            _carry(desk, one, commands.cancel, "bills.act_cancel", note=note)
