"""Photos and files as somebody may see them: those of an order or of contacts, and one opened. The scope reaches a file through its order or contact."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from core import masks
from core.calendar import local_minute
from core.files import BY_PURPOSE, KINDS, OPEN, how_open
from db.engine import ScopedSession
from db.keys import keyring
from db.models.accounts import Account
from db.models.files import Attachment, StoredFile
from db.models.ledger import LedgerEntry
from db.models.residents import Contact
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.pictures import scaled
from db.queries.archive import sealed

REVEALED = "files.reveal"
"""The ledger entry that opens what opens for a purpose only."""
SHOWN_FOR = 60
"""Seconds for which it does. Default of this product, like db.commands.residents.SHOWN_FOR."""


@dataclass(frozen=True)
class FileLine:
    """A linked file. `name` only where it opens at once, like everything that may name people; `opens`: core.files.how_open at this moment,
    `lasting`: not only for a minute; `act`: of the trail, of an order's act; `visited_at`: of a contact, as text, for of some only the day is known; `own`: the reader added it."""

    community_id: UUID
    id: UUID
    subject_kind: str
    subject_id: UUID
    kind: str
    size: int
    picture: bool
    name: str | None
    act: str | None
    visited_at: str | None
    added_at: datetime
    by: str | None
    own: bool
    opens: str
    lasting: bool
    struck_at: datetime | None
    struck_reason: str | None


@dataclass(frozen=True)
class Opened:
    """A file on its way out: bytes, media type, name. `whole`: the content itself, not a copy made for a screen."""

    content: bytes
    media_type: str
    name: str
    whole: bool


class Altered(RuntimeError):
    """The content on disk is not the one that was stored: its mark is another."""


def links_of(community_id: UUID, *, order_id: UUID | None = None, contact_ids: Iterable[UUID] = ()) -> Select:
    """Links of an order or of contacts, as far as the scope reaches those; oldest first."""
    own = Attachment.community_id == community_id
    if order_id:
        query = select(Attachment).join(WorkOrder, (WorkOrder.community_id == Attachment.community_id) & (WorkOrder.id == Attachment.work_order_id))
        return query.where(own, Attachment.work_order_id == order_id).order_by(Attachment.id)
    query = select(Attachment).join(Contact, (Contact.community_id == Attachment.community_id) & (Contact.id == Attachment.contact_id))
    return query.where(own, Attachment.contact_id.in_(tuple(contact_ids))).order_by(Attachment.id)


def reached(session: ScopedSession, community_id: UUID, attachment_id: UUID) -> Attachment | None:
    """The link, if the scope reaches what it belongs to."""
    found = session.scalar(select(Attachment).where(Attachment.community_id == community_id, Attachment.id == attachment_id))
    if found is None:
        return None
    owner, owner_id = (WorkOrder, found.work_order_id) if found.work_order_id else (Contact, found.contact_id)
    return found if session.scalar(select(owner.id).where(owner.community_id == community_id, owner.id == owner_id)) else None


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID, *, subject_ids: Iterable[UUID] | None = None) -> list[FileLine]:
    """Files of an order, oldest first; none of one that is on file and not open to the reader. `subject_ids`: only those linked to these acts, requests or
    other records of it."""
    if sealed(session, now, community_id, order_id):
        return []
    found = session.scalars(links_of(community_id, order_id=order_id)).all()
    wanted = None if subject_ids is None else set(subject_ids)
    return _lines(session, now, community_id, [one for one in found if wanted is None or one.subject_id in wanted])


def of_contacts(session: ScopedSession, now: datetime, community_id: UUID, contact_ids: Iterable[UUID]) -> list[FileLine]:
    """Files of contacts with residents, oldest first."""
    return _lines(session, now, community_id, list(session.scalars(links_of(community_id, contact_ids=contact_ids))))


def way_in(session: ScopedSession, link: Attachment) -> str:
    """core.files.how_open for the reader."""
    own = link.added_by is not None and link.added_by == session.scope.actor_id
    return how_open(session.scope.role, link.subject_kind, own=own, struck=link.struck_at is not None)


