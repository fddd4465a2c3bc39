"""The catalogue of services on the rulebook's desk: searched, folded by class, one item opened with its guide."""

from collections.abc import Iterable
from html import escape
from uuid import UUID

import streamlit as st

from core.calendar import local_minute
from core.catalogue import CLASSES, load_catalogue
from db.queries.catalogue import Entry, entries
from pages.parts.catalogue_form import SAID, open_form, withdraw_button
from pages.parts.clause_list import STYLE
from pages.parts.desk import Desk
from pages.parts.guide_text import guide_sections
from pages.parts.pick import pick_community


def draw_catalogue(desk: Desk) -> None:
    """Everything of the catalogue the desk's community has, or the one item the address names."""
    community_id = pick_community(desk)
    if community_id is None:
        return
    if said := st.session_state.pop(SAID, None):
        st.toast(said)
    with desk.session() as session:
        found = entries(session, community_id)
    offered = [one for one in found if not one.withdrawn]
    st.caption(desk.t("catalogue.subtitle", classes=len(CLASSES), items=len(offered), sample=sum(one.sample for one in offered)))
    asked = next((one for one in found if one.item.id == st.query_params.get("item")), None)
    if asked:
        _one(desk, community_id, asked)
        return
    shown = _filtered(desk, found)
    if desk.may("catalogue_edit") and st.button(desk.t("catalogue.add"), key="catalogue_add", width="stretch"):
        open_form(desk, community_id, None)
    st.caption(desk.t("catalogue.found", n=len(shown)))
    _list(desk, community_id, shown)


def _one(desk: Desk, community_id: UUID, one: Entry) -> None:
    if st.button(desk.t("catalogue.show_all"), key="catalogue_all"):
        st.query_params.clear()
        st.rerun()
    if desk.may("catalogue_edit"):
        with st.container(horizontal=True):
            if st.button(desk.t("catalogue.edit"), key="catalogue_edit", type="primary", width="stretch"):
                open_form(desk, community_id, one)
            withdraw_button(desk, community_id, one)
    _list(desk, community_id, [one], unfolded=True)


def _filtered(desk: Desk, found: list[Entry]) -> list[Entry]:
    words = st.text_input(desk.t("catalogue.search"), placeholder=desk.t("catalogue.search_hint"), key="catalogue_search", label_visibility="collapsed")
    titles = {group.id: group.title[desk.lang] for group in load_catalogue()}
    group = st.pills(desk.t("catalogue.class"), CLASSES, format_func=titles.get, key="catalogue_class", label_visibility="collapsed")
    return [one for one in found if group in (None, one.item.group) and _says(one, words)]


def _says(one: Entry, words: str) -> bool:
    """Whether every word stands in the title, the papers or the basis, in either language."""
    item = one.item
    text = " ".join(sentence for names in (item.title, *item.materials, *item.basis) for sentence in names.values()).lower()
    return all(word in text for word in words.lower().split())


def _list(desk: Desk, community_id: UUID, found: Iterable[Entry], *, unfolded: bool = False) -> None:
    titles = {group.id: group.title[desk.lang] for group in load_catalogue()}
    parts, group = [STYLE, '<div class="clauses">'], None
    for one in found:
        if one.item.group != group:
            group = one.item.group
            parts.append(f"<h3>{escape(titles[group])}</h3>")
        parts.append(_item(desk, community_id, one, unfolded))
    st.html("".join([*parts, "</div>"]))


def _item(desk: Desk, community_id: UUID, one: Entry, unfolded: bool) -> str:
    item = one.item
    lines = "".join(f"<p><b>{escape(heading)}</b>{''.join(f'<br>{escape(line)}' for line in said)}</p>" for heading, said in guide_sections(desk.lang, item))
    own = "" if one.sample else f"<p>{escape(desk.t('catalogue.own_since', at=local_minute(one.changed_at), by=one.by or desk.t('catalogue.somebody')))}</p>"
    links = [(f"/desk/guide?item={item.id}&community={community_id}", "catalogue.print"), *([] if unfolded else [(f"/rulebook?item={item.id}", "catalogue.open")])]
    anchors = "".join(f'<a href="{escape(where)}" target="_self">{escape(desk.t(word))}</a>' for where, word in links)
    return (
        f"<details {'open' if unfolded else ''}><summary><b>{escape(item.title[desk.lang])}</b>{_marks(desk, one)}</summary>"
        f"<div class='body'>{lines}{own}{anchors}</div></details>"
    )


def _marks(desk: Desk, one: Entry) -> str:
    item = one.item
    marks = [("shape", desk.t(f"catalogue.complexity_{item.complexity}"))]
    if item.important:
        marks.append(("shape", desk.t("catalogue.important")))
    if item.review:
        marks.append(("shape", desk.t("catalogue.chain", name=item.review.title[desk.lang])))
    marks.append(("default", desk.t("catalogue.sample")) if one.sample else ("shape", desk.t("catalogue.own")))
    if one.withdrawn:
        marks.append(("late", desk.t("catalogue.withdrawn")))
    return "".join(f"<span class='mark {kind}'>{escape(text)}</span>" for kind, text in marks)
