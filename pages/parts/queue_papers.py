"""An item's papers on the queue's desk: what the resident has to bring, which are missing, and the written notice of those."""

from uuid import UUID

import streamlit as st

from core.catalogue import Item
from core.rulebook import load_rulebook
from core.work_orders import SUPPLEMENT
from db.queries.catalogue import Entry
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.plain import plain


def draw_item(desk: Desk, one: Entry) -> None:
    """In short what an item means for its orders: limits, review, and whether it is only a sample."""
    item, book = one.item, load_rulebook()
    parts = [desk.t(f"catalogue.complexity_{item.complexity}"), *(f"{book[clause_id].title[desk.lang]} {book[clause_id].figure[desk.lang]}" for clause_id in item.clauses)]
    parts.append(desk.t("catalogue.chain", name=item.review.title[desk.lang]) if item.review else desk.t("catalogue.no_chain"))
    if one.sample:
        parts.append(f":blue-badge[{desk.t('catalogue.sample')}]")
    st.caption(" · ".join(parts))
    st.html(f'<a class="desk-link" href="/rulebook?item={item.id}" target="_blank">{desk.t("catalogue.read")}</a>')


def pick_missing(desk: Desk, item: Item, key: str) -> tuple[str, ...]:
    """The papers of `item` that are not there, ticked; in Chinese, as the resident is told."""
    if not item.materials:
        return ()
    names = {one["zh"]: plain(one[desk.lang]) for one in item.materials}
    chosen = st.pills(f"{desk.t('catalogue.missing')} {clause_mark(desk, 'materials.once')}", list(names), selection_mode="multi", format_func=names.get, key=f"{key}-{item.id}")
    st.caption(desk.t("catalogue.missing_means", figure=load_rulebook()[SUPPLEMENT].figure[desk.lang]))
    return tuple(one for one in names if one in chosen)


def notice_links(desk: Desk, community_id: UUID, order_id: UUID) -> None:
    """The notice to print, and as a Word file."""
    asked = f"community={community_id}&order={order_id}"
    links = (("notice", "notices.print", ' target="_blank"'), ("notice.docx", "notices.word", ""))
    st.html(" &emsp; ".join(f'<a class="desk-link" href="/desk/{path}?{asked}"{how}>{desk.t(word)}</a>' for path, word, how in links))
