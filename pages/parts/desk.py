"""Who is at the desk in this run, asked anew of the database at each run of the page and of each fragment that runs by itself.

`desk.current().require("roster")` is the first line of every page and of every fragment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import streamlit as st
from sqlalchemy import Engine

from core import roles
from core.words import t
from db.commands import identity as commands
from db.commands.filing import carry_out
from db.engine import ScopedSession, make_engine, open_session
from db.queries import identity
from db.scope import Scope
from db.wall_clock import now
from pages.parts.one_run import forget, once

COOKIE = "desk_session"
_OWNER = "desk_owner"
_LANG = "desk_lang"


@dataclass(frozen=True)
class Actor:
    """The account at the desk. `staff_id`: the staff row it belongs to, if any (who holds orders and clocks)."""

    id: UUID
    username: str
    name: str
    role: str
    staff_id: UUID | None
    local: bool


@dataclass(frozen=True)
class Desk:
    """What a page run may rely on: language, moment (UTC), scope and actor of this very run."""

    lang: str
    now: datetime
    scope: Scope
    actor: Actor

    @contextmanager
    def session(self) -> Iterator[ScopedSession]:
        """A reading session within the scope, closed at the end of the block."""
        with open_session(engine(), self.scope) as session:
            yield session

    def carry_out(self, command: Callable, /, **arguments):
        """Run a command of db.commands in one filed transaction, as this actor, now. Returns its value or a Refused."""
        try:
            return carry_out(engine(), self.scope, command, now=self.now, **arguments)
        finally:
            forget()

    def may(self, act: str) -> bool:
        """Whether the actor's role may perform `act` (core.roles.ACTS): for showing a button; the command asks again."""
        return roles.may(self.actor.role, act)

    def sees(self, desk: str) -> bool:
        """Whether the actor's role may open `desk`: for showing a link."""
        return roles.may_open(self.actor.role, desk)

    def require(self, desk: str) -> "Desk":
        """This desk itself when the actor may open `desk`; else says so and ends the run."""
        if not self.sees(desk):
            title = t(f"shell.{desk}", self.lang)
            st.error(t("shell.no_desk", self.lang, desk=title))
            st.caption(t("shell.no_desk_next", self.lang))
            st.stop()
        return self

    def t(self, key: str, /, **values) -> str:
        """The sentence `key` in the actor's language."""
        return t(key, self.lang, **values)

    def label(self, key: str, /, **values) -> str:
        """The words `key` where they stand alone: as a label, a choice, a column. With a capital where the language has any."""
        return capital(self.t(key, **values))


def capital(words: str) -> str:
    """The same words, beginning with a capital; Chinese has none."""
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process."""
    return make_engine()


def current() -> Desk:
    """The desk of this run. When the log-in is over (also a second ago, by somebody else's hand): says so and ends the run."""
    token = st.context.cookies.get(COOKIE)
    return once(("desk", token), lambda: _arrive(token))


def _arrive(token: str | None) -> Desk:
    moment = now()
    visitor = identity.visitor(engine(), token, now=moment)
    if visitor is None:
        _farewell()
    commands.renew(engine(), token, visitor.idle_until, now=moment)
    _own_state(visitor)
    actor = Actor(visitor.account_id, visitor.username, visitor.name, visitor.role, visitor.scope.staff_id, visitor.local)
    return Desk(visitor.lang, moment, visitor.scope, actor)


def shown_language() -> str:
    """The language this browser tab was last shown, for words that must do without an actor."""
    return st.session_state.get(_LANG, "zh")


def _farewell() -> None:
    """No data, nothing of the former user's state, and the way back to the login page."""
    lang = shown_language()
    st.session_state.clear()
    st.session_state[_LANG] = lang
    st.warning(f"**{t('shell.ended', lang)}**  \n{t('shell.ended_why', lang)}")
    st.html(f'<a class="desk-again" href="/login?note=ended" target="_self">{t("shell.log_in_again", lang)}</a>')
    st.stop()


def _own_state(visitor: identity.Visitor) -> None:
    """A websocket may be resumed by whoever names its session: what another account left in it goes."""
    if st.session_state.setdefault(_OWNER, visitor.account_id) != visitor.account_id:
        st.session_state.clear()
    st.session_state[_OWNER], st.session_state[_LANG] = visitor.account_id, visitor.lang
