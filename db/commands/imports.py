"""Taking a ledger in: the previewed plan, made again inside one transaction, carried out whole with one ledger entry, or not at all.

The same file again plans nothing and writes nothing. If somebody changed a row since the preview, the plan differs and the
import is refused; look again.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.care import plan as care_plan
from core.imports.headers import signature
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands.bulk import INDEXED, insert_batches
from db.commands.cadence import Subject
from db.commands.care import settle_plan
from db.commands.care_bulk import cadence_rows
from db.commands.changes_bulk import put_all
from db.commands.contacts_bulk import count_in
from db.commands.filing import batched, file
from db.commands.transfers import move_along
from db.crew import crew, is_long
from db.engine import ScopedSession
from db.keys import keyring
from db.models.bills import Bill, BillStep
from db.models.clocks import Clock, ClockPause
from db.models.grids import Building, Grid, Household, Post, Staff
from db.models.imports import AffairClass, ImportBatch, ImportMapping
from db.models.packages import ServiceRecord, TeamMember
from db.models.residents import Contact, Resident, SpecialGroup
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.imports import Planning, Preview, Progress, Upload, planning, refusal, silent
from db.queries.imports.plan import Plan
from db.types import uuid7

ORDER = (Grid, Building, Household, Resident, SpecialGroup, Staff, Post, TeamMember, ServiceRecord, Contact, AffairClass, WorkOrder, Clock, ClockPause, WorkOrderEvent, Bill, BillStep)
"""In which foreign keys let rows be filled in."""
_CHUNK = 5_000


@dataclass(frozen=True)
class TakenIn:
    """What an import did: the counts of its preview, rows made on the way by table, and its batch (None: the file changed nothing)."""

    counts: dict[str, int]
    aside: dict[str, int]
    batch_id: UUID | None


def take_in(
    session: ScopedSession,
    *,
    now: datetime,
    community_id: UUID,
    upload: Upload,
    expected: bytes | None = None,
    progress: Progress = silent,
    shown: Callable[[Preview], None] = lambda seen: None,
) -> TakenIn | Refused:
    """Take `upload` into the community. `expected`: fingerprint of the preview somebody agreed to (None: whatever the plan is; then `shown` hears what
    it was, and is to be quick: the database waits)."""
    begun = planning(session, upload, community_id=community_id, now=now, progress=lambda part: progress(part * 0.5), once=True)
    if isinstance(begun, Refused):
        return begun
    seen, beside = begun.seen, _beside(session, begun)
    if beside:
        most = 4 * len(upload.cells)  # of a row come at most a person, a home, a group or two, and some clocks
        with crew(len(upload.cells)):
            write_new(session, seen.plan, community_id, now, lambda written: progress(0.3 + 0.7 * min(1.0, written / most)), begun.steps)
    else:
        begun.whole(lambda part: progress(part * 0.5))
    del begun  # with it goes what the planning knew
    shown(seen)
    if seen.missing:
        return Refused("imports.column_missing", values={"fields": len(seen.missing)})
    if expected is not None and seen.fingerprint != expected:
        return Refused("imports.changed_since_preview")
    if not _does_something(seen.plan):
        return TakenIn(seen.counts, {}, None)
    remember(session, now=now, community_id=community_id, upload=upload)
    batch_id = _file(session, seen, community_id, now)
    apply_plan(session, seen.plan, community_id, now, lambda part: progress(0.5 + part * 0.5), batch_id)
    return TakenIn(seen.counts, dict(seen.plan.aside), batch_id)


def _beside(session: ScopedSession, begun: Planning) -> bool:
    """Whether rows are planned while those before them are written: a server has a process of its own for that, SQLite writes in this one. What turns out
    not to be wanted is undone with the transaction."""
    return is_long(len(begun.seen.upload.cells)) and session.bind.dialect.name != "sqlite" and not begun.seen.missing and begun.alone()


def _does_something(plan: Plan) -> bool:
    return bool(plan.handed or any(plan.inserts.values()) or plan.updates or plan.finished or plan.asks)


def _file(session: ScopedSession, seen: Preview, community_id: UUID, now: datetime) -> UUID:
    upload, batch_id = seen.upload, uuid7()
    session.add(
        ImportBatch(
            community_id=community_id, id=batch_id, table=upload.table, file_name=upload.file_name[-120:], digest=upload.digest, source=upload.source,
            counts=json.dumps(seen.counts), applied_at=now, applied_by=session.scope.actor_id,
        )  # fmt: skip
    )
    facts = {"table": upload.table, "file": upload.digest.hex(), "aside": dict(seen.plan.aside), **seen.counts}
    file(session, "import.take_in", now=now, community_id=community_id, subject_kind="import_batch", subject_id=batch_id, **facts)
    return batch_id


def apply_plan(session: ScopedSession, plan: Plan, community_id: UUID, now: datetime, progress: Progress = silent, batch_id: UUID | None = None) -> None:
    """Step of this and other commands: what `plan` says is written; `batch_id`: the import's. The caller files."""
    total = sum(map(len, plan.inserts.values())) + sum(map(len, plan.updates.values())) or 1
    done = write_new(session, plan, community_id, now, lambda written: progress(min(1.0, written / total)))
    for model in ORDER:
        for part in _parts(list(plan.updates.get(model, {}).items())):
            _update(session, model, community_id, dict(part))
            done += len(part)
            progress(min(1.0, done / total))
    _finish(session, plan, community_id)
    _move(session, plan, community_id, now)
    _settle(session, plan, community_id, now)
    put_all(session, community_id, plan.asks, now, batch_id)
    count_in(session, plan.contacts, now)


