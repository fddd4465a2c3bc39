"""Where the ledger's proof stands, and what a check of it found."""

import streamlit as st

from db.queries.ledger import ProofState
from db.queries.proof import Proof
from pages.parts.desk import Desk
from pages.parts.evidence import moment

MOST = 50


def proof_sentence(desk: Desk, proof: ProofState) -> str:
    """Entries, how many of them are sealed, when, and what the last check found."""
    if proof.head is None:
        sealed = desk.t("ledger.never_sealed", entries=proof.entries)
    else:
        sealed = desk.t("ledger.sealed", entries=proof.entries, sealed=proof.sealed, at=moment(proof.head.signed_at))
    if proof.checked_at is None:
        return f"{sealed} {desk.t('ledger.never_checked')}"
    word = "ledger.checked_faults" if proof.faults else "ledger.checked_well"
    return f"{sealed} {desk.t(word, at=moment(proof.checked_at), n=proof.faults)}"


def show_proof(desk: Desk, proof: Proof) -> None:
    """The result of a check: each fault with its table and row."""
    if proof.holds:
        st.success(f"✓ {desk.t('ledger.holds', entries=proof.entries, heads=proof.heads, rows=proof.rows)}")
    else:
        st.error(f"✗ {desk.t('ledger.broken', n=len(proof.faults))}")
        st.markdown("\n".join(f"- {desk.t(f'ledger.fault.{one.kind}', table=one.table, row=one.row_id)}" for one in proof.faults[:MOST]))
    if proof.unsealed:
        st.caption(desk.t("ledger.not_sealed_yet", n=proof.unsealed))
