"""Orders that may be the same matter as one about to be taken in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.duplicates import WINDOW, same_contact
from db.engine import ScopedSession
from db.models.work_orders import WorkOrder


@dataclass(frozen=True)
class Similar:
    """An order of the last days. `why`: 'contact' the same person, 'place' the same kind at the same place."""

    id: UUID
    number: str
    matter: str
    received_at: datetime
    status: str
    why: str


def similar(session: ScopedSession, now: datetime, community_id: UUID, kind: str, building_id: UUID | None, contact: str, *, limit: int = 5) -> list[Similar]:
    """Newest first, within the session's scope; withdrawn ones are none. Contacts are kept encrypted: they are compared one by one."""
    columns = (WorkOrder.id, WorkOrder.number, WorkOrder.matter, WorkOrder.received_at, WorkOrder.status, WorkOrder.kind, WorkOrder.building_id, WorkOrder.contact)
    recent = (WorkOrder.community_id == community_id, WorkOrder.received_at >= now - WINDOW, WorkOrder.received_at <= now)
    found = []
    for row in session.execute(select(*columns).where(*recent).order_by(WorkOrder.received_at.desc(), WorkOrder.id)):
        place = building_id is not None and (row.building_id, row.kind) == (building_id, kind)
        if row.status == "withdrawn" or not (place or same_contact(row.contact, contact)):
            continue
        found.append(Similar(row.id, row.number, row.matter, row.received_at, row.status, "contact" if same_contact(row.contact, contact) else "place"))
        if len(found) == limit:
            break
    return found
