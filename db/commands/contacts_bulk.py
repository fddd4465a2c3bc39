"""Contacts of care that a ledger brought, counted: each for its period, and what belongs to one that is over waits for another person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.care import counts
from core.late_entries import period_over
from core.words import t
from db.commands import cadence
from db.commands.cadence import Subject
from db.commands.care import clause_of, settle_plan
from db.commands.late_entries import keep_contact
from db.engine import ScopedSession
from db.models.residents import Resident
from db.queries.late_entries import owed_and_unmet


@dataclass(frozen=True)
class Entered:
    """A contact that is on file since `recorded_at`."""

    community_id: UUID
    id: UUID
    resident_id: UUID
    recorded_at: datetime


def count_in(session: ScopedSession, contacts: Sequence[dict], now: datetime) -> None:
    """Step: `contacts` (id, resident_id, act, outcome, happened_at) came onto file at `now`. A failed attempt in a ledger of the past sends nobody."""
    session.flush()
    for resident_id, own in groupby(sorted(contacts, key=lambda one: (one["resident_id"], one["happened_at"])), key=lambda one: one["resident_id"]):
        resident = session.scalar(select(Resident).where(Resident.id == resident_id).with_for_update())
        settle_plan(session, resident, local_day(now), now)
        for one in own:
            if counts(one["outcome"]):
                _count(session, resident, one, now)


def _count(session: ScopedSession, resident: Resident, one: dict, now: datetime) -> None:
    clause = clause_of(session, resident.id, one["act"], one["happened_at"])
    if clause is None:
        return
    late = period_over(clause, one["happened_at"], now)
    if late and owed_and_unmet(session, resident.community_id, resident.id, clause.id, one["happened_at"]):
        keep_contact(session, Entered(resident.community_id, one["id"], resident.id, now), clause.id, late, t("late_entries.by_ledger", "zh"))
        return
    subject = Subject(resident.community_id, "resident", resident.id, resident.grid_id)
    cadence.count(session, subject, clause, one["happened_at"], lambda since: cadence.contacts_of(session, subject, one["act"], since), now)
