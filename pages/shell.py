"""The shell: on every rerun, who is here, and the menu of the desks they may open. Everything else is a desk's own page."""

import importlib
from collections.abc import Callable

import streamlit as st

from core.calendar import SHANGHAI
from core.roles import desks_of, landing
from core.staff import check_linked
from core.words import LANGS, t
from db.commands.identity import choose_language
from db.queries import alerts, identity
from db.wall_clock import frozen
from pages.parts import desk as at
from pages.parts.desk import Desk
from pages.parts.one_run import one_run
from pages.parts.pick import places
from pages.parts.plain import plain
from pages.parts.turnstile import one_of_few

SECTIONS = {
    "work": ("queue", "alerts", "roster", "map", "duties", "staff", "property", "reconciliation", "surveys"),
    "watch": ("overview", "checklist", "rulebook", "calendar"),
    "office": ("imports", "exports", "ledger", "accounts"),
}


def main() -> None:
    """One run: the page chosen from the actor's own menu, or the landing desk."""
    st.set_page_config(page_icon="🏘️", layout="wide")
    with one_run():
        desk = at.current()
        waiting = _unread(desk)
        chosen = st.navigation(_menu(desk, waiting), position="sidebar", expanded=True)
        _sidebar(desk)
        _banners(desk, waiting)
        with one_of_few():
            chosen.run()


def _menu(desk: Desk, waiting: int) -> dict[str, list]:
    """Only desks of the role. Page modules are imported when their desk is opened. `waiting`: unread alerts."""
    titles = {one: desk.t(f"shell.{one}") for one in desks_of(desk.actor.role)} | ({"alerts": desk.t("alerts.menu", n=waiting)} if waiting else {})
    pages = {one: st.Page(_opener(one), title=title, url_path=one) for one, title in titles.items()}
    first = pages[landing(desk.actor.role)]
    home = st.Page(lambda: st.switch_page(first), title=desk.t("common.app"), url_path="home", default=True, visibility="hidden")
    sections = {desk.t(f"shell.section_{name}"): [pages[one] for one in desks if one in pages] for name, desks in SECTIONS.items()}
    return {"": [home]} | {name: pages for name, pages in sections.items() if pages}


def _opener(name: str) -> Callable[[], None]:
    def open_desk() -> None:
        importlib.import_module(f"pages.{name}").page()

    return open_desk


def _sidebar(desk: Desk) -> None:
    with st.sidebar:
        role = desk.t(f"accounts.role_{desk.actor.role}")
        st.caption("  \n".join((desk.t("shell.signed_in_as", name=plain(desk.actor.name), role=role), _places(desk))))
        st.segmented_control(
            desk.t("shell.language"),
            LANGS,
            default=desk.lang,
            format_func=lambda lang: t(f"shell.lang_{lang}", lang),
            key=f"language-{desk.lang}",
            on_change=_switch_language,
            args=(desk.lang,),
            label_visibility="collapsed",
            width="stretch",
        )
        if desk.actor.local:
            st.html(f'<a class="desk-link" href="/password" target="_self">{desk.t("login.password_change")}</a>')
        st.html(f'<form class="desk-leave" data-desk-lang="{desk.lang}" method="post" action="/logout"><button type="submit">{desk.t("login.logout")}</button></form>')


def _places(desk: Desk) -> str:
    names = list(places(desk).values())
    return desk.t("shell.places", n=len(names)) if len(names) > 2 else plain(" · ".join(names))


def _switch_language(shown: str) -> None:
    """Runs before the script, so it asks again who is here."""
    desk, chosen = at.current(), st.session_state[f"language-{shown}"]
    if chosen and chosen != desk.lang:
        desk.carry_out(choose_language, account_id=desk.actor.id, lang=chosen)


def _unread(desk: Desk) -> int:
    if not desk.sees("alerts"):
        return 0
    with desk.session() as session:
        return alerts.unread(session)


def _banners(desk: Desk, waiting: int) -> None:
    """`waiting` stands here too: on a phone the menu is closed."""
    notes = [f'<a href="/alerts" target="_self">{desk.t("alerts.unread", n=waiting)}</a>'] if waiting else []
    with desk.session() as session:
        if identity.is_demo(session):
            notes.append(desk.t("shell.demo_data"))
    if clock := frozen():
        notes.append(desk.t("shell.demo_clock", moment=clock.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")))
    if notes:
        st.html(f'<p class="desk-note">{" · ".join(notes)}</p>')
    if not desk.scope.communities:
        st.warning(desk.t("shell.no_community" if desk.may("communities_manage") else "shell.no_scope"))
    elif check_linked(desk.actor.role, desk.actor.staff_id):
        st.warning(desk.t("staff.not_linked_banner"))


if __name__ == "__main__":
    main()
