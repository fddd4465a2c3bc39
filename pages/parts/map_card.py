"""A grid's card, and the gaps beside the map: figures that open their rows."""

from datetime import datetime

import streamlit as st

from core.calendar import SHANGHAI
from core.small_counts import FEW, MORE
from db.queries.gaps import Gap
from db.queries.map import OF_PEOPLE, CommunityValues, GridCard, OrderRow
from db.queries.posts import PostHeld
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.jump import open_desk
from pages.parts.plain import plain
from pages.parts.rows import draw_rows

SHORT = 24
"""Rows up to this many are written as a list."""
LISTS = {
    "open_orders": ("queue", {"queue_kind": "order"}),
    "overdue_orders": ("queue", {"queue_kind": "order", "queue_bucket": "late"}),
    "special_residents": ("roster", {"roster_state": "all"}),
    "overdue_care": ("roster", {"roster_state": "overdue"}),
    "package_gaps": ("roster", {"roster_state": "gaps"}),
}
"""The list behind each figure, and what it is narrowed to besides the grid."""


def grid_card_view(desk: Desk, card: GridCard) -> None:
    """Posts, buildings, households, people by group, orders; each figure with its rows or the list behind it."""
    with st.container(border=True):
        st.subheader(plain(f"{card.code} {card.name}"), anchor=False)
        _posts(desk, card)
        with st.expander(f"{desk.t('map.households')} **{card.figures.households}** · {desk.t('map.buildings')} **{len(card.buildings)}**"):
            _rows(desk, card.buildings)
        _figures(desk, card)
        _orders(desk, card)


def _posts(desk: Desk, card: GridCard) -> None:
    lines = []
    for post in "AB":
        names = [_holder(desk, one) for one in card.holders if one.post == post]
        lines.append(f"**{desk.t(f'map.post_{post}')}** {' · '.join(names) or ':orange-badge[' + desk.t('map.post_empty') + ']'}")
    st.markdown("  \n".join([*lines, clause_mark(desk, "grid.posts")]))


def _holder(desk: Desk, holder: PostHeld) -> str:
    if holder.away_until is None:
        return plain(holder.name)
    moment = holder.away_until.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
    return f"{plain(holder.name)} :orange-badge[{desk.t('map.away_until', moment=moment)}]"


def _figures(desk: Desk, card: GridCard) -> None:
    """Each figure is the button to its list where the role may open that; else it is only told."""
    figures = [(f"by_{name}", getattr(card.figures, name), LISTS[name]) for name in LISTS]
    figures += [(f"group_{group}", n, ("roster", {"roster_group": group})) for group, n in card.groups.items()]
    with st.container(horizontal=True, gap="small"):
        for word, n, (name, filters) in figures:
            label = f"{desk.t(f'map.{word}')} **{n}**"
            if not desk.sees(name):
                st.markdown(label, width="content")
            elif st.button(label, key=f"map-{word}", help=desk.t(f"map.open_{name}")):
                open_desk(name, grid_filter=card.id, **filters)
    if {FEW, MORE} & {*card.groups.values(), *(getattr(card.figures, name) for name in OF_PEOPLE)}:
        st.caption(desk.t("map.note_small"))


def _orders(desk: Desk, card: GridCard) -> None:
    """The open orders, in place: also for roles that have no queue."""
    if card.orders:
        with st.expander(f"{desk.t('map.by_open_orders')} **{len(card.orders)}**"):
            draw_rows([_order(desk, row) for row in card.orders])


def _order(desk: Desk, row: OrderRow) -> dict:
    return {
        desk.t("map.order_late"): desk.t("common.yes") if row.overdue else "",
        desk.t("map.order_matter"): row.matter,
        desk.t("map.order_due"): _local(row.due_at),
        desk.t("map.order_received"): _local(row.received_at),
        desk.t("map.order_number"): row.number,
    }


def _local(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if moment else ""


def gaps_view(desk: Desk, found: list[Gap]) -> None:
    """What is missing, each kind with its rows."""
    st.subheader(desk.t("map.gaps"), anchor=False)
    if not found:
        st.success(desk.t("map.gaps_none"))
    for gap in found:
        with st.expander(f"{desk.t('map.gap_count', gap=desk.t(f'map.gap_{gap.kind}'), n=gap.count)}"):
            if gap.clause_id:
                st.markdown(clause_mark(desk, gap.clause_id))
            _rows(desk, gap.rows)


def _rows(desk: Desk, rows: tuple[tuple[str, int | None], ...]) -> None:
    """A short list as text: a table costs four times the bytes and CPU, on every click."""
    if len(rows) > SHORT:
        st.dataframe([{desk.t("map.what"): name} | ({desk.t("map.households"): n} if n is not None else {}) for name, n in rows], hide_index=True)
    else:
        st.markdown("\n".join(f"- {plain(name)}" + (f" · {desk.t('map.n_households', n=n)}" if n is not None else "") for name, n in rows))


def district_view(desk: Desk, rows: list[CommunityValues]) -> None:
    """All communities of the scope side by side: the map's figures, summed."""
    st.subheader(desk.t("map.district"), anchor=False)
    figures = ("households", *(name for name in LISTS if name != "package_gaps"))
    table = []
    for row in rows:
        line = {desk.t("map.community"): row.name, desk.t("map.grids"): row.grids, desk.t("map.outside_band"): row.outside_band}
        table.append(line | {desk.t(f"map.by_{name}"): getattr(row.figures, name) for name in figures})
    draw_rows(table)
