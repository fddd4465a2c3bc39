"""The archive's index, what is still to be filed, requests to read a file, and whether a matter's content is sealed for the reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from core import masks
from core.archive import CODES, FILED, file_number, stands, wait
from core.calendar import local_day
from core.grants import another_person, same_person
from core.refusals import Refused
from core.roles import masked
from db.engine import ScopedSession
from db.models.archive import ArchiveFile, ArchiveReading
from db.models.extensions import Extension
from db.models.grids import Staff
from db.models.joinings import Joining
from db.models.late_entries import LateEntry
from db.models.work_orders import WorkOrder
from db.queries.grants import askers, decider


@dataclass(frozen=True)
class FileLine:
    """A line of the index. `order_number`, `matter`, `kind`: of the order."""

    community_id: UUID
    id: UUID
    order_id: UUID
    number: str
    category: str
    year: int
    order_number: str
    matter: str
    kind: str
    finished_at: datetime | None
    filed_at: datetime
    kept_years: int
    kept_until: date


@dataclass(frozen=True)
class ReadingLine:
    """A request to read a file: who reads it (`reader`), what for, on which day, who asked (`by`), who watches, what became of it (`stands`,
    core.archive.stands). `waits_for`: the role that decides; `own`: the reader's own request, `why_not`: why the reader gives no word on it; `asker_id`: whose (staff)."""

    id: UUID
    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    reader: str | None
    purpose: str | None
    read_on: date
    asked_at: datetime
    by: str | None
    waits_for: str
    own: bool
    why_not: Refused | None
    stands: str
    watcher: str | None
    decided_at: datetime | None
    opened_at: datetime | None
    closes_at: datetime | None
    asker_id: UUID | None


def to_file(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int) -> list:
    """(id, category, finished_at) of followed-up matters that are due to be filed, by their results: nothing of them waits for anybody."""
    due = (WorkOrder.community_id == community_id, WorkOrder.status == FILED, WorkOrder.finished_at <= now - wait())
    filed = select(ArchiveFile.id).where(_of(ArchiveFile))
    late = select(LateEntry.id).where(_of(LateEntry), LateEntry.decided_at.is_(None))
    untold = select(Extension.id).where(_of(Extension), Extension.granted, Extension.told_at.is_(None))
    query = select(WorkOrder.id, WorkOrder.category, WorkOrder.finished_at).where(*due, ~filed.exists(), ~late.exists(), ~untold.exists(), ~_awaited_by_others())
    return list(session.execute(query.order_by(WorkOrder.finished_at, WorkOrder.id).limit(limit)))


def last_numbers(session: ScopedSession, community_id: UUID) -> dict[tuple[str, int], int]:
    """(category, year) → the last number given."""
    query = select(ArchiveFile.category, ArchiveFile.year, func.max(ArchiveFile.number)).where(ArchiveFile.community_id == community_id)
    return {(category, year): number for category, year, number in session.execute(query.group_by(ArchiveFile.category, ArchiveFile.year))}


def file_of(session: ScopedSession, community_id: UUID, order_id: UUID) -> FileLine | None:
    """The line of an order; None: it is not on file, or not in scope."""
    return next(iter(_lines(session, _index(ArchiveFile.community_id == community_id, ArchiveFile.work_order_id == order_id))), None)


def is_filed(session: ScopedSession, community_id: UUID, order_id: UUID) -> bool:
    """Whether an order is on file: closed to every act."""
    return session.scalar(select(ArchiveFile.id).where(ArchiveFile.community_id == community_id, ArchiveFile.work_order_id == order_id)) is not None


