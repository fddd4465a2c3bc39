"""A department's list on its way in: read like a ledger, compared, kept; or the reason why there is none."""

import json
from uuid import UUID

import streamlit as st

from core.calendar import local_day
from core.measures import percent
from core.reconciliation import KINDS, SOURCES
from core.refusals import Refused
from db.commands import imports as columns
from db.commands.reconciliation import keep_list, no_list
from db.queries.imports import Upload, reading
from db.queries.reconciliation import Standing
from db.queries.reconciliation_compare import Comparison, compare
from db.sheets import ENDINGS, Sheet
from pages.parts.desk import Desk
from pages.parts.import_columns import columns_step, sheet_step
from pages.parts.import_preview import bad_view
from pages.parts.page import answer, show_refusal

STATE = "reconciliation"
LIKELY = 0.5
"""Below this share of both lists that match somebody asks first whether it is the right list. Default of this product."""


def compare_view(desk: Desk, community_id: UUID, stands: Standing) -> None:
    """Choose whose list it is, hand it in, look, keep."""
    state = st.session_state.setdefault(STATE, {"round": 0})
    if "done" in state:
        _say_done(desk, state.pop("done"))
    source = st.segmented_control(
        desk.t("reconciliation.which_list"), SOURCES, default=SOURCES[0], required=True, format_func=lambda one: desk.t(f"reconciliation.source_{one}"), key="reconcile-source"
    )
    st.caption(desk.t("reconciliation.compare_hint"))
    if any(one.source == source and one.run_id for one in stands.sources):
        st.caption(desk.t("reconciliation.replaces", source=desk.t(f"reconciliation.source_{source}")))
    st.subheader(desk.t("imports.step_file"), anchor=False)
    file = st.file_uploader(desk.t("imports.file_label"), [ending[1:] for ending in ENDINGS], help=desk.t("imports.file_hint"), key=f"reconcile-file-{state['round']}")
    if file is None:
        _no_list(desk, community_id, source)
        return
    sheet = sheet_step(desk, state, file)
    if sheet is not None:
        _look(desk, state, community_id, source, sheet, file.name)


def _look(desk: Desk, state: dict, community_id: UUID, source: str, sheet: Sheet, file_name: str) -> None:
    st.subheader(desk.t("imports.step_columns"), anchor=False)
    known, today = (community_id, source), local_day(desk.now)
    if known not in state["guessed"]:
        with desk.session() as session:
            state["guessed"][known] = reading(session, source, community_id, sheet.cells, today)
    mapping, remembered = state["guessed"][known]
    upload = Upload(source, sheet.cells, mapping, file_name, state["digest"])
    corrected = columns_step(desk, upload, remembered, today)
    if corrected is not None:
        desk.carry_out(columns.keep_mapping, community_id=community_id, upload=Upload(source, sheet.cells, corrected))
        state["guessed"][known] = (corrected, True)
        st.rerun()
    if all(field in mapping.columns for field in upload.into.required):
        _result(desk, state, community_id, upload)


def _result(desk: Desk, state: dict, community_id: UUID, upload: Upload) -> None:
    st.subheader(desk.t("reconciliation.step_result"), anchor=False)
    key = (community_id, upload.table, json.dumps(upload.mapping.as_dict()))
    if not state["seen"] or state["seen"][0] != key:
        bar = st.progress(0.0, desk.t("imports.looking"))
        with desk.session() as session:
            seen = compare(session, upload, community_id=community_id, now=desk.now, progress=lambda part: bar.progress(part, desk.t("imports.looking")))
        bar.empty()
        state["seen"] = (key, seen)
    seen = state["seen"][1]
    if isinstance(seen, Refused):
        show_refusal(desk, seen)
        return
    _figures(desk, seen)
    bad_view(desk, seen, "reconciliation")
    n = len(seen.findings)
    if seen.rows and st.button(desk.t("reconciliation.keep" if n else "reconciliation.keep_none", n=n), type="primary", width="stretch", key="reconcile-keep"):
        _keep(desk, state, community_id, upload)


def _figures(desk: Desk, seen: Comparison) -> None:
    counts = seen.counts
    with st.container(horizontal=True):
        st.metric(desk.t("reconciliation.same"), counts["same"], border=True)
        for kind in KINDS:
            st.metric(desk.t(f"reconciliation.kind_{kind}"), counts[kind], border=True)
        st.metric(desk.t("imports.rejected"), counts["rejected"], border=True)
    matched = (counts["same"] + counts["different"]) / max(counts["read"], counts["ours"], 1)
    if matched < LIKELY:
        st.warning(desk.t("reconciliation.few_match", share=percent(matched)))


def _keep(desk: Desk, state: dict, community_id: UUID, upload: Upload) -> None:
    bar = st.progress(0.0, desk.t("reconciliation.writing"))
    done = desk.carry_out(keep_list, community_id=community_id, upload=upload, progress=lambda part: bar.progress(part, desk.t("reconciliation.writing")))
    bar.empty()
    if isinstance(done, Refused):
        state["seen"] = None
        show_refusal(desk, done)
        return
    st.session_state[STATE] = {"round": state["round"] + 1, "done": done}
    st.rerun()


def _say_done(desk: Desk, done) -> None:
    if done.repeated:
        st.info(desk.t("reconciliation.kept_before"))
        return
    st.success(desk.t("reconciliation.kept", same=done.counts["same"], differences=sum(done.counts[kind] for kind in KINDS)))


def _no_list(desk: Desk, community_id: UUID, source: str) -> None:
    with st.expander(desk.t("reconciliation.no_list_title")), st.form(f"no-list-{source}", border=False, clear_on_submit=True):
        st.caption(desk.t("reconciliation.no_list_note"))
        reason = st.text_input(desk.t("reconciliation.reason"), max_chars=200)
        if not st.form_submit_button(desk.t("reconciliation.no_list_save"), width="stretch"):
            return
        if answer(desk, desk.carry_out(no_list, community_id=community_id, source=source, reason=reason), desk.t("reconciliation.no_list_saved")):
            st.rerun()
