"""Changing the staff: somebody new, who stands at which post of which grid from when on, who leaves. On the staff's page, for the station head."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import streamlit as st

from core.calendar import local_day
from core.posts import CERTIFICATES, KINDS, POSTS
from core.refusals import Refused
from db.commands import posts as commands
from db.commands.posts import Changed
from db.queries.staff import Consequences, Standing, Worker, lately_left, places_to_stand, standing
from pages.parts.desk import Desk
from pages.parts.page import show_refusal
from pages.parts.plain import plain

_DAY = timedelta(1)


def draw_changes(desk: Desk, community_id: UUID, staff: list[Worker]) -> None:
    """What was changed last and what follows from it, then the forms."""
    for told in st.session_state.pop("posts_told", ()):
        st.warning(told)
    _hire(desk, community_id)
    if staff:
        _change(desk, community_id, staff)
    _left(desk, community_id)


def _hire(desk: Desk, community_id: UUID) -> None:
    with st.expander(f"**{desk.t('posts.hire')}**"), st.form("hire", border=False, enter_to_submit=False):
        name = st.text_input(desk.t("staff.name"), max_chars=60)
        kind = st.selectbox(desk.t("staff.kind"), KINDS, format_func=lambda one: desk.t(f"exports.staff_{one}"))
        phone = st.text_input(desk.t("posts.phone"), max_chars=30)
        certificate = st.selectbox(desk.t("posts.certificate"), CERTIFICATES, index=None, format_func=lambda one: desk.t(f"exports.certificate_{one}"), placeholder=desk.t("common.none"))
        if st.form_submit_button(desk.t("posts.hire"), type="primary"):
            done = desk.carry_out(commands.hire, community_id=community_id, name=name, kind=kind, phone=phone, certificate=certificate)
            _again(desk, done, desk.t("posts.hired", name=name.strip()))


def _change(desk: Desk, community_id: UUID, staff: list[Worker]) -> None:
    with st.expander(f"**{desk.t('posts.change')}**"):
        names = {one.id: f"{one.name} · {desk.t(f'exports.staff_{one.kind}')}" for one in staff}
        who = st.selectbox(desk.t("posts.who"), list(names), index=None, format_func=names.get, key="posts-who")
        if who is None:
            return
        with desk.session() as session:
            held = [one for one in standing(session, desk.now, community_id) if one.staff_id == who]
            places = places_to_stand(session, community_id)
        if not held:
            st.caption(desk.t("posts.holds_none"))
        for one in held:
            _held(desk, community_id, one)
        _take(desk, community_id, who, places)
        _leave(desk, community_id, next(one for one in staff if one.id == who))


def _held(desk: Desk, community_id: UUID, one: Standing) -> None:
    """A post somebody has, and giving it up."""
    said = {"grid": plain(one.grid), "post": desk.t(f"posts.post_{one.post}"), "since": one.from_date.isoformat()}
    with st.container(border=True):
        if one.to_date:
            st.markdown(desk.t("posts.holds_until", until=(one.to_date - _DAY).isoformat(), **said))
        else:
            st.markdown(desk.t("posts.holds", **said))
        with st.popover(desk.t("posts.end")), st.form(f"end-{one.id}", border=False, enter_to_submit=False):
            last = st.date_input(desk.t("posts.last_day"), max(local_day(desk.now), one.from_date) if one.to_date is None else one.to_date - _DAY)
            if st.form_submit_button(desk.t("posts.end"), type="primary"):
                done = desk.carry_out(commands.end_post, community_id=community_id, post_id=one.id, to_date=last + _DAY)
                _again(desk, done, lambda changed: desk.t("posts.ended", name=changed.name))


def _take(desk: Desk, community_id: UUID, who: UUID, places: dict[UUID, str]) -> None:
    with st.form(f"take-{who}", enter_to_submit=False):
        grid = st.selectbox(desk.t("posts.grid"), list(places), index=None, format_func=places.get)
        post = st.radio(desk.t("posts.post"), POSTS, format_func=lambda one: desk.t(f"posts.post_{one}"), horizontal=True)
        since = st.date_input(desk.t("posts.since"), local_day(desk.now))
        st.caption(desk.t("posts.take_why"))
        if not st.form_submit_button(desk.t("posts.take"), type="primary") or grid is None:
            return
    done = desk.carry_out(commands.take_post, community_id=community_id, staff_id=who, grid_id=grid, post=post, since=since)
    _again(desk, done, partial(_taken, desk, grid=places[grid], post=desk.t(f"posts.post_{post}"), day=since.isoformat()))


def _taken(desk: Desk, changed: Changed, **said) -> str:
    return desk.t("posts.taken_from" if changed.before else "posts.taken", name=changed.name, before=changed.before, **said)


def _leave(desk: Desk, community_id: UUID, one: Worker) -> None:
    if one.left_on:
        st.caption(desk.t("posts.leaving", day=one.left_on.isoformat()))
        _stay(desk, community_id, one.id)
    with st.popover(desk.t("posts.leave")), st.form(f"leave-{one.id}", border=False, enter_to_submit=False):
        day = st.date_input(desk.t("posts.leaves_on"), one.left_on or local_day(desk.now) + _DAY)
        if st.form_submit_button(desk.t("posts.leave"), type="primary"):
            done = desk.carry_out(commands.leave, community_id=community_id, staff_id=one.id, left_on=day)
            _again(desk, done, lambda changed: desk.t("posts.left", name=changed.name, day=day.isoformat()))


def _left(desk: Desk, community_id: UUID) -> None:
    with desk.session() as session:
        gone = lately_left(session, desk.now, community_id)
    if gone:
        with st.expander(desk.t("posts.lately_left", n=len(gone))):
            for staff_id, name, day in gone:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(desk.t("posts.left_line", name=plain(name), day=day.isoformat()))
                    _stay(desk, community_id, staff_id)


def _stay(desk: Desk, community_id: UUID, staff_id: UUID) -> None:
    if st.button(desk.t("posts.stay"), key=f"stay-{staff_id}"):
        done = desk.carry_out(commands.stay, community_id=community_id, staff_id=staff_id)
        _again(desk, done, lambda changed: desk.t("posts.stayed", name=changed.name))


def _again(desk: Desk, done, said) -> None:
    """The lists above say it anew, and what follows from it."""
    if isinstance(done, Refused):
        show_refusal(desk, done)
        return
    st.session_state["staff_said"] = said if isinstance(said, str) else said(done)
    st.session_state["posts_told"] = _told(desk, done.follows) if isinstance(done, Changed) else []
    st.rerun()


def _told(desk: Desk, follows: Consequences) -> list[str]:
    told = [desk.t("posts.no_head")] if follows.no_head else []
    told += [desk.t("posts.alone", grid=plain(grid), n=n) for grid, n in follows.alone] + [desk.t("posts.doubled", grid=plain(grid)) for grid in follows.doubled]
    told += [desk.t(f"posts.{name}", username=username, grid=plain(grid)) for name in ("unreached", "reached") for username, grid in getattr(follows, name)]
    return told + ([desk.t("posts.account", username=follows.account)] if follows.account else [])
