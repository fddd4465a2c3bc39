"""Orders that may be the same matter as one about to be taken in, or as one that is being worked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.duplicates import WINDOW, same_contact
from core.joinings import LEADING, alike, may_join
from db.engine import ScopedSession
from db.models.work_orders import WorkOrder
from db.queries.joinings import leads, marks


@dataclass(frozen=True)
class Similar:
    """An order of the last days. `why`: 'contact' the same person, 'place' the same kind at the same place. `leading`: the other may be joined to it."""

    id: UUID
    number: str
    matter: str
    received_at: datetime
    status: str
    why: str
    leading: bool = False


def similar(session: ScopedSession, now: datetime, community_id: UUID, kind: str, building_id: UUID | None, contact: str, *, limit: int = 5) -> list[Similar]:
    """Newest first, within the session's scope; withdrawn ones are none. Contacts are kept encrypted: they are compared one by one."""
    columns = (WorkOrder.id, WorkOrder.number, WorkOrder.matter, WorkOrder.received_at, WorkOrder.status, WorkOrder.kind, WorkOrder.building_id, WorkOrder.contact)
    recent = (WorkOrder.community_id == community_id, WorkOrder.received_at >= now - WINDOW, WorkOrder.received_at <= now)
    found = []
    for row in session.execute(select(*columns).where(*recent).order_by(WorkOrder.received_at.desc(), WorkOrder.id)):
        place = building_id is not None and (row.building_id, row.kind) == (building_id, kind)
        if row.status == "withdrawn" or not (place or same_contact(row.contact, contact)):
            continue
        leading = row.kind == kind and row.status in LEADING and not marks(session, [row.id])
        found.append(Similar(row.id, row.number, row.matter, row.received_at, row.status, "contact" if same_contact(row.contact, contact) else "place", leading))
        if len(found) == limit:
            break
    return found


def to_join(session: ScopedSession, community_id: UUID, order_id: UUID, *, limit: int = 5) -> list[Similar]:
    """The orders in scope that one being worked may be joined to, newest first; none where it is joined or leads itself."""
    order = session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))
    if order is None:
        return []
    near = (WorkOrder.received_at >= order.received_at - WINDOW, WorkOrder.received_at <= order.received_at + WINDOW)
    own = (WorkOrder.community_id == community_id, WorkOrder.closed_at.is_(None), WorkOrder.kind == order.kind, WorkOrder.id != order.id)
    others = session.scalars(select(WorkOrder).where(*own, *near).order_by(WorkOrder.received_at.desc(), WorkOrder.id)).all()
    others = [one for one in others if alike(order, one)]
    joined = marks(session, [order.id, *(one.id for one in others)])
    leading = leads(session, community_id, order_id)
    found = [one for one in others if may_join(order, one, joined=order.id in joined, leads=leading, lead_joined=one.id in joined) is None]
    return [
        Similar(one.id, one.number, one.matter, one.received_at, one.status, "contact" if same_contact(one.contact, order.contact) else "place", True)
        for one in found[:limit]
    ]  # fmt: skip
