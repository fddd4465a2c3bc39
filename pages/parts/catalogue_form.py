"""Changing an item of the catalogue: the station head's form, one line a paper, step or law. Saving makes the item the community's own."""

from uuid import UUID

import streamlit as st

from core.catalogue import CLASSES, Draft, load_catalogue
from core.catalogue.drafts import LISTS, LONGEST_LIST, LONGEST_TITLE
from core.refusals import Refused
from core.reviews import chains
from core.work_orders import kinds
from db.commands.catalogue import save_item, withdraw_item
from db.queries.catalogue import Entry
from pages.parts.desk import Desk, current
from pages.parts.page import show_refusal

SAID = "catalogue_said"


def open_form(desk: Desk, community_id: UUID, one: Entry | None) -> None:
    """The dialog; `one` None: a new item."""
    st.dialog(desk.t("catalogue.edit" if one else "catalogue.add"), width="large")(_form)(community_id, one)


def withdraw_button(desk: Desk, community_id: UUID, one: Entry) -> None:
    """Takes the item out of what is offered, or offers it again."""
    if st.button(desk.t("catalogue.offer" if one.withdrawn else "catalogue.withdraw"), key="catalogue_withdraw", width="stretch"):
        done = desk.carry_out(withdraw_item, community_id=community_id, key=one.item.id, withdrawn=not one.withdrawn, version=one.version)
        _answer(desk, done)


def _form(community_id: UUID, one: Entry | None) -> None:
    desk = current().require("rulebook")
    st.caption(desk.t("catalogue.form_hint"))
    told = st.container()
    with st.form("catalogue-form", border=False):
        draft = _fields(desk, one)
        pressed = st.form_submit_button(desk.t("common.save"), type="primary", width="stretch")
    if pressed:
        arguments = {"key": one.item.id, "version": one.version} if one else {}
        done = desk.carry_out(save_item, community_id=community_id, draft=draft, **arguments)
        with told:
            _answer(desk, done)


def _fields(desk: Desk, one: Entry | None) -> Draft:
    item = one and one.item
    group = item.group if item else st.selectbox(desk.t("catalogue.class"), CLASSES, format_func={g.id: g.title[desk.lang] for g in load_catalogue()}.get)
    title = {lang: st.text_input(desk.t(f"catalogue.title_{lang}"), item.title[lang] if item else "", max_chars=LONGEST_TITLE) for lang in ("zh", "en")}
    kind_names = {kind.id: kind.title[desk.lang] for kind in kinds().values()}
    kind = st.selectbox(desk.t("catalogue.kind"), kind_names, index=[*kind_names].index(item.kind if item else "simple"), format_func=kind_names.get)
    chain_names = {None: desk.t("catalogue.no_chain")} | {chain.id: chain.title[desk.lang] for chain in chains().values()}
    chain = st.selectbox(desk.t("catalogue.chain_field"), [*chain_names], index=[*chain_names].index(item.chain if item else None), format_func=chain_names.get)
    important = st.checkbox(desk.t("catalogue.important"), bool(item and item.important))
    return Draft(group, title, kind, chain, important, {name: _list(desk, name, item) for name in LISTS})


def _list(desk: Desk, name: str, item) -> dict[str, str]:
    label = desk.t(f"catalogue.section_{name}")
    begin = {lang: "\n".join(line[lang] for line in getattr(item, name)) if item else "" for lang in ("zh", "en")}
    sides = dict(zip(("zh", "en"), st.columns(2), strict=True))
    return {lang: side.text_area(f"{label} · {desk.t(f'catalogue.in_{lang}')}", begin[lang], max_chars=LONGEST_LIST, height=120) for lang, side in sides.items()}


def _answer(desk: Desk, done) -> None:
    if isinstance(done, Refused):
        show_refusal(desk, done)
        return
    st.session_state[SAID] = desk.t("catalogue.saved", title=done.title[desk.lang])
    st.query_params["item"] = done.id
    st.rerun()
