"""What an order asks another person to grant, and what was granted: more time, and telling the resident of it."""

import streamlit as st

from core.calendar import local_day
from core.clocks import deadline_text
from core.extensions import WAYS, offered
from core.refusals import Refused
from core.work_orders import kinds
from db.commands import extensions as commands
from db.queries.extensions import ExtensionLine
from db.queries.work_orders import OrderCard
from pages.parts.desk import Desk
from pages.parts.extensions import asked
from pages.parts.queue_record import happened_at, say_refused

_COLOUR = {"waiting": "orange", "granted": "blue"}


def draw_granted(desk: Desk, extensions: list[ExtensionLine]) -> None:
    """What was asked for and what became of it; under an extension the resident has not heard of, where to record that."""
    for one in extensions:
        st.markdown(f":{_COLOUR.get(one.stands, 'gray')}[{asked(desk, one)} — **{_stands(desk, one)}**]")
        if one.stands == "granted":
            _told(desk, one)


def draw_asking(desk: Desk, card: OrderCard, extensions: list[ExtensionLine]) -> None:
    """The form for more time, where the order's running limit allows any and none waits."""
    offer = offered(kinds()[card.line.kind], card.clocks, local_day(desk.now))
    if offer is None or not desk.may("order_accept") or any(one.stands == "waiting" for one in extensions):
        return
    clock, limit, most = offer
    with st.expander(desk.t("extensions.ask")), st.form("extension", border=False):
        st.caption(desk.t("extensions.ask_why", due=deadline_text(clock.due_at), most=desk.t(f"extensions.n_{limit.unit}", n=most)))
        said = st.container()
        n = st.number_input(desk.t(f"extensions.wanted_{limit.unit}"), min_value=1, max_value=most, step=1, key="extension_n")
        reason = st.text_area(desk.t("extensions.reason"), key="extension_reason", max_chars=500, height=80)
        if st.form_submit_button(desk.t("extensions.submit"), type="primary", width="stretch"):
            with said:
                answer(desk, desk.carry_out(commands.ask, community_id=card.line.community_id, order_id=card.line.id, n=n, reason=reason), "extensions.asked")


def _stands(desk: Desk, one: ExtensionLine) -> str:
    values = {"who": who(desk, one.waits_for), "due": deadline_text(one.due_at), "was": one.was_due_at and deadline_text(one.was_due_at)}
    return desk.t(f"extensions.state_{one.stands}", **values) + (desk.t("extensions.provisional") if one.provisional else "")


def _told(desk: Desk, one: ExtensionLine) -> None:
    if one.told_at:
        st.caption(desk.t("extensions.told", at=deadline_text(one.told_at), way=desk.t(f"extensions.way_{one.told_way}")))
        return
    st.markdown(f":red[**{desk.t('extensions.untold')}**]")
    if not desk.may("order_accept"):
        return
    with st.expander(desk.t("extensions.tell")):
        said = st.container()
        way = st.pills(desk.t("extensions.way"), WAYS, default="phone", required=True, format_func=lambda one: desk.t(f"extensions.way_{one}"), key="extension_way")
        at = happened_at(desk, "extension")
        if st.button(desk.t("extensions.tell"), type="primary", key="extension-tell", width="stretch"):
            with said:
                answer(desk, desk.carry_out(commands.tell, community_id=one.community_id, extension_id=one.id, way=way, told_at=at), "extensions.now_told")


def answer(desk: Desk, result, word: str) -> None:
    """A refusal stays in the dialog; else it closes and `word` says what was filed, and for whom it waits."""
    if isinstance(result, Refused):
        say_refused(desk, result)
        return
    st.session_state["queue_said"] = desk.t(word, who=who(desk, "street_officer" if desk.actor.role == "station_head" else "station_head"))
    st.rerun()


def who(desk: Desk, role: str) -> str:
    """The role for which something waits, in words."""
    return desk.t(f"accounts.role_{role}")
