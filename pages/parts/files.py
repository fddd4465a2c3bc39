"""Photos and files of a record: choosing some, and a list of those there, each behind pages/routes/files.py. `draw_files_of` is both lists and adds in one line."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape
from uuid import UUID

import streamlit as st

from core.calendar import local_day, local_minute
from core.files import AT_ONCE, CLOSED, ENDINGS, LONGEST_REASON, MEGABYTE, OPEN, Upload, largest, megabytes
from core.refusals import Refused
from core.roles import Role
from db.commands import files as commands
from db.queries.files import FileLine, of_contacts, of_order
from pages.parts.desk import Desk
from pages.parts.plain import plain
from pages.parts.reveal import ask_purpose, draw_revealed, is_revealed

STYLE = """<style>
.files { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 8px; }
.files figure { margin: 0; width: 132px; font-size: 13px; line-height: 1.35; overflow-wrap: anywhere; }
.files img, .files .sheet { display: flex; align-items: center; justify-content: center; width: 132px; height: 99px; }
.files img, .files .sheet { object-fit: cover; border: 1px solid #d9e0e2; border-radius: 8px; background: #f1f5f5; }
.files a { color: #0b5cad; display: inline-block; padding: 6px 10px 6px 0; }
.files a:first-child { padding: 0; }
.files .struck { text-decoration: line-through; }
</style>"""


PHOTOS = ("jpg", "jpeg", "png", "webp")
"""Endings of what a camera makes."""


def pick_files(desk: Desk, key: str, ending: Sequence[str] = ENDINGS) -> list[Upload]:
    """The field in which files are chosen, or photos taken on a phone; what was chosen so far."""
    size = largest(local_day(desk.now))
    st.caption(desk.t("files.pick_hint", size=megabytes(size), most=AT_ONCE))
    chosen = st.file_uploader(desk.t("files.pick"), list(ending), accept_multiple_files=True, label_visibility="collapsed", key=key, max_upload_size=size // MEGABYTE)
    return [Upload(one.name, one.getvalue()) for one in chosen or []]


def draw_files_of(desk: Desk, desk_name: str, community_id: UUID, *, order_id: UUID | None = None, contact_ids: Sequence[UUID] = (), subject_ids=None, key: str, strikes=True) -> None:
    """The files of an order (`subject_ids`: of these records of it) or of contacts; nothing where there are none. `desk_name`: the page it stands on;
    `strikes`: whether one may be struck out here."""
    lines = _found(desk, community_id, order_id, contact_ids, subject_ids)
    if not lines:
        return
    owner = {"order_id": order_id} if order_id else {"contact_ids": tuple(contact_ids)}
    of = ("files", key, order_id or tuple(contact_ids))
    st.markdown(f"**{desk.t('files.title', n=len(lines))}**")
    st.html(STYLE + _grid(desk, [one for one in lines if one.lasting or one.opens != OPEN or not is_revealed(of)]))
    if any(one.opens != CLOSED and not one.lasting for one in lines):
        ask_purpose(desk, desk_name, desk.t("files.show"), of, commands.reveal, community_id=community_id, **owner)
        draw_revealed(desk_name, of, partial(_again, community_id, order_id, contact_ids, subject_ids))
    elif any(one.opens == CLOSED for one in lines):
        st.caption(desk.t("files.closed"))
    if strikes:
        _strike(desk, lines, key)


def _found(desk: Desk, community_id: UUID, order_id: UUID | None, contact_ids: Sequence[UUID], subject_ids) -> list[FileLine]:
    with desk.session() as session:
        if order_id:
            return of_order(session, desk.now, community_id, order_id, subject_ids=subject_ids)
        return of_contacts(session, desk.now, community_id, contact_ids)


def _again(community_id: UUID, order_id: UUID | None, contact_ids: Sequence[UUID], subject_ids, desk: Desk, _shown: object) -> None:
    """For as long as the purpose lasts: what it has opened."""
    lines = _found(desk, community_id, order_id, contact_ids, subject_ids)
    st.html(STYLE + _grid(desk, [replace(one, lasting=True) for one in lines if one.opens == OPEN and not one.lasting]))


def _grid(desk: Desk, lines: Sequence[FileLine]) -> str:
    return f'<div class="files">{"".join(_figure(desk, one) for one in lines)}</div>'


def _figure(desk: Desk, one: FileLine) -> str:
    address, kind = f"/desk/files/{one.community_id}/{one.id}", escape(f"{desk.t(f'files.kind_{one.kind}')} {megabytes(one.size)}")
    said = [escape(one.name)] if one.name and one.lasting and not one.picture else []
    said += [escape(_of(desk, one)), escape(desk.t("files.by", by=one.by or desk.t("ledger.system"), at=local_minute(one.added_at)))]
    image = f'<span class="sheet">{kind}</span>'
    links = ""
    if one.lasting:
        links = f'<a href="{address}" download>{escape(desk.t("files.download"))}</a>'
        if one.picture:
            image = f'<a href="{address}?size=large" target="_blank" rel="noopener"><img src="{address}?size=small" alt="{kind}" title="{escape(desk.t("files.larger"))}"></a>'
    if one.struck_at:
        said = [f'<span class="struck">{" · ".join(said)}</span>', escape(desk.t("files.struck", at=local_minute(one.struck_at), reason=one.struck_reason or ""))]
    return f"<figure>{image}<figcaption>{'<br>'.join(said)}<br>{links}</figcaption></figure>"


def _of(desk: Desk, one: FileLine) -> str:
    if one.act:
        return desk.t(f"work_orders.act_{one.act}")
    return desk.t(f"files.of_{one.subject_kind}", at=one.visited_at or "")


def _strike(desk: Desk, lines: Sequence[FileLine], key: str) -> None:
    """One small button for all of them: which, and why."""
    mine = {one.id: one for one in lines if not one.struck_at and (one.own or desk.actor.role == Role.STATION_HEAD)}
    if not mine:
        return
    with st.popover(desk.t("files.strike"), width="content"):
        st.caption(desk.t("files.strike_why"))
        said = st.container()
        which = st.selectbox(desk.t("files.strike_which"), list(mine), format_func=lambda one: _called(desk, mine[one]), key=f"{key}-strike")
        reason = st.text_input(desk.t("files.reason"), key=f"{key}-strike-reason", max_chars=LONGEST_REASON)
        if st.button(desk.t("files.strike_submit"), key=f"{key}-strike-it", width="stretch"):
            done = desk.carry_out(commands.strike, community_id=mine[which].community_id, attachment_id=which, reason=reason)
            if isinstance(done, Refused):
                with said:
                    st.error(done.text(desk.lang))
                return
            st.toast(desk.t("files.now_struck"))
            st.rerun()


def _called(desk: Desk, one: FileLine) -> str:
    return " · ".join((plain(one.name) or desk.t(f"files.kind_{one.kind}"), _of(desk, one), local_minute(one.added_at)))
