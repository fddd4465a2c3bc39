"""The catalogue as a community offers it: the sample, with the community's own versions in its place."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.catalogue import CLASSES, Item, from_text, load_catalogue
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.catalogue import CatalogueItem


@dataclass(frozen=True)
class Entry:
    """An item as a community has it. `changed_at` None: the product's sample, which nobody here has checked; `version` 0: the same."""

    item: Item
    withdrawn: bool = False
    version: int = 0
    changed_at: datetime | None = None
    by: str | None = None

    @property
    def sample(self) -> bool:
        """Whether it is the product's, not the community's."""
        return self.changed_at is None


def entries(session: ScopedSession, community_id: UUID) -> list[Entry]:
    """Every item, by class, the community's own additions last in theirs; those withdrawn too."""
    own = _own(session, community_id)
    found = [own.pop(item.id, Entry(item)) for group in load_catalogue() for item in group.items]
    return sorted([*found, *own.values()], key=lambda one: CLASSES.index(one.item.group))


def entry(session: ScopedSession, community_id: UUID, key: str) -> Entry | None:
    """One item, or None where the community has no such item."""
    sample = next((item for group in load_catalogue() for item in group.items if item.id == key), None)
    return _own(session, community_id, key).get(key) or (Entry(sample) if sample else None)


def _own(session: ScopedSession, community_id: UUID, key: str | None = None) -> dict[str, Entry]:
    query = select(CatalogueItem, Account.display_name).outerjoin(Account, Account.id == CatalogueItem.changed_by)
    query = query.where(CatalogueItem.community_id == community_id, *([CatalogueItem.key == key] if key else []))
    rows = session.execute(query.order_by(CatalogueItem.key)).all()
    return {row.key: Entry(from_text(row.key, row.content), row.withdrawn, row.version, row.changed_at, by) for row, by in rows}