def _at(session: ScopedSession, now: datetime, link: Attachment) -> str:
    """The same at this moment: what opens for a purpose is open while the ledger says that one was named."""
    way = way_in(session, link)
    return OPEN if way == BY_PURPOSE and str(link.work_order_id or link.contact_id) in _purpose_named(session, now, link.community_id) else way


def opened(session: ScopedSession, now: datetime, community_id: UUID, attachment_id: UUID, size: str = "") -> Opened | None:
    """One file for whoever may open it now; None for everybody else. `size`: 'small' or 'large' is a copy of a picture for a list or a screen,
    else the content itself. Raises Altered when it is no longer what was stored."""
    link = reached(session, community_id, attachment_id)
    if link is None or _at(session, now, link) != OPEN or (link.work_order_id and sealed(session, now, community_id, link.work_order_id)):
        return None
    own = (StoredFile.community_id == community_id, StoredFile.id == link.file_id)
    kind, mark, preview = session.execute(select(StoredFile.kind, StoredFile.mark, StoredFile.preview).where(*own)).one()
    if size == "small":
        return preview and Opened(preview, _COPY.media_type, link.name, False)
    content = session.scalar(select(StoredFile.content).where(*own))
    if keyring().content_mark(content, mark_of(community_id)) != mark:
        raise Altered(f"stored_file {link.file_id} of community {community_id} is not what was stored: put it back from a backup")
    if size == "large":
        copy = scaled(content) if KINDS[kind].picture else None
        return copy and Opened(copy, _COPY.media_type, link.name, False)
    return Opened(content, KINDS[kind].media_type, link.name, True)


_COPY = KINDS["jpeg"]


def mark_of(community_id: UUID) -> str:
    """What a content's mark is made for: it says nothing about other communities' files."""
    return f"file {community_id}"


def _purpose_named(session: ScopedSession, now: datetime, community_id: UUID) -> set[str]:
    """Orders and contacts whose files the reader has named a purpose for within SHOWN_FOR."""
    own = (LedgerEntry.community_id == community_id, LedgerEntry.command == REVEALED, LedgerEntry.actor_id == session.scope.actor_id)
    found = session.scalars(select(LedgerEntry.facts).where(*own, LedgerEntry.at > now - timedelta(seconds=SHOWN_FOR)))
    return {one for facts in found for one in json.loads(facts)["of"]}


def _lines(session: ScopedSession, now: datetime, community_id: UUID, found: list[Attachment]) -> list[FileLine]:
    if not found:
        return []
    own = (StoredFile.community_id == community_id, StoredFile.id.in_({one.file_id for one in found}))
    files = {row.id: row for row in session.execute(select(StoredFile.id, StoredFile.kind, StoredFile.size).where(*own))}
    events = (WorkOrderEvent.community_id == community_id, WorkOrderEvent.id.in_([one.subject_id for one in found if one.subject_kind == "act"]))
    acts = {row.id: row.act for row in session.execute(select(WorkOrderEvent.id, WorkOrderEvent.act).where(*events))}
    contacts = (Contact.community_id == community_id, Contact.id.in_([one.contact_id for one in found if one.contact_id]))
    visits = {row.id: local_minute(row.happened_at, row.day_only) for row in session.execute(select(Contact.id, Contact.happened_at, Contact.day_only).where(*contacts))}
    accounts = select(Account.id, Account.display_name).where(Account.id.in_({one.added_by for one in found if one.added_by}))
    by = {row.id: row.display_name for row in session.execute(accounts)}
    return [_line(session, now, one, files[one.file_id], acts.get(one.subject_id), visits.get(one.contact_id), by.get(one.added_by)) for one in found]


def _line(session: ScopedSession, now: datetime, link: Attachment, stored, act: str | None, visited_at: str | None, by: str | None) -> FileLine:
    opens, lasting, own = _at(session, now, link), way_in(session, link) == OPEN, link.added_by is not None and link.added_by == session.scope.actor_id
    name, reason = (link.name, link.struck_reason) if opens == OPEN else (None, masks.free_text(link.struck_reason))
    return FileLine(
        link.community_id, link.id, link.subject_kind, link.subject_id, stored.kind, stored.size, KINDS[stored.kind].picture, name, act, visited_at, link.added_at, by, own,
        opens, lasting, link.struck_at, reason,
    )  # fmt: skip
