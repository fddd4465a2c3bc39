"""Figures that cost more than a few milliseconds, kept while nothing changes: per scope, newest filing of its communities, and minute."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import streamlit as st

from db.engine import open_session
from db.queries.ledger import last_entries
from db.scope import Scope
from pages.parts.desk import Desk, engine
from pages.parts.one_run import once

Marks = tuple


def kept(desk: Desk, query: Callable, *arguments, community_id: UUID | None = None, marks: tuple | None = None, **named):
    """`query(session, now, *arguments, **named)` within the desk's scope, computed once for this scope, state of the rows and minute. What it returns is
    a copy of the caller's own. `community_id`: only this community's rows count. `marks`: what it
    all hangs on, where that isn't the newest filing; the present moment makes no difference then."""
    scope = desk.scope if community_id is None else desk.scope.within(community_id)
    minute = desk.now.replace(second=0, microsecond=0) if marks is None else None
    marks = once(("marks", scope), lambda: _marks(scope)) if marks is None else marks
    # By name: Streamlit looks up the name of each argument that comes by position, at every call.
    return _computed(scope=scope, name=f"{query.__module__}.{query.__qualname__}", marks=marks, minute=minute, arguments=arguments, named=named, _query=query, _now=desk.now)


def _marks(scope: Scope) -> Marks:
    with open_session(engine(), scope) as session:
        return tuple(str(one) for one in last_entries(session))


@st.cache_data(show_spinner=False, max_entries=300, ttl=3600, hash_funcs={Scope: lambda scope: _key(scope), UUID: str})
def _computed(*, scope: Scope, name: str, marks: Marks, minute: datetime | None, arguments: tuple, named: dict, _query: Callable, _now: datetime):
    with open_session(engine(), scope) as session:
        return _query(session, _now, *arguments, **named)


def _key(scope: Scope) -> str:
    return repr((str(scope.actor_id), scope.role, *(sorted(map(str, ids)) if ids is not None else None for ids in (scope.communities, scope.grids, scope.order_desks)), scope.people))
