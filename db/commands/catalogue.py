"""The station head makes an item of the catalogue the community's own, adds one, or takes one out. Orders keep what they were taken in by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.catalogue import Draft, Item, drafted, to_text
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.models.catalogue import CatalogueItem
from db.models.grids import Community
from db.queries.catalogue import Entry, entries, entry
from db.types import uuid7


def save_item(session: ScopedSession, *, now: datetime, community_id: UUID, draft: Draft, key: str | None = None, version: int = 0) -> Item | Refused:
    """File `draft` as the community's version of item `key`, or as a new item (None). `version`: of the row as the page showed it, 0: the sample.
    From then on it is no sample: somebody answers for it."""
    if not may(session.scope.role, "catalogue_edit"):
        return Refused("common.not_allowed")
    _hold(session, community_id)
    known = entry(session, community_id, key) if key else None
    if key and known is None:
        return Refused("common.not_found")
    item = drafted(key or f"{draft.group}.own_{uuid7().hex[-8:]}", draft)
    if isinstance(item, Refused):
        return item
    if any(one.item.id != item.id and set(one.item.title.values()) & set(item.title.values()) for one in entries(session, community_id)):
        return Refused("catalogue.title_taken", values={"title": item.title["zh"]})
    refused = _keep(session, now, community_id, item, known, version, withdrawn=known is not None and known.withdrawn)
    return refused or item


def withdraw_item(session: ScopedSession, *, now: datetime, community_id: UUID, key: str, withdrawn: bool, version: int = 0) -> Item | Refused:
    """Take item `key` out of what the community offers, or offer it again."""
    if not may(session.scope.role, "catalogue_edit"):
        return Refused("common.not_allowed")
    _hold(session, community_id)
    known = entry(session, community_id, key)
    if known is None:
        return Refused("common.not_found")
    return _keep(session, now, community_id, known.item, known, version, withdrawn=withdrawn) or known.item


def _hold(session: ScopedSession, community_id: UUID) -> None:
    """Two heads who make one sample their own at once do so one after the other: the second is told."""
    session.execute(select(Community.community_id).where(Community.community_id == community_id).with_for_update(key_share=True))


def _keep(session: ScopedSession, now: datetime, community_id: UUID, item: Item, known: Entry | None, version: int, *, withdrawn: bool) -> Refused | None:
    if known is not None and known.version != version:
        return Refused("common.changed_meanwhile")
    row = session.scalar(select(CatalogueItem).where(CatalogueItem.community_id == community_id, CatalogueItem.key == item.id))
    if row is None:
        row = CatalogueItem(community_id=community_id, id=uuid7(), key=item.id)
        session.add(row)
    row.content, row.withdrawn, row.changed_at, row.changed_by = to_text(item), withdrawn, now, session.scope.actor_id
    session.flush()
    facts = {"item": item.id, "title": item.title["zh"], "kind": item.kind, "chain": item.chain, "withdrawn": withdrawn}
    file(session, "catalogue.save", now=now, community_id=community_id, subject_kind="catalogue_item", subject_id=row.id, **facts)
    return None
