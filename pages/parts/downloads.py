"""Files made when somebody clicks: by then the page's run is over, so who clicks is asked again."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.refusals import Refused
from db.commands.exports import export
from db.commands.reconciliation_shown import export_differences
from db.queries import identity
from db.wall_clock import now
from pages.parts import desk as at
from pages.parts.desk import COOKIE, Desk


class NothingToHandOver(RuntimeError):
    """The log-in is over, or the right to the table is gone since the page was drawn; the browser is told the download failed."""


def table_file(desk: Desk, **wanted) -> Callable[[], bytes]:
    """What a download button calls: the export of db.commands.exports, as whoever holds the page's cookie at the click."""
    return _file(desk, export, **wanted)


def differences_file(desk: Desk, *, community_id: UUID, quarter_key: str) -> tuple[str, Callable[[], bytes]]:
    """Name of the workbook of a quarter's differences, and what its download button calls."""
    return f"{desk.t('reconciliation.title')}-{quarter_key}.xlsx", _file(desk, export_differences, community_id=community_id, quarter_key=quarter_key)


def _file(desk: Desk, command: Callable, **wanted) -> Callable[[], bytes]:
    token, lang = st.context.cookies.get(COOKIE), desk.lang

    def make() -> bytes:
        moment = now()
        visitor = identity.visitor(at.engine(), token, now=moment)
        made = command(at.engine(), visitor.scope, now=moment, lang=lang, **wanted) if visitor else Refused("common.not_allowed")
        if isinstance(made, Refused):
            raise NothingToHandOver(made.text(lang))
        return made.content

    return make
