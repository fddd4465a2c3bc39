"""File matters, ask to read one, approve or refuse that, open it. Each command is one transaction with one ledger entry; core.archive decides.

`file_due` is a step of the sweep.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select

from core.archive import ACCESS, closes_at, file_number, kept_until, kept_years, may_ask, may_decide, may_open, next_numbers, stands, year_of
from core.calendar import local_day
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.commands.staff import not_linked
from db.engine import ScopedSession
from db.models.archive import ArchiveFile, ArchiveReading
from db.models.work_orders import WorkOrder
from db.queries.archive import last_numbers, to_file, watchers
from db.queries.grants import decider
from db.types import uuid7

AT_ONCE = 5_000
"""Matters filed in one sweep at most: an office that begins with years of them files them in a few."""


@dataclass(frozen=True)
class Asked:
    """What became of a request to read a file (`stands`, core.archive.stands). `closes_at`: until when it is open."""

    id: UUID
    number: str
    stands: str
    closes_at: datetime | None = None


def file_due(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """Step of the sweep, which holds the community's row: files what is due, with the next numbers of category and year. Returns how many."""
    found = to_file(session, now, community_id, limit=AT_ONCE)
    if not found:
        return 0
    wanted = [(one.category, year_of(one.finished_at)) for one in found]
    rows = [
        {
            "community_id": community_id, "id": uuid7(), "work_order_id": one.id, "category": category, "year": year, "number": number,
            "kept_years": (years := kept_years(category, local_day(now))), "kept_until": kept_until(year, years), "filed_at": now,
        }
        for one, (category, year), number in zip(found, wanted, next_numbers(last_numbers(session, community_id), wanted), strict=True)
    ]  # fmt: skip
    session.execute(insert(ArchiveFile), rows)
    return len(rows)


def file_all(session: ScopedSession, *, now: datetime, community_id: UUID) -> int | None:
    """Command: files what is due of one community by itself, as the sweep does; None when nothing was."""
    n = file_due(session, community_id, now)
    if n:
        file(session, "sweep", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, archived=n)
    return n or None


def ask(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, reader: str, purpose: str, read_on: date) -> Asked | Refused:
    """Ask to read the file of an order: who reads it, what for, on which day (archive.access)."""
    if not may(session.scope.role, "archive_ask"):
        return Refused("common.not_allowed")
    if refused := not_linked(session):
        return refused
    kept = _file(session, community_id, order_id)
    if kept is None:
        return Refused("archive.not_filed", ACCESS)
    if refused := may_ask(reader, purpose, read_on, now):
        return refused
    scope = session.scope
    one = ArchiveReading(
        community_id=community_id, id=uuid7(), file_id=kept.id, work_order_id=order_id, reader=reader.strip(), purpose=purpose.strip(), read_on=read_on,
        asked_at=now, asked_by=scope.actor_id, asked_staff_id=scope.staff_id,
    )  # fmt: skip
    session.add(one)
    return _filed(session, "ask", now, one, kept, read_on=read_on.isoformat())


def decide(session: ScopedSession, *, now: datetime, community_id: UUID, reading_id: UUID, granted: bool, watcher_id: UUID | None = None) -> Asked | Refused:
    """Approve a request and name who watches, or refuse it. Never by who asked."""
    if not may(session.scope.role, "archive_decide"):
        return Refused("common.not_allowed")
    found = _found(session, community_id, reading_id)
    if found is None:
        return Refused("common.not_found")
    one, kept = found
    named = watcher_id if watcher_id in watchers(session, community_id) else None
    if refused := may_decide(one, decider(session), granted, named, now):
        return refused
    one.granted, one.decided_at, one.decided_by, one.watcher_id = granted, now, session.scope.actor_id, named if granted else None
    return _filed(session, "grant" if granted else "refuse", now, one, kept, watcher=one.watcher_id)


def open_file(session: ScopedSession, *, now: datetime, community_id: UUID, reading_id: UUID) -> Asked | Refused:
    """Open the file for whoever asked, on the day approved, until it closes by itself (archive.reading)."""
    if not may(session.scope.role, "archive_ask"):
        return Refused("common.not_allowed")
    found = _found(session, community_id, reading_id)
    if found is None:
        return Refused("common.not_found")
    one, kept = found
    if refused := may_open(one, session.scope.actor_id, now):
        return refused
    if one.opened_at is None:
        one.opened_at, one.closes_at = now, closes_at(now)
    return _filed(session, "open", now, one, kept, closes_at=one.closes_at.isoformat(), watcher=one.watcher_id)


def _file(session: ScopedSession, community_id: UUID, order_id: UUID) -> ArchiveFile | None:
    """The file of an order in scope."""
    order = select(WorkOrder.id).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id)
    own = (ArchiveFile.community_id == community_id, ArchiveFile.work_order_id == order_id)
    return session.scalar(select(ArchiveFile).where(*own)) if session.scalar(order) else None


def _found(session: ScopedSession, community_id: UUID, reading_id: UUID) -> tuple[ArchiveReading, ArchiveFile] | None:
    own = (ArchiveReading.community_id == community_id, ArchiveReading.id == reading_id)
    one = session.scalar(select(ArchiveReading).where(*own).with_for_update())
    kept = one and _file(session, community_id, one.work_order_id)
    return (one, kept) if kept else None


def _filed(session: ScopedSession, act: str, now: datetime, one: ArchiveReading, kept: ArchiveFile, **facts) -> Asked:
    number = file_number(kept.category, kept.year, kept.number)
    file(session, f"archive.{act}", now=now, community_id=one.community_id, subject_kind="work_order", subject_id=one.work_order_id, number=number, **facts)
    return Asked(one.id, number, stands(one, now), one.closes_at)
