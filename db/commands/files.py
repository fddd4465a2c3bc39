"""Link photos and files to an order's act, a request, a contact; strike a link out; open what is masked for a purpose. core.files decides.

`put_files` is a step of the command whose act carries them; `with_files` carries out any command that returns something to link to, and adds them
to its transaction and its ledger entry. The ledger keeps kind, size and keyed mark of each content, never what it is called.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.care import PURPOSES
from core.files import AT_ONCE, BY_PURPOSE, CLAUSE, KINDS, LONGEST_REASON, STATUSES, SUBJECTS, Upload, check, clean_name, damaged, may_strike
from core.refusals import Refused
from core.roles import may
from db.commands.filing import add_facts, file
from db.commands.grants import held
from db.commands.trail import put
from db.engine import ScopedSession
from db.keys import keyring
from db.models.files import Attachment, StoredFile
from db.models.grids import Community
from db.models.residents import Contact
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.pictures import read
from db.queries.archive import is_filed, sealed
from db.queries.consents import has_refused
from db.queries.files import REVEALED, links_of, mark_of, reached, way_in
from db.types import uuid7


@dataclass(frozen=True)
class Owner:
    """The row through which a file is in somebody's scope: an order or a contact, exactly one of them; and the record it is linked to."""

    community_id: UUID
    subject_kind: str
    subject_id: UUID
    order_id: UUID | None = None
    contact_id: UUID | None = None

    def __post_init__(self):
        if self.subject_kind not in SUBJECTS or (self.order_id is None) == (self.contact_id is None):
            raise ValueError(f"{self}: subject_kind is one of {', '.join(SUBJECTS)}, of an order or a contact")


@dataclass(frozen=True)
class Linked:
    """Files that were linked: their links' ids, and what the ledger is told of them."""

    ids: tuple[UUID, ...]
    facts: tuple[dict, ...]


def put_files(session: ScopedSession, now: datetime, owner: Owner, uploads: Sequence[Upload]) -> Linked | Refused:
    """Step of a command that has asked whether it may: check the files, store what is new, link them. The same content twice is linked once."""
    if not uploads:
        return Linked((), ())
    if len(uploads) > AT_ONCE:
        return Refused("files.too_many", CLAUSE, {"most": AT_ONCE})
    kinds = [check(one, local_day(now)) for one in uploads]
    if refused := next((one for one in kinds if isinstance(one, Refused)), None):
        return refused
    # Two who store the same content at once: the second waits here, and finds it.
    session.execute(select(Community.community_id).where(Community.community_id == owner.community_id).with_for_update(key_share=True))
    links: dict[UUID, tuple[UUID, dict]] = {}
    for upload, kind in zip(uploads, kinds, strict=True):
        stored = _stored(session, now, owner.community_id, upload, kind)
        if isinstance(stored, Refused):
            return stored
        if stored.id not in links:
            links[stored.id] = _link(session, now, owner, stored, upload).id, {"content": stored.mark.hex(), "kind": kind, "size": stored.size}
    return Linked(tuple(link for link, _ in links.values()), tuple(facts for _, facts in links.values()))


def attach(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, uploads: Sequence[Upload], note: str = "") -> Linked | Refused:
    """Put files on an order's record by themselves, between its acts."""
    order = _takes_files(session, community_id, order_id)
    if isinstance(order, Refused):
        return order
    if not uploads:
        return Refused("files.none_chosen")
    put(session, order, "attach", now, note=note)
    linked = _to_act(session, now, order, "attach", uploads)
    if isinstance(linked, Refused):
        return linked
    file(session, "work_order.attach", now=now, community_id=community_id, subject_kind="work_order", subject_id=order_id, number=order.number, files=linked.facts)
    return linked


def attach_to_contact(session: ScopedSession, *, now: datetime, community_id: UUID, contact_id: UUID, uploads: Sequence[Upload]) -> Linked | Refused:
    """Put photos on the record of a home visit made before."""
    if not may(session.scope.role, "care_contact"):
        return Refused("common.not_allowed")
    visit = session.scalar(select(Contact).where(Contact.community_id == community_id, Contact.id == contact_id, Contact.act == "visit"))
    if visit is None:
        return Refused("common.not_found")
    if not uploads:
        return Refused("files.none_chosen")
    if has_refused(session, community_id, visit.resident_id, "photo"):
        return Refused("consents.no_photo")
    linked = put_files(session, now, Owner(community_id, "contact", contact_id, contact_id=contact_id), uploads)
    if not isinstance(linked, Refused):
        file(session, "contact.attach", now=now, community_id=community_id, subject_kind="contact", subject_id=contact_id, files=linked.facts)
    return linked


def with_files(session: ScopedSession, *, now: datetime, step: Callable, act: str, uploads: Sequence[Upload], community_id: UUID, order_id: UUID):
    """Carry out `step(session, now=…)`, an act on an order, and link `uploads` to it; what either refuses undoes both. `act`: as the trail calls it."""
    order = _takes_files(session, community_id, order_id)
    if isinstance(order, Refused):
        return order
    result = step(session, now=now)
    if isinstance(result, Refused):
        return result
    linked = _to_act(session, now, order, act, uploads)
    if isinstance(linked, Refused):
        return linked
    tell(session, linked)
    return result


