"""A community that has just begun: what it still lacks, and who takes it in where, in place of a page that would look as if all were done."""

from uuid import UUID

import streamlit as st

from db.queries.beginnings import missing
from pages.parts.desk import Desk
from pages.parts.figures import kept
from pages.parts.jump import open_desk


def draw_beginning(desk: Desk, community_id: UUID | None = None) -> bool:
    """Says what the community (the whole scope) lacks, and the next step; False where it lacks nothing."""
    if not desk.scope.people or not desk.scope.communities:
        return False
    lacks = kept(desk, missing, community_id, community_id=community_id)
    if not lacks:
        return False
    what = desk.t("exports.comma").join(desk.t(f"shell.begin_{one}") for one in lacks)
    st.info(f"{desk.t('shell.begin', what=what)} {desk.t('shell.begin_import' if desk.may('import_ledgers') else 'shell.begin_ask')}")
    if desk.may("import_ledgers") and st.button(desk.t("shell.begin_open"), key="begin-import"):
        open_desk("imports")
    return True
