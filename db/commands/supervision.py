"""What the supervision committee files: its signature under a quarter's checklist. WS 三.2"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.measures import Verdict
from core.periods import quarter
from core.refusals import Refused
from core.roles import may
from db.commands.duties import record_duty
from db.engine import ScopedSession
from db.queries.checklist import checklist

CLAUSE = "supervision.check"


@dataclass(frozen=True)
class Signed:
    """A check on file: of which quarter, and the SHA-256 (hex) over its figures."""

    quarter: str
    digest: str


def sign_check(session: ScopedSession, *, now: datetime, community_id: UUID, quarter_key: str, seen: str, note: str = "") -> Signed | Refused:
    """Sign the checklist of the quarter as it stands: one duty record, whose ledger entry carries the digest of the figures. `seen`: the digest
    of the figures the signer had before them; refused when they have moved since. `note`: what the committee found, no personal data."""
    if not may(session.scope.role, "supervision_record"):
        return Refused("common.not_allowed", CLAUSE)
    if quarter(quarter_key).start > now:
        return Refused("checklist.quarter_to_come", CLAUSE)
    found = checklist(session, now, community_id, quarter_key)
    if found.digest() != seen:
        return Refused("checklist.figures_moved", CLAUSE)
    about = {"quarter": quarter_key, "figures": seen, "checked": found.checked, **{str(one): found.count(one) for one in Verdict}}
    kept = record_duty(session, now=now, clause_id=CLAUSE, happened_at=now, community_id=community_id, note=note or None, about=about)
    return kept if isinstance(kept, Refused) else Signed(quarter_key, seen)
