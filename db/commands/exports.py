"""Taking a table out: read and masked by role, then put on the ledger, and only then handed over."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Engine, select

from core.calendar import SHANGHAI
from core.refusals import Refused
from core.roles import may
from db.commands.filing import carry_out, file
from db.engine import ScopedSession, open_session
from db.models.grids import Community
from db.queries.exports import Table, exportable, exported, title
from db.scope import Scope
from db.sheets import delimited, workbook

FORMATS = ("xlsx", "csv")


@dataclass(frozen=True)
class Exported:
    """A file to hand over."""

    name: str
    content: bytes = field(repr=False)
    rows: int


def export(engine: Engine, scope: Scope, *, now: datetime, community_id: UUID, name: str, kind: str, lang: str) -> Exported | Refused:
    """Table `name` of a community as `kind` (xlsx or csv) in `lang`. The file is made outside the writing transaction, which only files."""
    if not may(scope.role, "export_tables") or name not in exportable(scope.role):
        return Refused("common.not_allowed")
    if community_id not in scope.communities or kind not in FORMATS:
        return Refused("common.not_found")
    with open_session(engine, scope) as session:
        code = session.scalar(select(Community.code).where(Community.community_id == community_id))
        out = exported(session, now, name, community_id, lang)
    called = title(name, lang)
    rows = [*out.rows, *([one] for one in out.foot)]
    content = workbook(called, out.headers, rows) if kind == "xlsx" else delimited(out.headers, rows)
    filed = carry_out(engine, scope, _file, now=now, community_id=community_id, out=out, kind=kind, content=content)
    return filed if isinstance(filed, Refused) else Exported(f"{code}-{called}-{now.astimezone(SHANGHAI):%Y%m%d}.{kind}", content, len(out.rows))


def _file(session: ScopedSession, *, now: datetime, community_id: UUID, out: Table, kind: str, content: bytes) -> None:
    facts = {"table": out.name, "format": kind, "rows_out": len(out.rows), "masked": list(out.hidden), "file": sha256(content).hexdigest()}
    file(session, "export.table", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, **facts)
