"""The written notice of what is missing (materials.once), as it is printed or handed over as a Word file."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.catalogue import Item
from core.catalogue.notices import lines_of
from core.catalogue.shapes import Names
from core.work_orders import SUPPLEMENT
from db.engine import ScopedSession
from db.models.grids import Community
from db.queries.catalogue import entry
from db.queries.work_orders import order_card


@dataclass(frozen=True)
class Notice:
    """What was told, once: to whom about which matter, the papers, when, by whom, and until when they are awaited (None: they have come, and no
    limit was set). `item` None: the order was taken in by none. Names as the role may see them."""

    place: str
    number: str
    matter: str
    item: Item | None
    applicant: str | None
    received_at: datetime
    told_at: datetime
    due_at: datetime | None
    by: str | None
    missing: tuple[Names, ...]


def notice(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> Notice | None:
    """The notice of an order; None where nothing was told, or the order is not in scope."""
    card = order_card(session, now, community_id, order_id)
    told = card and next((one for one in card.trail if one.act == "ask_materials"), None)
    if not told or card.sealed:
        return None
    listed = entry(session, community_id, card.item) if card.item else None
    item = listed and listed.item
    due_at = next((clock.due_at for clock in card.clocks if clock.clause_id == SUPPLEMENT), None)
    place = session.scalar(select(Community.name).where(Community.community_id == community_id))
    missing = tuple(lines_of(told.note, item))
    return Notice(place, card.line.number, card.line.matter, item, card.applicant, card.line.received_at, told.happened_at, due_at, told.by, missing)
