"""The shell: on every rerun, who is here, and the menu of the desks they may open. Everything else is a desk's own page."""

import importlib
from collections.abc import Callable

import streamlit as st

from core.calendar import SHANGHAI
from core.words import LANGS, t
from db.commands.identity import choose_language
from db.wall_clock import frozen
from pages.parts import desk as at
from pages.parts.desk import Desk
from pages.parts.menu import first_desk, open_desks
from pages.parts.turnstile import one_of_few

SECTIONS = {
    "work": ("queue", "roster", "map", "duties"),
    "watch": ("overview", "checklist", "rulebook", "calendar"),
    "office": ("imports", "exports", "ledger", "accounts"),
}


def main() -> None:
    """One run: the page chosen from the actor's own menu, or the landing desk."""
    st.set_page_config(page_icon="🏘️", layout="wide")
    desk = at.current()
    chosen = st.navigation(_menu(desk), position="sidebar", expanded=True)
    _sidebar(desk)
    _banners(desk)
    with one_of_few():
        chosen.run()


def _menu(desk: Desk) -> dict[str, list]:
    """Only desks of the role. Page modules are imported when their desk is opened."""
    pages = {one: st.Page(_opener(one), title=t(f"shell.{one}", desk.lang), url_path=one) for one in open_desks(desk.actor.role)}
    first = pages.get(first_desk(desk.actor.role))
    home = st.Page(lambda: first and st.switch_page(first), title=t("common.app", desk.lang), url_path="home", default=True, visibility="hidden")
    sections = {t(f"shell.section_{name}", desk.lang): [pages[one] for one in desks if one in pages] for name, desks in SECTIONS.items()}
    return {"": [home]} | {name: pages for name, pages in sections.items() if pages}


def _opener(name: str) -> Callable[[], None]:
    def open_desk() -> None:
        importlib.import_module(f"pages.{name}").page()

    return open_desk


def _sidebar(desk: Desk) -> None:
    with st.sidebar:
        role = t(f"accounts.role_{desk.actor.role}", desk.lang)
        st.caption(t("shell.signed_in_as", desk.lang, name=desk.actor.name, role=role))
        st.segmented_control(
            t("shell.language", desk.lang),
            LANGS,
            default=desk.lang,
            format_func=lambda lang: t(f"shell.lang_{lang}", lang),
            key=f"language-{desk.lang}",
            on_change=_switch_language,
            args=(desk.lang,),
            label_visibility="collapsed",
            width="stretch",
        )
        st.html(f'<form class="desk-leave" data-desk-lang="{desk.lang}" method="post" action="/logout"><button type="submit">{t("login.logout", desk.lang)}</button></form>')


def _switch_language(shown: str) -> None:
    """Runs before the script, so it asks again who is here."""
    desk, chosen = at.current(), st.session_state[f"language-{shown}"]
    if chosen and chosen != desk.lang:
        desk.carry_out(choose_language, account_id=desk.actor.id, lang=chosen)


def _banners(desk: Desk) -> None:
    if clock := frozen():
        st.caption(f"🕙 {t('shell.demo_clock', desk.lang, moment=clock.astimezone(SHANGHAI).strftime('%Y-%m-%d %H:%M'))}")
    if not desk.scope.communities:
        st.warning(t("shell.no_scope", desk.lang))


if __name__ == "__main__":
    main()
