"""Where the ledger's proof stands, in one sentence."""

from db.queries.ledger import ProofState
from pages.parts.desk import Desk
from pages.parts.evidence import moment


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