def write_new(session: ScopedSession, plan: Plan, community_id: UUID, now: datetime, written: Callable[[int], None] = silent, steps: Iterable[float] = (1.0,)) -> int:
    """Step: the plan's new rows, with the first care clocks of who is new on the roster. `steps`: those of a planning that goes on meanwhile. `written`
    hears how many there are so far; returns how many there were."""
    done, coming = 0, {model.__tablename__: len(rows) for model, rows in plan.inserts.items()}
    coming[Clock.__tablename__] = coming.get(Clock.__tablename__, 0) + len(plan.enrolled)
    with crew(sum(coming.values())):
        for count in insert_batches(session, _batches(plan, steps, community_id, now), coming):
            done += count
            written(done)
    return done


def _batches(plan: Plan, steps: Iterable[float], community_id: UUID, now: datetime) -> Iterator[tuple[type, list[dict]]]:
    """What is written is let go: hundreds of thousands of rows, their digests and the sheet would not fit beside each other."""
    templates: dict[tuple, list[dict]] = {}
    for _ in steps:
        made = {row["id"]: row["grid_id"] for row in plan.inserts.get(Resident, ())}
        plan.handed |= {model: rows[-1]["id"] for model, rows in plan.inserts.items() if rows}
        for model in ORDER:
            rows = plan.inserts.pop(model, [])
            yield from ((model, part) for part in _taken(rows))
            if model is Clock:
                yield from ((model, part) for part in batched(_enrol(plan, made, templates, community_id, now), _CHUNK))


def _taken(rows: list) -> Iterator[list]:
    """`rows` in chunks, each taken out of the list."""
    while rows:
        part = rows[:_CHUNK]
        del rows[:_CHUNK]
        yield part


def _parts(rows: list) -> list[list]:
    return [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]


def _indexed(model: type, row: dict) -> dict:
    """The row with the blind indexes of its encrypted columns."""
    index = {column: _blind(model, plain, row[plain]) for column, plain in INDEXED.get(model.__tablename__, {}).items() if plain in row}
    return row | index if index else row


def _blind(model: type, column: str, value: str | None) -> bytes | None:
    return None if value is None else keyring().blind_index(value, f"{model.__tablename__}.{column}")


def _load(session: ScopedSession, model: type, community_id: UUID, ids: list[UUID], column=None) -> list:
    column = model.id if column is None else column
    return [row for part in _parts(ids) for row in session.scalars(select(model).where(model.community_id == community_id, column.in_(part)))]


def _update(session: ScopedSession, model: type, community_id: UUID, changes: dict[UUID, dict]) -> None:
    for row in _load(session, model, community_id, list(changes)):
        for column, value in _indexed(model, changes[row.id]).items():
            setattr(row, column, value)
    session.flush()


