"""Ledgers in, read: what a file would change, how a community reads files of this shape, and what it has taken in."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from core.imports import checks
from core.imports.cells import Cell
from core.imports.headers import Mapping, guess, labels, signature
from core.imports.judge import Judgement, Row, bad_cell
from core.imports.tables import Table, table
from core.refusals import Refused
from core.roles import may
from db.crew import crew, in_order
from db.engine import ScopedSession
from db.models.grids import Community
from db.models.imports import ImportBatch, ImportMapping
from db.packed_rows import BLOCK, PackedRows, read_block
from db.queries.imports.bills import Bills
from db.queries.imports.contacts import Contacts
from db.queries.imports.orders import WorkOrders
from db.queries.imports.people import Residents, StaffAndPosts
from db.queries.imports.places import Affairs, Buildings, Grids, Households
from db.queries.imports.plan import Intake, Plan
from db.queries.imports.teams import Teams

INTAKES = {
    "grids": Grids,
    "buildings": Buildings,
    "households": Households,
    "residents": Residents,
    "staff": StaffAndPosts,
    "teams": Teams,
    "contacts": Contacts,
    "work_orders": WorkOrders,
    "affairs": Affairs,
    "bills": Bills,
}
Progress = Callable[[float], None]
STEP = 10_000
"""Rows planned at a time."""


def silent(part: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Upload:
    """A sheet somebody hands in: its cells and how they are to be read. `digest`: SHA-256 of the file. `source`: the system a file
    of work orders comes from. `ask_again`: also for what a second person refused before."""

    table: str
    cells: Sequence[Sequence[Cell]] = field(repr=False)
    mapping: Mapping
    file_name: str = ""
    digest: bytes = b""
    source: str = ""
    ask_again: bool = False
    judged: dict = field(default_factory=dict, repr=False, compare=False)
    """What its cells came to on their own, by moment and community: taking in what was just shown need not read them again."""

    @property
    def headers(self) -> list[str]:
        """The header of each column."""
        return labels(self.cells, self.mapping.header_row, self.mapping.depth)

    @property
    def into(self) -> Table:
        """The table it goes into."""
        return table(self.table)


@dataclass(frozen=True)
class Preview:
    """What taking an upload in would do. `found.bad` holds cell values: for the uploader's eyes only, never filed."""

    upload: Upload = field(repr=False)
    found: Judgement = field(repr=False)
    plan: Plan = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, new, changed, unchanged, said twice, refused; bad cells and remarks; rows skipped as totals or blank; protected fields that will wait for a second person."""
        tally, refusing = self.plan.tally, sum(cell.refuses for cell in self.found.bad)
        return {
            "read": self.found.read, "new": tally["new"], "changed": tally["changed"], "unchanged": tally["unchanged"], "repeated": self.found.repeated,
            "rejected": len(self.found.refused), "bad_cells": refusing, "remarks": len(self.found.bad) - refusing,
            "skipped": len(self.found.skipped), "blank": self.found.blank, "waits": len(self.plan.asks),
        }  # fmt: skip

    @property
    def fingerprint(self) -> bytes:
        """What of this preview must still hold when it is carried out."""
        return sha256(self.plan.fingerprint() + json.dumps(self.counts).encode()).digest()

    @property
    def missing(self) -> list[str]:
        """Required fields no column is mapped to."""
        return [name for name in self.upload.into.required if name not in self.upload.mapping.columns]


def preview(session: ScopedSession, upload: Upload, *, community_id: UUID, now: datetime, progress: Progress = silent, once: bool = False) -> Preview | Refused:
    """What `upload` would change in the community, row by row, without changing anything. `progress` hears 0 to 1; `once`: its rows are not
    needed beside the plan, and let go while that grows."""
    begun = planning(session, upload, community_id=community_id, now=now, progress=progress, once=once)
    return begun if isinstance(begun, Refused) else begun.whole(progress)


@dataclass(frozen=True)
class Planning:
    """A preview in the making: `seen` holds what the `steps` taken so far have found (each is how much is done, from 0 to 1). `alone`: as of the intake."""

    seen: Preview
    steps: Iterator[float]
    alone: Callable[[], bool]

    def whole(self, progress: Progress = silent) -> Preview:
        """The preview, every step taken."""
        for part in self.steps:
            progress(part)
        return self.seen


def planning(session: ScopedSession, upload: Upload, *, community_id: UUID, now: datetime, progress: Progress = silent, once: bool = False, step: int = STEP) -> Planning | Refused:
    """The same as `preview`, `step` rows at a time."""
    if refused := refusal(session, community_id):
        return refused
    found = _judged(upload, now, _name(session, community_id), lambda part: progress(part * 0.6))
    if once:
        upload.judged.clear()  # whoever has to begin again judges again
    intake = INTAKES[upload.table](session, community_id, now, upload.source, upload.ask_again)
    intake.look_ahead(found.rows)
    return Planning(Preview(upload, found, intake.plan), _steps(found, intake, upload, once, step), intake.alone)


def _steps(found: Judgement, intake: Intake, upload: Upload, once: bool, step: int) -> Iterator[float]:
    total = len(found.rows)
    for number, row in enumerate(_leaving(found) if once else found.rows):
        if number % step == 0:
            yield 0.7 + 0.3 * number / total
        intake.take(row)
    _complain(found, intake.plan, upload)
    found.let_go = total - len(intake.plan.complaints.keys() & found.refused) if once else 0
    yield 1.0


def look_through(session: ScopedSession, upload: Upload, *, community_id: UUID, now: datetime) -> Refused | None:
    """Read the sheet by itself, before the transaction that takes it in: others don't wait for that."""
    if refused := refusal(session, community_id):
        return refused
    _judged(upload, now, _name(session, community_id), silent)
    return None


