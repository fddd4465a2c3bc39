"""Where the quarter's reconciliation stands: the lists compared, the differences by kind, each one as the reader may see it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import aliased

from core import masks
from core.changes import TYPED
from core.periods import period_of
from core.reconciliation import ASKED, CANDIDATE, CLAUSE, SOURCES
from core.roles import masked
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.changes import ChangeRequest
from db.models.clocks import Clock
from db.models.grids import Grid
from db.models.reconciliation import ReconciliationDifference as Difference
from db.models.reconciliation import ReconciliationRun as Run
from db.models.residents import Resident
from db.models.work_orders import WorkOrder
from db.queries.changes import value_index
from db.queries.reconciliation_compare import as_written, id_key, said_by_us, veiled

OPEN, VISITED, WAITS, DECIDED = "open", "visit", "waits", "decided"
STATES = (OPEN, VISITED, WAITS, DECIDED)
"""Undecided; undecided, and somebody was sent; decided, but a protected field of it waits for a second person; decided."""
FIELDS = ("name", "id_number", "sex", "birth_date", "address", "left", "occupancy", "owner", "owner_id")
"""What the two sides may say, in the order in which it is shown."""


@dataclass(frozen=True)
class Source:
    """A department's list of the quarter. `run_id` None: none yet, or none given (`reason`). `open`, `visit`, `waits`, `decided`: its differences, by STATES; `kinds`:
    undecided ones by kind."""

    source: str
    run_id: UUID | None
    reason: str | None
    file_name: str | None
    at: datetime | None
    by: str | None
    counts: dict[str, int] = field(default_factory=dict)
    open: int = 0
    visit: int = 0
    waits: int = 0
    decided: int = 0
    kinds: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A community's quarter. `met`: its clock was met in it; `ready`: both lists are compared and nothing is undecided."""

    community_id: UUID
    quarter: str
    met: bool
    sources: tuple[Source, ...]

    @property
    def undecided(self) -> int:
        """Differences nobody has decided, those on which somebody is on the way included."""
        return sum(one.open + one.visit for one in self.sources)

    @property
    def waits(self) -> int:
        """Decided differences of which a protected field waits for a second person."""
        return sum(one.waits for one in self.sources)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The departments of whom no list has been compared."""
        return tuple(one.source for one in self.sources if one.run_id is None)


@dataclass(frozen=True)
class Side:
    """One field of a difference, masked for the reader. `differs`: the two sides don't agree."""

    name: str
    theirs: str | None
    ours: str | None
    differs: bool


@dataclass(frozen=True)
class Choice:
    """One of ours a row may be: masked, with its points and the parts that agree."""

    id: UUID
    shown: dict[str, str]
    score: float
    parts: dict[str, float]


@dataclass(frozen=True)
class Asked:
    """What a decision asked of a protected field: who asked when, and what another person said (`approved` None: nobody has)."""

    field: str
    by: str | None
    at: datetime
    approved: bool | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Line:
    """A difference as it is listed. `row`: its number in their file. `order`: number of the order by which somebody looks, `order_open` while they do; `asked`: what
    decisions about it asked of protected fields, also refused ones, the oldest first; while it is undecided, also the very same value refused on another occasion."""

    id: UUID
    source: str
    kind: str
    row: int | None
    grid: str | None
    sides: tuple[Side, ...]
    choices: tuple[Choice, ...]
    state: str
    decision: str | None
    outcome: str | None
    note: str | None
    decided_at: datetime | None
    by: str | None
    order: str | None
    order_open: bool
    version: int
    asked: tuple[Asked, ...] = ()


def quarters(session: ScopedSession, now: datetime, community_ids: Sequence[UUID]) -> list[str]:
    """Keys of the quarters something was compared in, and the running one; newest first, at most eight."""
    known = session.scalars(select(Run.quarter).where(Run.community_id.in_(community_ids)).distinct()).all()
    return sorted({*known, period_of("quarter", now).key}, reverse=True)[:8]


def standing(session: ScopedSession, now: datetime, community_id: UUID, quarter_key: str) -> Standing:
    """How the community's quarter stands."""
    return standings(session, now, [community_id], quarter_key)[0]


