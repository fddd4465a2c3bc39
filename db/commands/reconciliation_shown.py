"""Differences in full for a purpose, and out as a workbook masked by role: both are on the ledger."""

import json
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Engine, select

from core.calendar import local_minute
from core.care import PURPOSES
from core.refusals import Refused
from core.roles import masked, may, may_open
from core.words import t
from db.commands.exports import Exported
from db.commands.filing import carry_out, file
from db.engine import ScopedSession, open_session
from db.models.grids import Community
from db.models.reconciliation import ReconciliationDifference as Difference
from db.queries.reconciliation import FIELDS, Line, differences, how_many, shown
from db.scope import Scope
from db.sheets import workbook

_PART = 2_000
Said = dict[str, str]


def reveal_difference(session: ScopedSession, *, now: datetime, community_id: UUID, difference_id: UUID, purpose: str) -> tuple[Said, Said] | Refused:
    """What the two sides said in full: (theirs, ours). The ledger keeps who looked and what for, never the values."""
    if not may(session.scope.role, "reveal") or not may_open(session.scope.role, "reconciliation"):
        return Refused("common.not_allowed")
    if purpose not in PURPOSES:
        return Refused("care.no_purpose")
    row = session.scalar(select(Difference).where(Difference.community_id == community_id, Difference.id == difference_id))
    if row is None:
        return Refused("common.not_found")
    file(
        session, "reconciliation.reveal", now=now, community_id=community_id, subject_kind="reconciliation_difference", subject_id=row.id, purpose=purpose,
        resident=row.resident_id,
    )  # fmt: skip
    return tuple(shown(json.loads(said or "{}"), frozenset()) for said in (row.theirs, row.ours))


def export_differences(engine: Engine, scope: Scope, *, now: datetime, community_id: UUID, quarter_key: str, lang: str) -> Exported | Refused:
    """Every difference of the quarter with what was decided, as an .xlsx masked by the role."""
    if not may(scope.role, "export_tables") or not may_open(scope.role, "reconciliation"):
        return Refused("common.not_allowed")
    if community_id not in scope.communities:
        return Refused("common.not_found")
    with open_session(engine, scope) as session:
        code = session.scalar(select(Community.code).where(Community.community_id == community_id))
        total = how_many(session, community_id, quarter_key, state=None)
        content = workbook(t("reconciliation.sheet", lang), _headers(lang), _rows(session, community_id, quarter_key, total, lang))
    filed = carry_out(engine, scope, _file, now=now, community_id=community_id, quarter_key=quarter_key, total=total, content=content)
    return filed if isinstance(filed, Refused) else Exported(f"{code}-{t('reconciliation.title', lang)}-{quarter_key}.xlsx", content, total)


def _file(session: ScopedSession, *, now: datetime, community_id: UUID, quarter_key: str, total: int, content: bytes) -> None:
    facts = {"quarter": quarter_key, "rows_out": total, "masked": sorted(masked(session.scope.role)), "file": sha256(content).hexdigest()}
    file(session, "reconciliation.export", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, **facts)


def _headers(lang: str) -> list[str]:
    both = [f"{t(f'reconciliation.side_{side}', lang)} {t(f'reconciliation.field_{name}', lang)}" for name in FIELDS for side in ("theirs", "ours")]
    return [*(t(f"reconciliation.{name}", lang) for name in ("source", "list_row", "kind", "grid")), *both, t("reconciliation.state", lang), t("reconciliation.verdict", lang)]


def _rows(session: ScopedSession, community_id: UUID, quarter_key: str, total: int, lang: str):
    for start in range(0, total, _PART):
        for one in differences(session, community_id, quarter_key, state=None, limit=_PART, offset=start):
            sides = {side.name: side for side in one.sides}
            said = [_said(name, getattr(sides.get(name), side, None), lang) for name in FIELDS for side in ("theirs", "ours")]
            about = [t(f"reconciliation.source_{one.source}", lang), one.row, t(f"reconciliation.kind_{one.kind}", lang), one.grid]
            yield [*about, *said, t(f"reconciliation.state_{one.state}", lang), decided_text(one, lang)]
        session.expunge_all()


def _said(name: str, text: str | None, lang: str) -> str | None:
    if text is None:
        return None
    return t(f"reconciliation.occupancy_{text}", lang) if name == "occupancy" else t(f"exports.sex_{text}", lang) if name == "sex" else text


def decided_text(one: Line, lang: str) -> str | None:
    """Who decided what when, and what became of it; None while nobody has."""
    if one.decision is None:
        return None
    outcome = t(f"reconciliation.outcome_{one.outcome or 'none'}", lang, department=t(f"reconciliation.department_{one.source}", lang))
    verdict, who = t(f"reconciliation.{one.decision}_right", lang), one.by or t("ledger.system", lang)
    return t("reconciliation.decided_line", lang, when=local_minute(one.decided_at), who=who, verdict=verdict, outcome=outcome)