def sealed(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> bool:
    """Whether an order is on file and not open to the session's actor now."""
    if not is_filed(session, community_id, order_id):
        return False
    own = (ArchiveReading.community_id == community_id, ArchiveReading.work_order_id == order_id, ArchiveReading.asked_by == session.scope.actor_id)
    open_now = (ArchiveReading.opened_at <= now, ArchiveReading.closes_at >= now, ArchiveReading.granted)
    return session.scope.actor_id is None or session.scalar(select(ArchiveReading.id).where(*own, *open_now).limit(1)) is None


def index(
    session: ScopedSession, community_id: UUID, *, text: str = "", year: int | None = None, category: str | None = None, kind: str | None = None, limit: int = 20
) -> tuple[int, list[FileLine]]:
    """(how many, the first) files in scope, newest result first. `text`: a file's or an order's number from its beginning, or part of the matter's name."""
    where = [ArchiveFile.community_id == community_id]
    where += [column == wanted for column, wanted in ((ArchiveFile.year, year), (ArchiveFile.category, category), (WorkOrder.kind, kind)) if wanted]
    if text.strip():
        where.append(_says(text.strip()))
    query = _index(*where)
    total = session.scalar(query.with_only_columns(func.count(ArchiveFile.id)))
    return total, _lines(session, query.order_by(WorkOrder.finished_at.desc(), WorkOrder.id).limit(limit))


def years(session: ScopedSession, community_id: UUID) -> list[int]:
    """The years that have files, newest first."""
    return list(session.scalars(select(ArchiveFile.year).where(ArchiveFile.community_id == community_id).distinct().order_by(ArchiveFile.year.desc())))


def waiting(session: ScopedSession, now: datetime, community_id: UUID) -> list[ReadingLine]:
    """Requests that somebody has yet to decide, longest waiting first."""
    return _readings(session, now, *waits(now, community_id))


def waits(now: datetime, community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has decided, and it still can be."""
    return ArchiveReading.community_id == community_id, ArchiveReading.decided_at.is_(None), ArchiveReading.opened_at.is_(None), ArchiveReading.read_on >= local_day(now)


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many wait to be decided."""
    return len(waiting(session, now, community_id))


def mine(session: ScopedSession, now: datetime) -> list[ReadingLine]:
    """The reader's own requests that wait, are approved, or are open."""
    own = (ArchiveReading.community_id.in_(tuple(session.scope.communities)), ArchiveReading.asked_by == session.scope.actor_id)
    return [one for one in _readings(session, now, *own) if one.stands in ("waiting", "granted", "open")] if session.scope.actor_id else []


def of_file(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[ReadingLine]:
    """Every request to read the file of an order, oldest first."""
    return _readings(session, now, ArchiveReading.community_id == community_id, ArchiveReading.work_order_id == order_id)


def one_reading(session: ScopedSession, now: datetime, community_id: UUID, reading_id: UUID) -> ReadingLine | None:
    """One request; None where it is not there or not in scope."""
    return next(iter(_readings(session, now, ArchiveReading.community_id == community_id, ArchiveReading.id == reading_id)), None)


def watchers(session: ScopedSession, community_id: UUID) -> dict[UUID, str]:
    """Who may watch: everybody who works for the community, by name."""
    query = select(Staff.id, Staff.name).where(Staff.community_id == community_id, Staff.left_on.is_(None), Staff.kind.in_(("head", "grid_worker", "social_worker")))
    return {row.id: row.name for row in session.execute(query.order_by(Staff.name))}


def _says(words: str) -> ColumnElement[bool]:
    matches = [WorkOrder.matter.contains(words, autoescape=True), WorkOrder.number.startswith(words, autoescape=True)]
    before, code, after = _parts(words.upper())
    if category := next((one for one, known in CODES.items() if known == code), None):
        exact = [column == int(said) for column, said in ((ArchiveFile.year, before), (ArchiveFile.number, after)) if said.isdecimal()]
        matches.append(and_(ArchiveFile.category == category, *exact))
    return or_(*matches)


def _parts(words: str) -> tuple[str, str, str]:
    """Year, code and number of what may be the beginning of a file's number, or a part of it: 2026-GG-0012, GG-12, 2026-GG."""
    said = words.split("-")
    at = next((n for n, one in enumerate(said) if one in CODES.values()), None)
    return ("", "", "") if at is None else (said[at - 1] if at else "", said[at], said[at + 1] if at + 1 < len(said) else "")


def _index(*where: ColumnElement[bool]) -> Select:
    return select(ArchiveFile, WorkOrder).join(WorkOrder, _ORDER).where(*where)


def _lines(session: ScopedSession, query: Select) -> list[FileLine]:
    columns = (
        ArchiveFile.community_id, ArchiveFile.id, ArchiveFile.work_order_id, ArchiveFile.category, ArchiveFile.year, ArchiveFile.number, WorkOrder.number, WorkOrder.matter,
        WorkOrder.kind, WorkOrder.finished_at, ArchiveFile.filed_at, ArchiveFile.kept_years, ArchiveFile.kept_until,
    )  # fmt: skip
    return [FileLine(*row[:3], file_number(*row[3:6]), row[3], row[4], *row[6:]) for row in session.execute(query.with_only_columns(*columns))]


_ORDER = (WorkOrder.community_id == ArchiveFile.community_id) & (WorkOrder.id == ArchiveFile.work_order_id)


def _awaited_by_others() -> ColumnElement[bool]:
    """An open order is worked together with this one: its complainant is still to be told what stands here."""
    joined = aliased(WorkOrder)
    told = select(Joining.id).join(joined, and_(joined.community_id == Joining.community_id, joined.id == Joining.work_order_id))
    return told.where(Joining.community_id == WorkOrder.community_id, Joining.lead_id == WorkOrder.id, Joining.ended_at.is_(None), joined.closed_at.is_(None)).exists()


def _of(model: type) -> ColumnElement[bool]:
    return and_(model.community_id == WorkOrder.community_id, model.work_order_id == WorkOrder.id)


def _readings(session: ScopedSession, now: datetime, *where: ColumnElement[bool]) -> list[ReadingLine]:
    join = (ArchiveFile.community_id == ArchiveReading.community_id) & (ArchiveFile.id == ArchiveReading.file_id)
    query = select(ArchiveReading, ArchiveFile, WorkOrder.matter).join(ArchiveFile, join).join(WorkOrder, _ORDER)
    rows = session.execute(query.where(*where).order_by(ArchiveReading.asked_at, ArchiveReading.id).limit(200)).all()
    by, seen = askers(session, (one.asker for one, _, _ in rows)), _names(session, {one.watcher_id for one, _, _ in rows})
    actor, hidden = decider(session), masked(session.scope.role)
    return [
        ReadingLine(
            one.id, one.community_id, one.work_order_id, file_number(file.category, file.year, file.number), matter, masks.masked("name", one.reader, hidden), one.purpose, one.read_on,
            one.asked_at, *by[one.asker], same_person(one.asker, actor), another_person(one.asker, actor, "archive.by_another"), stands(one, now), seen.get(one.watcher_id),
            one.decided_at, one.opened_at, one.closes_at, one.asked_staff_id,
        )
        for one, file, matter in rows
    ]  # fmt: skip


def _names(session: ScopedSession, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = tuple(one for one in ids if one)
    return dict(session.execute(select(Staff.id, Staff.name).where(Staff.community_id.in_(tuple(session.scope.communities)), Staff.id.in_(wanted))).all()) if wanted else {}
