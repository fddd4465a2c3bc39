"""Who looked at whom: the ledger's entries that opened personal data in full, narrowed by who looked, at whom and when.

Whom an entry is about: the resident it names, the resident of the contact or order it names, or the one noted among its facts.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core import masks
from core.roles import masked
from db.models.accounts import Account
from db.models.ledger import LedgerEntry
from db.models.residents import Contact, Resident
from db.models.work_orders import WorkOrder
from db.queries.ledger import REVEALS, Entry, count_entries, entries


@dataclass(frozen=True)
class Look:
    """One look. `whom`: the resident's name as the reader's role may see it, or the order's number where it names no resident."""

    entry: Entry
    whom: str


def looks(
    session: Session, community_id: UUID, *, actor_id: UUID | None = None, resident_id: UUID | None = None, since: datetime | None = None,
    until: datetime | None = None, limit: int = 50, offset: int = 0,
) -> tuple[int, list[Look]]:  # fmt: skip
    """How many looks there are in [since, until), and those of this page, newest first."""
    narrowed = {"commands": REVEALS, "actor_id": actor_id, "since": since, "until": until, "about": resident_id and _about(community_id, resident_id)}
    found = entries(session, community_id, **narrowed, limit=limit, offset=offset)
    names = _names(session, community_id, found)
    return count_entries(session, community_id, **narrowed), [Look(one, names.get(_noted(one) or one.subject_id, "")) for one in found]


def lookers(session: Session, community_id: UUID) -> dict[UUID, str]:
    """Who has looked: account id → name, by name."""
    seen = select(LedgerEntry.actor_id).where(LedgerEntry.community_id == community_id, LedgerEntry.command.in_(REVEALS))
    query = select(Account.id, Account.display_name).where(Account.id.in_(seen)).order_by(Account.display_name)
    return {row.id: row.display_name for row in session.execute(query)}


def looked_at(session: Session, community_id: UUID) -> dict[UUID, str]:
    """Residents somebody looked at: id → name as the reader's role may see it, by that name."""
    own = (LedgerEntry.community_id == community_id, LedgerEntry.command.in_(REVEALS))
    subjects = select(LedgerEntry.subject_id).where(*own, LedgerEntry.subject_id.is_not(None))
    noted = session.scalars(select(LedgerEntry.facts).where(*own, LedgerEntry.facts.contains('"resident": "', autoescape=True)))
    ids = {UUID(json.loads(facts)["resident"]) for facts in noted}
    ids |= set(session.scalars(select(Resident.id).where(Resident.community_id == community_id, Resident.id.in_(subjects))))
    for model in (Contact, WorkOrder):
        ids |= set(session.scalars(select(model.resident_id).where(model.community_id == community_id, model.id.in_(subjects), model.resident_id.is_not(None))))
    return dict(sorted(_residents(session, community_id, ids).items(), key=lambda one: one[1]))


def _about(community_id: UUID, resident_id: UUID) -> ColumnElement[bool]:
    theirs = [
        LedgerEntry.subject_id.in_(select(model.id).where(model.community_id == community_id, model.resident_id == resident_id)) for model in (Contact, WorkOrder)
    ]
    return or_(LedgerEntry.subject_id == resident_id, *theirs, LedgerEntry.facts.contains(f'"resident": "{resident_id}"', autoescape=True))


def _noted(one: Entry) -> UUID | None:
    return UUID(one.facts["resident"]) if one.facts.get("resident") else None


def _names(session: Session, community_id: UUID, found: list[Entry]) -> dict[UUID, str]:
    """Subject id, or the resident noted → name or number."""
    ids = {kind: [one.subject_id for one in found if one.subject_kind == kind] for kind in ("resident", "contact", "work_order")}
    contacts = dict(session.execute(select(Contact.id, Contact.resident_id).where(Contact.community_id == community_id, Contact.id.in_(ids["contact"]))).all())
    orders = session.execute(select(WorkOrder.id, WorkOrder.number).where(WorkOrder.community_id == community_id, WorkOrder.id.in_(ids["work_order"])))
    noted = [resident for one in found if (resident := _noted(one))]
    people = _residents(session, community_id, {*ids["resident"], *contacts.values(), *noted})
    return people | {contact: people.get(resident, "") for contact, resident in contacts.items()} | {row.id: row.number for row in orders}


def _residents(session: Session, community_id: UUID, ids: set[UUID]) -> dict[UUID, str]:
    hidden = masked(session.scope.role)
    rows = session.execute(select(Resident.id, Resident.name).where(Resident.community_id == community_id, Resident.id.in_(ids)))
    return {row.id: masks.masked("name", row.name, hidden) for row in rows}
