"""The ledger: who filed what when, whether it still proves it, and who looked at whom."""

from uuid import UUID

import streamlit as st

from db.commands.ledger import note_check, seal
from db.queries.identity import communities
from db.queries.ledger import commands_seen, count_entries, entries, people_seen, proof_state
from db.queries.proof import head_text, read_head, verify
from db.scope import PLATFORM
from pages.parts import desk as at
from pages.parts.clause import clause_chip
from pages.parts.desk import Desk
from pages.parts.ledger_entries import did, entry_table
from pages.parts.ledger_looks import PAGE, choose, draw_looks, page_number, span
from pages.parts.ledger_proof import proof_sentence, show_proof
from pages.parts.page import answer, page_header


def page() -> None:
    desk = at.current().require("ledger")
    page_header(desk, desk.t("ledger.title"), desk.t("ledger.subtitle"))
    community_id = _chosen(desk)
    if community_id is None:
        return
    _proof(desk, community_id)
    st.subheader(desk.t("ledger.looked"), anchor=False)
    draw_looks(desk, community_id)
    st.subheader(desk.t("ledger.entries"), anchor=False)
    _entries(desk, community_id)


def _chosen(desk: Desk) -> UUID | None:
    with desk.session() as session:
        names: dict[UUID, str] = communities(session)
    if desk.sees("accounts"):
        names[PLATFORM] = desk.t("ledger.platform")
    if len(names) < 2:
        return next(iter(names), None)
    return st.selectbox(desk.t("checklist.community"), list(names), format_func=names.get, key=f"ledger-community-{desk.lang}")


def _proof(desk: Desk, community_id: UUID) -> None:
    """Where the proof stands; seal, check, and the head to keep elsewhere."""
    with desk.session() as session:
        state = proof_state(session, community_id)
    with st.container(border=True):
        st.markdown(proof_sentence(desk, state))
        clause_chip(desk, "tamper_proof", key="ledger-proof")
        if not desk.may("ledger_head"):
            return
        with st.container(horizontal=True):
            sealing = st.button(desk.t("ledger.seal"), disabled=state.sealed == state.entries, key="ledger-seal", type="primary")
            checking = st.button(desk.t("ledger.check"), key="ledger-check")
        if sealing and answer(desk, desk.carry_out(seal, community_id=community_id), desk.t("ledger.seal_done")):
            st.rerun()
        if state.head:
            line = head_text(state.head)
            st.code(line, language=None, wrap_lines=True)
            st.download_button(desk.t("ledger.head_download"), line, f"desk-head-{state.head.size}.txt", "text/plain")
            st.caption(desk.t("ledger.head_why"))
        with st.expander(desk.t("ledger.kept")):
            line = st.text_area(desk.t("ledger.kept_help"), key="ledger-kept")
        if checking:
            _check(desk, community_id, line)


def _check(desk: Desk, community_id: UUID, line: str) -> None:
    """Recompute everything, show what was found, and put the check on the ledger."""
    try:
        kept = [read_head(line.strip())] if line.strip() else []
    except ValueError:
        st.error(desk.t("ledger.kept_wrong"))
        return
    bar = st.progress(0.0, desk.t("ledger.checking"))
    with desk.session() as session:
        proof = verify(session, community_id, kept=kept, progress=bar.progress)
    bar.empty()
    show_proof(desk, proof)
    answer(desk, desk.carry_out(note_check, community_id=community_id, proof=proof), desk.t("ledger.check_done"))


def _entries(desk: Desk, community_id: UUID) -> None:
    with desk.session() as session:
        kinds, people = commands_seen(session, community_id), people_seen(session, community_id)
    with st.container(horizontal=True):
        kind = choose(desk, "ledger.kind", {one: did(desk, one) for one in kinds}, "ledger-kind")
        person = choose(desk, "ledger.person", people, "ledger-person")
        since, until = span(desk, "ledger")
    narrowed = {"commands": (kind,) if kind else (), "actor_id": person, "since": since, "until": until}
    with desk.session() as session:
        of = count_entries(session, community_id, **narrowed)
        number = page_number(desk, of, "ledger-page")
        found = entries(session, community_id, **narrowed, limit=PAGE, offset=(number - 1) * PAGE)
    st.caption(desk.t("ledger.found", n=of))
    if found:
        entry_table(desk, found)