def _name(session: ScopedSession, community_id: UUID) -> str:
    return session.scalar(select(Community.name).where(Community.community_id == community_id)) or ""


def _judged(upload: Upload, now: datetime, community: str, progress: Progress) -> Judgement:
    """The sheet by itself, without what the desk knows; a copy of the caller's own."""
    if (now, community) not in upload.judged:
        upload.judged[now, community] = _read(upload, now, community, progress)
    found = upload.judged[now, community]
    return replace(found, bad=list(found.bad), refused=set(found.refused))


def _read(upload: Upload, now: datetime, community: str, progress: Progress) -> Judgement:
    """Part by part, on all cores where it is long."""
    cells, found = upload.cells, Judgement()
    packed = cells if isinstance(cells, PackedRows) else PackedRows(cells)
    jobs = ((cells[: upload.mapping.first_row], block, number * BLOCK, upload.table, upload.mapping, now, community) for number, block in enumerate(packed.blocks()))
    with crew(len(cells)):
        for number, (numbers, values, part) in enumerate(in_order(read_block, jobs), 1):
            found.rows += map(Row, numbers, values)
            found.bad += part.bad
            found.skipped |= part.skipped
            found.refused |= part.refused
            found.blank += part.blank
            progress(number / len(packed.blocks()))
    return checks.together(found, cells, upload.into, upload.mapping)


def _leaving(found: Judgement) -> Iterator[Row]:
    """The rows, each taken out of `found`."""
    found.rows.reverse()
    while found.rows:
        yield found.rows.pop()


def _complain(found: Judgement, plan: Plan, upload: Upload) -> None:
    heads = upload.headers
    cells = [bad_cell(upload.cells, heads, upload.mapping, number, *one) for number, ones in plan.complaints.items() for one in ones]
    found.bad = sorted([*found.bad, *cells], key=lambda cell: (cell.row, cell.column))
    found.refused |= {cell.row for cell in cells if cell.refuses}
    found.rows = [row for row in found.rows if row.number not in found.refused]


def refusal(session: ScopedSession, community_id: UUID) -> Refused | None:
    """Why this session may not take ledgers into the community, or None."""
    if not may(session.scope.role, "import_ledgers"):
        return Refused("common.not_allowed")
    return None if community_id in session.scope.communities and session.scope.grids is None else Refused("imports.not_your_community")


def reading(session: ScopedSession, table_name: str, community_id: UUID, cells: Sequence[Sequence[Cell]], today: date) -> tuple[Mapping, bool]:
    """How to read `cells` into the table: as the community corrected it for the same headers before (True), or as guessed (False)."""
    guessed = guess(cells, table(table_name), today)
    present = signature(labels(cells, guessed.header_row, guessed.depth))
    kept = select(ImportMapping.mapping, ImportMapping.signature).where(ImportMapping.community_id == community_id, ImportMapping.table == table_name)
    for text, known in session.execute(kept.order_by(ImportMapping.saved_at.desc())):
        mapping = Mapping.from_dict(json.loads(text))
        if known == present:  # this month's file may have one title row more
            return replace(mapping, header_row=guessed.header_row, depth=guessed.depth), True
        if signature(labels(cells, mapping.header_row, mapping.depth)) == known:
            return mapping, True
    return guessed, False


def batches(session: ScopedSession, community_ids: Sequence[UUID], limit: int = 20) -> list[ImportBatch]:
    """The latest files taken in, newest first."""
    return list(session.scalars(select(ImportBatch).where(ImportBatch.community_id.in_(community_ids)).order_by(ImportBatch.applied_at.desc()).limit(limit)))


def communities(session: ScopedSession) -> list[tuple[UUID, str, str]]:
    """Communities in scope: id, code, name, by code."""
    own = Community.community_id.in_(session.scope.communities)
    return [tuple(row) for row in session.execute(select(Community.community_id, Community.code, Community.name).where(own).order_by(Community.code))]
