"""Ledgers out: each table a role may take out, masked, as Excel or CSV."""

from uuid import UUID

import streamlit as st

from core.calendar import SHANGHAI
from db.commands.exports import FORMATS
from db.queries.exports import columns, exportable, hidden_in, title
from db.queries.imports import communities
from pages.parts import desk as at
from pages.parts.desk import Desk
from pages.parts.downloads import table_file
from pages.parts.page import page_header


def page() -> None:
    desk = at.current().require("exports")
    page_header(desk, desk.t("exports.title"), desk.t("exports.subtitle"))
    with desk.session() as session:
        mine = {community_id: (code, name) for community_id, code, name in communities(session)}
    tables = exportable(desk.actor.role)
    if not mine or not tables:
        st.info(desk.t("exports.none"))
        return
    community_id = next(iter(mine))
    if len(mine) > 1:
        community_id = st.selectbox(desk.t("exports.community"), list(mine), format_func=lambda one: mine[one][1], key="exports-community")
    kind = st.segmented_control(desk.t("exports.format"), FORMATS, default="xlsx", format_func=lambda one: desk.t(f"exports.format_{one}"), required=True, key="exports-format")
    for name in tables:
        _table(desk, name, community_id, mine[community_id][0], kind)


def _table(desk: Desk, name: str, community_id: UUID, code: str, kind: str) -> None:
    fields, hidden, comma = columns(name), hidden_in(desk.actor.role, name), desk.t("exports.comma")
    called = title(name, desk.lang)
    veiled = sorted({field.personal for field in fields if field.personal} & hidden)
    with st.container(border=True):
        st.subheader(called, anchor=False)
        st.caption(desk.t("exports.columns", names=comma.join(field.title[desk.lang] for field in fields)))
        if veiled:
            st.caption(desk.t("exports.masked", names=comma.join(desk.t(f"exports.personal_{one}") for one in veiled)))
        st.download_button(
            desk.t("exports.download", table=called), table_file(desk, community_id=community_id, name=name, kind=kind),
            f"{code}-{called}-{desk.now.astimezone(SHANGHAI):%Y%m%d}.{kind}", on_click="ignore", width="stretch", key=f"exports-{name}-{kind}",
        )  # fmt: skip
