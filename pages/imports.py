"""Ledgers in, step by step: a file, its table and columns, what it would change and what it can't say, done."""

import json
from uuid import UUID

import streamlit as st

from core.calendar import SHANGHAI, local_day
from core.imports.headers import guess_table
from core.imports.tables import ORDER, table
from core.refusals import Refused
from db.commands import imports as commands
from db.queries import imports
from db.sheets import ENDINGS, Sheet
from pages.parts import desk as at
from pages.parts.desk import Desk
from pages.parts.import_columns import columns_step, sheet_step
from pages.parts.import_preview import asks_again, done_view, preview_view
from pages.parts.page import page_header, show_refusal

STATE = "imports"
"""Session state: what has been worked out about the file at hand, so that a rerun doesn't do it again."""


def page() -> None:
    desk = at.current().require("imports")
    page_header(desk, desk.t("imports.title"), desk.t("imports.subtitle"))
    state = st.session_state.setdefault(STATE, {"round": 0})
    if "done" in state:
        done_view(desk, state["done"], state)
        return
    community_id = _community(desk)
    if community_id is None:
        st.info(desk.t("imports.no_community"))
        return
    st.subheader(desk.t("imports.step_file"), anchor=False)
    file = st.file_uploader(desk.t("imports.file_label"), [ending[1:] for ending in ENDINGS], help=desk.t("imports.file_hint"), key=f"imports-file-{state['round']}")
    if file is None:
        _history(desk, community_id)
        return
    sheet = sheet_step(desk, state, file)
    if sheet is not None:
        _look(desk, state, community_id, sheet, file.name)


def _community(desk: Desk) -> UUID | None:
    with desk.session() as session:
        mine = {community_id: name for community_id, _, name in imports.communities(session)}
    if len(mine) < 2:
        return next(iter(mine), None)
    return st.selectbox(desk.t("imports.community"), list(mine), format_func=mine.get, key="imports-community")


def _look(desk: Desk, state: dict, community_id: UUID, sheet: Sheet, file_name: str) -> None:
    st.subheader(desk.t("imports.step_columns"), anchor=False)
    today = local_day(desk.now)
    if "table" not in state["guessed"]:
        state["guessed"]["table"] = guess_table(sheet.cells, today)
    name = st.selectbox(desk.t("imports.table"), ORDER, ORDER.index(state["guessed"]["table"]), format_func=lambda one: table(one).title[desk.lang])
    st.caption(table(name).hint[desk.lang])
    source = ""
    if name == "work_orders":
        source = st.text_input(desk.t("imports.source"), desk.t("imports.source_default"), max_chars=30, help=desk.t("imports.source_hint")).strip()
    known = (community_id, name)
    if known not in state["guessed"]:
        with desk.session() as session:
            state["guessed"][known] = imports.reading(session, name, community_id, sheet.cells, today)
    mapping, remembered = state["guessed"][known]
    again = st.session_state.get(asks_again(state["digest"]), False)
    upload = imports.Upload(name, sheet.cells, mapping, file_name, state["digest"], source, again)
    corrected = columns_step(desk, upload, remembered, today)
    if corrected is not None:
        desk.carry_out(commands.keep_mapping, community_id=community_id, upload=imports.Upload(name, sheet.cells, corrected))
        state["guessed"][known] = (corrected, True)
        st.rerun()
    if all(field in mapping.columns for field in upload.into.required):
        _preview(desk, state, community_id, upload)


def _preview(desk: Desk, state: dict, community_id: UUID, upload: imports.Upload) -> None:
    st.subheader(desk.t("imports.step_preview"), anchor=False)
    key = (community_id, upload.table, upload.source, upload.ask_again, json.dumps(upload.mapping.as_dict()))
    if not state["seen"] or state["seen"][0] != key:
        bar = st.progress(0.0, desk.t("imports.looking"))
        with desk.session() as session:
            seen = imports.preview(session, upload, community_id=community_id, now=desk.now, progress=lambda part: bar.progress(part, desk.t("imports.looking")))
        bar.empty()
        state["seen"] = (key, seen)
    seen = state["seen"][1]
    if isinstance(seen, Refused):
        show_refusal(desk, seen)
    elif preview_view(desk, seen):
        _take_in(desk, state, community_id, seen)


def _take_in(desk: Desk, state: dict, community_id: UUID, seen: imports.Preview) -> None:
    bar = st.progress(0.0, desk.t("imports.writing"))
    result = desk.carry_out(
        commands.take_in, community_id=community_id, upload=seen.upload, expected=seen.fingerprint, progress=lambda part: bar.progress(part, desk.t("imports.writing"))
    )
    bar.empty()
    if isinstance(result, Refused):
        state["seen"] = None
        show_refusal(desk, result)
        return
    st.session_state[STATE] = {"round": state["round"] + 1, "done": result}
    st.rerun()


def _history(desk: Desk, community_id: UUID) -> None:
    st.subheader(desk.t("imports.history"), anchor=False)
    with desk.session() as session:
        rows = imports.batches(session, [community_id])
    if not rows:
        st.caption(desk.t("imports.history_none"))
    for row in rows:
        counts, when = json.loads(row.counts), row.applied_at.astimezone(SHANGHAI)
        figures = " · ".join(f"{desk.t(f'imports.{state}')} {counts[state]}" for state in ("new", "changed", "rejected"))
        st.markdown(f"**{table(row.table).title[desk.lang]}** {when:%Y-%m-%d %H:%M}　{figures}  \n`{row.file_name.replace('`', '')}`")