def tell(session: ScopedSession, linked: Linked) -> None:
    """Step of a command that has filed its entry: the entry tells of its files, too."""
    if linked.facts:
        add_facts(session, files=linked.facts)


def strike(session: ScopedSession, *, now: datetime, community_id: UUID, attachment_id: UUID, reason: str) -> UUID | Refused:
    """It was linked by mistake: from now on it opens for a purpose at most, and stays on record with the reason."""
    found = reached(session, community_id, attachment_id)
    if found is None:
        return Refused("common.not_found")
    if not may(session.scope.role, "care_contact" if found.contact_id else "order_accept"):
        return Refused("common.not_allowed")
    if found.work_order_id and is_filed(session, community_id, found.work_order_id):
        return Refused("archive.closed", "archive.file")
    if refused := may_strike(session.scope.role, own=_own(session, found), struck=found.struck_at is not None, reason=reason):
        return refused
    found.struck_at, found.struck_by, found.struck_reason = now, session.scope.actor_id, reason.strip()[:LONGEST_REASON]
    kind, subject = ("contact", found.contact_id) if found.contact_id else ("work_order", found.work_order_id)
    file(session, f"{kind}.strike_file", now=now, community_id=community_id, subject_kind=kind, subject_id=subject, attachment=attachment_id)
    return found.id


def reveal(
    session: ScopedSession, *, now: datetime, community_id: UUID, purpose: str, order_id: UUID | None = None, contact_ids: Sequence[UUID] = ()
) -> bool | Refused:
    """Open the files of an order or of contacts that open for a purpose of core.care.PURPOSES only, for db.queries.files.SHOWN_FOR seconds.

    The ledger entry is what opens them: no file goes out by purpose that it does not tell of."""
    if purpose not in PURPOSES:
        return Refused("care.no_purpose")
    if order_id and sealed(session, now, community_id, order_id):
        return Refused("archive.closed", "archive.access")
    found = session.scalars(links_of(community_id, order_id=order_id, contact_ids=contact_ids)).all()
    if not found:
        return Refused("common.not_found")
    if BY_PURPOSE not in {way_in(session, one) for one in found}:
        return Refused("common.not_allowed")
    of = sorted({one.work_order_id or one.contact_id for one in found})
    file(session, REVEALED, now=now, community_id=community_id, subject_kind="work_order" if order_id else "contact", subject_id=of[0], purpose=purpose, of=of)
    return True


def _own(session: ScopedSession, link: Attachment) -> bool:
    return link.added_by is not None and link.added_by == session.scope.actor_id


def _takes_files(session: ScopedSession, community_id: UUID, order_id: UUID) -> WorkOrder | Refused:
    if not may(session.scope.role, "order_accept"):
        return Refused("common.not_allowed")
    order = held(session, community_id, order_id)
    if order is None:
        return Refused("common.not_found")
    return order if order.status in STATUSES else Refused(f"work_orders.not_while_{order.status}", CLAUSE)


def _to_act(session: ScopedSession, now: datetime, order: WorkOrder, act: str, uploads: Sequence[Upload]) -> Linked | Refused:
    """Link them to the line of the trail this transaction has just written."""
    own = (WorkOrderEvent.community_id == order.community_id, WorkOrderEvent.work_order_id == order.id, WorkOrderEvent.recorded_at == now)
    event_id = session.scalar(select(WorkOrderEvent.id).where(*own).order_by((WorkOrderEvent.act == act).desc(), WorkOrderEvent.id.desc()).limit(1))
    return put_files(session, now, Owner(order.community_id, "act", event_id, order_id=order.id), uploads)


def _stored(session: ScopedSession, now: datetime, community_id: UUID, upload: Upload, kind: str) -> StoredFile | Refused:
    """The one row of this content, found or made."""
    mark = keyring().content_mark(upload.content, mark_of(community_id))
    known = session.scalar(select(StoredFile).where(StoredFile.community_id == community_id, StoredFile.mark == mark))
    if known is not None:
        return known
    picture = read(upload.content) if KINDS[kind].picture else None
    if KINDS[kind].picture and picture is None:
        return damaged(upload)
    preview, look = (picture.preview, picture.look) if picture else (None, None)
    row = StoredFile(
        community_id=community_id, id=uuid7(), mark=mark, kind=kind, size=len(upload.content), preview=preview, look=look, added_at=now, content=upload.content
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _link(session: ScopedSession, now: datetime, owner: Owner, stored: StoredFile, upload: Upload) -> Attachment:
    row = Attachment(
        community_id=owner.community_id, id=uuid7(), file_id=stored.id, work_order_id=owner.order_id, contact_id=owner.contact_id, subject_kind=owner.subject_kind,
        subject_id=owner.subject_id, name=clean_name(upload.name, stored.kind), added_at=now, added_by=session.scope.actor_id,
    )  # fmt: skip
    session.add(row)
    return row
