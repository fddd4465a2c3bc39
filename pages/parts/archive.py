"""The archive: its index to search, and the reader's own requests."""

from html import escape
from urllib.parse import urlencode
from uuid import UUID

import streamlit as st

from core.archive import CODES
from core.work_orders import kinds
from db.queries.archive import FileLine, file_of, index, mine, years
from pages.parts.archive_file import LINK, draw_file, stand
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.line_list import STYLE, line_list
from pages.parts.pick import pick_community
from pages.parts.plain import plain

CHOSEN = "archive_chosen"
FEW = 20


def draw_archive(desk: Desk) -> None:
    """The button under the queue; nothing is looked up before it is tapped."""
    if desk.may("archive_ask") and st.button(desk.t("archive.title"), key="archive-open", width="stretch"):
        st.session_state.pop(CHOSEN, None)
        st.dialog(desk.t("archive.title"), width="large")(_archive)()


def _archive() -> None:
    desk = current().require("queue")
    st.html(STYLE)
    if _chosen(desk):
        return
    st.caption(desk.t("archive.why"))
    st.markdown(" ".join(clause_mark(desk, one) for one in ("archive.file", "archive.access")))
    community_id = pick_community(desk)
    if community_id is None:
        return
    _mine(desk)
    asked = _asked(desk, community_id)
    with desk.session() as session:
        n, found = index(session, community_id, **asked, limit=FEW)
    address = "/desk/archive?" + urlencode({name: str(value) for name, value in {"community": community_id, **asked}.items() if value})
    with st.container(horizontal=True):
        st.markdown(f"**{desk.t('archive.found', n=n)}**" if n else desk.t("archive.none"))
        if n:
            st.html(LINK.format(address=escape(address), text=escape(desk.t("archive.index_print"))))
    by_id = {str(one.order_id): one for one in found}
    _choose(line_list("archive", desk.t("archive.title"), {key: _line(desk, one) for key, one in by_id.items()}), community_id)
    if n > len(found):
        st.caption(desk.t("archive.first", n=len(found)))


def _chosen(desk: Desk) -> bool:
    """The file that was tapped, in place of the index."""
    community_id, order_id = st.session_state.get(CHOSEN) or (None, None)
    if community_id not in desk.scope.communities:
        return False
    with desk.session() as session:
        kept = file_of(session, community_id, order_id)
    if kept is None:
        return False
    if st.button(f"← {desk.t('archive.index_title')}", key="archive-back"):
        _choose("", community_id)
    draw_file(desk, kept)
    return True


def _choose(order_id: str | None, community_id: UUID) -> None:
    """Shows one file, or the index again (empty); None: nothing was tapped."""
    if order_id is not None:
        st.session_state[CHOSEN] = (community_id, UUID(order_id)) if order_id else None
        st.rerun(scope="fragment")


def _mine(desk: Desk) -> None:
    """The reader's own requests that are not over: a tap opens the file."""
    with desk.session() as session:
        found = {str(one.order_id): one for one in mine(session, desk.now)}
    if found:
        tapped = line_list("archive-mine", desk.t("archive.mine"), {key: f"**{one.number} {plain(one.matter)}** {stand(desk, one)}" for key, one in found.items()}, titled=True)
        _choose(tapped, found[tapped].community_id if tapped else None)


def _asked(desk: Desk, community_id: UUID) -> dict:
    """What the index is narrowed to."""
    text = st.text_input(desk.t("archive.find"), key="archive_text", max_chars=50, placeholder=desk.t("archive.find"), label_visibility="collapsed")
    with desk.session() as session:
        known = years(session, community_id)
    every = {None: desk.t("archive.any")}
    words = every | {kind.id: kind.title[desk.lang] for kind in kinds().values()}
    categories = every | {one: desk.t(f"work_orders.category_{one}") for one in CODES}
    with st.container(horizontal=True):
        year = st.selectbox(desk.t("archive.year"), [None, *known], format_func=lambda one: str(one or desk.t("archive.any")), key="archive_year")
        category = st.selectbox(desk.t("archive.category"), list(categories), format_func=categories.get, key="archive_category")
        kind = st.selectbox(desk.t("archive.kind"), list(words), format_func=words.get, key="archive_kind")
    return {"text": text.strip(), "year": year, "category": category, "kind": kind}


def _line(desk: Desk, one: FileLine) -> str:
    return f"**{one.number} {plain(one.matter)}**  \n:gray[{desk.t(f'work_orders.category_{one.category}')} · {kinds()[one.kind].title[desk.lang]} · {one.year}]"