def _enrol(plan: Plan, made: dict[UUID, UUID | None], templates: dict[tuple, list[dict]], community_id: UUID, now: datetime) -> Iterator[dict]:
    """The first care clocks of residents new on the roster (`made`: with their grids); they join on the day of the import. Who is enrolled here is done with."""
    for resident_id in [one for one in plan.enrolled if one in made]:
        key = tuple(sorted(plan.enrolled.pop(resident_id)))
        if key not in templates:
            templates[key] = _first_clocks(community_id, key, local_day(now), now)
        for clock in templates[key]:
            yield clock | {"id": uuid7(), "subject_id": resident_id, "resident_id": resident_id, "grid_id": made[resident_id]}


def _first_clocks(community_id: UUID, groups: tuple[str, ...], joined: date, now: datetime) -> list[dict]:
    subject, rulebook = Subject(community_id, "resident", uuid7()), load_rulebook()
    return [row for clause in care_plan(groups, rulebook, joined) for row in cadence_rows(subject, clause, joined, (), now, rulebook)]


def _finish(session: ScopedSession, plan: Plan, community_id: UUID) -> None:
    """Orders of an earlier file that have been finished since: their clocks close as the replayed history has them."""
    clocks: dict[UUID, dict[str, Clock]] = {}
    for clock in _load(session, Clock, community_id, list(plan.finished), Clock.work_order_id):
        clocks.setdefault(clock.work_order_id, {})[clock.clause_id] = clock
    for order in _load(session, WorkOrder, community_id, list(plan.finished)):
        rows = plan.finished[order.id]
        for column in ("status", "accepted_at", "finished_at", "closed_at", "rating", "outcome"):
            setattr(order, column, rows.work_order[column])
        for row in rows.clocks:
            _as_replayed(session, order, clocks.get(order.id, {}).get(row["clause_id"]), row)
        session.add_all(WorkOrderEvent(**row | {"work_order_id": order.id}) for row in rows.events[1:])
    session.flush()


def _as_replayed(session: ScopedSession, order: WorkOrder, clock: Clock | None, row: dict) -> None:
    if clock is None:
        session.add(Clock(**row | {"subject_id": order.id, "work_order_id": order.id}))
        return
    for column in ("met_at", "voided_at", "closed_at", "times_done"):
        setattr(clock, column, row[column])


def _move(session: ScopedSession, plan: Plan, community_id: UUID, now: datetime) -> None:
    """Households and residents follow their building into another grid, and what is owed to somebody follows them."""
    homes = {home.id: home for home in _load(session, Household, community_id, list(plan.moved_buildings), Household.building_id)}
    for home in homes.values():
        home.grid_id = plan.moved_buildings[home.building_id]
    moved = dict(plan.moved_residents)
    for resident in _load(session, Resident, community_id, list(homes), Resident.household_id):
        resident.grid_id = moved[resident.id] = homes[resident.household_id].grid_id
    move_along(session, now=now, community_id=community_id, moved=moved)


def _settle(session: ScopedSession, plan: Plan, community_id: UUID, now: datetime) -> None:
    """Residents on file who joined a group: their care clocks become what their groups ask for now."""
    for resident in _load(session, Resident, community_id, list(plan.enrolled)):
        settle_plan(session, resident, local_day(now), now)


def remember(session: ScopedSession, *, now: datetime, community_id: UUID, upload: Upload) -> None:
    """Step: files with these headers are read this way from now on, in this community."""
    known, text = signature(upload.headers), json.dumps(upload.mapping.as_dict(), sort_keys=True)
    kept = select(ImportMapping).where(ImportMapping.community_id == community_id, ImportMapping.table == upload.table, ImportMapping.signature == known)
    row = session.scalar(kept)
    if row is None:
        session.add(ImportMapping(community_id=community_id, id=uuid7(), table=upload.table, signature=known, mapping=text, saved_at=now, saved_by=session.scope.actor_id))
    elif row.mapping != text:
        row.mapping, row.saved_at, row.saved_by = text, now, session.scope.actor_id


def keep_mapping(session: ScopedSession, *, now: datetime, community_id: UUID, upload: Upload) -> bool | Refused:
    """Remember a corrected mapping before anything is taken in. True; files nothing when it is known already."""
    if refused := refusal(session, community_id):
        return refused
    remember(session, now=now, community_id=community_id, upload=upload)
    if session.new or session.dirty:
        file(session, "import.mapping", now=now, community_id=community_id, table=upload.table)
    return True