def standings(session: ScopedSession, now: datetime, community_ids: Sequence[UUID], quarter_key: str) -> list[Standing]:
    """The same for several communities: counts only, what the street reads."""
    query = select(Run, Account.display_name).outerjoin(Account, Account.id == Run.compared_by)
    runs = session.execute(query.where(Run.community_id.in_(community_ids), Run.quarter == quarter_key, Run.superseded_at.is_(None))).all()
    tally = _tally(session, community_ids, [run.id for run, _ in runs])
    met = (Clock.community_id.in_(community_ids), Clock.clause_id == CLAUSE, Clock.period_key == quarter_key, Clock.met_at.is_not(None))
    kept = set(session.scalars(select(Clock.community_id).where(*met)))
    known = {(run.community_id, run.source): (run, name) for run, name in runs}
    return [
        Standing(one, quarter_key, one in kept, tuple(_source(source, *known.get((one, source), (None, None)), tally) for source in SOURCES)) for one in community_ids
    ]


def differences(
    session: ScopedSession, community_id: UUID, quarter_key: str, *, source: str | None = None, kind: str | None = None, state: str | None = OPEN,
    limit: int | None = 20, offset: int = 0,
) -> list[Line]:  # fmt: skip
    """Differences of the quarter's lists as the session's role may see them, by list, kind and row. `state` None: all."""
    query = _listed(community_id, quarter_key, source, kind, state).join(Account, Account.id == Difference.decided_by, isouter=True)
    query = query.outerjoin(Grid, and_(Grid.community_id == Difference.community_id, Grid.id == Difference.grid_id))
    query = query.outerjoin(WorkOrder, and_(WorkOrder.community_id == Difference.community_id, WorkOrder.id == Difference.work_order_id))
    query = query.with_only_columns(Difference, Run.source, Account.display_name, Grid.name.label("grid"), WorkOrder.number, WorkOrder.finished_at)
    rows = session.execute(query.order_by(Run.source.desc(), Difference.kind, Difference.row, Difference.id).limit(limit).offset(offset)).all()
    hidden = masked(session.scope.role)
    chosen = _candidates(session, community_id, [(row[0], row.source) for row in rows])
    asked, before = _asked(session, community_id, [row[0].id for row in rows]), _refused_before(session, community_id, [row[0] for row in rows])
    return [_line(row, hidden, chosen, (*before.get(row[0].id, ()), *asked.get(row[0].id, ()))) for row in rows]


def how_many(session: ScopedSession, community_id: UUID, quarter_key: str, *, source: str | None = None, kind: str | None = None, state: str | None = OPEN) -> int:
    """How many `differences` has to show."""
    return session.scalar(_listed(community_id, quarter_key, source, kind, state).with_only_columns(func.count()))


def shown(said: dict[str, str], hidden: frozenset[str]) -> dict[str, str]:
    """What one side said, masked."""
    return {name: veiled(name, said[name], hidden) for name in FIELDS if name in said}


def _listed(community_id: UUID, quarter_key: str, source: str | None, kind: str | None, state: str | None) -> Select:
    query = select(Difference).join(Run, and_(Run.community_id == Difference.community_id, Run.id == Difference.run_id))
    query = query.where(Difference.community_id == community_id, Run.quarter == quarter_key, Run.superseded_at.is_(None))
    wanted = [Run.source == source] if source else []
    wanted += [Difference.kind == kind] if kind else []
    return query.where(*wanted, *([_is(state)] if state else []))


def _is(state: str) -> ColumnElement[bool]:
    if state in (WAITS, DECIDED):
        waits = Difference.outcome.is_not_distinct_from(ASKED)
        return and_(Difference.closed_at.is_not(None), waits if state == WAITS else ~waits)
    sent = Difference.work_order_id.is_not(None)
    return and_(Difference.closed_at.is_(None), sent if state == VISITED else ~sent)


def _tally(session: ScopedSession, community_ids: Sequence[UUID], runs: Sequence[UUID]) -> dict[UUID, Counter]:
    state = case((Difference.outcome == ASKED, WAITS), (Difference.closed_at.is_not(None), DECIDED), (Difference.work_order_id.is_not(None), VISITED), else_=OPEN)
    query = select(Difference.run_id, Difference.kind, state, func.count()).where(Difference.community_id.in_(community_ids), Difference.run_id.in_(runs))
    found: dict[UUID, Counter] = {}
    for run_id, kind, name, n in session.execute(query.group_by(Difference.run_id, Difference.kind, state)):
        found.setdefault(run_id, Counter()).update({name: n} | ({("kind", kind): n} if name in (OPEN, VISITED) else {}))
    return found


def _source(name: str, run: Run | None, by: str | None, tally: dict[UUID, Counter]) -> Source:
    if run is None:
        return Source(name, None, None, None, None, None)
    counts = tally.get(run.id, Counter())
    kinds = {key[1]: n for key, n in counts.items() if isinstance(key, tuple)}
    listed = run.digest is not None
    return Source(
        name, run.id if listed else None, run.reason, run.file_name, run.compared_at, by, json.loads(run.counts), counts[OPEN], counts[VISITED], counts[WAITS], counts[DECIDED], kinds
    )


def _line(row, hidden: frozenset[str], chosen: dict[UUID, tuple], asked: Sequence[Asked]) -> Line:
    one: Difference = row[0]
    theirs, ours = json.loads(one.theirs or "{}"), json.loads(one.ours or "{}")
    differ, state = set(one.fields.split(",")), WAITS if one.outcome == ASKED else DECIDED if one.closed_at else VISITED if one.work_order_id else OPEN
    sides = tuple(
        Side(name, veiled(name, theirs.get(name), hidden), veiled(name, ours.get(name), hidden), name in differ) for name in FIELDS if name in theirs or name in ours
    )
    choices = tuple(_choice(c, theirs, chosen[known], hidden) for c in json.loads(one.candidates or "[]") if (known := UUID(c["id"])) in chosen)
    return Line(
        one.id, row.source, one.kind, one.row, row.grid, sides, choices, state, one.decision, one.outcome, masks.free_text(one.note) if "name" in hidden else one.note,
        one.decided_at, row.display_name, row.number, row.number is not None and row.finished_at is None, one.version, tuple(asked),
    )  # fmt: skip


def _asked(session: ScopedSession, community_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[Asked]]:
    found: dict[UUID, list[Asked]] = {}
    for one, asked in _requests(session, community_id, ChangeRequest.difference_id.in_(ids)) if ids else ():
        found.setdefault(one.difference_id, []).append(asked)
    return found


def _requests(session: ScopedSession, community_id: UUID, *where: ColumnElement[bool]) -> Iterator[tuple[ChangeRequest, Asked]]:
    asker, decider = aliased(Account), aliased(Account)
    query = select(ChangeRequest, asker.display_name, decider.display_name).outerjoin(asker, asker.id == ChangeRequest.asked_by).outerjoin(decider, decider.id == ChangeRequest.decided_by)
    for one, by, decided_by in session.execute(query.where(ChangeRequest.community_id == community_id, *where).order_by(ChangeRequest.asked_at, ChangeRequest.id)):
        yield one, Asked(one.field, by, one.asked_at, one.approved, decided_by, one.decided_at)


def _refused_before(session: ScopedSession, community_id: UUID, rows: Sequence[Difference]) -> dict[UUID, list[Asked]]:
    """By undecided difference: what it says of a protected field, refused of an earlier list or ledger, or asked for by hand."""
    lines = {row.resident_id: row for row in rows if row.closed_at is None and row.resident_id and row.theirs}
    found: dict[UUID, list[Asked]] = {}
    about = (ChangeRequest.resident_id.in_(lines), ChangeRequest.approved.is_(False), ChangeRequest.wanted_index.is_not(None), ChangeRequest.field.in_(TYPED))
    written = cache(lambda row: as_written(session, community_id, json.loads(row.theirs)))
    for one, asked in _requests(session, community_id, *about) if lines else ():
        row = lines[one.resident_id]
        theirs = written(row) if one.field == "address" else json.loads(row.theirs).get(one.field)
        if one.difference_id != row.id and one.field in row.fields.split(",") and theirs and one.wanted_index == value_index(one.resident_id, one.field, theirs):
            found.setdefault(row.id, []).append(asked)
    return found


def _choice(kept: dict, theirs: dict[str, str], ours: tuple[dict[str, str], bytes | None], hidden: frozenset[str]) -> Choice:
    """A candidate; two ID numbers that differ are named, for masked they may look the same."""
    said, index = ours
    numbers = (id_key(theirs.get("id_number")), index)
    return Choice(UUID(kept["id"]), shown(said, hidden), kept["score"], kept["parts"] | ({"id_number": 0.0} if None not in numbers and numbers[0] != numbers[1] else {}))


def _candidates(session: ScopedSession, community_id: UUID, rows: Sequence[tuple[Difference, str]]) -> dict[UUID, tuple[dict[str, str], bytes | None]]:
    """What the desk has about each candidate, and by what an ID number of theirs is recognised."""
    found = {}
    for source in SOURCES:
        ids = {UUID(c["id"]) for one, of in rows if of == source and one.kind == CANDIDATE for c in json.loads(one.candidates or "[]")}
        indexes = dict(session.execute(select(Resident.id, Resident.id_index).where(Resident.community_id == community_id, Resident.id.in_(ids))).all()) if ids else {}
        found |= {known: (said, indexes.get(known)) for known, (said, _) in said_by_us(session, community_id, source, ids).items()} if ids else {}
    return found
